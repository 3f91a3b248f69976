"""The source `pmc_oa`: figures of article packages, with an account of all that was not usable."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path, PurePosixPath

from builder.sources.article import Article, Legend, make_figure
from builder.sources.base import MAX_BYTES, Partition, SourceError
from builder.sources.files import IMAGES, walk_files
from builder.sources.pmc_oa import package as packages
from builder.sources.pmc_oa.article import figure_license, read_article
from builder.sources.pmc_oa.figures import (
    Caption,
    ImageIndex,
    Mentions,
    figure_graphics,
    loose_graphics,
    not_a_figure,
    read_caption,
)
from builder.sources.pmc_oa.jats import XLINK_HREF, Element, XmlError, parse, text
from builder.sources.pmc_oa.package import Package, PackageError
from builder.sources.text import make_printable, make_safe_id
from builder.tables.images import ImageError
from builder.tables.microscopy import classify
from builder.tables.records import Figure, Rejection

KIND = "pmc_oa"
MAX_DEPTH = 3


class PmcOaSource:
    """Article packages of the PMC Open Access subset: one JATS file and its images each.

    `location` is a package folder, a `.tar.gz` package, or a folder that holds packages of both
    forms, up to three levels down. Raises SourceError where there is no package.
    """

    kind = KIND
    decodes = True

    def __init__(self, location: str, packages_per_partition: int = 8) -> None:
        if packages_per_partition < 1:
            raise SourceError(f"packages_per_partition is {packages_per_partition}: use 1 or more")
        self._location = Path(location).expanduser().resolve()
        self._per_partition = packages_per_partition

    def partitions(self) -> list[Partition]:
        """Packages in order of their names. Raises SourceError when there is none."""
        found = self._packages()
        if not found:
            raise SourceError(
                f"no article package in {self._location}: expected folders with a .nxml file and "
                "images, or .tar.gz archives of such folders"
            )
        chunks: list[list[Path]] = [[]]
        held = 0
        for _, group in groupby(found, key=_package_name):
            same = list(group)
            weight = sum(map(_bytes, same))
            full = len(chunks[-1]) >= self._per_partition or held + weight > MAX_BYTES
            if chunks[-1] and full:
                chunks.append([])
                held = 0
            chunks[-1].extend(same)
            held += weight
        return [self._partition(index, chunk) for index, chunk in enumerate(chunks)]

    def read(self, partition: Partition) -> Iterator[Figure | Rejection]:
        """Figures and rejections, package by package; bad packages are rejected, never raised."""
        seen: dict[str, str] = {}
        for item in partition.items:
            path = self._location / item
            yield from read_package(path, make_printable(path.name), item, seen)

    def _packages(self) -> list[Path]:
        path = self._location
        if not path.exists():
            raise SourceError(f"{path} does not exist: give a folder or .tar.gz of articles")
        try:
            if path.is_file():
                return [path] if packages.is_archive(path) else []
            found = _find_packages(path, 0)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error}") from error
        return sorted(found, key=lambda p: (_package_name(p), str(p)))

    def _partition(self, index: int, chunk: list[Path]) -> Partition:
        items = tuple(str(path.relative_to(self._location)) for path in chunk)
        facts = [
            [make_printable(str(file.relative_to(path.parent))), s.st_size, s.st_mtime_ns]
            for path in chunk
            for file, s in _files(path)
        ]
        digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        return Partition(f"{index:05d}-{make_safe_id(_package_name(chunk[0]))}", digest, items)


def _files(package: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """An archive, or the files in a folder, with their facts; without those that have none."""
    for file in [package] if package.is_file() else walk_files(package):
        with suppress(OSError):
            yield file, file.lstat()


def _bytes(package: Path) -> int:
    """Bytes of an archive or of all files in a folder."""
    return sum(facts.st_size for _, facts in _files(package))


def _package_name(path: Path) -> str:
    name = make_printable(path.name)
    return next((name[: -len(s)] for s in packages.ARCHIVES if name.lower().endswith(s)), name)


def _find_packages(folder: Path, depth: int) -> list[Path]:
    """Packages below a folder; one that cannot be read counts, and is refused when it is read."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        files = [entry for entry in entries if entry.is_file()]
        folders = [entry for entry in entries if entry.is_dir()]
    except OSError:
        if depth == 0:
            raise
        return [folder]
    suffixes = {file.suffix.lower() for file in files}
    if ".nxml" in suffixes:
        return [folder]
    found = [file for file in files if packages.is_archive(file)]
    if depth < MAX_DEPTH:
        found += [package for each in folders for package in _find_packages(each, depth + 1)]
    images_alone = depth > 0 and not suffixes.isdisjoint(IMAGES)
    return found or ([folder] if ".xml" in suffixes or images_alone else [])


def read_package(
    path: Path, name: str, item: str, seen: dict[str, str]
) -> Iterator[Figure | Rejection]:
    """Figures and rejections of one package; `seen` holds the articles read before."""
    place = name if item in (".", "") else make_printable(PurePosixPath(item).as_posix())
    try:
        content = packages.read(path)
        xml = _article_file(content)
        root = parse(content.files[xml])
    except (PackageError, XmlError) as error:
        yield Rejection(KIND, place, "", "", error.reason, error.detail)
        return
    article = read_article(root, _package_name(path))
    if article.article_id in seen:
        detail = f"already read from {seen[article.article_id]}"
        yield Rejection(KIND, place, article.article_id, "", "article occurs twice", detail)
        return
    seen[article.article_id] = place
    yield from _Reading(place, xml, content, root, article).items()


def _article_file(content: Package) -> str:
    names = content.named((".nxml",)) or content.named((".xml",))
    if not names:
        raise PackageError("no article XML", f"{len(content.files)} images and no .nxml file")
    if len(names) > 1:
        raise PackageError("several article XML files", ", ".join(names[:5]))
    return names[0]


class _Reading:
    """One pass over an article; keeps account of the image files that it came across."""

    def __init__(
        self, place: str, xml: str, content: Package, root: Element, article: Article
    ) -> None:
        self._place = place
        self._xml = xml
        self._content = content
        self._root = root
        self._article = article
        self._images = content.named(IMAGES)
        self._index = ImageIndex(self._images)
        self._mentions = Mentions(root)
        self._keys: set[str] = set()
        self._accounted: set[str] = set()

    def items(self) -> Iterator[Figure | Rejection]:
        """Figures in the order of the article, then all that is none of them."""
        for number, node in enumerate(self._root.iter("fig"), start=1):
            yield from self._figure(node, number)
        yield from self._loose_graphics()
        for name in self._images:
            if name not in self._accounted:
                yield self._reject(name, "", "image is not referenced", "no graphic names it")
        for refused in self._content.refused:
            yield self._reject(refused.name, "", refused.reason, refused.detail)

    def _reject(self, name: str, item: str, reason: str, detail: str) -> Rejection:
        self._accounted.add(name)
        location = f"{self._place}/{name}"
        return Rejection(KIND, location, self._article.article_id, item, reason, detail)

    def _figure(self, node: Element, number: int) -> Iterator[Figure | Rejection]:
        caption = read_caption(node)
        item = caption.label or node.get("id") or f"figure {number}"
        pictures = figure_graphics(node)
        chosen, others = self._index.find([href for hrefs in pictures for href in hrefs])
        for name in others:
            detail = f"{', '.join(chosen)} is used for {item}"
            yield self._reject(name, item, "other format of a figure", detail)
        problem = self._problem(node, caption, pictures, chosen)
        if problem is not None:
            for name in chosen or [self._xml]:
                yield self._reject(name, item, *problem)
            return
        self._accounted.add(chosen[0])
        try:
            yield self._record(node, number, caption, chosen[0])
        except ImageError as error:
            yield self._reject(chosen[0], item, error.reason, error.detail)

    def _problem(
        self, node: Element, caption: Caption, pictures: list[list[str]], chosen: list[str]
    ) -> tuple[str, str] | None:
        hrefs = ", ".join(href for picture in pictures for href in picture)
        if kind := not_a_figure(node):
            return f"not a figure: {kind}", f"fig {node.get('id', '')} shows {hrefs}"
        if not pictures:
            return "figure names no image", f"fig {node.get('id', '')} has no graphic"
        if len(pictures) > 1:
            return "several images in one figure", hrefs
        if not chosen:
            return "image file missing", hrefs
        if len(chosen) > 1:
            return "several image files match", f"{hrefs}: {', '.join(chosen)}"
        if not caption.text:
            return "no caption", hrefs
        return None

    def _record(self, node: Element, number: int, caption: Caption, name: str) -> Figure:
        image = (PurePosixPath(name).name, self._content.files[name])
        mentions = self._mentions.of(node)
        legend = Legend(caption.label, caption.title, caption.text, caption.panels, mentions)
        verdict = classify(caption.text, caption.title)
        rights = figure_license(node, caption.text, self._article.license)
        key = self._figure_key(node, number)
        return make_figure(KIND, key, self._article, image, legend, verdict, rights)

    def _figure_key(self, node: Element, number: int) -> str:
        key = make_safe_id(node.get("id") or text(node.find("label")) or f"fig{number}")
        if key in self._keys:
            key = f"{key}-n{number}"
        self._keys.add(key)
        return key

    def _loose_graphics(self) -> Iterator[Rejection]:
        without_file: Counter[str] = Counter()
        for node, kind in loose_graphics(self._root):
            href = node.get(XLINK_HREF, "")
            chosen, others = self._index.find([href])
            fresh = [n for n in chosen + others if n not in self._accounted]
            for name in fresh:
                yield self._reject(name, "", f"not a figure: {kind}", f"graphic {href}")
            if not chosen:
                without_file[kind] += 1
        for kind, count in sorted(without_file.items()):
            detail = f"{count} graphics without an image file in the package"
            yield self._reject(self._xml, "", f"not a figure: {kind}", detail)
