"""Facts that are names: binomials, and what the project's vocabulary knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.agents.offline.facts import Fact, name_panels, scope_at, shows_image
from filtering.text.captions import Caption
from filtering.text.entities import Entity

_BINOMIAL = re.compile(
    r"(?P<value>\b[A-Z][a-z]{3,}\??(?: \([“\"]?[A-Z][a-z]+[”\"]?\??\))?(?: cf\.)? [a-z]{4,}\??)"
    r"(?P<authority>(?: [\[(]?(?:[A-Z]\w*|and)[\])]?,?)+(?: \(Hwass in \w+\))?,?"
    r" ?\[?1[789]\d\d(?!\d)\)?"
    r"| \w+ sp\. nov\.)?"
    r"(?: \((?P<panels>[A-Z](?:(?:[-–]|, )[A-Z])*)\))?"
)
# Entity type -> attribute, and what its sentence must speak of for the entity to be the specimen.
_NAMED: dict[str, tuple[str, re.Pattern[str]]] = {
    "cell_line": ("cell_line", re.compile(r"")),
    "fluorophore": ("fluorophore", re.compile(r"(?i)label|antibod|stain|\(|detect")),
    "organism": (
        "organism",
        re.compile(r"(?i)cells|tissue|section|origin|micrograph|images?\b|of "),
    ),
    "tissue": (
        "tissue",
        re.compile(r"(?i)section|tissue|histolog|stain|immuno|tructure|shown|taken"),
    ),
}
_TAG = re.compile(r"(?i)fp\d?$|halo|snap|clip|ruby|cherry|venus|tomato|tag|tracker|citrine|orange")
_HOST = re.compile(r"(?i)\banti(?:bod|serum|-)|\bserum\b|patient|virus")


def _species(caption: Caption) -> Iterator[Fact]:
    for match in _BINOMIAL.finditer(caption.text):
        panels = match.group("panels")
        sure = scope_at(caption, match.start()).members
        museum = re.match(r" \((?:[A-Z]{2,})", caption.text[match.end("value") :])
        if match.group("authority") or (sure and museum):
            scope = name_panels(panels) if panels else scope_at(caption, match.start())
            value = match.group("value")
            yield Fact("species", "organism", value, match.start(), match.end(), scope)


def _entity(caption: Caption, entity: Entity) -> Fact | None:
    attribute, context = _NAMED[entity.type]
    lo, hi = caption.sentence(entity.start)
    sentence = caption.text[lo:hi]
    host = entity.type == "organism" and _HOST.search(sentence)
    tag = entity.type == "fluorophore" and _TAG.search(entity.text)
    short = entity.type == "tissue" and entity.text.isupper()
    if (
        host
        or tag
        or short
        or not context.search(sentence)
        or not shows_image(caption, entity.start)
    ):
        return None
    cells = re.match(r"[- ](?:\w+ )?cells?\b", caption.text[entity.end :])
    end = entity.end + (cells.end() if cells and entity.type == "cell_line" else 0)
    value = re.sub(r"\s+cells?$", "", entity.text)
    if entity.type in ("organism", "tissue"):
        inflected = entity.text.lower().endswith(("s", "c", "ine", "ice", "al", "ar"))
        value = entity.value if inflected else entity.text.lower()
    scope = scope_at(caption, entity.start)
    return Fact(attribute, entity.type, value, entity.start, end, scope)


def named(caption: Caption) -> list[Fact]:
    """Species, cell lines, tissues and fluorophores that a caption names."""
    entities = [e for e in caption.entities if e.type in _NAMED]
    found = [fact for e in entities if (fact := _entity(caption, e))]
    return [*_species(caption), *found]
