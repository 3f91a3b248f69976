"""Reading JATS XML safely, and its text as people would read it.

Element names follow the Journal Archiving tag library, https://jats.nlm.nih.gov/archiving/.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any

from lxml import etree

from builder.sources.text import INVISIBLE, tidy

MAX_XML_BYTES = 64_000_000
MAX_DEPTH = 200
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
NO_TEXT = "[formula]"
"""Stands in a text for a formula that the article gives as an image only."""

Element = etree._Element

_DROPPED = {
    "alt-text",
    "graphic",
    "inline-graphic",
    "inline-supplementary-material",
    "long-desc",
    "media",
    "object-id",
    "permissions",
    "supplementary-material",
}
"""Tags whose text is no part of what people read."""

_BLOCKS = {"p", "title", "subtitle", "label", "list-item", "def-item", "break", "disp-formula"}
"""Tags whose text stands apart from what is before and after it."""

_SUPERSCRIPTS = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_SUPERSCRIPT = re.compile(r"[0-9+\-−–=()n]*\d[0-9+\-−–=()n]*")
# Ordinals and signs need no '^': 25th, GFP+.
_ATTACHED = re.compile(r"(?:st|nd|rd|th|[^\w\s]+)")
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")
_WITH_NAMESPACE = etree.XPath("//*[namespace-uri()]")
_TEX_BODY = re.compile(r"\\begin\{document\}(.*?)\\end\{document\}", re.S)


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
        root = etree.fromstring(data, parser)
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


def read_text(
    node: Element | None, without: tuple[str, ...] = (), keep: tuple[str, ...] = ()
) -> str:
    """Plain text of an element on one line, as people would read it.

    Subscripts are written in line (CO2, NaV1.7), superscript numbers as Unicode (10⁻³), other
    superscripts after '^' (Fpn1^KO), formulas in line.

    Args:
        node: The element; None gives ''.
        without: Tags whose text is left out, besides those that are never read (graphics,
            permissions, alternative texts).
        keep: Tags that are read although they never are elsewhere.
    """
    if node is None:
        return ""
    return tidy(_flatten(node, _DROPPED.union(without).difference(keep)))


def _flatten(node: Element, dropped: set[str] | frozenset[str]) -> str:
    """Text of an element with space around blocks, not yet tidied."""
    if node.tag in dropped:
        return ""
    # Formulas are written from MathML or TeX, whichever there is.
    if node.tag in ("inline-formula", "disp-formula"):
        formula = _write_formula(node)
        return f" {formula} " if node.tag == "disp-formula" else formula
    if node.tag == "math":
        return write_math(node)
    if node.tag == "tex-math":
        return _write_tex(node)
    if node.tag == "alternatives" and node.find(".//math") is not None:
        return _write_formula(node)
    # All else is text with elements in it.
    inner = _flatten_children(node, dropped)
    if node.tag == "sup":
        inner = inner.strip()
        if _SUPERSCRIPT.fullmatch(inner):
            return inner.translate(_SUPERSCRIPTS)
        return inner if not inner or _ATTACHED.fullmatch(inner) else f"^{inner}"
    if node.tag == "sub":
        return inner.strip()
    return f" {inner} " if node.tag in _BLOCKS else inner


def _flatten_children(node: Element, dropped: set[str] | frozenset[str]) -> str:
    parts = [node.text or ""]
    for child in node:
        if child.tag is etree.Entity:
            # Without a DTD the parser leaves &alpha; in place: the names of HTML are known.
            parts.append(html5.get(f"{child.name};", "") if hasattr(child, "name") else "")
        elif isinstance(child.tag, str):
            parts.append(_flatten(child, dropped))
        parts.append(child.tail or "")
    return "".join(parts)


def _write_formula(node: Element) -> str:
    """A formula from MathML, else TeX, else the text in it, else a mark that it has none."""
    if (mathml := next(node.iter("math"), None)) is not None:
        return write_math(mathml)
    if (tex := next(node.iter("tex-math"), None)) is not None:
        return _write_tex(tex)
    return _flatten_children(node, _DROPPED | {"label"}).strip() or NO_TEXT


def _write_tex(node: Element) -> str:
    """TeX as it stands, without the document that some publishers put around each formula."""
    source = "".join(str(part) for part in node.itertext())
    body = _TEX_BODY.search(source)
    return (body[1] if body else source).strip().strip("$").strip()


_LINEAR = {"msub": "{0}_{1}", "munder": "{0}_{1}", "mover": "{0}{1}", "mroot": "{0}^(1/{1})"}


def write_math(node: Element) -> str:
    """MathML as one line: x_i, 10⁻³, (a+b)/c."""
    if node.tag in ("annotation", "annotation-xml"):
        return ""
    parts = [write_math(child) for child in node if isinstance(child.tag, str)]
    if not parts:
        return (node.text or "").strip()
    if node.tag == "mfrac" and len(parts) == 2:
        return "/".join(_group(part) for part in parts)
    if node.tag == "msup" and len(parts) == 2:
        return f"{_group(parts[0])}{_write_power(parts[1])}"
    if node.tag in ("msubsup", "munderover") and len(parts) == 3:
        return f"{parts[0]}_{_group(parts[1])}{_write_power(parts[2])}"
    if node.tag == "msqrt":
        return f"√({''.join(parts)})"
    if node.tag in _LINEAR and len(parts) == 2:
        return _LINEAR[node.tag].format(_group(parts[0]), _group(parts[1]))
    if node.tag == "mfenced":
        return f"{node.get('open', '(')}{', '.join(parts)}{node.get('close', ')')}"
    return (" " if node.tag in ("mtr", "mtd") else "").join(parts)


def _group(part: str) -> str:
    """A part in parentheses, if it is more than a single number or name."""
    part = INVISIBLE.sub("", part)
    return part if len(part) < 2 or part.isalnum() else f"({part})"


def _write_power(part: str) -> str:
    part = INVISIBLE.sub("", part)
    fits = _SUPERSCRIPT.fullmatch(part)
    return part.translate(_SUPERSCRIPTS) if fits else f"^{_group(part)}"
