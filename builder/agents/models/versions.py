"""Which prompts and which loop make up a version of the model agent.

A version that replies were recorded with stays as it is: the manifest of the recording names it,
and a build from these replies asks exactly what was asked then. A change of a prompt is a new file
in a folder of its own, one of the loop a new class; both enter here under a new name, the newest
last:

    "v2": Version("v2", replace(V1, reflect=Prompt("v2/reflect", replies.Shortcut)), Refiner)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from builder.agents.models.prompts import V1, PromptSet
from builder.agents.models.refining import Refiner
from builder.errors import BuildError


@dataclass(frozen=True, slots=True)
class Version:
    """Prompts, and the loop against language shortcuts, under one name."""

    name: str
    prompts: PromptSet
    refiner: type[Refiner]


VERSIONS = {version.name: version for version in (Version("v1", V1, Refiner),)}
NEWEST = list(VERSIONS.values())[-1]


def find_version(name: str, digests: Mapping[str, str]) -> Version:
    """The version that a manifest asks for, by its name or else by its prompts alone.

    Args:
        name: of the version; '' for the one that has these prompts, the oldest if there are more.
        digests: of the prompts, by step.

    Raises:
        BuildError: no version here has this name and these prompts.
    """
    named = [v for v in VERSIONS.values() if name in ("", v.name)]
    if not named:
        raise BuildError(
            f"the replies were recorded with version {name!r} of prompts and loop, which this "
            f"version of microvqa-pp does not have; it has {', '.join(VERSIONS)}"
        )
    for version in named:
        if version.prompts.digests() == dict(digests):
            return version
    ours = named[-1].prompts.digests()
    other = sorted(step for step in {*ours, *digests} if ours.get(step) != digests.get(step))
    raise BuildError(
        f"no version of the prompts here is the one that the replies were recorded with: "
        f"{', '.join(other)} differ from {named[-1].name}; use the version of microvqa-pp that "
        "recorded them"
    )
