"""Credit lines: whether words around a figure say that its picture is somebody else's.

"Reprinted from Smith et al. (2010) with permission from Elsevier" takes a figure out of the licence
of its article. "The protocol was adapted from Smith et al." does not: what is reused must be the
picture. Where the words leave that open, they count as a credit.
"""

from __future__ import annotations

import re

from builder.sources.credit_words import (
    ARCHIVE,
    AUTHORS_YEAR,
    MAKER,
    METHOD,
    PICTURE,
    PUBLISHER,
    REFERENCE,
    THING,
    TRIGGERS,
)
from builder.tables.license_terms import quote
from filtering.text.captions import read_caption

_JOIN = re.compile(
    r"(?:[\s,]+(?:and|or|in|part|partly|slightly|with|minor|some|modifications?|changes?|here|"
    r"directly|version|adapted|modified|redrawn|reproduced|simplified|reprinted|colou?red|"
    r"translated|used|kindly)\b){0,7},?\s*"
    r"(?:\(?\s*(?P<join>from|after|under|with|by|courtesy|based on|on|of)\b|:)",
    re.IGNORECASE,
)
"""From the verb to what leads in its source: ' and modified, with permission, from'."""

_AUXILIARY = (
    r"(?:\s*,?\s*\b(?:was|were|is|are|has|have|had|been|being|which|that|both|all|also|slightly|"
    r"partly|partially|previously|originally|kindly|in part|here|then|first|either|and|or|as|used|"
    r"shown|reproduced|redrawn|described|minor|an?|the|version|\d+\w*)\b)*+\s*,?\s*$"
)
_METHOD_END = rf"\b{METHOD}{_AUXILIARY}"
_ENDS_METHOD = re.compile(_METHOD_END, re.IGNORECASE)
_ENDS_THING = re.compile(rf"\b(?:{METHOD}|{THING}){_AUXILIARY}", re.IGNORECASE)
_ENDS_PICTURE = re.compile(rf"\b{PICTURE}\s*(?:\([^()]*\))?{_AUXILIARY}", re.IGNORECASE)
_SHOWS_METHOD = re.compile(
    r"\b(?:of|for|showing|illustrating|depicting|summari[sz]ing|describing)\s"
    rf"(?:\w+\s){{0,4}}?{_METHOD_END}",
    re.IGNORECASE,
)
_HAS_PICTURE = re.compile(
    rf"\b{PICTURE}\b(?!\s?(?:acquisition|analys|processing|segmentation|quantification|capture|J\b))",
    re.IGNORECASE,
)
_HAS_THING = re.compile(rf"\b(?:{METHOD}|{THING})\b", re.IGNORECASE)
_NOTHING_BEFORE = re.compile(
    r"[\s\"'“‘(\[*†‡§,;:–—-]*(?:(?:\(?[A-Za-z](?:\s?[,–&-]\s?[A-Za-z])*[).:,]++|panels? \w+|"
    r"(?:left|right|top|bottom|upper|lower|inset|note|partly|slightly|partially|is|are|was|were|"
    r"all|this|these|it|they|both|and|in part|as)\b)[\s,;:]*+)*+$",
    re.IGNORECASE,
)
_IS_REFERENCE = re.compile(REFERENCE)
_IS_ARCHIVE = re.compile(ARCHIVE, re.IGNORECASE)
_IS_PUBLISHER = re.compile(PUBLISHER)
_IS_MAKER = re.compile(MAKER)
_OF_METHOD = re.compile(rf"\s*(?:\w+[\s-]){{0,4}}?{METHOD}\b", re.IGNORECASE)
_OWN_FIGURE = re.compile(
    r"\s*(?:the\s|panels?\s)*(?:\(?[A-Z]\)?\b|fig(?:ure)?s?\b\.?)\s?S?\d*", re.IGNORECASE
)
_OF_OTHERS = re.compile(
    r"[\w.,() -]{0,12}\b(?:of|in|by)\s(?!this\b|the present|our\b)", re.IGNORECASE
)
_DIRECT_SOURCE = re.compile(
    rf"\s*(?:the\s)?(?:[Rr]efs?\b|[Rr]eferences?\b|\[\d|\(\d{{1,3}}\)(?=[.,;)\]]|$)|"
    rf"(?:[A-Z]\.\s?)*{AUTHORS_YEAR}|{PUBLISHER})"
)
_IS_FOLLOWED_BY_ARCHIVE = re.compile(rf"\s*(?:the )?{ARCHIVE}", re.IGNORECASE)
_LEADS = {
    "strong": _JOIN,
    "weak": _JOIN,
    "mild": _JOIN,
    "origin": re.compile(rf"{_DIRECT_SOURCE.pattern}|(?i:{_IS_FOLLOWED_BY_ARCHIVE.pattern})"),
}
"""What must follow the words of a kind, whatever is before them."""

_CONSENT = re.compile(
    r"\b(?:patients?|parents?|guardians?|participants?|subjects?|famil(?:y|ies)|consent|ethic\w*|"
    r"institutional|IRB|committee|authorit\w+|ministry|parks?|farms?|owners?|capture[ds]?|"
    r"collect\w*|import\w*|hunt\w*|donors?|relatives?)\b",
    re.IGNORECASE,
)
_USES = re.compile(
    r"\b(?:re-?print|re-?produc|re-?publi|publish|adapt|modif|re-?drawn|taken|re-?use|used|"
    r"copyright|licen[cs]|display|print)\w*",
    re.IGNORECASE,
)
_WITH_PERMISSION = re.compile(
    r"(?:\b(?:with|by|under|the|kind|written|express|prior|due)\b\s*)++$", re.IGNORECASE
)
_OURS = re.compile(
    r"\s*(?:by\s|of\s)?(?:the\s)?(?:present |this |our |own |authors?\b|study\b)", re.IGNORECASE
)
_ABBREVIATED = re.compile(r"\b(?:[A-Z]|Dr|Prof|al|Mrs?|Ms|[Rr]efs?|[Ff]igs?|[Vv]ol|Inc|Ltd)\.$")
_REACH = 90
"""Characters around the words of a credit that a reason quotes, on each side."""

_MOST_WORDS = 300
"""Words of a text that are looked at; a text with more is no caption, and counts as a credit."""

_WIDTH = 400
"""Characters of a sentence that are looked at on each side."""


def find_credit(text: str) -> str:
    """The words that say a picture is somebody else's, with what is around them; '' for none.

    Args:
        text: Words around one figure: its caption, a credit line, a footnote.
    """
    lower, count = text.lower(), 0
    for kind, (words, pattern) in TRIGGERS.items():
        if not any(word in lower for word in words):
            continue
        leads, check = _LEADS.get(kind), _CHECKS[kind]
        for match in pattern.finditer(text):
            if leads is not None and leads.match(text, match.end()) is None:
                continue
            count += 1
            if count > _MOST_WORDS:
                return quote(text, match.start(), match.end())
            before, after = _cut_context(text, match.start(), match.end())
            if check(match, before, after):
                start, end = match.start() - len(before), match.end() + len(after)
                first, last = match.start() - _REACH, match.end() + _REACH
                return quote(text, max(start, first), min(end, last))
    return ""


def _cut_context(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before a span in its sentence, and behind it up to the end of the sentence.

    'J. Smith', which ends a sentence for those who do not look for names, does not end one here.
    """
    caption = read_caption(text)
    first, last = caption.sentence(start)[0], caption.sentence(end - 1)[1]
    while last < len(text) and _ABBREVIATED.search(text, end, last):
        last = max(caption.sentence(last + 1)[1], last + 1)
    return text[max(first, start - _WIDTH) : start], text[end : min(last, end + _WIDTH)]


def _cut_bracket(before: str) -> str | None:
    """What stands in the bracket that is open at the end of some words; None outside of one."""
    if before.count("(") > before.count(")"):
        return before.rpartition("(")[2]
    return before.rpartition("[")[2] if before.count("[") > before.count("]") else None


def _is_of_something_else(before: str) -> bool:
    """Whether what is reused, by the words before the verb, is a method or a material."""
    # In '(adapted from [12])' the words before the bracket are asked, else those of the clause.
    inner = _cut_bracket(before)
    alone = inner is not None and _NOTHING_BEFORE.match(inner)
    subject = (
        before[: len(before) - len(inner) - 1].rstrip() if inner and alone else inner or before
    )
    if inner == "":
        subject = before[:-1].rstrip()
    clause = re.split(r"[;:]\s|,\s(?:and|while|whereas|but)\s", subject)[-1]
    if _NOTHING_BEFORE.match(clause):
        return False
    has_picture = _HAS_PICTURE.search(clause) is not None
    if _ENDS_METHOD.search(clause):
        return not (has_picture and _SHOWS_METHOD.search(clause))
    return _ENDS_THING.search(clause) is not None and not has_picture


def _is_of_picture(before: str) -> bool:
    """Whether the words before name a picture, and nothing else that could be meant."""
    return _HAS_PICTURE.search(before) is not None and not _is_of_something_else(before)


def _stands_alone(before: str) -> bool:
    """Whether nothing stands before the words in their sentence or bracket but a panel letter."""
    inner = _cut_bracket(before)
    open = _NOTHING_BEFORE.match(before if inner is None else inner)
    return open is not None or before.rstrip().endswith((";", ",", ":", "–", "—"))


def _is_source(after: str, reach: int = 160) -> bool:
    return _IS_REFERENCE.search(after[:reach]) is not None


def _is_own_figure(after: str) -> bool:
    """Whether the source is a figure or panel of the same article: 'reproduced from Figure 1'."""
    own = _OWN_FIGURE.match(after)
    return own is not None and not (
        _is_source(after[own.end() :], 80) or _OF_OTHERS.match(after, own.end())
    )


def _check_strong(match: re.Match[str], before: str, after: str) -> bool:
    join = _JOIN.match(after)
    if join is None or _is_own_figure(after[join.end() :]):
        return False
    if match[0].lower().replace("-", "").startswith(("reprint", "republish")):
        return True
    return not _is_of_something_else(before) or "permission" in after


def _check_weak(match: re.Match[str], before: str, after: str) -> bool:
    join = _JOIN.match(after)
    if join is None or _is_of_something_else(before):
        return False
    behind, word = after[join.end() :], (join["join"] or "").lower()
    if _is_own_figure(behind) or _OF_METHOD.match(behind):
        return False
    if "permission" in behind[:_REACH] or word == "courtesy":
        return True
    if word == "of":
        return _HAS_PICTURE.search(behind[:60]) is not None and _is_source(behind)
    if word not in ("from", "after", "by", "based on", "under", ""):
        return False
    if word == "from" and (_is_of_picture(before) or _IS_ARCHIVE.search(behind[:80])):
        return True
    return _is_source(behind, 60 if word == "after" else 160)


def _check_mild(match: re.Match[str], before: str, after: str) -> bool:
    join = _JOIN.match(after)
    if join is None or _is_of_something_else(before):
        return False
    behind, word = after[join.end() :], (join["join"] or "").lower()
    if _is_own_figure(behind) or _OF_METHOD.match(behind):
        return False
    if not (_is_of_picture(before) or _stands_alone(before)):
        return False
    if word in ("with", "by", "under"):
        return match[0].lower() == "used" and "permission" in behind[:60]
    if word not in ("from", "on", "based on", "after"):
        return False
    return _is_source(behind, 80) or _IS_ARCHIVE.search(behind[:80]) is not None


def _check_permission(match: re.Match[str], before: str, after: str) -> bool:
    around = f"{before} {after}"
    if _IS_PUBLISHER.search(around):
        return True
    # What a patient or a park agrees to is no matter of copyright.
    if _CONSENT.search(around):
        return False
    lead = _WITH_PERMISSION.sub("", before)
    if _stands_alone(lead):
        return True
    if _is_of_something_else(lead):
        return False
    return _USES.search(around) is not None or _HAS_PICTURE.search(before) is not None


def _check_courtesy(match: re.Match[str], before: str, after: str) -> bool:
    # 'Provided by' is said of so much that a picture must be what is provided.
    if re.match(r"courtesy|kindly|generously|graciously", match[0], re.IGNORECASE):
        return not _is_of_something_else(before)
    return _ENDS_PICTURE.search(before) is not None


def _check_credit(match: re.Match[str], before: str, after: str) -> bool:
    return not _OURS.match(after.lstrip(" :"))


def _check_copyright(match: re.Match[str], before: str, after: str) -> bool:
    return True


def _check_source(match: re.Match[str], before: str, after: str) -> bool:
    return not _OURS.match(after) and not _HAS_THING.match(after.strip())


def _check_by(match: re.Match[str], before: str, after: str) -> bool:
    return not _IS_MAKER.search(match["name"])


def _check_licensed(match: re.Match[str], before: str, after: str) -> bool:
    # 'Licensed under' is read as a licence of its own; licensed from somebody, it is theirs. What
    # is done to animals has a licence, too.
    return _is_of_picture(before) or _IS_PUBLISHER.search(after[:60]) is not None


def _check_published(match: re.Match[str], before: str, after: str) -> bool:
    return _is_of_picture(before)


def _check_origin(match: re.Match[str], before: str, after: str) -> bool:
    """'Image from [12]', '(from Smith et al.)', 'From: Smith 2010'."""
    direct = _DIRECT_SOURCE.match(after) is not None
    if direct and (_NOTHING_BEFORE.match(before) or _cut_bracket(before) == ""):
        return not _is_of_something_else(before)
    stored = _IS_FOLLOWED_BY_ARCHIVE.match(after)
    return (direct or stored is not None) and _ENDS_PICTURE.search(before) is not None


_CHECKS = {
    "strong": _check_strong,
    "weak": _check_weak,
    "mild": _check_mild,
    "permission": _check_permission,
    "courtesy": _check_courtesy,
    "credit": _check_credit,
    "copyright": _check_copyright,
    "source": _check_source,
    "by": _check_by,
    "licensed": _check_licensed,
    "published": _check_published,
    "origin": _check_origin,
}
"""For each kind of words that may be a credit, what decides whether they are one."""
