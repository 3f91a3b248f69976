"""One figure, one article: what several sources hold under other names, in other encodings.

An article is known by its id, DOI, PMID and PMCID; figures are the same where their perceptual
hashes are near-duplicates. Of each such group one figure is used, the richest record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from builder.tables.near_duplicates import TEXT_JACCARD, ImageIndex, cut_shingles, jaccard

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PREPRINT_VERSION = re.compile(r"(?<=\d)v\d+$")
_PMCID = re.compile(r"(?:PMC)?(\d+)(?:\.\d+)?", re.IGNORECASE)
_PMID = re.compile(r"(?:PMID:?\s*)?(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """What tells whether two records are of one figure.

    `usable` says that licence and labels let it be asked about; `told` counts what the record
    tells besides its image: title, authors, panels, paragraphs that mention it ...
    """

    shard: str
    figure_id: str
    article_id: str
    doi: str
    pmid: str
    pmcid: str
    phash: str
    caption: str
    pixels: int
    reserved: bool
    usable: bool
    told: int

    @property
    def richness(self) -> tuple[bool, bool, int, int, int]:
        """Orders records of one figure, the one to use last.

        A reserved figure stays reserved, and one that may be asked about is not lost to one that
        may not; then counts what is told, the length of the caption, and the size of the image.
        """
        return self.reserved, self.usable, self.told, len(self.caption), self.pixels


@dataclass(frozen=True, slots=True)
class Repeat:
    """A figure that another stands for, and by how many bits of 256 their images differ."""

    figure: KnownFigure
    kept: KnownFigure
    bits: int

    @property
    def reason(self) -> str:
        """Why it is left out, in words."""
        how = f"{self.bits} of 256 bits of its image differ" if self.bits else "its image is alike"
        return f"figure occurs twice: {self.kept.figure_id} is the richer record of it, {how}"


def find_repeats(figures: Sequence[KnownFigure]) -> list[Repeat]:
    """Figures whose image is a near-duplicate of that of a richer record, which is kept.

    Of all figures that are kept no two are near-duplicates. Images without any structure (one
    colour) have hashes that tell nothing, and repeat none.

    Args:
        figures: in the order of the sources; of equally rich records the first is kept.
    """
    telling = [figure for figure in figures if _has_structure(figure.phash)]
    index = ImageIndex((figure.phash, figure.phash) for figure in telling)
    # The richest come first, so that whatever is near one that is kept already gives way.
    kept: dict[str, KnownFigure] = {}
    repeats = []
    for figure in sorted(telling, key=lambda figure: figure.richness, reverse=True):
        near = ((bits, kept[name]) for name, bits in index.find_all(figure.phash) if name in kept)
        found = min(near, key=lambda each: (each[0], each[1].figure_id), default=None)
        if found is None:
            kept[figure.phash] = figure
        else:
            repeats.append(Repeat(figure, found[1], found[0]))
    return repeats


def _has_structure(phash: str) -> bool:
    """Whether about half of the bits are set, as the median leaves them for any real image."""
    return 64 <= int(phash, 16).bit_count() <= 192


def group_articles(figures: Iterable[KnownFigure], repeats: Iterable[Repeat]) -> dict[str, str]:
    """The article that each article_id means: the first id of it.

    Two ids mean one article where they share a DOI, a PMID or a PMCID, or where a figure of both
    has the same image and nearly the same caption.
    """
    groups = _Groups()
    for figure in figures:
        groups.join(f"id:{figure.article_id}", *_list_names(figure))
    for repeat in repeats:
        ours, theirs = repeat.figure, repeat.kept
        alike = jaccard(cut_shingles(ours.caption), cut_shingles(theirs.caption)) >= TEXT_JACCARD
        if alike and ours.article_id != theirs.article_id:
            groups.join(f"id:{theirs.article_id}", f"id:{ours.article_id}")
    return groups.list_ids()


def _list_names(figure: KnownFigure) -> Iterator[str]:
    """The names of a figure's article that other sources may know it by."""
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", figure.doi.strip().lower())
    if match := _DOI.fullmatch(doi.rstrip(".,;")):
        whole = match[0]
        is_preprint = whole.startswith("10.1101/")
        yield f"doi:{_PREPRINT_VERSION.sub('', whole) if is_preprint else whole}"
    if match := _PMCID.fullmatch(figure.pmcid.strip()):
        yield f"pmc:{int(match[1])}"
    # Many sources have no column for it, and name the article by it.
    if figure.article_id[:3].upper() == "PMC" and (match := _PMCID.fullmatch(figure.article_id)):
        yield f"pmc:{int(match[1])}"
    if match := _PMID.fullmatch(figure.pmid.strip()):
        yield f"pmid:{int(match[1])}"


class _Groups:
    """Names that mean the same (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def _find(self, name: str) -> str:
        root = name
        while (parent := self._parent.setdefault(root, root)) != root:
            root = parent
        while name != root:
            name, self._parent[name] = self._parent[name], root
        return root

    def join(self, first: str, *others: str) -> None:
        """Say that names mean the same."""
        root = self._find(first)
        for other in others:
            self._parent[self._find(other)] = root

    def list_ids(self) -> dict[str, str]:
        """Of each article_id the first one, in the order joined, that means the same."""
        firsts: dict[str, str] = {}
        ids = [name for name in self._parent if name.startswith("id:")]
        return {name[3:]: firsts.setdefault(self._find(name), name[3:]) for name in ids}
