"""Sources of figures, by kind."""

from __future__ import annotations

from builder.sources.base import Partition, Source, SourceError

KINDS = ("phantom", "pmc_oa")


def open_source(spec: str, seed: int = 0) -> Source:
    """The source that `KIND[:LOCATION]` names.

    `phantom:N` renders N figures; `pmc_oa:PATH` reads article packages. Raises SourceError for
    an unknown kind or a location that the kind cannot use.
    """
    kind, _, location = spec.partition(":")
    if kind == "phantom":
        return _phantom(location, seed)
    if kind == "pmc_oa":
        from builder.sources.pmc_oa import PmcOaSource

        if not location:
            raise SourceError("pmc_oa needs a location: --source pmc_oa:FOLDER")
        return PmcOaSource(location)
    raise SourceError(f"unknown source kind {kind!r}; known kinds: {', '.join(KINDS)}")


def _phantom(location: str, seed: int) -> Source:
    from builder.sources.phantom import PhantomSource

    if not location:
        return PhantomSource(seed=seed)
    if not location.isascii() or not location.isdigit() or int(location) < 1:
        raise SourceError(f"phantom:{location} is no number of figures; write phantom:200")
    return PhantomSource(figures=int(location), seed=seed)


__all__ = ["KINDS", "Partition", "Source", "SourceError", "open_source"]
