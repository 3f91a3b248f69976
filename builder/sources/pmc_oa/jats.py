"""Reading JATS XML safely, and its text as people would read it.

Element names follow the Journal Archiving tag library, https://jats.nlm.nih.gov/archiving/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from lxml import etree

from builder.sources.formulas import (
    SUPERSCRIPT,
    SUPERSCRIPTS,
    unify_letters,
    write_math,
    write_tex,
)
from builder.sources.text import decode_entities, tidy

MAX_XML_BYTES = 64_000_000
MAX_DEPTH = 200
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
NO_TEXT = "[formula]"
"""Stands in a text for a formula that the article gives as an image only."""

Element = etree._Element

NO_SIGN = "[symbol]"
"""Stands in a text for a sign that the article gives as an image only."""

_DROPPED = {
    "alt-text",
    "glyph-data",
    "graphic",
    "index-term",
    "long-desc",
    "media",
    "object-id",
    "permissions",
    "supplementary-material",
    "trans-subtitle",
    "trans-title",
    "trans-title-group",
}
"""Tags whose text is no part of what people read."""

_BLOCKS = {"p", "title", "subtitle", "label", "list-item", "def-item", "break", "disp-formula"}
"""Tags whose text stands apart from what is before and after it."""

_ENDS = {"p", "list-item", "def-item"}
_END = "\x1e"
"""Stands behind each of _ENDS until their texts are joined; XML cannot hold it."""

_ENDED = re.compile(r"[.?!:;,…–—-][\"'”’)\]]*$")
_BEGINS = re.compile(r"[\"“‘*†‡]*[(\[]?(?:[^\W\d_a-zß-öø-ÿ]|[a-z][).]|\d)")
_LETTERS = re.compile(r"[A-Za-z]\d?(?:\s?(?:[,&–—‐‑-]|,?\sand\s|to\s)\s?[A-Za-z]\d?)*")
# Ordinals and signs need no '^': 25th, GFP+.
_ATTACHED = re.compile(r"(?:st|nd|rd|th|[^\w\s]+)")
_NUMBERS = re.compile(r"\d[\d\s,;–—‐‑−-]*")
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")
_WITH_NAMESPACE = etree.XPath("//*[namespace-uri()]")
_DECLARED = re.compile(rb"<!DOCTYPE\b")
_PROLOG = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?")


class XmlError(Exception):
    """XML that cannot be used; `reason` is short and stable."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def parse(data: bytes) -> Element:
    """The `article` element of a JATS file, tag names without namespace.

    No entity is resolved, no DTD is loaded and nothing is fetched.

    Args:
        data: The file, in any encoding that it declares.

    Raises:
        XmlError: For XML that is broken, too large, too deep, declares entities or holds no
            article.
    """
    if len(data) > MAX_XML_BYTES:
        raise XmlError("XML is too large", f"{len(data):,} bytes, at most {MAX_XML_BYTES:,}")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(_allow_entities(data), parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise XmlError("XML is broken", str(error)) from error
    # Entities that a file declares itself can blow it up, or stand for files of this machine.
    dtd: Any = root.getroottree().docinfo.internalDTD
    if declared := [str(entity.name) for entity in dtd.iterentities()] if dtd is not None else []:
        raise XmlError("XML declares entities", ", ".join(declared[:5]))
    # What reads the tree calls itself for each level: a bound here keeps it within the stack.
    if _TOO_DEEP(root):
        raise XmlError("XML is nested too deeply", f"over {MAX_DEPTH} levels")
    # Names are looked up without their namespace: JATS has one, MathML another.
    named: Any = _WITH_NAMESPACE(root)
    for node in named:
        node.tag = node.tag.rpartition("}")[2]
    article = root if root.tag == "article" else next(root.iter("article"), None)
    if article is None:
        raise XmlError("XML is not an article", f"root element is {root.tag}")
    return article


def _allow_entities(data: bytes) -> bytes:
    """A file that names entities without any DTD, with a DTD that is not read."""
    if b"&" not in data or _DECLARED.search(data, 0, 4096) is not None or b"\0" in data[:4]:
        return data
    prolog = _PROLOG.match(data)
    end = prolog.end() if prolog else 0
    return b"%s<!DOCTYPE article SYSTEM 'unread.dtd'>%s" % (data[:end], data[end:])


def read_text(
    node: Element | None,
    without: tuple[str, ...] = (),
    keep: tuple[str, ...] = (),
) -> str:
    """Plain text of an element on one line, as people would read it.

    Subscripts are written in line (CO2, NaV1.7), superscript numbers as Unicode (10⁻³), other
    superscripts after '^' (Fpn1^KO), citations in brackets ([12]), formulas in line.

    Args:
        node: The element; None gives ''.
        without: Tags whose text is left out, besides those that are never read (graphics,
            permissions, alternative texts).
        keep: Tags that are read although they never are elsewhere.
    """
    if node is None:
        return ""
    dropped = _DROPPED.union(without).difference(keep)
    return _finish(_flatten(node, dropped).replace(_END, " "))


def read_passages(
    node: Element, without: tuple[str, ...] = (), left_out: Sequence[Element] = ()
) -> list[str]:
    """Texts of the paragraphs and list items of an element, in order, none empty.

    Args:
        node: The element, whose own text counts as a paragraph.
        without: Tags whose text is left out; titles and labels only where they are children.
        left_out: Children whose text is left out.
    """
    left_out = [child for child in node if child.tag in without or child in left_out]
    dropped = _DROPPED.union(tag for tag in without if tag not in ("label", "title"))
    raw = _flatten_children(node, dropped, left_out)
    return [text for part in raw.split(_END) if (text := _finish(part))]


def join_sentences(texts: Iterable[str]) -> str:
    """Texts one behind the other, with a stop where one ends without and the next one begins."""
    line = ""
    for text in filter(None, texts):
        stop = "." if line and not _ENDED.search(line[-8:]) and _BEGINS.match(text) else ""
        line = f"{line}{stop} {text}" if line else text
    return line


def _finish(raw: str) -> str:
    line = tidy(decode_entities(raw))
    return unify_letters(line)


def _flatten(node: Element, dropped: set[str] | frozenset[str]) -> str:
    """Text of an element with space around blocks, not yet tidied."""
    if node.tag in dropped:
        return ""
    if (write := _WRITERS.get(node.tag)) is not None:
        return write(node, dropped)
    inner = _flatten_children(node, dropped)
    if node.tag in _ENDS:
        return f" {inner}{_END}"
    return f" {inner} " if node.tag in _BLOCKS else inner


def _flatten_children(
    node: Element, dropped: set[str] | frozenset[str], left_out: Sequence[Element] = ()
) -> str:
    parts = [node.text or ""]
    for child in node:
        if child.tag is etree.Entity:
            # Without a DTD the parser leaves &alpha; in place: HTML's and ISO's names are known.
            parts.append(decode_entities(str(child.text)))
        elif isinstance(child.tag, str) and child not in left_out:
            text = _flatten(child, dropped)
            if child.get("ref-type") == "bibr" and node.tag != "sup":
                text = _part_from_word(text, "".join(parts))
            parts.append(text)
        parts.append(child.tail or "")
    return "".join(parts)


def _write_superscript(node: Element, dropped: set[str] | frozenset[str]) -> str:
    raw = _flatten_children(node, dropped)
    inner = raw.strip()
    # Raised numbers that refer to something are no powers.
    around = next(node.iterancestors("xref"), None)
    numbers = inner.strip("[]() ")
    if (around is not None or node.find(".//xref") is not None) and _NUMBERS.fullmatch(numbers):
        in_brackets = around is not None and (around.text or "").rstrip().endswith(("[", "("))
        return inner if in_brackets else f" [{numbers}]{_read_space_behind(raw)}"
    if SUPERSCRIPT.fullmatch(inner):
        inner = inner.translate(SUPERSCRIPTS)
    elif inner and not _ATTACHED.fullmatch(inner):
        inner = f"^{inner}"
    return f"{inner}{_read_space_behind(raw)}"


def _write_subscript(node: Element, dropped: set[str] | frozenset[str]) -> str:
    raw = _flatten_children(node, dropped)
    return f"{raw.strip()}{_read_space_behind(raw)}"


def _read_space_behind(raw: str) -> str:
    """The space that a run ends with, unless it is the line break of a layout."""
    behind = raw[len(raw.rstrip()) :]
    return " " if behind and "\n" not in behind and raw.strip() else ""


def _write_reference(node: Element, dropped: set[str] | frozenset[str]) -> str:
    """A reference, whose space is no part of a raised run."""
    inner = _flatten_children(node, dropped)
    raised = next(node.iterancestors("sup"), None) is not None
    return inner.strip() if raised else inner


def _part_from_word(citation: str, before: str) -> str:
    """A citation that is a bare number behind a word, in brackets: 'cancer [6]', not 'cancer6'."""
    attached = before[-1:] not in ("", "^") and not before[-1].isspace()
    inside = any(before.count(a) > before.count(b) for a, b in ("()", "[]"))
    return f" [{citation}]" if attached and not inside and citation.isdigit() else citation


def _write_list(node: Element, dropped: set[str] | frozenset[str]) -> str:
    """A list, the letters before its items in brackets, also those that only its type gives."""
    kind = node.get("list-type", "")
    parts = [node.text or ""]
    for number, item in enumerate(node.iterchildren("list-item", "def-item")):
        label = next(item.iterchildren("label", "term"), None)
        letter = read_text(label)
        if label is None and kind in ("alpha-upper", "alpha-lower") and number < 26:
            letter = f"{(ascii_uppercase if kind == 'alpha-upper' else ascii_lowercase)[number]}"
        bare = letter.rstrip(".:")
        mark = f"({bare})" if _LETTERS.fullmatch(bare) else letter
        inner = _flatten_children(item, dropped, [] if label is None else [label])
        parts.append(f" {mark} {inner}{_END}")
    others = [child for child in node if child.tag in ("label", "title", "list")]
    return "".join([*(_flatten(each, dropped) for each in others), *parts])


def _write_sign(node: Element, dropped: set[str] | frozenset[str]) -> str:
    """A sign that is an image: by its description, if that is short."""
    words = read_text(node.find("alt-text"), keep=("alt-text",))
    return words if 0 < len(words) <= 30 else NO_SIGN


def _write_alternatives(node: Element, dropped: set[str] | frozenset[str]) -> str:
    if node.find(".//math") is not None or node.find(".//tex-math") is not None:
        return _write_formula(node, dropped)
    textual = node.find("textual-form")
    return _flatten_children(node if textual is None else textual, dropped)


def _write_abbreviation(node: Element, dropped: set[str] | frozenset[str]) -> str:
    return _flatten_children(node, {*dropped, "def"})


def _write_formula(node: Element, dropped: set[str] | frozenset[str]) -> str:
    """A formula from MathML, else TeX, else the text in it, else a mark that it has none."""
    if (mathml := next(node.iter("math"), None)) is not None:
        return write_math(mathml)
    if (tex := next(node.iter("tex-math"), None)) is not None:
        return write_tex("".join(str(part) for part in tex.itertext()))
    text = _flatten_children(node, {*dropped, "label", "inline-graphic"})
    return text if text.strip() else NO_TEXT


def _write_display(node: Element, dropped: set[str] | frozenset[str]) -> str:
    return f" {_write_formula(node, dropped)} "


_WRITERS: dict[str, Callable[[Element, set[str] | frozenset[str]], str]] = {
    "sup": _write_superscript,
    "sub": _write_subscript,
    "xref": _write_reference,
    "list": _write_list,
    "def-list": _write_list,
    "inline-graphic": _write_sign,
    "alternatives": _write_alternatives,
    "abbrev": _write_abbreviation,
    "inline-formula": _write_formula,
    "disp-formula": _write_display,
    "math": _write_formula,
    "tex-math": _write_formula,
}
"""What writes the text of an element, where that is more than the text in it."""
