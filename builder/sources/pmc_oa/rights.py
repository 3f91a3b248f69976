"""Whose an article is and what may be done with its figures: identity, authors, licences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.sources.article import Article, Legend, choose_license, strip_doi
from builder.sources.credits import find_credit
from builder.sources.pmc_oa.jats import XLINK_HREF, Element, read_text
from builder.sources.text import make_safe_id
from builder.tables.license_terms import quote, read_terms
from builder.tables.licenses import UNKNOWN, License, choose_most_restrictive, normalise

_NOT_AUTHORS = {"editor", "reviewer", "translator", "senior_editor", "assigned_editor"}
_OF_ARTICLE = re.compile(
    r"\b(?:this|the) (?:[\w-]+ ){0,4}?(?:article|work|paper|manuscript|publication)\b.*"
    r"\b(?:creative ?commons|licen[cs]e|cc[- ]by)",
    re.IGNORECASE,
)
_SPEAKS_OF_FIGURES = re.compile(r"\bfig(?:ure)?s?\b", re.IGNORECASE)
_TAKEN = r"(?:re-?print|re-?produc|re-?publish|re-?draw|adapt|modif|taken|copied|courtesy|©)"
_TAKEN_WORDS = (
    "print",
    "produc",
    "publish",
    "raw",
    "adapt",
    "odifi",
    "aken",
    "opied",
    "ourtesy",
    "©",
)
"""Any of them is in every text that _TAKEN_FIGURE is found in: the cheap test."""

_NAMED = r"\bfig(?:ure)?s?\b\.?\s*\d+\w?(?:\s?(?:,|and|&|to|[-–])\s?\d+\w?)*"
_TAKEN_FIGURE = re.compile(
    rf"{_NAMED}\)?(?:,?\s*\(|,\s)(?:which (?:is|was) )?(?:\w+ly )?{_TAKEN}"
    r"|(?<!\bin )(?<!\bof )(?<!\bfrom )(?<!\bsee )(?<!\bto )(?<!\bby )(?<!\bwith )"
    rf"{_NAMED}\s(?:is|was|are|were|has been|have been)\s(?:\w+ly )?{_TAKEN}",
    re.IGNORECASE,
)
"""A figure that the text says is taken from elsewhere."""

_NOTICED = (
    r"(?:permission|courtesy|copyright|©|except|exclud\w*|not (?:covered|included|part)|"
    r"reprint\w*|reproduc\w*|(?:provid|suppl|contribut|donat)\w*)"
)
_NOTICED_FIGURE = re.compile(
    rf"{_NOTICED}[^.;]{{0,80}}?{_NAMED}|{_NAMED}[^.;]{{0,80}}?{_NOTICED}", re.IGNORECASE
)
"""A figure in thanks, or left out of a licence."""

_MATERIAL = re.compile(
    r"\b(?:antibod|reagent|strain|cells?\b|plasmid|mice\b|mouse|samples?\b|specimen|help|code|data\b|"
    r"assist|comment|technical|support)",
    re.IGNORECASE,
)


def read_article(root: Element, package_name: str) -> Article:
    """Front matter of an `article` element; what is missing stays empty.

    The identifier is the PMCID, else the DOI in safe characters, else the package's name.
    """
    # Preprints and answers have a `front-stub` in place of the whole front matter.
    places = [root.find(path) for path in ("front/article-meta", "front-stub")]
    meta = next((node for node in places if node is not None), root)
    ids = {str(node.get("pub-id-type")): read_text(node) for node in meta.findall("article-id")}
    pmc = re.fullmatch(r"(?:PMC)?(\d+)", ids.get("pmc") or ids.get("pmcid") or "", re.I)
    doi = strip_doi(ids.get("doi", ""))
    # Of several dates (online, in print, in a collection) the first year counts.
    dates = [read_text(node) for node in meta.findall("pub-date/year")]
    license, reason = read_license(root, meta)
    return Article(
        article_id=f"PMC{pmc[1]}" if pmc else make_safe_id(doi or package_name),
        doi=doi,
        title=read_text(meta.find("title-group/article-title"), without=("xref", "fn")),
        journal=read_text(root.find("front/journal-meta//journal-title")),
        year=min((date for date in dates if re.fullmatch(r"\d{4}", date)), default=""),
        authors=_read_authors(meta),
        license=license,
        license_reason=reason,
        pmid=ids.get("pmid", ""),
        pmcid=f"PMC{pmc[1]}" if pmc else "",
    )


def _read_authors(meta: Element) -> list[str]:
    people = [c for group in meta.findall("contrib-group") for c in group.iter("contrib")]
    authors = [c for c in people if c.get("contrib-type", "author") not in _NOT_AUTHORS]
    names = [_read_name(contrib) for contrib in authors]
    return list(dict.fromkeys(name for name in names if name))


def _read_name(contrib: Element) -> str:
    name = contrib.find("name")
    if name is None:
        name = contrib.find("name-alternatives/name")
    if name is None:
        return read_text(contrib.find("collab"), without=("contrib-group", "xref", "aff"))
    parts = (read_text(name.find(part)) for part in ("given-names", "surname", "suffix"))
    return " ".join(part for part in parts if part)


def read_license(root: Element, meta: Element) -> tuple[License, str]:
    """Licence of an article, and the words by which it is unknown.

    Read are `permissions`, and `license` and `copyright-statement` that older dialects put beside
    it; where these name none, what notes to the article say of the article itself.
    """
    statements = _list_statements(meta)
    if choose_most_restrictive([normalise(each) for each in statements]) is UNKNOWN:
        # NLM 2.3 and older: "This is an open-access article ..." is a footnote or a custom field.
        notes = [*meta.iter("fn", "meta-value"), *root.iterfind("front/notes//p")]
        notes += root.iterfind("back/fn-group/fn")
        statements += [text for node in notes if _OF_ARTICLE.search(text := read_text(node))]
    license, reason = read_terms(statements)
    other = "" if license is UNKNOWN else _find_other_terms(meta)
    return (UNKNOWN, f"{license.id} is named beside {other}") if other else (license, reason)


def _list_statements(place: Element) -> list[str]:
    """Attributes, links and prose of all statements about rights within an element."""
    statements = []
    for node in place.iter("license"):
        statements += [node.get(XLINK_HREF, ""), node.get("license-type", ""), read_text(node)]
        statements += [link.get(XLINK_HREF, "") for link in node.iter("ext-link", "uri")]
    for node in place.iter("license_ref"):
        # "tdm" is what text miners may do, which says nothing about passing copies on.
        if node.get("specific-use", "") != "tdm":
            statements += [read_text(node), node.get("content-type", "")]
    statements += [
        read_text(node) for node in place.iter("copyright-statement", "copyright-holder")
    ]
    return [each for each in statements if each.strip()]


def _find_other_terms(meta: Element) -> str:
    """Link of a second `license` whose terms are not known, '' where there is none."""
    nodes = [node for node in meta.iter("license") if "tdm" not in (node.get("license-type") or "")]
    for node in nodes if len(nodes) > 1 else []:
        if normalise(" ".join(_list_statements(node))) is UNKNOWN:
            links = [
                node.get(XLINK_HREF, ""),
                *(read_text(ref) for ref in node.iter("license_ref")),
            ]
            if link := next((each for each in links if each.startswith("http")), ""):
                return link
    return ""


class FigureRights:
    """What an article says about the rights in its figures."""

    def __init__(self, root: Element, article: Article) -> None:
        self._root = root
        self._article = article
        meta = root.find("front/article-meta")
        self._of_article = set(_list_statements(root if meta is None else meta))
        # Thanks and licences may speak of single figures: "except Figure 2, (c) Elsevier".
        nodes = root.iter("ack", "license", "copyright-statement")
        texts = (read_text(node) for node in nodes if node.getparent() is not None)
        self._notices = [text for text in texts if _SPEAKS_OF_FIGURES.search(text)]

    def find(self, figure: Element, legend: Legend) -> tuple[License, str]:
        """Licence of a figure, and the words by which it is not the article's.

        A figure that is somebody else's gets UNKNOWN, whatever licence is named: the credit line
        that a release gives would not name its authors. Else its own `permissions` count.

        Args:
            figure: The element that shows it, with the group around it, if any.
            legend: The words around it.
        """
        texts = [legend.label, legend.caption, *self._list_notes(figure)]
        license, reason = choose_license(texts, self._article)
        if reason and license is UNKNOWN and reason != self._article.license_reason:
            return license, reason
        if words := self._find_notice(legend):
            return UNKNOWN, f'picture of others: "{words}"'
        # A copyright line that repeats the article's says nothing of its own.
        own = [text for text in self._list_own(figure) if text not in self._of_article]
        if not own:
            return license, reason
        stated, doubt = read_terms(own)
        return stated, doubt and f"of the figure: {doubt}"

    def _list_notes(self, figure: Element) -> Iterator[str]:
        """Words of a figure besides its caption: credit, footnotes, descriptions."""
        for place in _list_places(figure):
            for node in place.iter("attrib", "fn", "alt-text", "long-desc", "caption", "p"):
                if _belongs(node, place) and (node.tag != "p" or node.getparent() is place):
                    yield read_text(node, keep=("alt-text", "long-desc"))
            marks = {mark.get("rid") for mark in place.iter("xref") if mark.get("ref-type") == "fn"}
            if marks:
                yield from (read_text(fn) for fn in self._root.iter("fn") if fn.get("id") in marks)

    def _list_own(self, figure: Element) -> list[str]:
        own = []
        for place in _list_places(figure):
            for node in place.iter("permissions", "license", "copyright-statement"):
                within = next(node.iterancestors("permissions"), None) is not None
                if _belongs(node, place) and not within:
                    own += _list_statements(node)
        return own

    def _find_notice(self, legend: Legend) -> str:
        """Words elsewhere in the article by which this figure is somebody else's."""
        number = re.search(r"\d+", legend.label)
        if number is None:
            return ""
        for text in legend.mentions:
            if not any(word in text for word in _TAKEN_WORDS):
                continue
            for match in _TAKEN_FIGURE.finditer(text):
                is_named = number[0] in re.findall(r"\d+", match[0])
                if is_named and (words := find_credit(text[match.start() : match.end() + 200])):
                    return words
        for text in self._notices:
            for match in _NOTICED_FIGURE.finditer(text):
                is_named = number[0] in re.findall(r"\d+", match[0])
                if is_named and not _MATERIAL.search(match[0]):
                    return quote(text, match.start(), match.end())
        return ""


def _list_places(figure: Element) -> list[Element]:
    """A figure and the groups and figures around it, whose words hold for it, too."""
    return [figure, *figure.iterancestors("fig-group", "fig")]


def _belongs(node: Element, place: Element) -> bool:
    """Whether an element says something of a figure or group itself, not of a figure within it."""
    return next(node.iterancestors("fig", "fig-group"), None) in (place, None) or node is place
