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
    """Settings of a source besides its location.

    `seed` shapes the phantom, `microscopy` selects figures by the source's own labels, `license`
    is the licence of figures whose source states none.
    """

    seed: int = 0
    microscopy: Microscopy = "strict"
    license: str = ""


def open_source(spec: str, options: SourceOptions) -> Source:
    """The source that `KIND[:LOCATION]` names.

    Raises:
        SourceError: For an unknown kind or a location that the kind cannot use.
    """
    kind, _, location = spec.partition(":")
    opener = _OPENERS.get(kind)
    if opener is None:
        raise SourceError(f"unknown source kind {kind!r}; known kinds: {', '.join(KINDS)}")
    if not location and kind != "phantom":
        raise SourceError(f"{kind} needs a location: --source {kind}:WHERE")
    return opener(location, options)


# Each kind is imported when it is opened: scipy, lxml, datasets and requests are not needed by all.


def _open_phantom(location: str, options: SourceOptions) -> Source:
    from builder.sources.phantom import PhantomSource

    if not location:
        return PhantomSource(seed=options.seed)
    if not location.isascii() or not location.isdigit() or not location.strip("0"):
        raise SourceError(f"phantom:{location} is no number of figures; write phantom:200")
    if len(location) > 12 or int(location) > MAX_PHANTOM_FIGURES:
        limit = f"at most {MAX_PHANTOM_FIGURES:,} are drawn"
        raise SourceError(f"phantom:{location} is too many figures: {limit}")
    return PhantomSource(figures=int(location), seed=options.seed)


def _open_pmc_oa(location: str, _: SourceOptions) -> Source:
    from builder.sources.pmc_oa import PmcOaService, PmcOaSource, is_remote

    return PmcOaService(location) if is_remote(location) else PmcOaSource(location)


def _open_biomedica(location: str, options: SourceOptions) -> Source:
    from builder.sources.biomedica import BiomedicaSource

    return BiomedicaSource(location, options.microscopy, license=options.license)


def _open_image_folder(location: str, options: SourceOptions) -> Source:
    from builder.sources.image_folder import ImageFolderSource

    return ImageFolderSource(location, options.license)


def _open_dataset(location: str, options: SourceOptions) -> Source:
    from builder.sources.dataset import DatasetSource

    return DatasetSource(location, options.license)


def _open_figures(location: str, _: SourceOptions) -> Source:
    from builder.sources.figures_table import FiguresTableSource

    return FiguresTableSource(location)


_OPENERS: dict[str, Callable[[str, SourceOptions], Source]] = {
    "phantom": _open_phantom,
    "pmc_oa": _open_pmc_oa,
    "biomedica": _open_biomedica,
    "image_folder": _open_image_folder,
    "dataset": _open_dataset,
    "figures": _open_figures,
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
