"""Formulas as one line of plain text, from MathML or TeX: 10⁻³, x_i, (a+b)/c, μm."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from lxml import etree

from builder.sources.text import INVISIBLE

MAX_TEX = 5_000
"""Characters of the longest TeX that is converted; longer ones stay as they are."""

SUPERSCRIPTS = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
SUPERSCRIPT = re.compile(r"[0-9+\-−–=()n]*\d[0-9+\-−–=()n]*")
"""Numbers that Unicode has as superscripts."""

_LINEAR = {"munder": "{0}_{1}", "mover": "{0}{1}", "mroot": "{0}^(1/{1})"}
_SILENT = ("annotation", "annotation-xml", "mphantom", "mprescripts", "none", "maligngroup")
_ROWS = ("mtr", "mtd", "mlabeledtr")
# Signs that are raised as they are: degrees, primes, charges, stars.
_RAISED = {"∘": "°", "◦": "°", "o": "°", "′": "′", "'": "′", "″": "″", "*": "*", "∗": "*"}
_OPERATOR = re.compile(r"[+\-−–=<>≤≥/±×·,]")
_STYLED = re.compile("[\U0001d400-\U0001d7ff\u2100-\u214f]")
_KEPT = frozenset("℃℉ℓ℞™Ω℮№")

_TEX_DOCUMENT = re.compile(
    r"\\documentclass(?:\[[^\]]*\])?\{.*?\\begin\{document\}(.*?)\\end\{document\}", re.S
)
_TEX_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|$)", re.S)
_TEX_PREAMBLE = re.compile(
    r"\\(?:documentclass|usepackage|setlength)(?:\s*(?:\[[^\]]*\]|\{[^{}]*\}|\\[A-Za-z]+))+\s*"
)
_TEX_SPAN = re.compile(r"\$\$?([^$]{0,200}?\\[A-Za-z]+[^$]{0,200}?)\$\$?|\\\(([^$]{1,400}?)\\\)")
_FENCES = re.compile(r"^(?:\$\$?|\\\(|\\\[)|(?:\$\$?|\\\)|\\\])$")
# What packages add to TeX that the converter does not know.
_CODE_POINT = re.compile(r"\\unicode(?:\[[^\]]*\])?\s*\{\s*x?([0-9A-Fa-f]{2,6})\s*\}")
_QUANTITY = re.compile(r"\\(?:SI|qty)\s*\{([^{}]*)\}\s*(?=\{)")
_WRAPPER = re.compile(r"\\(?:si|unit|num|varvec|pmb|bm|ensuremath|uptext|textup)(?=\s*\{)")
_RING = re.compile(r"\\mathring\s*(?:\{\s*A\s*\}|A\b)")
_NAMED = {
    "textmu": "μ", "micro": "μ", "textmicro": "μ", "AA": "Å", "angstrom": "Å", "textangstrom": "Å",
    "textdegree": "°", "celsius": "°C", "degreeCelsius": "°C", "ohm": "Ω", "textohm": "Ω",
    "meter": "m", "metre": "m", "second": "s", "gram": "g", "litre": "l", "liter": "l",
    "molar": "M", "nano": "n", "milli": "m", "centi": "c", "kilo": "k", "pico": "p", "percent": "%",
    "texttimes": "×", "textpm": "±", "textalpha": "α", "textbeta": "β", "textgamma": "γ",
}  # fmt: skip
_NAME = re.compile(rf"\\(?:{'|'.join(_NAMED)})(?![A-Za-z])")


def write_math(node: etree._Element) -> str:
    """MathML as one line: x_i, 10⁻³, (a+b)/c.

    Args:
        node: A `math` element or a part of one, tag names without namespace.
    """
    if node.tag in _SILENT:
        return ""
    if node.tag == "mspace":
        return " " if _is_wide(node.get("width", "")) else ""
    children = [child for child in node if isinstance(child.tag, str)]
    if not children:
        return _write_token(node)
    if node.tag == "mmultiscripts":
        return _write_scripts(children)
    parts = [write_math(child) for child in children]
    if node.tag == "mfrac" and len(parts) == 2:
        return "/".join(_group(part) for part in parts)
    if node.tag == "msup" and len(parts) == 2:
        return f"{_group_base(parts[0])}{_raise(parts[1])}"
    if node.tag == "msub" and len(parts) == 2:
        return f"{_group_base(parts[0])}{_lower(parts[0], parts[1])}"
    if node.tag in ("msubsup", "munderover") and len(parts) == 3:
        return f"{parts[0]}{_lower(parts[0], parts[1])}{_raise(parts[2])}"
    if node.tag == "msqrt":
        return f"√({''.join(parts)})"
    if node.tag in _LINEAR and len(parts) == 2:
        return _LINEAR[node.tag].format(_group(parts[0]), _group(parts[1]))
    if node.tag == "mfenced":
        return f"{node.get('open', '(')}{', '.join(parts)}{node.get('close', ')')}"
    return (" " if node.tag in _ROWS else "").join(parts)


def _write_token(node: etree._Element) -> str:
    """Text of a leaf; space counts within `mtext` alone."""
    raw = unify_letters(node.text or "")
    if node.tag != "mtext":
        return raw.strip()
    return re.sub(r"\s+", " ", raw)


def unify_letters(text: str) -> str:
    """Letters without the typeface that Unicode has for formulas: α for 𝛼, L for ℒ."""
    if text.isascii() or not _STYLED.search(text):
        return text
    return _STYLED.sub(
        lambda match: match[0] if match[0] in _KEPT else unicodedata.normalize("NFKC", match[0]),
        text,
    )


def _is_wide(width: str) -> bool:
    """Whether a space is one that people see: more than nothing, not negative."""
    number = re.match(r"\s*(-?\d*\.?\d+)", width)
    return float(number[1]) > 0.1 if number else bool(width) and "negative" not in width


def _write_scripts(children: list[etree._Element]) -> str:
    """A base with scripts on both sides: ¹⁸F."""
    base, scripts = write_math(children[0]), children[1:]
    at = next((i for i, each in enumerate(scripts) if each.tag == "mprescripts"), len(scripts))

    def write_pairs(nodes: list[etree._Element]) -> str:
        parts = [write_math(each) for each in nodes]
        low, high = parts[0::2], parts[1::2]
        return "".join(_lower(base, each) for each in low) + "".join(map(_raise, high))

    return f"{write_pairs(scripts[at + 1 :])}{base}{write_pairs(scripts[:at])}"


def _group(part: str) -> str:
    """A part in parentheses, if it is more than a single number or name."""
    part = INVISIBLE.sub("", part)
    return part if len(part) < 2 or part.isalnum() else f"({part})"


def _group_base(part: str) -> str:
    """What carries a script, in parentheses if it is a term: (a+b)², but 9.10⁻³ and g L⁻¹."""
    return f"({part})" if _OPERATOR.search(part.strip()[1:]) else part


def _raise(part: str) -> str:
    """A superscript: a Unicode one, a sign as it is, else behind '^'."""
    part = INVISIBLE.sub("", part).strip()
    if SUPERSCRIPT.fullmatch(part):
        return part.translate(SUPERSCRIPTS)
    if not part or part in _RAISED:
        return _RAISED.get(part, "")
    if not any(letter.isalnum() for letter in part):
        return part
    # Degrees and their letter may share a superscript: 37^{∘C}.
    if part[0] in "∘◦" and part[1:].isalpha():
        return f"°{part[1:]}"
    return f"^{_group(part)}"


def _lower(base: str, part: str) -> str:
    """A subscript: in line where it counts atoms (CO2), else behind '_'."""
    part = INVISIBLE.sub("", part).strip()
    if not part:
        return ""
    counts = part.isdigit() and base[:1].isupper() and base.isalnum()
    return part if counts or not base.strip() else f"_{_group(part)}"


def write_tex(source: str) -> str:
    """TeX as one line; as it stands, without the document around it, where it cannot be read.

    Args:
        source: The formula, with or without a document and dollar signs around it.
    """
    body = _TEX_BODY.search(source)
    tex = (body[1] if body else _TEX_PREAMBLE.sub("", source)).strip()
    tex = _FENCES.sub("", tex).strip()
    if not tex or len(tex) > MAX_TEX or not re.search(r"[\\^_{}~]", tex):
        return tex
    return _convert_tex(tex) or tex


def _convert_tex(tex: str) -> str:
    """TeX by way of MathML; '' where it is not understood."""
    # Loaded here: few texts have TeX in them.
    from latex2mathml.converter import convert

    tex = _CODE_POINT.sub(_write_code_point, tex)
    tex = _WRAPPER.sub("", _QUANTITY.sub(r"\1\\, ", _RING.sub("Å", tex)))
    tex = _NAME.sub(lambda match: f"\\text{{{_NAMED[match[0][1:]]}}}", tex).replace("~", "\\ ")
    # The converter raises many kinds of errors for what is no TeX.
    try:
        root: Any = etree.fromstring(convert(tex).encode())
    except Exception:
        return ""
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
    line = write_math(root)
    # A name that was not known stays in sight as TeX has it, or all of it does.
    return "" if "\\" in line else line


def _write_code_point(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else ""


def write_tex_within(text: str) -> str:
    """Plain text with the TeX in it written out: whole documents, and $...$ with a command."""
    if "\\" not in text:
        return text
    text = _TEX_DOCUMENT.sub(lambda match: write_tex(match[1]), text)
    return _TEX_SPAN.sub(lambda match: write_tex(match[1] or match[2]), text)
