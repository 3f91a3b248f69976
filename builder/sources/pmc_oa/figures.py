"""Figures of an article: which elements are figures, their images, legends and mentions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from builder.sources.article import Legend
from builder.sources.files import IMAGES
from builder.sources.pmc_oa.images import read_stem
from builder.sources.pmc_oa.jats import (
    XLINK_HREF,
    Element,
    join_sentences,
    read_passages,
    read_text,
)
from builder.sources.text import cut_doi
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
_BOLD = ("bold", "b", "strong")
_BETWEEN_RUNS = re.compile(r"[,;&+/‐‑–—−~-]|,?\s?(?:and|to|through)")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MEDIA = ("print", "web", "online", "epub")


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
        kind = None if _has_own_caption(node) else _find_graphic_kind(node)
        if kind is not None:
            loose.append((node, kind))
    return loose


def _find_graphic_kind(node: Element) -> str | None:
    """What a graphic is, or None if it is the image of the `fig` around it."""
    # The nearest ancestor that says something decides: a formula within a figure is a formula.
    for ancestor in node.iterancestors():
        if ancestor.tag in ("fig", "fig-group"):
            shown = any(node in picture for picture in find_graphics(ancestor))
            return "inline graphic" if node.tag == "inline-graphic" and not shown else None
        if ancestor.tag in _NOT_FIGURES:
            return _NOT_FIGURES[ancestor.tag]
        if ancestor.tag == "boxed-text":
            return "boxed text"
    other = "inline graphic" if node.tag == "inline-graphic" else "graphic outside of a figure"
    return find_other_kind(node) or other


def find_figures(article: Element) -> Iterator[Element]:
    """Elements that may show a figure, in order.

    Each `fig`; a `fig-group` with a graphic of its own, not in one of its figures; and a graphic
    outside of figures that has a caption of its own.
    """
    for node in article.iter("fig", "fig-group", *_GRAPHICS):
        shows = find_graphics if node.tag == "fig-group" else _has_own_caption
        if node.tag == "fig" or shows(node):
            yield node


def _has_own_caption(graphic: Element) -> bool:
    """Whether a graphic is a figure in all but name."""
    outside = next(graphic.iterancestors("fig", "fig-group", *_NOT_FIGURES), None) is None
    return outside and graphic.find("caption") is not None


def find_graphics(figure: Element) -> list[list[Element]]:
    """Graphics of a figure: one list for each picture, alternatives of it together."""
    if figure.tag in _GRAPHICS:
        return [[figure]]
    # Graphics of the figure itself, not of a figure, formula or table within it.
    own = [
        node
        for node in figure.iter(*_GRAPHICS)
        if next(node.iterancestors("fig", "fig-group", *_NOT_FIGURES), None) is figure
    ]
    nodes = [node for node in own if _is_image(node)]
    # A few journals give the image of a figure in line; within a caption it is a sign.
    nodes = nodes or [
        node
        for node in own
        if node.tag == "inline-graphic" and next(node.iterancestors("caption"), None) is None
    ]
    nodes = [node for node in nodes if node.get(XLINK_HREF, "").strip()] or nodes
    # Thumbnails count only where there is nothing larger.
    nodes = [node for node in nodes if "thumb" not in _read_use(node)] or nodes
    # One picture: what stands in one `alternatives`, is meant for another medium, or has one name.
    pictures: list[list[Element]] = []
    places: dict[object, int] = {}
    for node in nodes:
        parent = node.getparent()
        keys: list[object] = [read_stem(node.get(XLINK_HREF, ""), variants=True)]
        if parent is not None and parent.tag == "alternatives":
            keys.append(parent)
        place = next((places[key] for key in keys if key in places), None)
        if place is None and pictures and _is_for_other_medium(pictures[-1][0], node):
            place = len(pictures) - 1
        if place is None:
            place = len(pictures)
            pictures.append([])
        pictures[place].append(node)
        places |= dict.fromkeys(keys, place)
    return pictures


def _is_image(node: Element) -> bool:
    """Whether a graphic or `media` is an image, by its type or by its name."""
    if node.tag == "graphic":
        return not (node.get("mimetype") or "image").startswith(("video", "audio"))
    if node.tag != "media":
        return False
    kind = node.get("mimetype") or ""
    return kind.startswith("image") or (
        not kind and node.get(XLINK_HREF, "").lower().endswith(IMAGES)
    )


def _read_use(node: Element) -> str:
    return f"{node.get('content-type') or ''} {node.get('specific-use') or ''}".lower()


def _is_for_other_medium(first: Element, second: Element) -> bool:
    """Whether two graphics show one picture, in print and on screen."""
    uses = _read_use(first), _read_use(second)
    media = [next((m for m in _MEDIA if m in use), "") for use in uses]
    return bool(media[0] and media[1] and media[0] != media[1])


def read_legend(figure: Element, picture: Sequence[Element] = ()) -> Legend:
    """Legend of a figure, with label, title and caption of the groups around it, if any.

    Mentions are left to `Mentions`, which reads the whole article.

    Args:
        figure: What `find_figures` gives.
        picture: Graphics of the picture that is meant, where the figure has several.
    """
    # A figure around a figure is a group, unless it shows a picture of its own.
    around = list(figure.iterancestors("fig-group", "fig"))
    groups = [each for each in around if each.tag == "fig-group" or not find_graphics(each)]
    nodes = [*reversed(groups), figure, *(each for each in picture if each is not figure)]
    captions = [caption for node in nodes if (caption := _find_caption(node)) is not None]
    # The image of a group shows what the figures in it describe.
    if figure.tag == "fig-group":
        captions += [each for each in figure.iter("caption") if each not in captions]
    parts = [_read_title_and_text(caption) for caption in captions]
    whole = cut_doi(join_sentences(text for _, text in parts))
    return Legend(
        label=" ".join(filter(None, map(_read_label, nodes))),
        title=next((title for title, _ in parts if title), ""),
        caption=whole,
        panels=find_panels(whole, _list_bold_runs(captions)),
    )


def _read_label(node: Element) -> str:
    label = node.find("label")
    return read_text(node.find("caption/label") if label is None else label)


def _find_caption(node: Element) -> Element | None:
    """The caption of a figure or group: the English one, else the first.

    Some have none, and paragraphs beside the graphic instead: then the element itself.
    """
    captions = _choose_english(node.findall("caption"))
    if captions or node.tag != "fig":
        return captions[0] if captions else None
    return node if any(child.tag == "p" for child in node) or _has_tails(node) else None


def _has_tails(node: Element) -> bool:
    return any((child.tail or "").strip() for child in node)


class Translations:
    """Figures of an article in several languages: which of them say the same in English."""

    def __init__(self, article: Element) -> None:
        # The whole article may be there once more, as a sub-article in English.
        self._by_image: dict[str, Element] = {}
        self._by_label: dict[str, Element] = {}
        language = (article.get(LANGUAGE) or "en").lower()
        for part in article.iter("sub-article") if not language.startswith("en") else ():
            is_translation = part.get("article-type") == "translation"
            if is_translation and (part.get(LANGUAGE) or "").lower().startswith("en"):
                for figure in part.iter("fig"):
                    for image in figure.iter("graphic"):
                        self._by_image[read_stem(image.get(XLINK_HREF, ""), variants=True)] = figure
                    self._by_label[_read_number(figure)] = figure

    def find_english(self, figure: Element) -> Element:
        """The figure that has the words of a figure in English; itself where there is none."""
        if not self._by_image and not self._by_label:
            return figure
        stems = (read_stem(x.get(XLINK_HREF, ""), variants=True) for x in figure.iter("graphic"))
        found = next((self._by_image[stem] for stem in stems if stem in self._by_image), None)
        return found or self._by_label.get(_read_number(figure) or "none", figure)

    @staticmethod
    def is_translation(figure: Element) -> bool:
        """Whether the group around a figure has it in English as well."""
        parent, language = figure.getparent(), (figure.get(LANGUAGE) or "").lower()
        if parent is None or not language or language.startswith("en"):
            return False
        others = (each.get(LANGUAGE) or "" for each in parent.iterchildren("fig"))
        return parent.tag == "fig-group" and any(x.lower().startswith("en") for x in others)


def _read_number(figure: Element) -> str:
    number = re.search(r"\d+", _read_label(figure))
    return number[0] if number else ""


def _choose_english(nodes: Sequence[Element]) -> list[Element]:
    """Those in English of some that say the same in several languages; else those unmarked."""
    languages = [(node.get(LANGUAGE) or "").lower() for node in nodes]
    for wanted in (lambda x: x.startswith("en"), lambda x: not x):
        chosen = [node for node, x in zip(nodes, languages, strict=True) if wanted(x)]
        if chosen:
            return chosen
    return list(nodes[:1])


def _list_translations(caption: Element) -> list[Element]:
    """Titles and paragraphs of a caption that say in another language what others say."""
    children = [child for child in caption if child.tag in ("title", "p")]
    chosen = [x for tag in ("title", "p") for x in _pick(children, tag)]
    return [child for child in children if child not in chosen]


def _pick(children: Sequence[Element], tag: str) -> list[Element]:
    same = [child for child in children if child.tag == tag]
    languages = {(child.get(LANGUAGE) or "")[:2].lower() for child in same}
    return _choose_english(same) if len(languages) > 1 else same


def _read_title_and_text(caption: Element) -> tuple[str, str]:
    """Title of a caption, '' where it has none, and its whole text with the title."""
    translated = _list_translations(caption)
    titles = [node for node in caption.findall("title") if node not in translated]
    title = join_sentences(map(read_text, titles))
    without = ("title", "label", "attrib", *_FLOATS)
    passages = read_passages(caption, without, translated)
    body = join_sentences(text for each in passages if (text := cut_doi(each)))
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


def _list_bold_runs(captions: Sequence[Element]) -> list[str]:
    """Runs that are set in bold, and labels of list items: panel letters often stand there.

    Runs with nothing but a dash, comma or 'and' between them are one: 'a–c'.
    """
    runs: list[str] = []
    for caption in captions:
        joined: dict[Element | None, str] = {}
        for run in caption.iter(*_BOLD, "label", "term"):
            before = run.getprevious()
            text = read_text(run)
            between = (before.tail or "").strip() if before is not None else None
            if before in joined and between and _BETWEEN_RUNS.fullmatch(between):
                joined[run] = f"{joined.pop(before)}{between}{text}"
            else:
                joined[run] = text
        runs += joined.values()
    return runs


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
