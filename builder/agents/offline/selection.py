"""Which facts of a caption are asked: sound ones, unambiguous ones, and not the same twice.

A pattern sees one place of a caption; these rules look at all of it: numbers of a statistic that
no image shows, doses that are one of several, names of no particular thing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from builder.agents.offline.colours import tells_no_target
from builder.agents.offline.coordination import is_one_of_several
from builder.agents.offline.facts import Fact, shows_image, tidy_quantity
from builder.agents.offline.fragments import DOSE
from builder.agents.offline.techniques import IMAGE, NOT_IMAGE
from builder.agents.offline.templates import FOLLOW_UPS, TEMPLATES, choose_by_hash
from builder.tables.records import EP, EU, HG, Candidate
from filtering.text.captions import Caption
from filtering.text.entities import find_entities

_PER_FIGURE = 6
_PER_TASK = {EU: 4, HG: 1, EP: 2}
_SAME_ANSWER = 2
"""How often one attribute may have one and the same answer in an article."""
# Attributes that ask for one and the same fact: of each group a figure has one.
_WAYS: tuple[tuple[str, ...], ...] = (
    *((fact, plan) for fact, plan in FOLLOW_UPS.items() if fact != "marker_in_colour"),
    ("marker_in_colour", "marker_in_colour", "colour_of_marker", "follow_up_target"),
)
_ORDER = [f"{index:03d}" for index in range(997)]
_STATISTICS = re.compile(
    r"(?i)\bs\.?e\.?m\b|\bs\.?d\.|±|\bp[- ]?values?\b|\bp ?[<=≤] ?0?\.|\bt-?test\b|ANOVA|"
    r"box plots?|biological replicates|independent experiments|quantif|n ?= ?\d+[–-]\d+"
)
_DOSES = frozenset({"treatment_dose", "follow_up_dose"})
_COLOURS = ("marker_in_colour", "colour_of_marker", "follow_up_target")
_MARK = re.compile(
    r"(?i)\b(?:(?P<colour>white|black|red|yellow|open|blue|green|solid|filled|long|short|thick"
    r"|thin) )?"
    r"(?P<kind>arrow ?-?heads?|arrows?|asterisks?|stars?|triangles?)\b"
)
_SEVERAL_ANTIBODIES = re.compile(
    r"(?i)\b(?:indicated|following|respective|these|both|two|three"
    r"|various) (?:primary )?antibodies\b|"
    r"\b(?:co|double|dual|triple|multi)-?\s?(?:immuno)?(?:stain|label)"
)
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


def keep_sound(caption: Caption, facts: Sequence[Fact]) -> list[Fact]:
    """The facts that no rule objects to."""
    stained = {f.scope for f in facts if f.attribute == "stain"}
    labelled = [f.scope for f in facts if f.attribute == "labelling_method"]
    explained = {f.start for f in facts if f.attribute == "arrow_meaning"}

    def is_said_better(fact: Fact) -> bool:
        """Whether another fact answers the same question: two answers would be right."""
        if fact.attribute == "arrow_target":
            return fact.start in explained
        if fact.attribute == "labelling_method":
            return fact.scope in stained
        # How it was imaged and how it was labelled: both are the technique that was used.
        return fact.attribute == "technique" and any(fact.scope.meets(s) for s in labelled)

    return [
        fact
        for fact in facts
        if not any(objects(caption, fact) for objects in _OBJECTIONS) and not is_said_better(fact)
    ]


def _counts_for_statistics(caption: Caption, fact: Fact) -> bool:
    """'n = 12 cells' of a test, which need not be the cells of the image."""
    is_n = fact.attribute == "cell_count" and caption.text[fact.start : fact.start + 1] in "nN"
    return is_n and _STATISTICS.search(caption.text) is not None


def _is_one_of_several_doses(caption: Caption, fact: Fact) -> bool:
    """A dose of no particular panel, where the caption has other doses of the same unit."""
    if fact.attribute not in _DOSES or fact.scope.members:
        return False
    unit = fact.value.lstrip("0123456789., ")
    doses = {tidy_quantity(match[0]) for match in re.finditer(DOSE, caption.text)}
    return any(dose != fact.value and dose.endswith(unit) for dose in doses)


def _names_no_label(_: Caption, fact: Fact) -> bool:
    """A colour of 'merged' or 'signals', which stands for no particular target."""
    label = fact.slots.get("marker", fact.value)
    return fact.attribute in _COLOURS and _NO_LABEL.fullmatch(label) is not None


def _is_microbe_on_host(caption: Caption, fact: Fact) -> bool:
    """A microbe as origin of a specimen, where the caption names an animal or its cells too."""
    if fact.attribute != "organism" or not _MICROBE.match(fact.value):
        return False
    types = {entity.type for entity in caption.entities if entity.value != fact.value}
    return _ANIMAL.search(caption.text) is not None or bool(types & _HOSTS)


def _is_no_tissue(_: Caption, fact: Fact) -> bool:
    return fact.attribute == "tissue" and fact.value.casefold() in _ANIMALS


def _rests_on_plots(caption: Caption, fact: Fact) -> bool:
    """A hypothesis that mostly plots and blots support."""
    return fact.attribute in ("hypothesis", "effect") and measure_image_share(caption) < 0.3


def _lies_in_no_image(caption: Caption, fact: Fact) -> bool:
    """A name in a panel that does not speak of an image at all."""
    is_name = fact.attribute in ("cell_line", "tissue", "organism", "control")
    return is_name and bool(fact.scope.members) and not shows_image(caption, fact.start)


def _is_unknown_abbreviation(_: Caption, fact: Fact) -> bool:
    """A place that is an abbreviation: 'DSBs' may be anything that a marker marks."""
    if fact.attribute != "localisation" or not re.fullmatch(r"[A-Z]{2,}s?", fact.value):
        return False
    return not any(entity.type == "localisation" for entity in find_entities(fact.value))


def _marks_something_else_too(caption: Caption, fact: Fact) -> bool:
    """A mark that the caption explains in other words elsewhere, in a panel or the whole figure."""
    if fact.attribute not in ("arrow_target", "arrow_meaning") or fact.scope.members:
        return False
    mark = _MARK.search(fact.slots["mark"])
    if mark is None:
        return False
    value = re.escape(fact.value)
    near = (
        re.compile(rf"(?i){value}[^.,;()]{{0,30}}[ (]?$"),
        re.compile(rf"(?i)[^.,;()]{{0,30}}{value}"),
    )
    for other in _MARK.finditer(caption.text):
        if fact.start <= other.start() < fact.end or _describe_kind(other) != _describe_kind(mark):
            continue
        before = caption.text[max(0, other.start() - len(fact.value) - 40) : other.start()]
        if not near[0].search(before) and not near[1].match(caption.text, other.end()):
            return True
    return False


def _is_one_of_several_targets(caption: Caption, fact: Fact) -> bool:
    """A target where several antibodies were used at once."""
    return fact.attribute == "target" and _SEVERAL_ANTIBODIES.search(caption.text) is not None


def _describe_kind(mark: re.Match[str]) -> tuple[str, str]:
    """Colour and kind of a mark, one or many: 'black arrows' are of the kind of a black arrow."""
    kind = re.sub(r"[\s-]+", "", mark["kind"].lower()).rstrip("s")
    return (mark["colour"] or "").lower(), kind


_OBJECTIONS: tuple[Callable[[Caption, Fact], bool], ...] = (
    _counts_for_statistics,
    _is_one_of_several_doses,
    _names_no_label,
    _is_no_tissue,
    _is_microbe_on_host,
    _rests_on_plots,
    _lies_in_no_image,
    _is_unknown_abbreviation,
    is_one_of_several,
    _marks_something_else_too,
    _is_one_of_several_targets,
)


def measure_image_share(caption: Caption) -> float:
    """Share of the panel sections of a caption that tell of an image; 1 or 0 without panels.

    Panels that say neither are images where the words before the first panel speak of images.
    """
    first = caption.sections[0].start if caption.sections else 0
    opens_with_image = IMAGE.search(caption.text, 0, first) is not None
    texts = [caption.text[s.start : s.end] for s in caption.sections] or [caption.text]
    images = 0
    for text in texts:
        image, plot = IMAGE.search(text), NOT_IMAGE.search(text)
        if plot is None:
            images += opens_with_image or image is not None
        else:
            images += image is not None and image.start() < plot.start()
    return images / len(texts)


def keep_unambiguous(facts: Iterable[Fact]) -> list[Fact]:
    """Facts whose question has one answer: no other value where the question looks.

    'Bars = 2 mm in B; 200 µm in C' has a scale bar for each panel; of 'Bars 100 µm or 10 µm'
    nothing is left.
    """
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[fact.key].append(fact)
    clear = [fact for group in groups.values() for fact in group if _has_one_answer(fact, group)]
    clear = [fact for fact in clear if not tells_no_target(fact)]
    # What is stained is asked for by colour where colours are known.
    has_colours = any(fact.attribute == "marker_in_colour" for fact in clear)
    return [fact for fact in clear if not (has_colours and fact.attribute == "target")]


def _has_one_answer(fact: Fact, group: list[Fact]) -> bool:
    """Whether other values of the group are about other panels, named in the same way."""
    rivals = [other for other in group if other.value.casefold() != fact.value.casefold()]
    if not rivals:
        return True
    return bool(fact.scope.members) and all(
        other.scope.members
        and not other.scope.members & fact.scope.members
        and other.scope.views == fact.scope.views
        for other in rivals
    )


def choose_facts(facts: Sequence[Fact], figure_id: str) -> list[Fact]:
    """A few facts of a figure, the most telling attributes first, each value once.

    Args:
        facts: sound and unambiguous facts.
        figure_id: the figure; its hash decides between facts and ways to ask of equal rank.

    Returns:
        The chosen facts in the order of the caption.
    """
    candidates = [fact for fact in facts if _is_chosen_way(fact, figure_id)]
    candidates.sort(
        key=lambda f: (
            TEMPLATES[f.attribute].rank,
            choose_by_hash(_ORDER, figure_id, f.key, f.value),
        )
    )
    chosen: list[Fact] = []
    for fact in candidates:
        template = TEMPLATES[fact.attribute]
        of_attribute = sum(other.attribute == fact.attribute for other in chosen)
        of_task = sum(TEMPLATES[other.attribute].task == template.task for other in chosen)
        has_room = len(chosen) < _PER_FIGURE and of_task < _PER_TASK[template.task]
        has_room = has_room and of_attribute < template.per_figure
        if has_room and not any(_repeat_each_other(fact, other) for other in chosen):
            chosen.append(fact)
    return sorted(chosen, key=lambda f: (f.start, f.end, f.attribute))


def _is_chosen_way(fact: Fact, figure_id: str) -> bool:
    """Of attributes that ask for one fact in different ways, the figure's hash chooses one."""
    for ways in _WAYS:
        if fact.attribute in ways:
            return choose_by_hash(ways, figure_id, ways[0]) == fact.attribute
    return True


def _repeat_each_other(fact: Fact, other: Fact) -> bool:
    """Whether two questions have the same answer, or one names the answer of the other."""
    same_value = fact.value.casefold() == other.value.casefold()
    if fact.attribute == other.attribute:
        return same_value
    return (
        fact.value in other.slots.values()
        or other.value in fact.slots.values()
        or (fact.value_type == other.value_type and same_value)
    )


def drop_repeats(candidates: Iterable[Candidate], articles: Mapping[str, str]) -> list[Candidate]:
    """The candidates, in order, that do not repeat what the article has been asked often enough.

    Args:
        candidates: candidates of whole articles.
        articles: article_id by figure_id.
    """
    answers: Counter[tuple[str, str, str]] = Counter()
    attributes: Counter[tuple[str, str]] = Counter()
    kept = []
    for candidate in candidates:
        article, attribute = articles[candidate.figure_id], candidate.attribute
        answer = (article, attribute, candidate.answer.casefold())
        template = TEMPLATES.get(attribute)
        limit = template.per_article if template else 100
        if answers[answer] < _SAME_ANSWER and attributes[article, attribute] < limit:
            answers[answer] += 1
            attributes[article, attribute] += 1
            kept.append(candidate)
    return kept
