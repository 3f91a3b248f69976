"""Noun phrases cut out of running text."""

from __future__ import annotations

import re

from filtering.text.entities import find_entities

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


# What a mark in brackets is about: the head of the phrase before it, not the place that it is in.
_PLACE = re.compile(
    r"\s+(?:within|in|inside|on|at|around|near|between|along|throughout|beneath|across|surrounding|"
    r"from|adjacent to|next to|close to)\s+",
    re.I,
)
# In 'a cell with a vacuole' the part is marked, 'spaces filled with fluid' are one thing.
_PART = re.compile(r"(?<!ed)\s+(?:with|containing)\s+", re.I)
_OPENING = re.compile(
    r"(?:(?:containing|representative|numerous|several|many|multiple|markedly|some|most|few"
    r"|admixed with|"
    r"\w+ed (?:with|by|in))\s+|(?:areas?|most|many|some|numbers?|all) of (?:the )?)+",
    re.I,
)
_LINKS = frozenset(
    {
        "within", "in", "inside", "on", "at", "around", "near", "between", "along", "throughout",
        "beneath", "across", "surrounding", "from", "of", "with", "containing", "the", "a", "an",
    }
)  # fmt: skip
_VERB = re.compile(
    r"(?i)(?:had|has|have|having|note|noted|see|seen|observed|found|present|visible|detected"
    r"|located|"
    r"depict\w*|demonstrat\w*|display\w*|reveal\w*|exhibit\w*|compris\w*|consist\w*|appear\w*|"
    r"form(?:s|ed|ing)?|occurr?\w*|includ\w*|did|do|does|can|may|could|will|not|but|when|while|"
    r"because|there|it|we|they|its|their|this|these|those|such)"
)
_HEAD_LIMIT = 9
_PANEL_LETTER = re.compile(r"^(?:\([A-Za-z]\)|[A-Za-z]\)|[b-z](?= [A-Z])|[A-Z](?= [A-Z][a-z]))\s+")


def find_marked_phrase(text: str, end: int) -> tuple[str, int]:
    """What a mark in brackets stands behind, and where that starts.

    In 'basophilic bodies within the macrophages (arrow)' the bodies are marked, in 'a cell with a
    vacuole (arrow)' the vacuole; of 'nuclei and cytoplasm (arrows)' both.
    """
    phrase, start = _walk_back(text, end)
    # A panel's letter before the first word is none of the phrase, nor what only counts.
    for opening in (_PANEL_LETTER, _OPENING):
        if found := opening.match(phrase):
            phrase, start = phrase[found.end() :], start + found.end()
    phrase = re.sub(r"\s+\w+ly$", "", phrase)
    head, *places = _PLACE.split(phrase)
    *_, part = _PART.split(head)
    value = clean_phrase(part, _HEAD_LIMIT)
    # 'in nuclei', where the words before tell nothing.
    if places and not value:
        value = clean_phrase(places[0], 4)
    return value, start


def _walk_back(text: str, end: int) -> tuple[str, int]:
    """The words before a place back to a stop, a verb, or what is no part of a noun phrase."""
    start, joined = end, False
    for _ in range(_HEAD_LIMIT):
        match = _TOKEN.search(text, max(0, start - 60), start)
        # 'degeneration, necrosis and loss of cells': commas join where an 'and' follows.
        if match is None and joined and re.search(r",\s*$", text[:start]):
            match = _TOKEN.search(text, max(0, start - 60), text.rindex(",", 0, start))
        if match is None or re.search(r"[.;:)(\]]\s*$", text[match.end() : start]):
            break
        token = match.group()
        joins = token.lower() in ("and", "or") and not text[: match.start()].rstrip().endswith(")")
        stops = _STOP.fullmatch(token) or _VERB.fullmatch(token)
        is_end_of_sentence = token.endswith(".") and start < end
        if (stops and not joins and token.lower() not in _LINKS) or is_end_of_sentence:
            break
        start, joined = match.start(), joined or joins
    lead = re.match(
        r"\s*(?:(?:and|or|in|within|on|at|from|with|of|near|along)\s+)?", text[start:end]
    )
    start += lead.end() if lead else 0
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


# People and genera whose names begin what is marked.
_EPONYM = re.compile(
    r"(?:Kupffer|Purkinje|Langerhans|Langhans|Schwann|Sertoli|Leydig|Paneth|Merkel|M[uü]ller"
    r"|Golgi|Hassall|"
    r"Bowman|Henle|Reed|Lewy|Negri|Mallory|Nissl|Cajal|Brunner|Peyer|Hofbauer|Councilman|Russell|"
    r"Candida|Aspergillus|Histoplasma|Cryptococcus|Giardia|Leishmania|Plasmodium|Toxoplasma|"
    r"Mycobacterium|Helicobacter|Pneumocystis|Trypanosoma|Entamoeba|Schistosoma|Trichinella)\b"
)


def start_sentence(text: str) -> str:
    """Text with a capital first letter, unless its first word is a name such as 'mGFP'."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first[1:] == first[1:].lower() else text


def lower_first(text: str) -> str:
    """Text with a small first letter, unless its first word is a name such as 'Ki-67'."""
    first = text.split(" ", 1)[0].rstrip(",")
    stem, _, rest = first.partition("-")
    is_word = stem[1:].isalpha() and stem[1:].islower() and (not rest or rest.islower())
    is_name = _EPONYM.match(first) or any(
        entity.start == 0 and entity.type in ("organism", "cell_line")
        for entity in find_entities(text)
    )
    return text[:1].lower() + text[1:] if is_word and not is_name else text


def add_article(text: str) -> str:
    """A place with its article: 'the nucleus', but 'lysosomes' and 'mitochondria'."""
    bare = re.match(
        r"(?:[Tt]he|[Aa]n?|both|all|its) |[A-Z]{2,}|.*(?:[^su]s|chondria|nuclei)$", text
    )
    return text if bare else f"the {text}"
