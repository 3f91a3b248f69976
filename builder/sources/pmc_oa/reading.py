"""One pass over an article package: its figures, and an account of all that is none."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from builder.sources.article import Article, Legend, make_figure
from builder.sources.files import IMAGES
from builder.sources.pmc_oa.figures import (
    LANGUAGE,
    Mentions,
    Translations,
    find_figures,
    find_graphics,
    find_loose_graphics,
    find_other_kind,
    read_legend,
)
from builder.sources.pmc_oa.images import PackageImages
from builder.sources.pmc_oa.jats import XLINK_HREF, Element, XmlError, parse, read_text
from builder.sources.pmc_oa.packages import (
    Package,
    PackageError,
    load_package,
    read_package_name,
)
from builder.sources.pmc_oa.rights import FigureRights, read_article
from builder.sources.text import make_safe_id
from builder.tables.images import ImageError
from builder.tables.microscopy import classify
from builder.tables.records import Figure, Rejection

KIND = "pmc_oa"

logger = logging.getLogger("microvqa_pp")


def read_package(path: Path, place: str, places: dict[str, str]) -> Iterator[Figure | Rejection]:
    """Figures and rejections of one package.

    Args:
        path: Its folder or archive.
        place: How rejections name it.
        places: Where the articles that were read before came from; this one is added.
    """
    try:
        package = load_package(path)
        names = package.list_names((".nxml",)) or package.list_names((".xml",))
        if not names:
            raise PackageError("no article XML", f"{len(package.files)} images and no .nxml file")
        if len(names) > 1:
            raise PackageError("several article XML files", ", ".join(names[:5]))
        root = parse(package.files[names[0]])
    except (PackageError, XmlError) as error:
        yield reject_article(place, "", error.reason, error.detail)
        return
    article = read_article(root, read_package_name(path))
    if article.article_id in places:
        detail = f"already read from {places[article.article_id]}"
        yield reject_article(place, article.article_id, "article occurs twice", detail)
        return
    places[article.article_id] = place
    yield from _ArticleReading(place, names[0], package, root, article).read_all()


def reject_article(place: str, article_id: str, reason: str, detail: str) -> Rejection:
    """Note that a whole article is left out, and say so in the log."""
    logger.warning("%s left out: %s: %s", place, reason, detail)
    return Rejection(KIND, place, article_id, "", reason, detail)


class _ArticleReading:
    """One pass over an article; keeps account of the image files that it came across.

    Every image file of the package ends as the image of a figure or in a rejection.
    """

    def __init__(
        self, place: str, xml: str, package: Package, root: Element, article: Article
    ) -> None:
        self._place = place
        self._xml = xml
        self._package = package
        self._root = root
        self._article = article
        self._images = package.list_names(IMAGES)
        self._index = PackageImages(self._images)
        self._mentions = Mentions(root)
        self._translations = Translations(root)
        self._rights = FigureRights(root, article)
        self._keys: set[str] = set()
        self._accounted: set[str] = set()

    def read_all(self) -> Iterator[Figure | Rejection]:
        """Figures in the order of the article, then all that is none of them."""
        number = 0
        for node in find_figures(self._root):
            number += node.tag == "fig"
            yield from self._read_figure(node, number)
        yield from self._reject_loose_graphics()
        for name in self._images:
            if name not in self._accounted:
                yield self._reject(name, "", "image is not referenced", "no graphic names it")
        for refused in self._package.refused:
            yield self._reject(refused.name, "", refused.reason, refused.detail)

    def _reject(self, name: str, item: str, reason: str, detail: str) -> Rejection:
        self._accounted.add(name)
        location = f"{self._place}/{name}"
        return Rejection(KIND, location, self._article.article_id, item, reason, detail)

    def _read_figure(self, node: Element, number: int) -> Iterator[Figure | Rejection]:
        pictures = find_graphics(node)
        # A figure that is none, or shows nothing, is rejected with its image files or the XML.
        problem = self._find_problem(node, pictures)
        if problem is not None:
            item = read_legend(node).label or node.get("id") or f"figure {number}"
            hrefs = [x.get(XLINK_HREF, "") for picture in pictures for x in picture]
            files = [x for href in hrefs for found in self._index.find([href]) for x in found]
            for name in dict.fromkeys(files or [self._xml]):
                yield self._reject(name, item, *problem)
            return
        # Each picture of a figure is one of its own, with the caption that it shares.
        words = self._translations.find_english(node)
        for part, picture in enumerate(pictures, start=1):
            legend = read_legend(words, picture if words is node else ())
            if len(pictures) > 1:
                legend = replace(legend, label=f"{legend.label} (image {part} of {len(pictures)})")
            item = legend.label.strip() or node.get("id") or f"figure {number}"
            hrefs = [graphic.get(XLINK_HREF, "") for graphic in picture]
            yield from self._read_picture(node, legend, hrefs, item, (number, part))

    def _find_problem(
        self, node: Element, pictures: Sequence[Sequence[Element]]
    ) -> tuple[str, str] | None:
        """Reason and detail why an element gives no figure at all, or None if it may."""
        name = f"{node.tag} {node.get('id', '')}".strip()
        if kind := find_other_kind(node):
            hrefs = ", ".join(x.get(XLINK_HREF, "") for picture in pictures for x in picture)
            return f"not a figure: {kind}", f"{name} shows {hrefs}"
        if self._translations.is_translation(node):
            return "translation of another figure", f"{name} is in {node.get(LANGUAGE)}"
        if not pictures:
            return "figure names no image", f"{name} has no graphic"
        return None

    def _read_picture(
        self, node: Element, legend: Legend, hrefs: list[str], item: str, place: tuple[int, int]
    ) -> Iterator[Figure | Rejection]:
        chosen, others = self._index.find(hrefs)
        # The same picture in other formats is accounted for, whether the figure is used or not.
        for name in others:
            detail = f"{', '.join(chosen)} is used for {item}"
            yield self._reject(name, item, "other format of a figure", detail)
        problem = _find_image_problem(legend, hrefs, chosen)
        if problem is not None:
            for name in chosen or [self._xml]:
                yield self._reject(name, item, *problem)
            return
        self._accounted.add(chosen[0])
        key = self._make_key(node, *place)
        try:
            yield self._make_figure(node, key, legend, chosen[0])
        except ImageError as error:
            yield self._reject(chosen[0], item, error.reason, error.detail)

    def _make_key(self, node: Element, number: int, part: int) -> str:
        """A key unique in its article: a repeated one gets the figure's number."""
        key = make_safe_id(node.get("id") or read_text(node.find("label")) or f"{node.tag}{number}")
        key = key if part == 1 else f"{key}-g{part}"
        if key in self._keys:
            key = f"{key}-n{number}"
        while key in self._keys:
            key = f"{key}-n"
        self._keys.add(key)
        return key

    def _make_figure(self, node: Element, key: str, legend: Legend, name: str) -> Figure:
        legend = replace(legend, mentions=self._mentions.find(node))
        license, reason = self._rights.find(node, legend)
        return make_figure(
            source=KIND,
            key=key,
            article=self._article,
            image=(PurePosixPath(name).name, self._package.files[name]),
            legend=legend,
            verdict=classify(legend.caption, legend.title, legend.label, legend.mentions),
            license=license,
            license_reason=reason,
        )

    def _reject_loose_graphics(self) -> Iterator[Rejection]:
        """Graphics outside of figures: one rejection for each image file, or for each kind."""
        without_file: Counter[str] = Counter()
        for node, kind in find_loose_graphics(self._root):
            href = node.get(XLINK_HREF, "")
            chosen, others = self._index.find([href])
            fresh = [name for name in chosen + others if name not in self._accounted]
            for name in fresh:
                yield self._reject(name, "", f"not a figure: {kind}", f"graphic {href}")
            if not chosen:
                without_file[kind] += 1
        for kind, count in sorted(without_file.items()):
            detail = f"{count} graphics without an image file in the package"
            yield self._reject(self._xml, "", f"not a figure: {kind}", detail)


def _find_image_problem(
    legend: Legend, hrefs: list[str], chosen: list[str]
) -> tuple[str, str] | None:
    """Reason and detail why a picture gives no figure, or None if it does."""
    if not chosen:
        return "image file missing", ", ".join(hrefs)
    if len(chosen) > 1:
        return "several image files match", f"{', '.join(hrefs)}: {', '.join(chosen)}"
    if not legend.caption:
        return "no caption", ", ".join(hrefs)
    return None
