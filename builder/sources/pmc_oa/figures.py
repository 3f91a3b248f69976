"""Figures and graphics of an article: which are figures, their images, captions and mentions."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath

from builder.sources.files import IMAGES
from builder.sources.pmc_oa.jats import XLINK_HREF, Element, text
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


@dataclass(frozen=True, slots=True)
class Caption:
    """A figure's label, title, whole caption and panel letters."""

    label: str
    title: str
    text: str
    panels: list[str]


def not_a_figure(node: Element) -> str:
    """Why a graphic or `fig` is no figure by where it stands ('formula', 'table' ...), or ''."""
    for ancestor in node.iterancestors():
        kind = _NOT_FIGURES.get(ancestor.tag)
        if ancestor.tag == "abstract" and ancestor.get("abstract-type") == "graphical":
            kind = "graphical abstract"
        if kind:
            return kind
    return ""


def loose_graphics(article: Element) -> list[tuple[Element, str]]:
    """Graphics that no figure shows, each with what it is: 'formula', 'table', 'boxed text' ..."""
    found = []
    for node in article.iter(*_GRAPHICS):
        if node.tag == "media" and node.get("mimetype") != "image":
            continue
        kind = _kind_within_figure(node)
        if kind is not None:
            found.append((node, kind))
    return found


def _kind_within_figure(node: Element) -> str | None:
    """What a graphic is, or None if it is the image of the `fig` around it."""
    for ancestor in node.iterancestors():
        if ancestor.tag == "fig":
            return "inline graphic" if node.tag == "inline-graphic" else None
        if ancestor.tag in _NOT_FIGURES:
            return _NOT_FIGURES[ancestor.tag]
        if ancestor.tag == "boxed-text":
            return "boxed text"
    other = "inline graphic" if node.tag == "inline-graphic" else "graphic outside of a figure"
    return not_a_figure(node) or other


def figure_graphics(figure: Element) -> list[list[str]]:
    """Image references of a `fig`: one list for each picture, alternatives of it together."""
    pictures: dict[object, list[str]] = defaultdict(list)
    nodes = [n for n in figure.iter("graphic", "media") if _shown_by(n, figure)]
    large = [n for n in nodes if "thumb" not in f"{n.get('content-type')}{n.get('specific-use')}"]
    for node in large or nodes:
        href = node.get(XLINK_HREF, "")
        parent = node.getparent()
        together = parent is not None and parent.tag == "alternatives"
        pictures[id(parent) if together else stem(href)].append(href)
    return list(pictures.values())


def _shown_by(node: Element, figure: Element) -> bool:
    image = node.tag == "graphic" or node.get("mimetype") == "image"
    owner = next(node.iterancestors("fig", *_NOT_FIGURES), None)
    return image and owner is figure


def base_name(href: str) -> str:
    """Last part of an image reference, lower case: a name to look up, never a path."""
    return re.split(r"[/\\]", href.strip())[-1].lower()


def stem(name: str) -> str:
    """Name of an image without its folder and image format, lower case."""
    base = base_name(name)
    return next((base.removesuffix(s) for s in IMAGES if base.endswith(s)), base)


class ImageIndex:
    """Finds the image files of a package that a reference means."""

    def __init__(self, names: list[str]) -> None:
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            self._by_stem[stem(name)].append(name)

    def find(self, hrefs: list[str]) -> tuple[list[str], list[str]]:
        """Best files for a picture (several if it is ambiguous), and the same in other formats.

        An exact name wins, then the format: JPEG, PNG, TIFF, GIF. Both are empty if no file fits.
        """
        bases = {base_name(href) for href in hrefs}
        stems = dict.fromkeys(stem(href) for href in hrefs if stem(href))
        fitting = [name for key in stems for name in self._by_stem.get(key, [])]
        exact = [name for name in fitting if base_name(name) in bases]
        pool = exact or fitting
        best = min((_rank(name) for name in pool), default=0)
        chosen = [name for name in pool if _rank(name) == best]
        return chosen, [name for name in fitting if name not in chosen]


def _rank(name: str) -> int:
    return IMAGES.index(PurePosixPath(name).suffix.lower())


def read_caption(figure: Element) -> Caption:
    """Caption of a `fig`, with label, title and caption of the `fig-group` around it if any."""
    group = figure.getparent()
    shared = group if group is not None and group.tag == "fig-group" else None
    sources = [node for node in (shared, figure) if node is not None]
    labels = [text(node.find("label")) for node in sources]
    elements = [c for node in sources if (c := node.find("caption")) is not None]
    parts = [_title_and_text(element) for element in elements]
    whole = " ".join(part for _, part in parts if part)
    bold = [text(run) for element in elements for run in element.iter("bold", "b", "strong")]
    title = next((title for title, _ in parts if title), "")
    return Caption(" ".join(filter(None, labels)), title, whole, find_panels(whole, bold))


def _title_and_text(caption: Element) -> tuple[str, str]:
    title = text(caption.find("title"))
    body = text(caption, without=("title", "label", *_FLOATS))
    if not title:
        return _leading_bold(caption), body
    end = "" if title[-1] in ".?!:;" or not body else "."
    return title, f"{title}{end} {body}".strip()


def _leading_bold(caption: Element) -> str:
    """Bold run that opens the first paragraph, where a dialect has no `title`; not a letter."""
    paragraph = caption.find("p")
    first = paragraph[0] if paragraph is not None and len(paragraph) else None
    if paragraph is None or first is None or first.tag != "bold" or (paragraph.text or "").strip():
        return ""
    run = text(first)
    return run if len(run.split()) > 2 else ""


class Mentions:
    """Paragraphs of an article by the figures that they refer to."""

    def __init__(self, article: Element) -> None:
        self._paragraphs: dict[str, dict[Element, None]] = defaultdict(dict)
        for reference in article.iter("xref"):
            paragraph = next(reference.iterancestors("p"), None)
            if paragraph is None or _outside_of_text(reference):
                continue
            for rid in (reference.get("rid") or "").split():
                self._paragraphs[rid][paragraph] = None

    def of(self, figure: Element) -> list[str]:
        """Plain text of the paragraphs that refer to a figure or to its group, in order."""
        nodes = [figure, *figure.iterancestors("fig-group")]
        found: dict[Element, None] = {}
        for node in nodes:
            found.update(self._paragraphs.get(node.get("id") or "", {}))
        texts = (text(paragraph, without=_FLOATS) for paragraph in found)
        return list(dict.fromkeys(each for each in texts if each))


def _outside_of_text(node: Element) -> bool:
    return next(node.iterancestors(*_NOT_PARAGRAPHS), None) is not None
