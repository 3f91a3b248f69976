"""Numbers in a text, with what they measure or count, in one base unit per type."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from filtering.text.vocabulary import fold_case, read_names

_WORDS = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8},
    **{"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14},
    **{"fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "zero": 0},
    **{"dozen": 12, "hundred": 100},
}
_TENS = {
    **{"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50},
    **{"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
}
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–", "0123456789---")
_ONES = "|".join(sorted(_WORDS, key=len, reverse=True))
_FIGURES = re.compile(
    r"(?:(?<![\w.,^])|(?<=[\s(]x)(?=\d)|(?<=^x)(?=\d))(?<![^\W\d_][-‐‑–.])(?P<sign>[-−–](?=\d))?"
    r"(?P<digits>\d{1,3}(?:[,\u00a0\u2009]\d{3}){1,4}(?!\d)|10(?=\^\d|[⁰¹²³⁴-⁹])|\d{1,15})"
    r"(?P<decimal>\.\d{1,12})?"
    r"(?:\s?[×x]\s?10\s?(?:\^?\s?(?P<power>[-−–⁻]?[\d⁰¹²³⁴-⁹]{1,2}))(?!\d|\s?[-–]\s?\d)"
    r"|(?<=10)(?:\^(?P<caret>\d{1,2})|(?P<raised>[⁰¹²³⁴-⁹]{1,2})))?",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"\b(?P<tens>{'|'.join(_TENS)})(?:[-\s](?P<one>{_ONES}))?(?=\b|fold)"
    rf"|\b(?P<word>{_ONES})(?=\b|fold)",
    re.IGNORECASE,
)
_RUN = re.compile(r"\d+")
_LETTERS = re.compile(r"[a-z]+")
_SPELLINGS = frozenset(f"{word}{end}" for word in (*_WORDS, *_TENS) for end in ("", "fold"))
_ERROR = r"(?:\s?(?:±|\+/-)\s?\d{1,9}(?:\.\d{1,9})?)?"
_ERROR_AT = re.compile(_ERROR)
_LIST_GAP = re.compile(r"\s?(?:,|/|;|-|–|−|or|and|to|vs\.?|versus|(?:out )?of|, and|, or)\s?")

_PREFIX = {"p": 1e-12, "n": 1e-9, "μ": 1e-6, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "f": 1e-15}
_LENGTH = {
    **dict.fromkeys(("nm", "nanometer", "nanometre"), 1e-3),
    **dict.fromkeys(("μm", "um", "micron", "micrometer", "micrometre", "μ"), 1.0),
    **dict.fromkeys(("mm", "millimeter", "millimetre"), 1e3),
    **dict.fromkeys(("cm", "centimeter", "centimetre"), 1e4),
    **dict.fromkeys(("Å", "å", "Å", "angstrom", "ångström", "ångstrom"), 1e-4),
    **dict.fromkeys(("meter", "metre"), 1e6),
}
_TIME = {
    **dict.fromkeys(("ms", "msec", "millisecond"), 1e-3),
    **dict.fromkeys(("s", "sec", "second"), 1.0),
    **dict.fromkeys(("min", "minute"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hpf", "hpi", "hpt"), 3600.0),
    **dict.fromkeys(("d", "day", "dpf", "dpi", "div"), 86400.0),
    **dict.fromkeys(("week", "wk", "wpf"), 604800.0),
    **dict.fromkeys(("month",), 2629800.0),
    **dict.fromkeys(("year", "yr"), 31557600.0),
}
_MASS = (
    r"(?P<mass>[pnμum]?g|kg)"
    r"(?:\s?/\s?(?P<per>[μum]?[lL]|d[lL]|kg)|[\s·]?(?P<inv>[μum]?[lL]|kg)[-−–⁻][1¹])"
)
_UNIT = re.compile(
    r"\s?-?(?:"
    r"(?P<percent>%|percent\b|per cent\b|percentage points?\b)"
    r"|(?P<temperature>°\s?C\b|℃|degrees? (?:C\b|Celsius))"
    r"|(?P<fold>folds?\b|[×x](?=\s(?:more|less|higher|lower|greater|faster|slower|increase|decrease|"
    r"reduc)))"
    r"|(?P<mag>×(?![\w+])(?!\s?\d)(?!\s(?:read|coverage|the|mean|depth|basal))"
    r"|x(?=$|[,.;)/]|\s(?:objective|magnif|lens|oil|air|water|zoom|and\b|or\b|view)))"
    rf"|{_MASS}(?!\w)"
    r"|(?P<molar>(?P<prefix>[fpnμum]?)(?:M|mol(?:/|\s?)[lL](?:[-−–⁻][1¹])?|molar))(?![\w/])"
    r"|(?P<millimolar>millimolar|micromolar|nanomolar)\b"
    r"|(?P<length>nm|μm|um|mm|cm|Å|Å|microns?|(?:nano|micro|milli|centi|)met(?:er|re)s?|"
    r"[aå]ngstr[oö]ms?)(?![\w²³^⁻]|\s?/\s?\w|\s?Hg|[−–-][12](?!\d|\s?[μunm]))"
    r"|(?P<time>msec|ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|hours?|hrs?|hp[fit]|h|"
    r"dp[fi]|DIV|days?|d|weeks?|wks?|wpf|months?|years?|yrs?)(?![\w²³^⁻]|\s?/\s?\w|[−–-][12](?!\d|\s?[a-z]))"
    r")",
)
_COMPOUND = re.compile(
    r"\s?(?:[μnmckf]?m|mm|kDa|kV|Hz|nM|[a-zA-Zμ]{1,3})(?:[²³]|\^?[23]\b|/\w+|\s?Hg)"
)
_NOUNS = {form: noun for noun, forms in read_names("counted").items() for form in forms}
_STOP = (
    r"(?!(?:and|or|of|in|the|per|to|for|from|with|at|was|were|is|are|as|on|by|than|vs|versus|n)\b)"
)
_NOUN = re.compile(
    rf"[\s\-](?:{_STOP}[^\W\d][\w+\-/]{{0,24}}\s){{0,3}}?"
    rf"(?P<noun>{'|'.join(sorted(_NOUNS, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_DILUTION = re.compile(r"\s?[:]\s?(\d{1,3}(?:,\d{3})+|\d{1,7})(?![\d:])")
_NOT_A_QUANTITY = re.compile(
    r"(?:\b(?:fig(?:ure|s|ures)?|panels?|tables?|movies?|videos?|ref(?:s|erence|erences)?|eqs?|"
    r"equation|chapter|box|lanes?|cat|catalog(?:ue)?|no|video|file|appendix|supplementary|"
    r"steps?|stage|type|class|grade|phase|chr(?:omosome)?|exon|residues?|isoform|score|version|"
    r"et al|clone|layers?|group)\b\.?\s?(?:S|no\.?|#)?\s?"
    r"|\bp\s?(?:-?value\s?)?[<>=≤≥]{1,2}\s?|[#\[]\s?)$",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?:^|\W)[^\W\d_]\w*[-‐‑–]$")
_YEAR = re.compile(r"(?:1[89]|20)\d\d$")
_SAMPLE_SIZE = re.compile(r"\bn\s?[=≥>]\s?$", re.IGNORECASE)
_DAY = re.compile(r"\b(?P<unit>day|week|month|hour)s?\s$", re.IGNORECASE)
_TIMES = re.compile(
    r"(?:(?:^|[(,;])\s?[×x]|(?<![\d\s×=+])\s[×x]|(?i:magnification),?(?: of|:)?(?:\s[×x])?)\s?$"
)
_LEAST_DILUTION = 5


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at a place in a text; `number` in the base unit of `type`."""

    type: str
    value: str
    start: int
    end: int
    number: float
    unit: str | None = None
    noun: str | None = None


class _Number(NamedTuple):
    start: int
    end: int
    number: float
    spelled: bool


def _read_figures(match: re.Match[str]) -> float:
    number = float(re.sub(r"[^\d]", "", match["digits"]) + (match["decimal"] or ""))
    if match["power"]:
        number *= 10.0 ** int(match["power"].translate(_SUPERSCRIPT))
    if match["caret"] or match["raised"]:
        raised = (match["caret"] or match["raised"]).translate(_SUPERSCRIPT)
        number = number / 10.0 * 10.0 ** int(raised)
    return -number if match["sign"] else number


def _find_numbers(text: str) -> list[_Number]:
    # Numbers in digits begin where a run of digits does, or at its sign.
    numbers, after = [], 0
    for run in _RUN.finditer(text):
        start = run.start()
        if start < after:
            continue
        signed = start > after and text[start - 1] in "-−–"
        match = (_FIGURES.match(text, start - 1) if signed else None) or _FIGURES.match(text, start)
        if match:
            after = match.end()
            numbers.append(_Number(match.start(), after, _read_figures(match), False))
    # Spelled numbers, where the text has any of their words.
    if not _SPELLINGS.isdisjoint(_LETTERS.findall(fold_case(text))):
        for match in _SPELLED.finditer(text):
            if match["tens"]:
                one = _WORDS.get(fold_case(match["one"] or ""), 0)
                number = float(_TENS[fold_case(match["tens"])] + one)
            else:
                number = float(_WORDS[fold_case(match["word"])])
            numbers.append(_Number(match.start(), match.end(), number, True))
        numbers.sort()
    # A hyphen may tie a number to a word before it, with which it is a code ('Ki-67').
    return [
        number
        for number in numbers
        if text[number.start - 1 : number.start] not in ("-", "‐", "‑", "–", "\n")
        or not _CODE.search(text[max(0, number.start - 12) : number.start])
    ]


def _format_number(number: float) -> str:
    return f"{number:.6g}"


def _read_measure(text: str, at: _Number, end: int) -> Quantity | None:
    """The quantity of a number that is followed by a unit at `end`."""
    match = _UNIT.match(text, end)
    if match is None:
        return None
    unit = match.group().strip(" -\u00a0")
    kind, factor, base = "", 1.0, ""
    if match["percent"]:
        kind, base = "percent", "%"
    elif match["temperature"]:
        kind, base = "temperature", " °C"
    elif match["fold"] or match["mag"]:
        kind = "fold" if match["fold"] else "magnification"
        base = "-fold" if kind == "fold" else "×"
    elif match["mass"]:
        per = match["per"] or match["inv"]
        mass, volume = match["mass"][:-1], per[:-1]
        factor = _PREFIX[mass] / (1.0 if per == "kg" else {"d": 0.1}.get(volume) or _PREFIX[volume])
        kind, base = "concentration", " g/kg" if per == "kg" else " g/l"
    elif match["molar"] is not None or match["millimolar"]:
        word = match["millimolar"]
        prefix = {"milli": "m", "micro": "μ", "nano": "n"}[word[:-5]] if word else match["prefix"]
        kind, factor, base = "concentration", _PREFIX[prefix], " mol/l"
    elif match["length"]:
        kind, base = "length", " µm"
        factor = _LENGTH.get(match["length"]) or _LENGTH[match["length"].lower().rstrip("s")]
    elif match["time"]:
        kind, base = "duration", " s"
        name = match["time"].lower()
        factor = _TIME.get(name) or _TIME[name.rstrip("s")]
    number = float(f"{at.number * factor:.12g}")
    return Quantity(kind, _format_number(number) + base, at.start, match.end(), number, unit)


def _read_quantity(text: str, at: _Number) -> Quantity | None:
    """The quantity of one number by what surrounds it; None where it is not a quantity."""
    error = _ERROR_AT.match(text, at.end)
    end = error.end() if error else at.end
    if measured := _read_measure(text, at, end):
        return measured
    dilution = _DILUTION.match(text, at.end)
    factor = float(dilution[1].replace(",", "")) if dilution else 0.0
    if dilution and at.number == 1 and factor >= _LEAST_DILUTION:
        return Quantity("dilution", f"1:{_format_number(factor)}", at.start, dilution.end(), factor)
    before = text[max(0, at.start - 24) : at.start]
    day = _DAY.search(before)
    if day:
        factor = _TIME[fold_case(day["unit"])]
        number = at.number * factor
        start = at.start - len(day.group())
        return Quantity("duration", f"{_format_number(number)} s", start, end, number, day["unit"])
    if _TIMES.search(before) and text[end : end + 1] != "/":
        return Quantity(
            "magnification", f"{_format_number(at.number)}×", at.start, end, at.number, "×"
        )
    # What is left are counts: of a noun, or of a sample.
    match = _NOUN.match(text, end)
    if _NOT_A_QUANTITY.search(before) or not (match or _SAMPLE_SIZE.search(before[-6:])):
        return None
    if at.number < 0 or at.number != int(at.number):
        return None
    noun = _NOUNS[fold_case(match["noun"])] if match else None
    end = match.end() if match else end
    value = _format_number(at.number) if at.number < 1e6 else str(int(at.number))
    value = f"{value} {noun}" if noun else value
    return Quantity("count", value, at.start, end, at.number, None, noun)


def _read_plain_number(text: str, at: _Number) -> Quantity | None:
    """A number that nothing names, unless it is a label, a year or a part of a code."""
    before = text[max(0, at.start - 24) : at.start]
    after = text[at.end : at.end + 1]
    if at.spelled or _NOT_A_QUANTITY.search(before) or (after.isalpha() or after == "_"):
        return None
    if _YEAR.match(text[at.start : at.end]):
        return None
    compound = _COMPOUND.match(text, at.end)
    unit = compound.group().strip() if compound else None
    end = compound.end() if compound else at.end
    value = f"{_format_number(at.number)} {unit}" if unit else _format_number(at.number)
    return Quantity("number", value, at.start, end, at.number, unit)


def _inherit_unit(text: str, at: _Number, following: Quantity, suffix: str) -> Quantity | None:
    """A number in a list ('5, 10 and 20 µm') has the unit or noun of the next one."""
    before = text[max(0, at.start - 24) : at.start]
    if not _LIST_GAP.fullmatch(text, at.end, following.start) or _NOT_A_QUANTITY.search(before):
        return None
    if following.type == "count" and at.number >= 0 and at.number == int(at.number):
        noun = following.noun
        value = f"{_format_number(at.number)} {noun}" if noun else _format_number(at.number)
        return Quantity("count", value, at.start, at.end, at.number, None, noun)
    measured = _read_measure(suffix, at, 0) if following.unit else None
    return replace(measured, end=at.end) if measured else None


def find_quantities(text: str) -> list[Quantity]:
    """Quantities of a unified text in order of position, never overlapping; linear time."""
    found: list[Quantity] = []
    suffix = ""
    for at in reversed(_find_numbers(text)):
        quantity = _read_quantity(text, at)
        while quantity and found and found[-1].end <= quantity.end:
            found.pop()
        if quantity and found and quantity.end > found[-1].start:
            quantity = None
        if quantity:
            suffix = text[at.end : quantity.end]
        elif found and found[-1].start >= at.end:
            quantity = _inherit_unit(text, at, found[-1], suffix)
        quantity = quantity or _read_plain_number(text, at)
        if quantity and not (found and quantity.end > found[-1].start):
            found.append(quantity)
    return found[::-1]
