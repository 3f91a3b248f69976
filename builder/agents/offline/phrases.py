"""Noun phrases cut out of running text."""

from __future__ import annotations

import re

_STOP = re.compile(
    r"(?:"
    r"a|an|the|of|for|with|and|or|in|on|at|by|to|from|using|against|as|via|"
    r"into|between|than|that|which|were|was|is|are|be|been|being|directly|then|"
    r"also|both|either|stained|labeled|labelled|immunostained|immunolabeled|"
    r"immunolabelled|counterstained|stain|visualized|visualised|shown|detected|probed|"
    r"containing|showing|positive|expressing|express|indicate|indicated|anti|under|"
    r"after|during|before|nuclei|nuclear|only|plus|left|right|top|bottom|upper|"
    r"lower|antibody|antibodies|where|while|per|analyzed|analysed|highlight|highlights|"
    r"show|shows|presence|signal"
    r")",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:(?:the|a|an|their|its|some|individual|representative|of|anti|either|example of|"
    r"(?:the )?(?:positions?|locations?|presence|sites?) of|"
    r"examples of)[\s-]+)+",
    re.I,
)
_TRAILING = re.compile(r"\s+(?:the|a|an|of|in|for|with|and|or|at|to|as|is|are|by|on|from)$")
_BAD = re.compile(
    r"^(?:which|that|this|these|those|it|they|each|all|both|same|such|indicated|described|other|"
    r"different|various|respective|corresponding|either|not|no longer|high|low|strong|weak)\b"
    r"|\b(?:indicated|respectively|as described|see text|shown in|described in|respective|above|"
    r"below|figure|fig)\b",
    re.I,
)
_TOKEN = re.compile(r"[^\s,;:()\[\]]+(?=[\s]*$)")


def find_phrase_before(text: str, end: int, limit: int = 4) -> tuple[str, int]:
    """The noun phrase that ends at a place.

    In 'stained for alpha tubulin (green)' the one before the bracket is 'alpha tubulin'.

    Args:
        text: the caption.
        end: where the phrase ends.
        limit: how many words it has at most.

    Returns:
        The phrase, empty where there is none, and where it starts.
    """
    start = end
    for _ in range(limit):
        match = _TOKEN.search(text, max(0, start - 60), start)
        if match is None or re.search(r"[.;:,)(\]]\s*$", text[match.end() : start] + ""):
            break
        token = match.group()
        if _STOP.fullmatch(token) or (token.endswith(".") and start < end):
            break
        start = match.start()
    while start < end and text[start].isspace():
        start += 1
    return text[start:end].strip(), start


def clean_phrase(value: str, words: int = 8) -> str:
    """A value without articles and loose ends; empty where it is no usable noun phrase.

    'the nucleus of' becomes 'nucleus'; 'those described above' and 'actin (F' become nothing.
    """
    value = re.sub(r"\s+", " ", value).strip(" ,;:.-–")
    value = _LEADING.sub("", value)
    while _TRAILING.search(value):
        value = _TRAILING.sub("", value)
    balanced = value.count("(") == value.count(")") and value.count("[") == value.count("]")
    if not value or not balanced or _BAD.search(value) or len(value.split()) > words:
        return ""
    return value if re.search(r"[A-Za-z0-9α-ωΑ-Ω]", value) else ""


def start_sentence(text: str) -> str:
    """Text with a capital first letter, unless its first word is a name such as 'mGFP'."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first[1:] == first[1:].lower() else text


def lower_first(text: str) -> str:
    """Text with a small first letter, unless its first word is a name such as 'Ki-67'."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first[1:].isalpha() and first[1:].islower() else text


def add_article(text: str) -> str:
    """A place with its article: 'the nucleus', but 'lysosomes' and 'mitochondria'."""
    bare = re.match(
        r"(?:[Tt]he|[Aa]n?|both|all|its) |[A-Z]{2,}|.*(?:[^su]s|chondria|nuclei)$", text
    )
    return text if bare else f"the {text}"
