"""Whose an article is and what may be done with its figures: identity, authors, licences."""

from __future__ import annotations

import re

from builder.sources.article import Article, choose_license, strip_doi
from builder.sources.pmc_oa.jats import XLINK_HREF, Element, read_text
from builder.sources.text import make_safe_id
from builder.tables.licenses import License, choose_most_restrictive, normalise

_NOT_AUTHORS = {"editor", "reviewer", "translator", "senior_editor", "assigned_editor"}


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
    return Article(
        article_id=f"PMC{pmc[1]}" if pmc else make_safe_id(doi or package_name),
        doi=doi,
        title=read_text(meta.find("title-group/article-title"), without=("xref", "fn")),
        journal=read_text(root.find("front/journal-meta//journal-title")),
        year=min((date for date in dates if re.fullmatch(r"\d{4}", date)), default=""),
        authors=_read_authors(meta),
        license=read_license(meta.find("permissions")),
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


def read_license(permissions: Element | None) -> License:
    """Licence of a `permissions` element: attributes, `ali:license_ref`, links and prose.

    Returns:
        The most restrictive of what these name; UNKNOWN where they name none.
    """
    if permissions is None:
        return choose_most_restrictive([])
    statements = []
    for node in permissions.findall("license"):
        statements += [node.get(XLINK_HREF, ""), node.get("license-type", ""), read_text(node)]
        statements += [link.get(XLINK_HREF, "") for link in node.iter("ext-link", "uri")]
    for node in permissions.iter("license_ref"):
        # "tdm" is what text miners may do, which says nothing about passing copies on.
        if node.get("specific-use", "") != "tdm":
            statements.append(read_text(node))
    return choose_most_restrictive([normalise(each) for each in statements])


def read_figure_license(figure: Element, caption: str, article: License) -> License:
    """Licence of a figure: its own `permissions` if it has some, else the article's.

    A figure that was reprinted by permission of someone else is not covered by the article's
    licence; it gives UNKNOWN unless its own permissions say more.

    Args:
        figure: The `fig` element.
        caption: Its caption as text.
        article: Licence of the article.
    """
    own = figure.find("permissions")
    if own is not None:
        return read_license(own)
    credit = " ".join([caption, *(read_text(node) for node in figure.findall("attrib"))])
    return choose_license(credit, article)
