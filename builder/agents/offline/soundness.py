"""Facts that a caption states but that make no sound question.

Each rule looks at the whole caption, where a pattern sees one place: numbers of a statistic that
no image shows, doses that are one of several, names of no particular thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from builder.agents.offline.facts import Fact, Scope, shows_image, tidy_quantity
from builder.agents.offline.fragments import DOSE
from builder.agents.offline.techniques import IMAGE, NOT_IMAGE
from filtering.text.captions import Caption

_STATISTICS = re.compile(
    r"(?i)\bs\.?e\.?m\b|\bs\.?d\.|±|\bp[- ]?values?\b|\bp ?[<=≤] ?0?\.|\bt-?test\b|ANOVA|"
    r"box plots?|biological replicates|independent experiments|quantif|n ?= ?\d+[–-]\d+"
)
_DOSES = frozenset({"treatment_dose", "follow_up_dose"})
_COLOURS = ("marker_in_colour", "colour_of_marker", "follow_up_target")
_ANIMALS = frozenset({"embryo", "embryos", "larva", "larvae", "whole mount", "worm", "worms"})
_MICROBE = re.compile(
    r"(?i)yeast|saccharomyces|schizosacch|candida|aspergillus|cryptococc|neurospora|escherichia|"
    r"bacill|staphylococc|streptococc|enterococc|pseudomonas|klebsiella|acinetobacter|salmonella|"
    r"vibrio|helicobacter|mycobacteri|listeria|legionella|neisseria|chlamydia|borrelia|toxoplasma|"
    r"plasmodium|trypanosoma|leishmania|shigella|yersinia|bacteri|fung"
)
_ANIMAL = re.compile(r"(?i)\b(?:animals?|patients?|hosts?|tissues?|organs?|biops(?:y|ies))\b")
_HOSTS = frozenset({"organism", "cell_line", "tissue"})
_NO_LABEL = re.compile(
    r"(?i)(?:(?:dna|rna|fish|pcr)[ -])?probes?|co-?locali[sz]\w+|overlap\w*|merged?\w*|overlay|"
    r"antibod(?:y|ies)|signals?|stain(?:ing)?|dots?|cells?|patients?|mice|points?|circles?|lines?|"
    r"traces?|bars?|controls?|(?:un)?treated|(?:secondary|primary)\b.*|\w+ points?|\w+ traces?"
)


def settled(caption: Caption, found: Sequence[Fact]) -> list[Fact]:
    """The facts that no rule objects to."""
    stained = {f.scope for f in found if f.attribute == "stain"}
    meant = {f.start for f in found if f.attribute == "arrow_meaning"}
    return [
        fact
        for fact in found
        if not any(objects(caption, fact) for objects in _OBJECTIONS)
        and not (fact.attribute == "arrow_target" and fact.start in meant)
        and not (fact.attribute == "labelling_method" and fact.scope in stained)
        and not _is_how_and_what(fact, found)
    ]


def _is_how_and_what(fact: Fact, found: Sequence[Fact]) -> bool:
    """A way of imaging beside a way of labelling: both say by which technique it was done."""
    labelled = [f.scope for f in found if f.attribute == "labelling_method"]
    return fact.attribute == "technique" and any(_meet(fact.scope, other) for other in labelled)


def _meet(one: Scope, other: Scope) -> bool:
    """Whether two scopes share a panel; the whole figure shares all."""
    return not (one.members and other.members) or bool(one.members & other.members)


def _counted_for_statistics(caption: Caption, fact: Fact) -> bool:
    stated = caption.text[fact.start : fact.start + 1] in "nN"
    return (
        fact.attribute == "cell_count" and stated and _STATISTICS.search(caption.text) is not None
    )


def _one_of_several_doses(caption: Caption, fact: Fact) -> bool:
    if fact.attribute not in _DOSES or fact.scope.members:
        return False
    unit = fact.value.lstrip("0123456789., ")
    doses = {tidy_quantity(match[0]) for match in re.finditer(DOSE, caption.text)}
    return any(dose != fact.value and dose.endswith(unit) for dose in doses)


def _no_particular_label(_: Caption, fact: Fact) -> bool:
    label = fact.slots.get("marker", fact.value)
    return fact.attribute in _COLOURS and _NO_LABEL.fullmatch(label) is not None


def _microbe_on_a_host(caption: Caption, fact: Fact) -> bool:
    """A microbe as origin of a specimen, where the caption names an animal or its cells too."""
    if fact.attribute != "organism" or not _MICROBE.match(fact.value):
        return False
    named = {e.type for e in caption.entities if e.value != fact.value}
    return _ANIMAL.search(caption.text) is not None or bool(named & _HOSTS)


def _no_tissue(_: Caption, fact: Fact) -> bool:
    return fact.attribute == "tissue" and fact.value.casefold() in _ANIMALS


def image_share(caption: Caption) -> float:
    """Share of the panel sections of a caption that tell of an image; 1 or 0 without panels.

    Panels that say neither are images where the words before the first panel speak of images.
    """
    first = caption.sections[0].start if caption.sections else 0
    led = IMAGE.search(caption.text, 0, first) is not None
    texts = [caption.text[s.start : s.end] for s in caption.sections] or [caption.text]
    shown = [_tells_of_image(text, led) for text in texts]
    return sum(shown) / len(shown)


def _tells_of_image(text: str, led: bool) -> bool:
    image, plot = IMAGE.search(text), NOT_IMAGE.search(text)
    if plot is None:
        return led or image is not None
    return image is not None and image.start() < plot.start()


def _hypothesis_of_plots(caption: Caption, fact: Fact) -> bool:
    """A hypothesis that mostly plots and blots support."""
    return fact.attribute in ("hypothesis", "effect") and image_share(caption) < 0.3


def _panel_of_no_image(caption: Caption, fact: Fact) -> bool:
    """A name in a panel that does not speak of an image at all."""
    named = fact.attribute in ("cell_line", "tissue", "organism", "control")
    return named and bool(fact.scope.members) and not shows_image(caption, fact.start)


_OBJECTIONS: tuple[Callable[[Caption, Fact], bool], ...] = (
    _counted_for_statistics,
    _one_of_several_doses,
    _no_particular_label,
    _no_tissue,
    _microbe_on_a_host,
    _hypothesis_of_plots,
    _panel_of_no_image,
)
