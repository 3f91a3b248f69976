"""Choices for hypotheses: the agent and the direction of its effect, each right or wrong.

The key is (T, d); the wrong choices are (T, not d), (T', d) and (T', not d). Each agent and each
direction stands in two of four choices, so neither says which choice is right.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from builder.agents.offline.comparing import Caption, Drawn, comparable
from builder.agents.offline.findings import NO_CHANGE, OPPOSITES
from builder.tables.records import Candidate, Figure

_VERBS = (*OPPOSITES, NO_CHANGE)
_EFFECT = re.compile(rf"^(?P<agent>.+?) (?P<verb>{'|'.join(_VERBS)}) (?P<measure>.+)$")


def parts(answer: str) -> tuple[str, str, str]:
    """Agent, verb and measure of a hypothesis; empty where it has another form."""
    match = _EFFECT.match(answer)
    return (match["agent"], match["verb"], match["measure"]) if match else ("", "", "")


def turned(verb: str, verbs: Counter[str], rng: np.random.Generator) -> str:
    """A verb for another direction, each of the other directions equally often."""
    if verb != NO_CHANGE:
        return OPPOSITES[verb] if rng.random() < 0.5 else NO_CHANGE
    changes = sorted(v for v in verbs if v != NO_CHANGE) or ["increases", "decreases"]
    weights = np.array([verbs[v] or 1 for v in changes], dtype=np.float64)
    return str(rng.choice(changes, p=weights / weights.sum()))


@dataclass
class Crossed:
    """Agents that keys name, for reserved figures and for the others."""

    keys: dict[bool, Counter[str]]
    verbs: Counter[str]

    @classmethod
    def of(cls, candidates: Sequence[Candidate], figures: Mapping[str, Figure]) -> Crossed:
        """Counts the agents of a shard's hypotheses."""
        keys: dict[bool, Counter[str]] = defaultdict(Counter)
        verbs: Counter[str] = Counter()
        for candidate in candidates:
            agent, verb, _ = parts(candidate.answer)
            if candidate.attribute == "effect" and agent:
                keys[figures[candidate.figure_id].reserved][agent] += 1
                verbs[verb] += 1
        return cls(keys, verbs)

    def draw(
        self,
        candidate: Candidate,
        figures: Mapping[str, Figure],
        caption: Caption,
        rng: np.random.Generator,
    ) -> Drawn:
        """The three wrong combinations of agent and direction, in a seeded order."""
        agent, verb, measure = parts(candidate.answer)
        side = figures[candidate.figure_id].reserved
        others = sorted(self.keys[side])
        options = [o for o in others if comparable(o, agent) and not caption.names(o)]
        if not options:
            return Drawn(problem="no other agent in the shard whose effect is asked for")
        other, opposite = str(rng.choice(options)), turned(verb, self.verbs, rng)
        wrong = [(agent, opposite), (other, verb), (other, opposite)]
        texts = [f"{a} {v} {measure}" for a, v in wrong]
        return Drawn([texts[k] for k in rng.permutation(3)], "agents and directions crossed")
