"""Stage 3: three wrong choices per candidate, drawn so that they do not give the key away."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from builder.agents.offline.comparing import Caption, Drawn, comparable, names, rng_of
from builder.agents.offline.design import CHOICES, cap, draw_apart, expected, fit_weights
from builder.agents.offline.hypothesis_distractors import Crossed
from builder.agents.offline.numbers import Quantity, Spread, form, parse, scaled
from builder.agents.offline.techniques import LABELLING, TECHNIQUES
from builder.agents.offline.templates import TEMPLATES
from builder.tables.records import HG, Candidate, Figure
from filtering.text.entities import vocabulary

# Attributes that ask for the same values in different words, and types whose attributes may mix.
FAMILIES = {
    "follow_up_compound": "treatment_compound",
    "follow_up_dose": "treatment_dose",
    "follow_up_duration": "treatment_duration",
}
WIDE = frozenset({"marker", "count", "concentration", "duration", "length", "size", "percent"})
# What was measured takes any value; what people choose (a dose, a scale bar) is one of a few.
MEASURED = frozenset({"percent", "size", "count"})
SMALL = 200
"""In a shard of fewer candidates made-up values stand in where the other figures give too few.

In a larger one they would be known by never being right; the question stays free-form instead.
"""
TRIES = 400
TECHNIQUE_NAMES = tuple(name for name, _ in TECHNIQUES if name not in LABELLING)


@dataclass
class Pool:
    """Keys of comparable candidates, and how distractors are drawn among them.

    Draws are independent of each other: no value is brought to a quota.
    """

    members: list[Candidate]

    def __post_init__(self) -> None:
        """Chooses which candidates may be asked and fits the weights of their values."""
        answers = [member.answer for member in self.members]
        self.quota = cap(Counter(answers))
        self.values = sorted(value for value, n in self.quota.items() if n)
        measured = all(member.value_type in MEASURED for member in self.members)
        self.spread = Spread.of(answers) if measured else None
        articles = Counter(value for value, _ in {(m.answer, _article(m)) for m in self.members})
        if self.usable:
            shares = expected([articles[value] for value in self.values])
            self.weights: list[float] = fit_weights(shares).tolist()

    @property
    def usable(self) -> bool:
        """Whether there are enough values for four choices."""
        return len(self.values) >= CHOICES

    def draw(
        self, key: Candidate, admissible: Callable[[str], bool], rng: np.random.Generator
    ) -> list[str]:
        """Three admissible values besides the key; empty where there are too few."""
        quantity = parse(key.answer)
        if self.spread is not None and quantity is not None:
            return self._draw_measured(self.spread, quantity, admissible, rng)
        picks = [
            (value, weight)
            for value, weight in zip(self.values, self.weights, strict=True)
            if value != key.answer and admissible(value)
        ]
        options = [value for value, _ in picks]
        weights = [weight for _, weight in picks]
        chosen = draw_apart(weights, lambda a, b: comparable(options[a], options[b]), rng)
        return [options[index] for index in chosen]

    @staticmethod
    def _draw_measured(
        spread: Spread,
        quantity: Quantity,
        admissible: Callable[[str], bool],
        rng: np.random.Generator,
    ) -> list[str]:
        for _ in range(TRIES):
            chosen = [spread.draw(quantity, rng) for _ in range(CHOICES - 1)]
            apart = all(comparable(a, b) for a, b in combinations(chosen, 2))
            if apart and all(admissible(value) for value in chosen):
                return chosen
        return []


def _article(candidate: Candidate) -> str:
    return candidate.figure_id.rpartition("/")[0]


def pools(candidates: Sequence[Candidate], figures: Mapping[str, Figure]) -> dict[str, Pool]:
    """The pool of every candidate: its attribute, or its value type where that is too small.

    Reserved figures have pools of their own, so that values which only the test split may ask
    for do not turn up as wrong choices alone in the train split.
    """
    fine: dict[tuple[str | bool, ...], list[Candidate]] = defaultdict(list)
    coarse: dict[tuple[str | bool, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        side = (figures[candidate.figure_id].reserved, form(candidate.answer))
        family = FAMILIES.get(candidate.attribute, candidate.attribute)
        fine[(family, candidate.value_type, *side)].append(candidate)
    found: dict[str, Pool] = {}
    for (_, value_type, reserved, unit), members in fine.items():
        pool = Pool(members)
        if pool.usable:
            found |= {member.candidate_id: pool for member in members}
        else:
            kind = value_type if value_type in WIDE else members[0].attribute
            coarse[kind, reserved, unit] += members
    for members in coarse.values():
        pool = Pool(members)
        found |= {member.candidate_id: pool for member in members}
    return found


def draw_all(
    candidates: Sequence[Candidate], figures: Mapping[str, Figure], seed: int
) -> dict[str, Drawn]:
    """Distractors of every candidate of a shard, by candidate_id."""
    by_pool = pools(candidates, figures)
    asked_of = dict.fromkeys(candidate.figure_id for candidate in candidates)
    captions = {name: Caption.of(figures[name].caption) for name in asked_of}
    crossed = Crossed.of(candidates, figures)
    asked: Counter[tuple[int, str]] = Counter()
    ranks: Counter[tuple[int, int]] = Counter()
    result: dict[str, Drawn] = {}
    for candidate in sorted(candidates, key=lambda c: _order(seed, c.candidate_id)):
        pool = by_pool[candidate.candidate_id]
        rng = rng_of(seed, candidate.candidate_id)
        caption = captions[candidate.figure_id]
        if candidate.attribute == "effect":
            result[candidate.candidate_id] = crossed.draw(candidate, figures, caption, rng)
            continue
        place = (id(pool), candidate.answer)
        asked[place] += 1
        if pool.usable and asked[place] > pool.quota[candidate.answer]:
            problem = f"'{candidate.answer}' is the answer too often: its identity would tell"
            result[candidate.candidate_id] = Drawn(problem=problem)
            continue
        drawn = _from_pool(candidate, figures, caption, pool, rng)
        if not drawn.distractors and len(candidates) < SMALL and asked[place] <= 2:
            drawn = _made_up(candidate, caption, ranks, id(pool), rng)
        result[candidate.candidate_id] = drawn
    return result


def _order(seed: int, key: str) -> str:
    return hashlib.sha256(f"{seed}\x1f{key}".encode()).hexdigest()


def _from_pool(
    candidate: Candidate,
    figures: Mapping[str, Figure],
    caption: Caption,
    pool: Pool,
    rng: np.random.Generator,
) -> Drawn:
    if not pool.usable:
        return Drawn(problem=f"fewer than four values of {candidate.attribute} in the shard")
    article = figures[candidate.figure_id].article_id
    kin = {
        member.answer
        for member in pool.members
        if candidate.task == HG and figures[member.figure_id].article_id == article
    }

    def admissible(value: str) -> bool:
        near = comparable(value, candidate.answer) and value not in kin
        return near and not caption.names(value)

    chosen = pool.draw(candidate, admissible, rng)
    if not chosen:
        return Drawn(problem=f"fewer than three false values of {candidate.attribute} in the shard")
    return Drawn(chosen, "the same question about other figures")


def _made_up(
    candidate: Candidate,
    caption: Caption,
    ranks: Counter[tuple[int, int]],
    pool: int,
    rng: np.random.Generator,
) -> Drawn:
    """Scaled numbers or names of the vocabulary, for corpora with few comparable answers."""
    options: list[str] = []
    if parse(candidate.answer) is None:
        options = _vocabulary(candidate, caption, rng)
    else:
        rarest = min(ranks[pool, rank] for rank in range(CHOICES))
        free = [rank for rank in range(CHOICES) if ranks[pool, rank] == rarest]
        rank = int(rng.choice(free))
        for _ in range(20):
            options = scaled(candidate.answer, rank, rng)
            if options and not any(caption.names(option) for option in options):
                ranks[pool, rank] += 1
                break
            options = []
    if len(options) < CHOICES - 1:
        return Drawn(problem=f"fewer than three false values of {candidate.attribute} are known")
    return Drawn([options[k] for k in rng.permutation(3)], "the project's vocabulary")


def _vocabulary(candidate: Candidate, caption: Caption, rng: np.random.Generator) -> list[str]:
    template = TEMPLATES.get(candidate.attribute)
    words = template.alternatives if template else ()
    if candidate.attribute == "technique":
        words = TECHNIQUE_NAMES
    if not words:
        known = {kind for kind, _ in names(candidate.answer)}
        words = list(vocabulary(candidate.value_type)) if candidate.value_type in known else []
    chosen: list[str] = []
    for index in rng.permutation(len(words)):
        word = words[index]
        apart = all(comparable(word, other) for other in (candidate.answer, *chosen))
        if apart and not caption.names(word):
            chosen.append(word)
        if len(chosen) == CHOICES - 1:
            break
    return chosen
