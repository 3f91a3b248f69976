"""Recordings: a folder or `.tar.gz` with replies of a model and a manifest that says what of.

The manifest names the model, its revision, the version of prompts and loop, and the parameters:
a build from the recording runs with these, so that it asks what was asked then.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from builder.errors import BuildError
from builder.tables.shards import code_digest, write_atomically

if TYPE_CHECKING:
    from scoring.models import RecordedReplies

KIND = "recorded"
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 8 << 20
PARAMETERS = ("keep_ratio", "seed")
MODEL_PARAMETERS = ("revision", "samples", "rounds")

_Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Manifest(BaseModel):
    """What a recording is of. Other keys may stand beside these, for people."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    agent: Annotated[_Name, StringConstraints(pattern=r"^(?:openai|transformers):.+$")]
    revision: _Name = ""
    version: _Name = ""
    prompts: dict[_Name, _Name]
    samples: int = Field(ge=0, le=20)
    rounds: int = Field(ge=0, le=10)
    keep_ratio: float = Field(default=0.75, gt=0, le=1)
    seed: int = Field(default=0, ge=0)
    responses: str = "responses"
    content: _Name = ""
    license: _Name = ""
    code: _Name = ""


@dataclass(frozen=True)
class Recording:
    """A recording that was read. `digest` changes with what it answers, not with where it lies."""

    manifest: Manifest
    replies: RecordedReplies
    digest: str

    @property
    def complaint(self) -> str:
        """What is odd about the replies as a whole, in words; '' where nothing is."""
        faults = [f"{count:,} {fault}" for fault, count in sorted(self.replies.faults.items())]
        told = f"replies that are not used: {', '.join(faults)}" if faults else ""
        stated = self.manifest.content
        if stated and stated != hash_replies(self.replies.digests()):
            told += f"{'; ' if told else ''}the replies are not all those that its manifest names"
        return told


def find_recording(agent: str) -> Path | None:
    """Where the replies of an agent `recorded:PLACE` lie; None for any other agent."""
    kind, _, place = agent.partition(":")
    return Path(place).expanduser() if kind == KIND and place else None


def hash_replies(requests: Iterable[str]) -> str:
    """Digest of which requests a recording answers."""
    return hashlib.sha256("\n".join(sorted(requests)).encode()).hexdigest()[:16]


def read_recording(place: Path) -> Recording:
    """A recording, from its folder or `.tar.gz`; kept for the next who asks while it is unchanged.

    Raises:
        BuildError: there is none, or its manifest cannot be used.
    """
    try:
        facts = place.stat()
    except OSError as error:
        raise BuildError(f"no recorded replies at {place}: {error.strerror}") from error
    return _read_recording(place.absolute(), facts.st_mtime_ns)


@lru_cache(maxsize=4)
def _read_recording(place: Path, _changed: int) -> Recording:
    # `scoring` brings scipy, a second that builds without a model do not wait for.
    from scoring.models import read_replies

    manifest = _parse_manifest(place, _read_manifest(place))
    where = place
    if place.is_dir():
        where = place / manifest.responses
        # The manifest may come from anywhere, and names nothing outside of its folder.
        if not where.resolve().is_relative_to(place.resolve()):
            raise BuildError(f"{place / MANIFEST} names replies outside of its folder")
    try:
        replies = read_replies(where)
    except OSError as error:
        problem = error.strerror or error
        raise BuildError(f"the replies at {where} cannot be read: {problem}") from error
    told = [manifest.model_dump(mode="json"), replies.hash_content()]
    return Recording(manifest, replies, hashlib.sha256(json.dumps(told).encode()).hexdigest())


def _read_manifest(place: Path) -> bytes:
    if place.is_dir():
        path = place / MANIFEST
        if not path.is_file():
            raise BuildError(
                f"{place} has no {MANIFEST}, which says what model and prompts its replies are "
                "of; record one with: build --agent openai:MODEL --record FOLDER"
            )
        if path.stat().st_size > LARGEST_MANIFEST:
            raise BuildError(f"{path} is too large for a manifest")
        return path.read_bytes()
    from scoring.models.recorded import read_members

    try:
        found = {name: data for name, data in read_members(place) if name and name.name == MANIFEST}
    except OSError as error:
        raise BuildError(f"{place} cannot be read: {error.strerror or error}") from error
    if not found:
        raise BuildError(f"{place} is no archive with a {MANIFEST}")
    return found[min(found, key=_count_parts)]


def _count_parts(name: PurePosixPath) -> tuple[int, str]:
    return len(name.parts), str(name)


def _parse_manifest(place: Path, data: bytes) -> Manifest:
    try:
        return Manifest.model_validate(json.loads(data.decode("utf-8")))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
        raise BuildError(f"the {MANIFEST} of {place} cannot be used: {wrong}") from error
    except (ValueError, RecursionError) as error:
        raise BuildError(f"the {MANIFEST} of {place} is no JSON") from error


def fill_parameters(settings: Mapping[str, Any], manifest: Manifest) -> dict[str, Any]:
    """Settings of a build with those of the recording where nothing else is said.

    Args:
        settings: fields of the build's configuration as they were given, the model's nested.
        manifest: of the recording.

    Raises:
        ValueError: another revision of the model is asked for.
    """
    model = dict(settings.get("model") or {})
    if (asked := model.get("revision") or manifest.revision) != manifest.revision:
        raise ValueError(f"the replies are of revision {manifest.revision!r}, not {asked!r}")
    model["revision"] = manifest.revision
    for name in MODEL_PARAMETERS:
        model.setdefault(name, getattr(manifest, name))
    parameters = {name: getattr(manifest, name) for name in PARAMETERS}
    return {**parameters, **settings, "model": model}


def make_manifest(settings: Mapping[str, Any], agent: str) -> Manifest:
    """The manifest of a build by a model that is asked now.

    Args:
        settings: of the build, the model's nested.
        agent: that answered.
    """
    from builder.agents.models.versions import NEWEST

    told = {name: settings[name] for name in PARAMETERS}
    told |= {name: settings["model"][name] for name in MODEL_PARAMETERS}
    # Of recorded replies the model is filled in by who knows the recording.
    name = "openai:recorded" if find_recording(agent) else agent
    return Manifest(agent=name, version=NEWEST.name, prompts=NEWEST.prompts.digests(), **told)


def write_recording(
    folder: Path, manifest: Manifest, responses: Path, requests: Iterable[str]
) -> int:
    """Write a recording; of an earlier one in the folder only the replies asked for now stay.

    Args:
        folder: made where it is not there.
        manifest: of the recording; which requests it answers is filled in here.
        responses: folder of the response cache that the replies are taken from.
        requests: digests of the requests whose replies are recorded.

    Returns:
        How many replies it holds.

    Raises:
        BuildError: the folder holds something else.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise BuildError(f"{folder} holds files that are no recording; choose another --record")
    aside = folder / ".responses.new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    kept = []
    for digest in sorted(set(requests)):
        source = responses / digest[:2] / f"{digest}.json"
        if source.is_file():
            (aside / digest[:2]).mkdir(exist_ok=True)
            shutil.copyfile(source, aside / digest[:2] / source.name)
            kept.append(digest)
    final = folder / "responses"
    shutil.rmtree(final, ignore_errors=True)
    aside.rename(final)
    told = manifest.model_copy(
        update={
            "content": hash_replies(kept),
            "code": code_digest()[:12],
            "responses": final.name,
        }
    )
    write_atomically(folder / MANIFEST, f"{told.model_dump_json(indent=1)}\n".encode())
    return len(kept)
