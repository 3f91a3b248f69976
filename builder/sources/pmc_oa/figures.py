"""Figures of an article: which elements are figures, their images, legends and mentions."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath

from builder.sources.article import Legend
from builder.sources.files import IMAGES
from builder.sources.pmc_oa.jats import XLINK_HREF, Element, read_text
from filtering.text.panels import find_panels

_NOT_FIGURES = {
    "inline-formula": "formula",
    "disp-formula": "formula",
    "chem-struct": "chemical structure",
    "table-wrap": "table",
    "table": "table",
    "bio": "author photo",
    "contrib": "author photo",
    "supplementary-material": "supplementary material",
    "sub-article": "sub-article",
    "response": "sub-article",
}
_NOT_PARAGRAPHS = {"caption", "table-wrap", "sub-article", "response", "front-stub"}
_FLOATS = ("fig", "fig-group", "table-wrap", "boxed-text")
_GRAPHICS = ("graphic", "inline-graphic", "media")


def find_other_kind(node: Element) -> str:
    """What a graphic or `fig` is by where it stands, if it is no figure; '' for a figure.

    'formula', 'table', 'graphical abstract' ...
    """
    for ancestor in node.iterancestors():
        if ancestor.tag == "abstract" and ancestor.get("abstract-type") == "graphical":
            return "graphical abstract"
        if ancestor.tag in _NOT_FIGURES:
            return _NOT_FIGURES[ancestor.tag]
    return ""


def find_loose_graphics(article: Element) -> list[tuple[Element, str]]:
    """Graphics that no figure shows, each with what it is: 'formula', 'table', 'boxed text' ..."""
    loose = []
    for node in article.iter(*_GRAPHICS):
        if node.tag == "media" and node.get("mimetype") != "image":
            continue
        kind = _find_graphic_kind(node)
        if kind is not None:
            loose.append((node, kind))
    return loose


def _find_graphic_kind(node: Element) -> str | None:
    """What a graphic is, or None if it is the image of the `fig` around it."""
    # The nearest ancestor that says something decides: a formula within a figure is a formula.
    for ancestor in node.iterancestors():
        if ancestor.tag == "fig":
            return "inline graphic" if node.tag == "inline-graphic" else None
        if ancestor.tag in _NOT_FIGURES:
            return _NOT_FIGURES[ancestor.tag]
        if ancestor.tag == "boxed-text":
            return "boxed text"
    other = "inline graphic" if node.tag == "inline-graphic" else "graphic outside of a figure"
    return find_other_kind(node) or other


def find_graphics(figure: Element) -> list[list[str]]:
    """Image references of a `fig`: one list for each picture, alternatives of it together."""
    # Graphics of the figure itself, not of a figure, formula or table within it.
    nodes = [
        node
        for node in figure.iter("graphic", "media")
        if (node.tag == "graphic" or node.get("mimetype") == "image")
        and next(node.iterancestors("fig", *_NOT_FIGURES), None) is figure
    ]
    # Thumbnails count only where there is nothing larger.
    large = [n for n in nodes if "thumb" not in f"{n.get('content-type')}{n.get('specific-use')}"]
    # One picture: what stands in one `alternatives`, or has one name in several formats.
    pictures: dict[object, list[str]] = defaultdict(list)
    for node in large or nodes:
        href = node.get(XLINK_HREF, "")
        parent = node.getparent()
        together = parent is not None and parent.tag == "alternatives"
        pictures[id(parent) if together else read_stem(href)].append(href)
    return list(pictures.values())


def read_base_name(href: str) -> str:
    """Last part of an image reference, lower case: a name to look up, never a path."""
    return re.split(r"[/\\]", href.strip())[-1].lower()


def read_stem(name: str) -> str:
    """Name of an image without its folder and image format, lower case."""
    base = read_base_name(name)
    return next((base.removesuffix(s) for s in IMAGES if base.endswith(s)), base)


class PackageImages:
    """The image files of a package, found by the references of its article."""

    def __init__(self, names: list[str]) -> None:
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            self._by_stem[read_stem(name)].append(name)

    def find(self, hrefs: list[str]) -> tuple[list[str], list[str]]:
        """The files that references to one picture mean.

        An exact name wins, then the format: JPEG, PNG, TIFF, GIF.

        Returns:
            The best files (several if it is ambiguous), and the same picture in other formats.
            Both are empty if no file fits.
        """
        bases = {read_base_name(href) for href in hrefs}
        stems = dict.fromkeys(read_stem(href) for href in hrefs if read_stem(href))
        fitting = [name for key in stems for name in self._by_stem.get(key, [])]
        exact = [name for name in fitting if read_base_name(name) in bases]
        ranks = {name: IMAGES.index(PurePosixPath(name).suffix.lower()) for name in fitting}
        pool = exact or fitting
        best = min((ranks[name] for name in pool), default=0)
        chosen = [name for name in pool if ranks[name] == best]
        return chosen, [name for name in fitting if name not in chosen]


def read_legend(figure: Element) -> Legend:
    """Legend of a `fig`, with label, title and caption of the `fig-group` around it if any.

    Mentions are left to `Mentions`, which reads the whole article.
    """
    group = figure.getparent()
    shared = group if group is not None and group.tag == "fig-group" else None
    nodes = [node for node in (shared, figure) if node is not None]
    labels = [read_text(node.find("label")) for node in nodes]
    captions = [c for node in nodes if (c := node.find("caption")) is not None]
    parts = [_read_title_and_text(caption) for caption in captions]
    whole = " ".join(text for _, text in parts if text)
    # Panel letters are often set in bold without any punctuation.
    bold = [read_text(run) for each in captions for run in each.iter("bold", "b", "strong")]
    return Legend(
        label=" ".join(filter(None, labels)),
        title=next((title for title, _ in parts if title), ""),
        caption=whole,
        panels=find_panels(whole, bold),
    )


def _read_title_and_text(caption: Element) -> tuple[str, str]:
    """Title of a caption, '' where it has none, and its whole text with the title."""
    title = read_text(caption.find("title"))
    body = read_text(caption, without=("title", "label", *_FLOATS))
    if not title:
        return _read_leading_bold(caption), body
    end = "" if title[-1] in ".?!:;" or not body else "."
    return title, f"{title}{end} {body}".strip()


def _read_leading_bold(caption: Element) -> str:
    """Bold run that opens the first paragraph, where a dialect has no `title`; not a letter."""
    paragraph = caption.find("p")
    first = paragraph[0] if paragraph is not None and len(paragraph) else None
    if paragraph is None or first is None or first.tag != "bold" or (paragraph.text or "").strip():
        return ""
    run = read_text(first)
    return run if len(run.split()) > 2 else ""


class Mentions:
    """Paragraphs of an article by the figures that they refer to."""

    def __init__(self, article: Element) -> None:
        self._paragraphs: dict[str, dict[Element, None]] = defaultdict(dict)
        for reference in article.iter("xref"):
            paragraph = next(reference.iterancestors("p"), None)
            # References in captions, tables and answers to reviewers are no mentions.
            outside = next(reference.iterancestors(*_NOT_PARAGRAPHS), None) is not None
            if paragraph is None or outside:
                continue
            for rid in (reference.get("rid") or "").split():
                self._paragraphs[rid][paragraph] = None

    def find(self, figure: Element) -> list[str]:
        """Plain text of the paragraphs that refer to a figure or to its group, in order."""
        paragraphs: dict[Element, None] = {}
        for node in (figure, *figure.iterancestors("fig-group")):
            paragraphs.update(self._paragraphs.get(node.get("id") or "", {}))
        texts = (read_text(paragraph, without=_FLOATS) for paragraph in paragraphs)
        return list(dict.fromkeys(text for text in texts if text))
