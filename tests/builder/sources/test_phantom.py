"""The phantom: images show the facts, captions tell only the facts, streams are reproducible."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import asdict, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from scipy import ndimage

from builder.sources.base import SourceError
from builder.sources.phantom import (
    Phantom,
    PhantomArticle,
    PhantomFacts,
    PhantomSource,
    make_article,
)
from builder.sources.phantom.captions import format_diameter, format_length, is_reserved
from builder.sources.phantom.facts import MODALITY, Panel
from builder.sources.phantom.figures import render_panel
from builder.sources.phantom.templates import TITLES
from builder.sources.phantom.vocabulary import (
    CELL_LINES,
    LOCALISATIONS,
    ORGANELLES,
    ORGANISMS,
    PARTICLES,
    SUBSTRATES,
    TISSUES,
)
from builder.tables.records import MODALITIES, Figure

ARTICLES = 400


@lru_cache(maxsize=1)
def articles() -> list[PhantomArticle]:
    return [make_article(index) for index in range(ARTICLES)]


@lru_cache(maxsize=1)
def phantoms() -> list[Phantom]:
    return [phantom for article in articles() for phantom in article.figures]


def seen(facts: PhantomFacts, panel: Panel) -> npt.NDArray[np.float64]:
    return render_panel(facts, panel).astype(float) / 255


def pairs(effect: str, direction: str, kind: str, number: int) -> list[PhantomFacts]:
    fitting = [
        phantom.facts
        for phantom in phantoms()
        if (phantom.facts.effect, phantom.facts.direction) == (effect, direction)
        and phantom.facts.kind == kind
    ]
    assert len(fitting) >= number
    return fitting[:number]


def blue_nuclei(facts: PhantomFacts) -> PhantomFacts:
    """The same figure with nuclei alone, in blue."""
    return replace(facts, channels=(replace(facts.channels[-1], colour="blue"),))


def areas_above(field: npt.NDArray[np.float64], level: float) -> list[float]:
    """Areas of the spots brighter than `level`, without specks."""
    labels, count = ndimage.label(field > level)
    areas = ndimage.sum_labels(np.ones_like(field), labels, np.arange(1, count + 1))
    return [float(area) for area in areas if area > 40]


def nuclear_areas(facts: PhantomFacts, panel: Panel) -> list[float]:
    peak = max(other.intensity for other in facts.panels)
    everywhere = replace(panel, positive=panel.count, intensity=peak)
    blue = ndimage.gaussian_filter(seen(blue_nuclei(facts), everywhere)[..., 2], 1.0)
    return areas_above(blue, 0.25)


def test_as_many_nuclei_are_drawn_as_the_facts_say() -> None:
    cultures = [p.facts for p in phantoms() if p.facts.kind == "immunofluorescence"][:24]
    for facts in cultures:
        for panel in facts.panels:
            assert len(nuclear_areas(facts, panel)) == panel.count


def test_as_many_stained_nuclei_are_drawn_as_are_positive() -> None:
    nuclear = [
        phantom.facts
        for phantom in phantoms()
        if phantom.facts.kind == "immunohistochemistry"
        and phantom.facts.channels[0].localisation == "nuclear"
        and phantom.facts.effect != "intensity"
    ]
    for facts in nuclear[:12]:
        marker, counterstain = facts.channels
        dyes = (replace(marker, label="DAB"), replace(counterstain, label="methyl green"))
        brown = replace(facts, channels=dyes)
        for panel in facts.panels:
            dark = 1 - ndimage.gaussian_filter(seen(brown, panel)[..., 1], 1.5)
            assert len(areas_above(dark, 0.66)) == panel.positive


@pytest.mark.parametrize(("direction", "sign"), [("increased", 1), ("decreased", -1)])
def test_the_direction_of_an_effect_is_in_the_pixels(direction: str, sign: int) -> None:
    for facts in pairs("intensity", direction, "immunofluorescence", 3):
        alone = replace(facts, channels=(replace(facts.channels[0], colour="green"),))
        control, treated = (np.quantile(seen(alone, p)[..., 1], 0.997) for p in facts.panels)
        assert sign * (treated - control) > 0
    for facts in pairs("diameter", direction, "immunofluorescence", 3):
        small, large = (np.mean(nuclear_areas(facts, panel)) for panel in facts.panels)
        assert sign * (large - small) > 0
    for effect in ("fraction", "count"):
        for facts in pairs(effect, direction, "phase", 3):
            first, second = facts.panels
            change = (
                second.percent - first.percent
                if effect == "fraction"
                else second.count - first.count
            )
            assert sign * change > 0


def test_an_unchanged_measure_stays_within_a_few_percent() -> None:
    for phantom in phantoms():
        facts = phantom.facts
        if facts.direction == "unchanged":
            control, treated = facts.panels
            assert abs(treated.percent - control.percent) <= 3 or facts.effect != "fraction"
            assert abs(treated.count - control.count) <= 2
            assert treated.diameter_um == pytest.approx(control.diameter_um, rel=0.05)
            assert treated.intensity == control.intensity


def test_each_modality_has_a_dozen_titles_and_a_fair_share_of_the_figures() -> None:
    titles = Counter[str]()
    for kind, (single, pair) in TITLES.items():
        titles[MODALITY[kind]] += len(single) + len(pair)  # type: ignore[index]  # every kind has one
    assert min(titles.values()) >= 12
    shares = Counter(phantom.facts.modality for phantom in phantoms())
    assert set(shares) <= set(MODALITIES)
    assert min(shares.values()) / len(phantoms()) > 0.2


def test_facts_are_drawn_evenly() -> None:
    directions = Counter(p.facts.direction for p in phantoms() if p.facts.treatment)
    changes = [directions[way] for way in ("increased", "decreased", "unchanged")]
    assert min(changes) > 0.8 * max(changes)
    lines = Counter(p.facts.cell_line for p in phantoms() if p.facts.cell_line)
    assert len(lines) > len(CELL_LINES.open)
    assert lines.most_common(1)[0][1] < 0.15 * sum(lines.values())


def test_only_reserved_articles_use_reserved_titles_and_values() -> None:
    held_back = {name for name, _ in CELL_LINES.reserved} | set(
        ORGANISMS.reserved + TISSUES.reserved + ORGANELLES.reserved + SUBSTRATES.reserved
    )
    held_back |= set(LOCALISATIONS.reserved)
    used = 0
    for article in articles():
        for phantom in article.figures:
            facts = phantom.facts
            values = {facts.cell_line, facts.organism, facts.tissue, facts.objects}
            values |= {facts.preparation} | {channel.localisation for channel in facts.channels}
            assert is_reserved(facts.template) == article.reserved
            assert article.reserved or not values & held_back
            used += bool(values & held_back)
    assert used > 10
    assert 0.05 < np.mean([article.reserved for article in articles()]) < 0.15


def _numbers(pattern: str, text: str) -> set[str]:
    return {match if isinstance(match, str) else match[0] for match in re.findall(pattern, text)}


def test_captions_tell_only_facts() -> None:
    for phantom in phantoms():
        facts = phantom.facts
        for text in (phantom.caption.text, phantom.caption.mention):
            percents = {str(panel.percent) for panel in facts.panels}
            assert _numbers(r"(\d+)%", text) <= percents
            lengths = {format_diameter(panel) for panel in facts.panels} | {
                format_length(facts.scale_bar_um)
            }
            assert _numbers(r"\d[\d.]* (?:µm|nm)\b", text) <= lengths
            counts = {str(panel.count) for panel in facts.panels}
            assert _numbers(rf"(?<!\S)(\d+) {facts.objects}\b", text) <= counts
            opposite = {
                "increased": r"\b(reduc|decreas|lower)",
                "decreased": r"\b(augment|elevat|incr)",
            }
            pattern = opposite.get(facts.direction, r"\b(reduc|decreas|lower|augment|elevat|incr)")
            assert not re.search(pattern, text)


def test_a_surface_carries_no_organism_of_its_own() -> None:
    microbes = r"(?i)\b(?:yeast|cocci|bacill|bacteri|spores?\b|fung|alga)"
    surfaces = [phantom for phantom in phantoms() if phantom.facts.kind == "sem"]
    assert {phantom.facts.objects for phantom in surfaces} <= set(PARTICLES.values())
    assert not [p for p in surfaces if re.search(microbes, p.caption.text + p.caption.mention)]


def test_captions_read_like_captions() -> None:
    told = Counter[int]()
    for phantom in phantoms():
        caption = phantom.caption
        assert caption.text.startswith(caption.title) and caption.text.endswith(".")
        assert not re.search(r"[{}]|  |\.\.| [,.;]|\b(\w+) \1\b", caption.text), caption.text
        sentences = caption.text.split(". ")
        assert len(sentences) == len(set(sentences))
        told[len(caption.disclosed)] += 1
    assert min(told) >= 5
    assert len({phantom.caption.text for phantom in phantoms()}) == len(phantoms())


def test_partitions_hold_whole_articles_and_read_the_same_in_any_order() -> None:
    source = PhantomSource(figures=24, seed=3, figures_per_partition=8)
    parts = source.partitions()
    assert parts == PhantomSource(figures=24, seed=3, figures_per_partition=8).partitions()
    forward = [figure for part in parts for figure in source.read(part)]
    other = PhantomSource(figures=24, seed=3, figures_per_partition=8)
    backward = {part.key: list(other.read(part)) for part in reversed(parts)}
    assert forward == [figure for part in parts for figure in backward[part.key]]
    assert 24 <= len(forward) < 28
    ids = [figure.figure_id for figure in forward if isinstance(figure, Figure)]
    assert len(set(ids)) == len(ids) == len(forward)
    owners = [item for part in parts for item in part.items]
    assert len(set(owners)) == len(owners)
    changed = PhantomSource(figures=24, seed=4, figures_per_partition=8).partitions()
    assert changed[0].fingerprint != parts[0].fingerprint


def test_a_row_says_what_it_is() -> None:
    source = PhantomSource(figures=1)
    row = next(source.read(source.partitions()[0]))
    assert isinstance(row, Figure)
    assert row.source == source.kind == "phantom"
    assert "not a real micrograph" in row.attribution
    assert row.license == "CC0-1.0"
    facts = json.loads(row.facts)
    first = make_article(0).figures[0].facts
    assert facts["template"] == first.template
    assert len(facts["panels"]) == len(first.panels)
    assert facts["panels"][0]["percent"] == first.panels[0].percent
    assert set(asdict(first)) == set(facts)
    assert Image.open(io.BytesIO(row.image["bytes"])).size == (row.width, row.height)


def test_a_phantom_without_figures_is_refused() -> None:
    with pytest.raises(SourceError, match="figures"):
        PhantomSource(figures=0)
