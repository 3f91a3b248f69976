"""The image files of a package, by the names that its article gives them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

from builder.sources.files import IMAGES

_FORMATS = (
    *IMAGES, ".jpe", ".jp2", ".jfif", ".eps", ".epsf", ".ps", ".pdf", ".svg", ".ai", ".psd",
    ".wmf", ".emf", ".ppt", ".pptx", ".doc", ".docx", ".cdr", ".zip",
)  # fmt: skip
"""Endings that name a format, of images or of what images were made from."""

_VARIANT = re.compile(
    r"[-_.](?:large|lrg|lg|hi-?res|high-?res|hires|high|full|fullsize|original|orig|big|html|web|"
    r"online|print|thumb|small|medium|\d{3,4}px)$"
)


def read_base_name(href: str) -> str:
    """Last part of an image reference, lower case: a name to look up, never a path."""
    return re.split(r"[/\\]", unquote(href).strip())[-1].partition("?")[0].lower()


def read_stem(name: str, variants: bool = False) -> str:
    """Name of an image without its folder and format, lower case.

    With `variants` also without what tells forms of one image apart: '-large', '_hires', and the
    'journal.' of DOIs at PLOS.
    """
    base = read_base_name(name)
    stem = next((base.removesuffix(s) for s in _FORMATS if base.endswith(s)), base)
    return _VARIANT.sub("", stem).removeprefix("journal.") or stem if variants else stem


def _list_ends(stem: str) -> Iterator[str]:
    """What is left of a name behind an identifier: 'gr1' of '1-s2.0-S0092867417300065-gr1'."""
    for match in re.finditer(r"[-_.](?=[a-z]+\d)", stem):
        before = stem[: match.start()]
        if sum(letter.isdigit() for letter in before) >= 4:
            yield stem[match.end() :]


class PackageImages:
    """The image files of a package, found by the references of its article."""

    def __init__(self, names: list[str]) -> None:
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._by_picture: dict[str, list[str]] = defaultdict(list)
        self._by_end: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            stem = read_stem(name)
            self._by_stem[stem].append(name)
            self._by_picture[read_stem(name, variants=True)].append(name)
            for end in _list_ends(stem):
                self._by_end[end].append(name)

    def find(self, hrefs: list[str]) -> tuple[list[str], list[str]]:
        """The files that references to one picture mean.

        An exact name wins, then the format: JPEG, PNG, TIFF, GIF. Where no file has the name, one
        in another size is taken, or the only one that has an identifier before it.

        Returns:
            The best files (several if it is ambiguous), and the same picture in other formats and
            sizes. Both are empty if no file fits.
        """
        bases = {read_base_name(href) for href in hrefs}
        fitting = self._collect(self._by_stem, [read_stem(href) for href in hrefs])
        pictures = [read_stem(href, variants=True) for href in hrefs]
        sizes = self._collect(self._by_picture, pictures)
        fitting = fitting or sizes or self._find_by_end(pictures)
        exact = [name for name in fitting if read_base_name(name) in bases] or fitting
        # Folders decide between files of one name, where the reference gives them.
        paths = [unquote(href).strip().lower() for href in hrefs if "/" in href]
        exact = [name for name in exact if name.lower().endswith(tuple(paths))] or exact
        ranks = {name: IMAGES.index(PurePosixPath(name).suffix.lower()) for name in fitting}
        best = min((ranks[name] for name in exact), default=0)
        chosen = [name for name in exact if ranks[name] == best]
        others = dict.fromkeys(name for name in [*fitting, *sizes] if name not in chosen)
        return chosen, list(others)

    def _find_by_end(self, stems: list[str]) -> list[str]:
        """The one file whose name is a reference with an identifier before it, or the reverse."""
        for stem in filter(None, stems):
            longer = self._by_end.get(stem, [])
            shorter = [x for end in _list_ends(stem) for x in self._by_picture.get(end, [])]
            if len(found := list(dict.fromkeys([*longer, *shorter]))) == 1:
                return found
        return []

    @staticmethod
    def _collect(names: dict[str, list[str]], stems: list[str]) -> list[str]:
        return [name for stem in dict.fromkeys(filter(None, stems)) for name in names.get(stem, [])]
