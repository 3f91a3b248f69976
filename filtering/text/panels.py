"""Panel labels: where a caption writes panel letters, and how they stand to its words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal, NamedTuple

Standing = Literal["opens", "heads", "subject", "trails"]
"""A label opens a sentence or list item ('(A) Cells'), heads words inside one ('cells with (A)
DMSO'), is the subject of a clause ('(A) is 1 cm wide'), or trails its words ('12 cells in A')."""

Kind = Literal["bracket", "word", "inline", "bare", "plain"]


@dataclass(frozen=True, slots=True)
class PanelLabel:
    """Panel letters as a caption writes them, at a place.

    `letters` are upper case, in the order written, with ranges filled in; `written` is the list
    without brackets ('A–C'). `body` is where the words begin that follow.
    """

    start: int
    end: int
    body: int
    letters: tuple[str, ...]
    written: str
    standing: Standing


class _Candidate(NamedTuple):
    """Letters that are written like a label; `kind` says in which way."""

    start: int
    end: int
    written: str
    kind: Kind


_LETTER = r"[A-Za-z]['′’'″”\"]?\d?(?![A-Za-z0-9])"
_JOIN = r"\s{0,2}(?:,?\s?and\s|,|;|&|\+|/|[-–—−‐‑~∼]|to\s|through\s)\s{0,2}"
_LIST = rf"{_LETTER}(?:{_JOIN}{_LETTER}){{0,25}}"
_CAPITALS = rf"[A-Z]['′]?(?![A-Za-z0-9])(?:{_JOIN}[A-Z]['′]?(?![\w-])){{0,25}}"
# '(A)', '(A–C)', '(A, left panel)', '(a. Fibre; b. ...)'
_BRACKET = re.compile(rf"\((?P<list>{_LIST})(?:\)|[,;:]\s[^\W\d][^()]*\)|\.\s(?=[A-Z][^()]*\)))")
_WORD = re.compile(
    rf"\b(?:(?:[Ii]n|of)\s)?[Pp]anels?\s(?:\((?P<round>{_LIST})\)|(?P<list>{_LIST})(?!\.\w))"
)
# 'in A', 'of B and C', but not 'in C. elegans' and 'of B cells'
_INLINE = re.compile(
    rf"\b(?:[Ii]n|of)\s(?P<list>{_CAPITALS})(?!['’-]|\.\w|\.\s[a-z]{3}|\s(?:cells?|lympho\w+)\b)"
)
# 'A. Image', 'A: image', 'A) image', 'B, image', 'B–E image' after a stop or comma
_BARE_LEAD = re.compile(r"(?P<lead>[.;:,!?)])\s+(?:and\s)?(?=[A-Za-z](?![A-Za-z]))")
_BARE = re.compile(
    rf"(?P<list>{_LIST})(?P<stop>\)(?=\s)|\.(?=\s+[A-Z0-9(])|[,:](?=\s)|(?=\s[\w(]))"
)
_BOLD = re.compile(rf"(?:[Pp]anels? )?\(?(?P<list>{_LIST})\s*[.,:)]*")
_ITEM_OF_LIST = re.compile(rf"(?P<join>{_JOIN})?(?P<letter>[A-Za-z])['′’'″”\"]?\d?")
_TO = frozenset({*"-–—−‐‑~∼", "to", "through"})
_BETWEEN = re.compile(r"\s?(?:,|&|/|,?\s?and|[-–‐‑]|to)?\s?")

_BODY = re.compile(r"[.:,)]?\s+|")
_WORDS_FOLLOW = re.compile(r"[.:,]?\s?(?!(?:and|or|but|than|as)\b)[\w(Δ\"“'‘+±<>≥-]")
_VERB_FOLLOWS = re.compile(r"\s(?:is|are|was|were|except|reveals?|shows?|scale bars?)\b")
_TITLE_FOLLOWS = re.compile(r"\s[A-Z][a-z]")
_REFERS = re.compile(r"\b(?:as|like|see|cf\.?|(?:described|defined|as) (?:in|for))\s$")
_ITEM_LEADS = re.compile(r"[.;:,!?]\)?\s{1,3}(?:and\s)?$")
_PHRASE_LEADS = re.compile(
    r"(?:[.;:,!?]|\b(?:and|or|of|with|from|by|to|in|for|at|the|on|using|are|is|was|were|during|"
    r"between|under|after|before|into|via|as|showing|either|both|versus|vs\.|within))\s*$",
    re.IGNORECASE,
)
# 'three cases in (A) with low growth' trails, 'grown in (A) light, (B) darkness' heads.
_WHERE_LEADS = re.compile(r"\b(?:in|of|from)\s$")
_HOW_FOLLOWS = re.compile(
    r"\s(?:to|with|for|at|of|by|in|from|on|when|where|which|that|due|using)\b"
)
_GOES_ON = re.compile(r"(?:[^.;]|\.\d){0,60}(?:,|;|,?\s(?:and|while|whereas|but))\s")
_REACH = 16


def list_letters(written: str) -> tuple[str, ...]:
    """Single letters of a list, in their case, with ranges filled in: A, B and C for 'A–C'."""
    letters: list[str] = []
    for match in _ITEM_OF_LIST.finditer(written):
        letter, join = match["letter"], (match["join"] or "").strip()
        if letters and join in _TO and letters[-1].isupper() == letter.isupper():
            letters += map(chr, range(ord(letters[-1]) + 1, ord(letter)))
        letters.append(letter)
    return tuple(letters)


def _find_candidates(text: str) -> list[_Candidate]:
    """All that is written like a label, in order; neighbours such as '(A), (B)' are one."""
    patterns: tuple[tuple[Kind, re.Pattern[str]], ...]
    patterns = ("bracket", _BRACKET), ("word", _WORD), ("inline", _INLINE)
    found = [
        _Candidate(match.start(), match.end(), match[match.lastgroup or 0], kind)
        for kind, pattern in patterns
        for match in pattern.finditer(text)
    ]
    for start, lead in [(0, "."), *((m.end(), m["lead"]) for m in _BARE_LEAD.finditer(text))]:
        bare = _BARE.match(text, start)
        kind = _classify_bare(text, bare, lead) if bare else None
        if bare and kind:
            found.append(_Candidate(start, bare.end(), bare["list"], kind))
    joined: list[_Candidate] = []
    for one in sorted(found, key=lambda candidate: (candidate.start, -candidate.end)):
        last = joined[-1] if joined else None
        if last and one.start < last.end:
            continue
        if last and one.kind == "bracket" and text[last.end - 1] == ")":
            between = text[last.end : one.start]
            if _BETWEEN.fullmatch(between):
                written = f"{last.written}{between if between.strip() else ', '}{one.written}"
                joined[-1] = _Candidate(last.start, one.end, written, last.kind)
                continue
        joined.append(one)
    return joined


def _classify_bare(text: str, match: re.Match[str], lead: str) -> Kind | None:
    """How letters without brackets are written; None where they are no label.

    `lead` is the stop before them.
    """
    written, stop = match["list"], match["stop"]
    if stop == ":" and _is_inside_brackets(text, match.start()):  # '(F: female, M: male)'
        return None
    if stop == ")":
        return "bare"
    if stop:
        return "bare" if lead not in ",:" or (stop != "," and written.isupper()) else None
    if lead in ",:;" or not (written[0].isupper() and written[-1].isupper()):
        return None
    if len(written) > 1:
        return "bare"
    return "plain" if text[match.end() + 1].isupper() else None


def _is_inside_brackets(text: str, place: int) -> bool:
    return text.rfind("(", 0, place) > text.rfind(")", 0, place)


def _find_run(letters: Iterable[str]) -> tuple[str, ...]:
    """Distinct letters in order, of those that make an unbroken run from A."""
    known = list(dict.fromkeys(letters))
    length = next((i for i, letter in enumerate(ascii_uppercase) if letter not in known), 26)
    return tuple(letter for letter in known if letter in ascii_uppercase[:length])


def _choose_letters(letters: Iterable[str], *, roman: bool) -> tuple[tuple[str, ...], bool]:
    """The panels among letters that are written like labels, and whether they are small.

    Only an unbroken run from A counts, in one letter case, so that a unit (s) or an amino acid
    (G) is not taken for a panel; nor is the numeral i where there is an (ii).
    """
    known = [letter for letter in letters if not (roman and letter in "iI")]
    upper = _find_run(letter for letter in known if letter.isupper())
    lower = _find_run(letter.upper() for letter in known if letter.islower())
    is_small = len(upper) < 2 and len(lower) > len(upper)
    return (lower if is_small else upper), is_small


def find_panels(caption: str, bold: Iterable[str] = ()) -> list[str]:
    """Panel letters of a caption in order of appearance, upper case; empty for a single panel.

    `bold` are runs that the article sets in bold: panel letters often stand there without any
    punctuation.
    """
    candidates = _find_candidates(caption)
    lists = [candidate.written for candidate in candidates]
    lists += [match["list"] for run in bold if (match := _BOLD.fullmatch(run.strip()))]
    written = (letter for each in lists for letter in list_letters(each))
    letters, _ = _choose_letters(written, roman="(ii)" in caption.lower())
    return list(letters) if len(letters) > 1 else []


def find_labels(text: str, starts: Set[int]) -> tuple[list[PanelLabel], tuple[str, ...]]:
    """The labels of a caption in order, and the letters of its panels in order of appearance.

    `starts` are those of its sentences. There are no panel letters where there are not two.
    """
    candidates = _find_candidates(text)
    roman = "(ii)" in text.lower()
    written = [letter for candidate in candidates for letter in list_letters(candidate.written)]
    panels, is_small = _choose_letters(written, roman=roman)
    # A part of a caption may begin with (C): what opens a sentence in brackets counts, too.
    opening = [c for c in candidates if c.kind == "bracket" and c.start in starts]
    known = {letter.lower() if is_small else letter for letter in panels}
    for candidate in opening:
        if not panels or candidate.written[0].islower() == is_small:
            known.update(list_letters(candidate.written))
    labels: list[PanelLabel] = []
    for candidate in candidates:
        start, end, _, kind = candidate
        letters = list_letters(candidate.written)
        upper = tuple(letter.upper() for letter in letters)
        if not known.issuperset(upper if kind == "word" and not is_small else letters):
            continue
        if roman and candidate.written in ("i", "I"):
            continue
        # Letters without punctuation are labels only where the caption has none with it.
        if kind == "plain" and (opening or len(panels) < 2 or written.count(letters[0]) > 1):
            continue
        if kind == "bare" and len(panels) < 2 and start not in starts:
            continue
        standing = _find_standing(text, candidate, start in starts, labels)
        if standing:
            body = _BODY.match(text, end)
            place = body.end() if body else end
            labels.append(PanelLabel(start, end, place, upper, candidate.written, standing))
    return _drop_references(labels, sorted(starts)), (panels if len(panels) > 1 else ())


def _drop_references(labels: Sequence[PanelLabel], starts: Sequence[int]) -> list[PanelLabel]:
    """The labels without those that point elsewhere: '(C) Means of the cells of (A)'.

    They trail words that another label opens in the same sentence, and open words of their own.
    """
    opened = {letter for x in labels if x.standing == "opens" for letter in x.letters}
    kept: list[PanelLabel] = []
    opening: PanelLabel | None = None
    for label in labels:
        if label.standing == "opens":
            opening = label
        elif label.standing == "trails" and opening and opened.issuperset(label.letters):
            same_sentence = bisect_right(starts, opening.start) == bisect_right(starts, label.start)
            if same_sentence and not set(label.letters) & set(opening.letters):
                continue
        kept.append(label)
    return kept


def _find_standing(
    text: str, candidate: _Candidate, begins: bool, labels: Sequence[PanelLabel]
) -> Standing | None:
    """How a label stands to its words; None where it refers to another panel ('as in (B)').

    `begins` says that it begins a sentence; `labels` are those before it.
    """
    start, end, _, kind = candidate
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    joined = text[start : start + 3] in ("in ", "of ")
    if _REFERS.search(before) or (joined and _REFERS.search(f"{before}in ")):
        return None
    if kind in ("word", "inline"):
        # 'Panel A shows 9 cells and panel B 8 cells', but 'cells in A, mice in B'.
        previous = labels[-1] if labels else None
        leads = previous is not None and previous.standing in ("heads", "subject")
        if previous and leads and _GOES_ON.fullmatch(text, previous.end, start):
            return previous.standing
        if begins and after[:1] in (",", ":"):
            return "opens" if kind == "word" else "subject"
        if not begins or kind == "inline":
            return "trails"
        # 'Panel B shows' heads where B is new or one of the panels that were just told of;
        # otherwise it is a remark in what another label heads.
        heading = [label.letters for label in labels if label.standing in ("opens", "heads")]
        letters = {letter.upper() for letter in list_letters(candidate.written)}
        is_new = not letters.issubset(letter for each in heading for letter in each)
        return "heads" if is_new or letters < set(heading[-1]) else "subject"
    if kind in ("bare", "plain"):
        if _is_inside_brackets(text, start):
            return None
        return "heads" if before.rstrip()[-1:] in (",", ":") else "opens"
    if not _WORDS_FOLLOW.match(after):
        return "trails"
    if begins:
        return "opens"
    leads = _PHRASE_LEADS.search(before) is not None
    if after[:1] in (".", ",", ";") or (_WHERE_LEADS.search(before) and _HOW_FOLLOWS.match(after)):
        return "trails"
    if _VERB_FOLLOWS.match(after):
        return "subject" if leads else "trails"
    if _ITEM_LEADS.search(before) or (not leads and _TITLE_FOLLOWS.match(after)):
        return "opens"
    return "heads" if leads else "trails"


def list_named_panels(question: str) -> frozenset[str]:
    """Letters of the panels that a question names ('in panels A-C'), upper case."""
    lists = (match["list"] or match["round"] for match in _WORD.finditer(question))
    return frozenset(letter.upper() for written in lists for letter in list_letters(written))
