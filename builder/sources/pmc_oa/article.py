"""What the front matter of an article says: identity, authors, licence and credit line."""

from __future__ import annotations

import re

from builder.sources.article import Article, choose_license, strip_doi
from builder.sources.pmc_oa.jats import XLINK_HREF, Element, text
from builder.sources.text import make_safe_id
from builder.tables.licenses import License, choose_most_restrictive, normalise

_NOT_AUTHORS = {"editor", "reviewer", "translator", "senior_editor", "assigned_editor"}


def read_article(root: Element, package_name: str) -> Article:
    """Front matter of an `article` element; what is missing stays empty.

    The identifier is the PMCID, else the DOI in safe characters, else the package's name.
    """
    found = [root.find(path) for path in ("front/article-meta", "front-stub")]
    meta = next((node for node in found if node is not None), root)
    ids = {str(node.get("pub-id-type")): text(node) for node in meta.findall("article-id")}
    pmc = re.fullmatch(r"(?:PMC)?(\d+)", ids.get("pmc") or ids.get("pmcid") or "", re.I)
    doi = strip_doi(ids.get("doi", ""))
    return Article(
        article_id=f"PMC{pmc[1]}" if pmc else make_safe_id(doi or package_name),
        doi=doi,
        title=text(meta.find("title-group/article-title"), without=("xref", "fn")),
        journal=text(root.find("front/journal-meta//journal-title")),
        year=_year(meta),
        authors=_authors(meta),
        license=read_license(meta.find("permissions")),
    )


def _year(meta: Element) -> str:
    years = [text(node) for node in meta.findall("pub-date/year")]
    return min((year for year in years if re.fullmatch(r"\d{4}", year)), default="")


def _authors(meta: Element) -> list[str]:
    people = [c for group in meta.findall("contrib-group") for c in group.iter("contrib")]
    authors = [c for c in people if c.get("contrib-type", "author") not in _NOT_AUTHORS]
    named = [_name(contrib) for contrib in authors]
    return list(dict.fromkeys(name for name in named if name))


def _name(contrib: Element) -> str:
    name = contrib.find("name")
    if name is None:
        name = contrib.find("name-alternatives/name")
    if name is None:
        return text(contrib.find("collab"), without=("contrib-group", "xref", "aff"))
    parts = (text(name.find(part)) for part in ("given-names", "surname", "suffix"))
    return " ".join(part for part in parts if part)


def read_license(permissions: Element | None) -> License:
    """Licence of a `permissions` element: attributes, `ali:license_ref`, links and prose.

    The most restrictive of what these name; UNKNOWN where they name none.
    """
    if permissions is None:
        return choose_most_restrictive([])
    stated = []
    for node in permissions.findall("license"):
        stated += [node.get(XLINK_HREF, ""), node.get("license-type", ""), text(node)]
        stated += [link.get(XLINK_HREF, "") for link in node.iter("ext-link", "uri")]
    for node in permissions.iter("license_ref"):
        if node.get("specific-use", "") != "tdm":
            stated.append(text(node))
    return choose_most_restrictive([normalise(each) for each in stated])


def figure_license(figure: Element, caption: str, article: License) -> License:
    """Licence of a figure: its own `permissions` if it has some, else the article's.

    A figure that was reprinted by permission of someone else is not covered by the article's
    licence; it gives UNKNOWN unless its own permissions say more.
    """
    own = figure.find("permissions")
    if own is not None:
        return read_license(own)
    credit = " ".join([caption, *(text(node) for node in figure.findall("attrib"))])
    return choose_license(credit, article)
