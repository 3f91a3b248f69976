"""Sources of figures, by kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from builder.sources.base import Partition, Source, SourceError

Microscopy = Literal["strict", "loose", "any"]
MAX_PHANTOM_FIGURES = 10_000_000


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a source may be told besides its location.

    `seed` shapes the phantom, `microscopy` selects figures by the source's own labels, `license`
    is the licence of figures whose source states none.
    """

    seed: int = 0
    microscopy: Microscopy = "strict"
    license: str = ""


def open_source(spec: str, options: SourceOptions) -> Source:
    """The source that `KIND[:LOCATION]` names.

    Raises SourceError for an unknown kind or a location that the kind cannot use.
    """
    kind, _, location = spec.partition(":")
    opener = _OPENERS.get(kind)
    if opener is None:
        raise SourceError(f"unknown source kind {kind!r}; known kinds: {', '.join(KINDS)}")
    if not location and kind != "phantom":
        raise SourceError(f"{kind} needs a location: --source {kind}:WHERE")
    return opener(location, options)


def _phantom(location: str, options: SourceOptions) -> Source:
    from builder.sources.phantom import PhantomSource

    if not location:
        return PhantomSource(seed=options.seed)
    if not location.isascii() or not location.isdigit() or not location.strip("0"):
        raise SourceError(f"phantom:{location} is no number of figures; write phantom:200")
    if len(location) > 12 or int(location) > MAX_PHANTOM_FIGURES:
        limit = f"at most {MAX_PHANTOM_FIGURES:,} are drawn"
        raise SourceError(f"phantom:{location} is too many figures: {limit}")
    return PhantomSource(figures=int(location), seed=options.seed)


def _pmc_oa(location: str, _: SourceOptions) -> Source:
    from builder.sources.pmc_oa import PmcOaSource, is_remote

    if not is_remote(location):
        return PmcOaSource(location)
    from builder.sources.pmc_oa.remote import PmcOaService

    return PmcOaService(location)


def _biomedica(location: str, options: SourceOptions) -> Source:
    from builder.sources.biomedica import BiomedicaSource

    return BiomedicaSource(location, options.microscopy)


def _image_folder(location: str, options: SourceOptions) -> Source:
    from builder.sources.image_folder import ImageFolderSource

    return ImageFolderSource(location, options.license)


def _dataset(location: str, options: SourceOptions) -> Source:
    from builder.sources.dataset import DatasetSource

    return DatasetSource(location, options.license)


_OPENERS: dict[str, Callable[[str, SourceOptions], Source]] = {
    "phantom": _phantom,
    "pmc_oa": _pmc_oa,
    "biomedica": _biomedica,
    "image_folder": _image_folder,
    "dataset": _dataset,
}
KINDS = tuple(_OPENERS)

__all__ = [
    "KINDS",
    "Microscopy",
    "Partition",
    "Source",
    "SourceError",
    "SourceOptions",
    "open_source",
]
