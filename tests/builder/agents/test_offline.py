"""The offline agent: what it asks of captions, and distractors that give nothing away."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.agents.offline import OfflineAgent
from builder.agents.offline.answers import are_comparable, parse_number, scale_number
from builder.agents.offline.balanced_choices import cap_counts, draw, fit_weights, sum_tails
from builder.agents.offline.templates import gives_away
from builder.tables.records import EP, Candidate, Figure, Question

HANG = 60
"""Seconds that no input may take; quadratic work on these inputs takes hours."""


def figure(
    caption: str, number: int = 1, *, article: str = "a", title: str = "", microscopy: bool = True
) -> Figure:
    """A figure that is nothing but its caption."""
    return Figure(
        figure_id=f"{article}/{number}",
        article_id=article,
        source="test",
        image={"bytes": b"", "path": "x.png"},
        image_sha256="",
        image_phash="",
        width=1,
        height=1,
        label="",
        title=title,
        caption=caption,
        panels=[],
        mentions=[],
        is_microscopy=microscopy,
        microscopy_reason="label: plot",
        modality="unknown",
        license="CC-BY-4.0",
        license_url="",
        attribution="",
        authors=[],
        doi="",
        article_title="",
        reserved=False,
        facts="",
    )


GOLDEN = [
    ("Cells stained for tubulin (green) and DAPI (blue).", "marker_in_colour_green", "tubulin"),
    ("U2OS cells. Scale bar, 20 μm.", "scale_bar", "20 µm"),
    ("Bars = 2 mm in B, F; 200 µm in C.", "scale_bar", "200 µm"),
    ("Scale bar = 10 µm (main), 2 µm (inset).", "scale_bar", "2 µm"),
    ("Micrograph. Arrows indicate areas of malacia.", "arrow_target", "areas of malacia"),
    ("(A) Vehicle control cells. (B) Cells treated with 5 µM nocodazole for 24 h.",
     "treatment_dose", "5 µM"),
    ("(A) Vehicle control cells. (B) Cells treated with 5 µM nocodazole for 24 h.",
     "treatment_duration", "24 h"),
    ("(A) Control cells treated with DMSO. (B) Cells exposed to nocodazole.", "vehicle", "DMSO"),
    ("Cells received nocodazole. Nocodazole reduced the number of cells per field.",
     "effect", "Nocodazole reduces the number of cells per field"),
    ("Confocal images of cells expressing lysosomal marker LAMP1-mRuby3.",
     "technique", "confocal microscopy"),
    ("Nuclei were counterstained with DAPI.", "nuclear_stain", "DAPI"),
    ("Conus lyelli Hendricks sp. nov. (A-L) and Conus xenicus Pilsbry, 1917 (M-N).",
     "species", "Conus xenicus"),
    ("Sections of mouse kidney stained with Oil red O.", "stain", "Oil red O"),
    ("EGFP and DNA are shown as green and blue, respectively, in images.",
     "marker_in_colour_blue", "DNA"),
    ("Blood smear. The field shows 19 red blood cells, 1 white blood cell(s) and 7 platelet(s).",
     "cell_count_platelets", "7"),
    ("Micrograph of brain. Note the glial nodule (arrow).", "arrow_target", "glial nodule"),
    ("Images of cells. Arrows point to GFP+ puncta that represent autophagosomes.",
     "arrow_meaning", "autophagosomes"),
    ("Images of cells treated with brefeldin A for 30 min.", "treatment_compound", "brefeldin A"),
    ("Images of cells treated with retinoic acid for 2 h.", "treatment_compound", "retinoic acid"),
    ("Immunohistochemistry with a monoclonal antibody to SFFV Gag protein.", "target",
     "SFFV Gag protein"),
    ("Micrographs of sections. Serial sections were incubated with the pre-immune serum.",
     "specificity_control", "pre-immune serum"),
    ("Images show iron content, revealed by Prussian blue staining.", "readout",
     "Prussian blue staining"),
    ("Images of worms. GFP expression was decreased in all cells except P6.", "direction",
     "decreased"),
    ("Knockdown of KIF11 reduced spindle length. (A) Images of cells. (B) Images of spindles.",
     "effect", "Knockdown of KIF11 reduces spindle length"),
    ("Fluorescence images of E. coli.", "organism", "Escherichia coli"),
    ("Confocal images of A549/CDDP cells.", "cell_line", "A549/CDDP"),
    ("Images of cells treated with EO (20 mg/kg).", "treatment_compound", "EO"),
    ("PAS stain: depicting basophilic bodies within the macrophages (arrow).", "arrow_target",
     "basophilic bodies"),
    ("Vascular spaces filled with clear fluid (short arrow).", "arrow_target",
     "vascular spaces filled with clear fluid"),
    ("Micrograph of a cell with a large vacuole (arrow).", "arrow_target", "large vacuole"),
    ("Micrograph. Degeneration, necrosis and loss of hepatocytes (arrows).", "arrow_target",
     "degeneration, necrosis and loss of hepatocytes"),
    ("Micrograph of skin, black arrows pointing out the spores.", "arrow_target", "spores"),
    ("a Lung. h, i Acid-fast bacilli (arrow).", "arrow_target", "acid-fast bacilli"),
    ("Micrograph of liver. Kupffer cells (arrow in b).", "arrow_target", "Kupffer cells"),
    ("Infiltrative border of the tumour, H&E 10x.", "stain", "H&E"),
    ("Bacilli in liver tissue (Ziehl-Neelsen stain × 400).", "stain", "Ziehl-Neelsen"),
    ("Invasive carcinoma, CK7, 10x.", "target", "CK7"),
    ("Section. Faint staining of the nucleus by S100. Scale bar, 5 µm.", "localisation", "nucleus"),
]  # fmt: skip


def test_a_kind_of_the_right_technique_is_no_wrong_choice() -> None:
    assert not are_comparable("fluorescence microscopy", "confocal microscopy")
    assert not are_comparable("two-photon microscopy", "light microscopy")
    assert are_comparable("confocal microscopy", "two-photon microscopy")


def candidates(caption: str, number: int = 1) -> list[Candidate]:
    return OfflineAgent().write_candidates([figure(caption, number)])[0]


@pytest.mark.parametrize(("caption", "attribute", "answer"), GOLDEN)
def test_asks_what_the_caption_states(caption: str, attribute: str, answer: str) -> None:
    asked = [c for number in range(12) for c in candidates(caption, number)]
    assert (attribute, answer) in {(c.attribute, c.answer) for c in asked}


@pytest.mark.parametrize(
    ("caption", "attribute"),
    [
        ("Fluorescence images of S. yphimurium and S. aureus.", "organism"),
        ("Images of HeLa, MCF-7 and XYZ-12 cells.", "cell_line"),
        ("Images of MCF-7/DOX cells and MCF-7 cells.", "cell_line"),
        ("SEM and TEM images of spores.", "technique"),
        ("Confocal and electron microscopy of neurons.", "technique"),
        ("Images of cells treated with EO for 1 h and 2 h, respectively.", "treatment_duration"),
        ("Sections of epithelium and adipose tissue.", "tissue"),
        ("Micrographs of the bacterium B. burgdorferi and of these Zyxia anthracis.", "organism"),
        ("Bright-field image (left). Dark-field image of cells (right).", "technique"),
        ("Images of larvae that cause an intestinal disease.", "tissue"),
        ("Micrograph of colonies on sheep blood agar.", "organism"),
        ("Micrographs. Vacuoles (arrows) in controls, pyknosis (arrow) in rats.", "arrow_target"),
        ("Cells were stained with the indicated antibodies. Staining of CD44, images.", "target"),
        ("(A) Strategy to label E. coli. (B) Images of cells.", "organism"),
    ],
)
def test_one_of_several_is_not_the_answer(caption: str, attribute: str) -> None:
    assert attribute not in {c.attribute for n in range(6) for c in candidates(caption, n)}


def test_a_dose_beside_a_duration_is_one_dose() -> None:
    caption = "(A) Images of controls. (B) Cells exposed to rapamycin (15 mg/kg, 5 days)."
    asked = {c.answer for n in range(12) for c in candidates(caption, n)}
    assert {"15 mg/kg", "5 days"} <= asked
    caption = "Images of cells treated with rapamycin for 1, 2 and 4 h."
    assert "4 h" not in {c.answer for n in range(12) for c in candidates(caption, n)}


def test_a_technique_of_some_views_hides_no_other() -> None:
    caption = "Fluorescence images of DIC-positive worms. Two-photon images, bright-field images."
    found = {c.answer for n in range(6) for c in candidates(caption, n)}
    assert "bright-field microscopy" not in found
    one = "Images of GFP in worms, with DIC. Two-photon imaging."
    assert "two-photon microscopy" in {c.answer for n in range(6) for c in candidates(one, n)}


def test_a_name_ends_with_its_sentence() -> None:
    caption = "Section. Faint staining of the nucleus by S100. Scale bar, 5 µm."
    asked = [c for n in range(6) for c in candidates(caption, n) if c.attribute == "localisation"]
    assert asked and all("S100." not in c.question and "S100 " in c.statement for c in asked)


@pytest.mark.parametrize(
    "caption",
    [
        "Cells stained for actin (green). Other cells stained for tubulin (green).",
        "Images of cells. Bars 100 µm or 10 µm.",
        "Survival plots of infected mice.",
        "Merged images. Overlap is shown as colocalization (white).",
        "(A) Western blots of HeLa cells. (B) Current versus time, n = 8 neurons, p < 0.05.",
    ],
)
def test_ambiguous_or_empty_captions_are_not_asked(caption: str) -> None:
    found, (outcome,) = OfflineAgent().write_candidates([figure(caption)])
    unclear = ("marker_in", "scale_bar", "cell_line", "cell_count")
    assert not [c for c in found if c.attribute.startswith(unclear)]
    assert outcome.reason or found


def test_the_question_names_the_panel() -> None:
    caption = (
        "(A) Cells stained for actin (green). (B) Cells stained for tubulin (green). (C) Both."
    )
    asked = {c.answer: c.question for n in range(12) for c in candidates(caption, n)}
    assert "panel A" in asked["actin"] and "panel B" in asked["tubulin"]


def test_numbers_and_short_symbols_are_no_compounds() -> None:
    caption = "(A) Images of cells with or without {} oligomycin and 2 µM antimycin."
    asked = [c for n in range(12) for c in candidates(caption.format("1 µM"), n)]
    assert not [c for c in asked if c.attribute == "treatment_compound" and len(c.answer) < 4]


def test_an_article_is_not_asked_the_same_again_and_again() -> None:
    caption = "Images of {} cells. Scale bar, 5 µm. All are photographed under UV light."
    figures = [figure(caption.format(line), n) for n, line in enumerate(LINES)]
    found, outcomes = OfflineAgent().write_candidates(figures)
    assert max(Counter((c.attribute, c.answer) for c in found).values()) == 2
    assert sum(outcome.candidates for outcome in outcomes) == len(found)


def test_a_statement_about_a_place_has_its_article() -> None:
    caption = "Images of cells. {} localizes to the nucleus."
    asked = [c for n in range(12) for c in candidates(caption.format("Cyclin D1"), n)]
    statements = {c.statement for c in asked if c.attribute == "localisation"}
    assert statements and all("to the nucleus" in s and "yclin D1" in s for s in statements)


def test_proposals_come_with_a_treatment() -> None:
    found = candidates(
        "Images of cells treated with 5 µM nocodazole for 24 h. Vehicle control left."
    )
    assert EP in {c.task for c in found}


def test_no_microscopy_yields_a_reason() -> None:
    found, (outcome,) = OfflineAgent().write_candidates(
        [figure("Scale bar, 5 µm.", microscopy=False)]
    )
    assert not found and outcome.reason.startswith("not microscopy: ")


_PIECES = st.sampled_from(
    ["(A)", "(B–D) ", "stained for ", "actin (green)", ". ", "Scale bar", " 5 µm",
     "arrows indicate ", "treated with ", "5 µM nocodazole", " for 24 h", "{", "Nuclei ", "DAPI",
     "n = 7 cells", ";"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=25).map("".join)))
def test_any_caption_gives_verbatim_evidence_and_closed_stems(caption: str) -> None:
    for c in candidates(caption):
        assert caption[c.evidence_start : c.evidence_start + len(c.evidence)] == c.evidence
        assert c.evidence and c.answer and not gives_away(c.question, c.answer)


def test_a_caption_without_spaces_takes_no_time() -> None:
    start = time.perf_counter()
    assert candidates("a" * 50_000 + ". Scale bar, 5 µm.")
    assert time.perf_counter() - start < HANG


def test_real_microscopy_captions_are_asked_about(realdata: Path) -> None:
    rows = [json.loads(line) for line in (realdata / "captions.jsonl").open(encoding="utf-8")]
    figures = [figure(r["caption"], n, title=r["title"]) for n, r in enumerate(rows)]
    figures = [f for f, r in zip(figures, rows, strict=True) if r["microscopy_strict"]]
    found, outcomes = OfflineAgent().write_candidates(figures)
    assert len(found) >= 2 * len(figures)
    assert all(outcome.candidates <= 8 for outcome in outcomes)


LINES = ("HeLa", "U2OS", "A549", "HepG2", "MCF-7", "Vero")
BARS = (2, 5, 10, 20, 50, 100)


def shard() -> tuple[list[Candidate], dict[str, Figure]]:
    figures = [
        figure(
            f"Images of {LINES[n % 6]} cells. Scale bar, {BARS[n // 6 % 6]} µm.",
            n,
            article=f"a{n}",
        )
        for n in range(72)
    ]
    found, _ = OfflineAgent().write_candidates(figures)
    return found, {f.figure_id: f for f in figures}


def questions(seed: int = 0) -> list[tuple[Candidate, Question]]:
    found, figures = shard()
    return list(zip(found, OfflineAgent().write_questions(found, figures, seed), strict=True))


def test_distractors_are_false_and_distinct() -> None:
    _, figures = shard()
    for candidate, question in questions():
        assert question.problem == "" and len({question.answer, *question.distractors}) == 4
        caption = figures[candidate.figure_id].caption
        assert all(value not in caption for value in question.distractors)
        assert len(question.distractor_reasons) == 3 and question.rationale


def test_same_seed_same_questions_and_other_seed_others() -> None:
    assert questions(1) == questions(1)
    assert questions(1) != questions(2)


def test_a_value_is_a_distractor_three_times_as_often_as_a_key() -> None:
    keys = Counter(q.answer for _, q in questions())
    wrong = Counter(value for _, q in questions() for value in q.distractors)
    assert all(abs(wrong[value] - 3 * n) <= n for value, n in keys.items())


def test_the_rank_of_numeric_keys_is_even() -> None:
    ranks: Counter[int] = Counter()
    for seed in range(4):
        for _, q in questions(seed):
            numbers = [parse_number(v) for v in (q.answer, *q.distractors)]
            if all(numbers):
                values = [n.number for n in numbers if n]
                ranks[sorted(values).index(values[0])] += 1
    total = sum(ranks.values())
    assert total == 4 * 72 and all(abs(ranks[r] / total - 0.25) < 0.1 for r in range(4))


def test_common_values_are_capped_and_said_so() -> None:
    assert cap_counts({"DAPI": 90, "a": 4, "b": 4, "c": 4}) == {"DAPI": 4, "a": 4, "b": 4, "c": 4}
    assert cap_counts({"DAPI": 90, "a": 4}) == {"DAPI": 0, "a": 0}


def test_weights_make_each_value_a_choice_four_times_as_often_as_a_key() -> None:
    counts = [9, 8, 6, 5, 4, 4]
    weights = fit_weights(tuple(counts)).tolist()
    rng, tails = np.random.default_rng(0), sum_tails(weights, 4)
    seen = Counter(i for _ in range(2000) for i in draw(weights, tails, rng))
    shares = np.array([seen[i] / 2000 for i in range(6)])
    assert np.allclose(shares, np.array(counts) / 9, atol=0.06)


def test_scaled_values_keep_form_and_rank() -> None:
    rng = np.random.default_rng(0)
    values = scale_number("2.5 µm", 2, rng)
    assert all(value.endswith(" µm") for value in values)
    assert sum(parsed.number < 2.5 for v in values if (parsed := parse_number(v))) == 2
