"""Stage 3: three wrong choices per candidate, drawn so that they do not give the key away.

Wrong choices are what the same question is answered with for other figures. Hypotheses cross the
agent and the direction of an effect instead. Where a small corpus has too few answers, numbers
are scaled and names are taken from the templates or the vocabulary.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from builder.agents.offline.answers import (
    CaptionNames,
    MeasuredValues,
    are_comparable,
    find_names,
    get_form,
    parse_number,
    scale_number,
)
from builder.agents.offline.balanced_choices import (
    CHOICES,
    cap_counts,
    draw_apart,
    fit_weights,
    shrink_counts,
)
from builder.agents.offline.hypotheses import NO_CHANGE, OPPOSITES, parse_effect
from builder.agents.offline.techniques import LABELLING, TECHNIQUES
from builder.agents.offline.templates import TEMPLATES
from builder.tables.records import HG, Candidate, Figure
from filtering.text.vocabulary import read_vocabulary

# Attributes that ask for the same values in different words, and types whose attributes may mix.
_FAMILIES = {
    "follow_up_compound": "treatment_compound",
    "follow_up_dose": "treatment_dose",
    "follow_up_duration": "treatment_duration",
}
_MIXED_TYPES = frozenset(
    {"marker", "count", "concentration", "duration", "length", "size", "percent"}
)
# What was measured takes any value; what people choose (a dose, a scale bar) is one of a few.
_MEASURED = frozenset({"percent", "size", "count"})
_SMALL_SHARD = 200
"""In a shard of fewer candidates made-up values stand in where the other figures give too few.

In a larger one they would be known by never being right; the question stays free-form instead.
"""
_TRIES = 400
_IMAGING_TECHNIQUES = tuple(name for name, _ in TECHNIQUES if name not in LABELLING)


@dataclass
class Distractors:
    """Wrong choices for a candidate, or why there are none."""

    choices: list[str] = field(default_factory=list)
    problem: str = ""


@dataclass
class AnswerPool:
    """Comparable candidates, whose answers are each other's wrong choices.

    Draws are independent of each other: no value is brought to a quota.
    """

    members: list[Candidate]

    def __post_init__(self) -> None:
        """Chooses which candidates may be asked and fits the weights of their values."""
        answers = [member.answer for member in self.members]
        self.quota = cap_counts(Counter(answers))
        self.values = sorted(value for value, n in self.quota.items() if n)
        is_measured = all(member.value_type in _MEASURED for member in self.members)
        self.measured = MeasuredValues.collect(answers) if is_measured else None
        if self.is_usable:
            # An article counts once for a value, however many of its figures have it.
            by_article = {(m.answer, m.figure_id.rpartition("/")[0]) for m in self.members}
            articles = Counter(answer for answer, _ in by_article)
            shares = shrink_counts([articles[value] for value in self.values])
            self.weights: list[float] = fit_weights(tuple(shares.tolist())).tolist()

    @property
    def is_usable(self) -> bool:
        """Whether there are enough values for four choices."""
        return len(self.values) >= CHOICES

    def draw(
        self, key: Candidate, is_admissible: Callable[[str], bool], rng: np.random.Generator
    ) -> list[str]:
        """Three admissible values besides the key; empty where there are too few."""
        number = parse_number(key.answer)
        if self.measured is not None and number is not None:
            for _ in range(_TRIES):
                chosen = [self.measured.draw(number, rng) for _ in range(CHOICES - 1)]
                apart = all(are_comparable(a, b) for a, b in combinations(chosen, 2))
                if apart and all(is_admissible(value) for value in chosen):
                    return chosen
            return []
        weights = {
            value: weight
            for value, weight in zip(self.values, self.weights, strict=True)
            if value != key.answer and is_admissible(value)
        }
        options = list(weights)
        chosen_places = draw_apart(
            list(weights.values()), lambda a, b: are_comparable(options[a], options[b]), rng
        )
        return [options[place] for place in chosen_places]


def form_pools(
    candidates: Sequence[Candidate], figures: Mapping[str, Figure]
) -> dict[str, AnswerPool]:
    """The pool of every candidate: its attribute, or its value type where that is too small.

    Reserved figures have pools of their own, so that values which only the test split may ask
    for do not turn up as wrong choices alone in the train split.

    Returns:
        Pools by candidate_id.
    """
    fine: dict[tuple[str | bool, ...], list[Candidate]] = defaultdict(list)
    coarse: dict[tuple[str | bool, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        family = _FAMILIES.get(candidate.attribute, candidate.attribute)
        reserved = figures[candidate.figure_id].reserved
        key = (family, candidate.value_type, reserved, get_form(candidate.answer))
        fine[key].append(candidate)
    pools: dict[str, AnswerPool] = {}
    for (_, value_type, side, form), members in fine.items():
        pool = AnswerPool(members)
        if pool.is_usable:
            pools |= {member.candidate_id: pool for member in members}
        else:
            kind = value_type if value_type in _MIXED_TYPES else members[0].attribute
            coarse[kind, side, form] += members
    for members in coarse.values():
        pool = AnswerPool(members)
        pools |= {member.candidate_id: pool for member in members}
    return pools


def draw_distractors(
    candidates: Sequence[Candidate], figures: Mapping[str, Figure], seed: int
) -> dict[str, Distractors]:
    """Wrong choices of every candidate of a shard, by candidate_id.

    Candidates take their turn in a seeded order, because values that are the key too often are
    asked until their quota is used up.
    """
    pools = form_pools(candidates, figures)
    figure_ids = dict.fromkeys(candidate.figure_id for candidate in candidates)
    captions = {name: CaptionNames.read(figures[name].caption) for name in figure_ids}
    effects = EffectCounts.count(candidates, figures)
    turns: Counter[tuple[int, str]] = Counter()
    ranks: Counter[tuple[int, int]] = Counter()
    drawn: dict[str, Distractors] = {}
    for candidate in sorted(candidates, key=lambda c: _hash_with_seed(seed, c.candidate_id)):
        pool = pools[candidate.candidate_id]
        rng = make_rng(seed, candidate.candidate_id)
        caption, reserved = captions[candidate.figure_id], figures[candidate.figure_id].reserved
        if candidate.attribute == "effect":
            drawn[candidate.candidate_id] = effects.cross(candidate.answer, reserved, caption, rng)
            continue

        # A value that is the key of more than its share of questions would be known by it.
        turn = (id(pool), candidate.answer)
        turns[turn] += 1
        if pool.is_usable and turns[turn] > pool.quota[candidate.answer]:
            problem = f"'{candidate.answer}' is the answer too often: its identity would tell"
            drawn[candidate.candidate_id] = Distractors(problem=problem)
            continue

        distractors = _draw_from_pool(candidate, figures, caption, pool, rng)
        if not distractors.choices and len(candidates) < _SMALL_SHARD and turns[turn] <= 2:
            distractors = _make_up(candidate, caption, ranks, id(pool), rng)
        drawn[candidate.candidate_id] = distractors
    return drawn


def make_rng(seed: int, *key: str) -> np.random.Generator:
    """Generator that depends on the seed and the key alone."""
    digest = hashlib.sha256("\x1f".join(key).encode("utf-8", "surrogatepass")).digest()
    words = [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4)]
    return np.random.default_rng(np.random.SeedSequence([seed & 0xFFFFFFFF, *words]))


def _hash_with_seed(seed: int, key: str) -> str:
    return hashlib.sha256(f"{seed}\x1f{key}".encode()).hexdigest()


def _draw_from_pool(
    candidate: Candidate,
    figures: Mapping[str, Figure],
    caption: CaptionNames,
    pool: AnswerPool,
    rng: np.random.Generator,
) -> Distractors:
    """Answers to the same question about other figures that are false for this one."""
    if not pool.is_usable:
        return Distractors(problem=f"fewer than four values of {candidate.attribute} in the shard")
    # Hypotheses of one article support each other: another of them may well be true here too.
    article = figures[candidate.figure_id].article_id
    kin = {
        member.answer
        for member in pool.members
        if candidate.task == HG and figures[member.figure_id].article_id == article
    }

    def is_admissible(value: str) -> bool:
        comparable = are_comparable(value, candidate.answer) and value not in kin
        return comparable and not caption.include(value)

    choices = pool.draw(candidate, is_admissible, rng)
    if not choices:
        problem = f"fewer than three false values of {candidate.attribute} in the shard"
        return Distractors(problem=problem)
    return Distractors(choices)


def _make_up(
    candidate: Candidate,
    caption: CaptionNames,
    ranks: Counter[tuple[int, int]],
    pool: int,
    rng: np.random.Generator,
) -> Distractors:
    """Scaled numbers or known names, for corpora with few comparable answers.

    Args:
        candidate: the candidate.
        caption: what the caption names.
        ranks: how often the key of a pool had a rank among its choices; counted on here.
        pool: identity of the candidate's pool.
        rng: source of chance.
    """
    options: list[str] = []
    if parse_number(candidate.answer) is None:
        options = _choose_known_names(candidate, caption, rng)
    else:
        # Every rank equally often: the smallest choice is the key no more often than the largest.
        rarest = min(ranks[pool, rank] for rank in range(CHOICES))
        free = [rank for rank in range(CHOICES) if ranks[pool, rank] == rarest]
        rank = int(rng.choice(free))
        for _ in range(20):
            options = scale_number(candidate.answer, rank, rng)
            if options and not any(caption.include(option) for option in options):
                ranks[pool, rank] += 1
                break
            options = []
    if len(options) < CHOICES - 1:
        problem = f"fewer than three false values of {candidate.attribute} are known"
        return Distractors(problem=problem)
    return Distractors([options[k] for k in rng.permutation(3)])


def _choose_known_names(
    candidate: Candidate, caption: CaptionNames, rng: np.random.Generator
) -> list[str]:
    """Names of the template or of the vocabulary that the caption does not name."""
    template = TEMPLATES.get(candidate.attribute)
    known: Sequence[str] = template.alternatives if template else ()
    if candidate.attribute == "technique":
        known = _IMAGING_TECHNIQUES
    elif not known and candidate.value_type in {kind for kind, _ in find_names(candidate.answer)}:
        known = list(read_vocabulary(candidate.value_type))
    chosen: list[str] = []
    for index in rng.permutation(len(known)):
        name = known[index]
        apart = all(are_comparable(name, other) for other in (candidate.answer, *chosen))
        if apart and not caption.include(name):
            chosen.append(name)
        if len(chosen) == CHOICES - 1:
            break
    return chosen


@dataclass
class EffectCounts:
    """How often hypotheses name each agent, for reserved figures and for the others, and verb."""

    agents: dict[bool, Counter[str]]
    verbs: Counter[str]

    @classmethod
    def count(cls, candidates: Sequence[Candidate], figures: Mapping[str, Figure]) -> EffectCounts:
        """Counts the agents and verbs of a shard's hypotheses."""
        agents: dict[bool, Counter[str]] = defaultdict(Counter)
        verbs: Counter[str] = Counter()
        for candidate in candidates:
            effect = parse_effect(candidate.answer)
            if candidate.attribute == "effect" and effect.agent:
                agents[figures[candidate.figure_id].reserved][effect.agent] += 1
                verbs[effect.verb] += 1
        return cls(agents, verbs)

    def cross(
        self, answer: str, reserved: bool, caption: CaptionNames, rng: np.random.Generator
    ) -> Distractors:
        """The three wrong combinations of agent and direction, in a seeded order.

        The key is (T, d); the wrong choices are (T, not d), (T', d) and (T', not d). Each agent
        and each direction stands in two of four choices, so neither says which choice is right.
        """
        effect = parse_effect(answer)
        options = [
            agent
            for agent in sorted(self.agents[reserved])
            if are_comparable(agent, effect.agent) and not caption.include(agent)
        ]
        if not options:
            return Distractors(problem="no other agent in the shard whose effect is asked for")
        other, opposite = str(rng.choice(options)), self._turn(effect.verb, rng)
        wrong = [(effect.agent, opposite), (other, effect.verb), (other, opposite)]
        texts = [f"{agent} {verb} {effect.measure}" for agent, verb in wrong]
        return Distractors([texts[k] for k in rng.permutation(3)])

    def _turn(self, verb: str, rng: np.random.Generator) -> str:
        """A verb for another direction, each of the other directions equally often."""
        if verb != NO_CHANGE:
            return OPPOSITES[verb] if rng.random() < 0.5 else NO_CHANGE
        changes = sorted(v for v in self.verbs if v != NO_CHANGE) or ["increases", "decreases"]
        weights = np.array([self.verbs[v] or 1 for v in changes], dtype=np.float64)
        return str(rng.choice(changes, p=weights / weights.sum()))
