"""How statements on a fact are worded, beside the wordings of the offline agent.

Per attribute: two wordings for training, one that is held out, and a negation. `{where}` is
'in panel A' or 'in the figure', `{value}` the asserted value, other names are slots of the claim.
"""

from __future__ import annotations

from typing import NamedTuple


class Wording(NamedTuple):
    """Affirmative wordings, the held-out one, and a wording that denies the value."""

    trained: tuple[str, ...]
    held_out: str
    denied: str


WORDINGS: dict[str, Wording] = {
    "cell_line": Wording(
        ("{value} cells were imaged {where}.", "The cell line {where} is {value}."),
        "What is seen {where} are cells of the line {value}.",
        "The cells {where} are not {value} cells.",
    ),
    "organism": Wording(
        ("The specimen {where} comes from {value}.", "The species {where} is {value}."),
        "The material {where} is {value}.",
        "The specimen {where} is not of {value} origin.",
    ),
    "tissue": Wording(
        ("The section {where} is from the {value}.", "The organ {where} is {value}."),
        "One sees {value} {where}.",
        "The tissue shown {where} is not {value}.",
    ),
    "technique": Wording(
        ("The technique used {where} is {value}.", "Imaging {where} was by {value}."),
        "What is shown {where} was recorded by {value}.",
        "The microscopy {where} was not done by {value}.",
    ),
    "scale_bar": Wording(
        ("The scale bar {where} is {value} long.", "The bar {where} corresponds to {value}."),
        "A length of {value} is marked by the bar {where}.",
        "The scale bar {where} does not represent {value}.",
    ),
    "treatment_compound": Wording(
        ("{value} was applied {where}.", "The agent used {where} is {value}."),
        "Exposure was to {value} {where}.",
        "The specimen shown {where} was not treated with {value}.",
    ),
    "treatment_dose": Wording(
        ("The dose {where} was {value}.", "{value} of the compound was used {where}."),
        "The compound was given at {value} {where}.",
        "The treatment {where} was not applied at {value}.",
    ),
    "treatment_duration": Wording(
        ("Treatment {where} was for {value}.", "The exposure {where} took {value}."),
        "It was {value} that the treatment went on {where}.",
        "The treatment {where} did not last {value}.",
    ),
    "vehicle": Wording(
        ("Controls {where} received {value}.", "The vehicle {where} is {value}."),
        "{value} was what the control was given {where}.",
        "The control {where} did not receive {value}.",
    ),
    "fraction": Wording(
        (
            "{value} of all {kind} {where} were scored as {feature}.",
            "The fraction of {feature} {kind} {where} is {value}.",
        ),
        "Among the {kind} {where}, {value} are {feature}.",
        "The share of {feature} {kind} {where} is not {value}.",
    ),
    "cell_count": Wording(
        ("There are {value} {noun} {where}.", "The number of {noun} {where} is {value}."),
        "One counts {value} {noun} {where}.",
        "The number of {noun} {where} is not {value}.",
    ),
    "mean_size": Wording(
        (
            "{value} is the {measure}{of} {where}.",
            "The {measure}{of} measured {where} was {value}.",
        ),
        "A {measure}{of} of {value} was found {where}.",
        "The {measure}{of} {where} is not {value}.",
    ),
    "localisation": Wording(
        ("{subject} lies in {value} {where}.", "{subject} is found in {value} {where}."),
        "The place of {subject} is {value} {where}.",
        "{subject} does not localise to {value} {where}.",
    ),
    "marker_in_colour": Wording(
        ("{value} appears in {colour} {where}.", "What is {colour} {where} is {value}."),
        "The {colour} channel {where} is that of {value}.",
        "The {colour} signal {where} does not show {value}.",
    ),
    "colour_of_marker": Wording(
        ("The signal of {marker} {where} is {value}.", "{marker} appears {value} {where}."),
        "The colour of {marker} is {value} {where}.",
        "{marker} is not shown in {value} {where}.",
    ),
    "target": Wording(
        ("Cells {where} were stained for {value}.", "The antibody {where} is against {value}."),
        "{value} was labelled {where}.",
        "The immunostaining {where} does not detect {value}.",
    ),
    "nuclear_stain": Wording(
        ("{value} labels the nuclei {where}.", "The counterstain {where} is {value}."),
        "Nuclei take up {value} {where}.",
        "The nuclei {where} are not stained with {value}.",
    ),
    "stain": Wording(
        ("{value} staining was used {where}.", "The section {where} is stained with {value}."),
        "The colours {where} come from {value}.",
        "The specimen {where} was not stained with {value}.",
    ),
    "chromogen": Wording(
        ("{value} was used as chromogen {where}.", "The target {where} is seen through {value}."),
        "The deposit {where} is that of {value}.",
        "The chromogen {where} is not {value}.",
    ),
    "fluorophore": Wording(
        ("The label {where} is {value}.", "{value} carries the signal {where}."),
        "The antibody {where} bears {value}.",
        "The fluorophore used {where} is not {value}.",
    ),
    "contrast_agent": Wording(
        ("{value} gave the contrast {where}.", "Sections {where} were treated with {value}."),
        "Contrast {where} is owed to {value}.",
        "The section {where} was not contrasted with {value}.",
    ),
    "coating": Wording(
        ("The surface {where} carries {value}.", "A coat of {value} was applied {where}."),
        "The specimen {where} is covered by {value}.",
        "The specimen {where} was not coated with {value}.",
    ),
    "substrate": Wording(
        ("The dish {where} was coated with {value}.", "Cells {where} adhere to {value}."),
        "The ground that cells stand on {where} is {value}.",
        "The cells {where} were not grown on {value}.",
    ),
    "objects": Wording(
        ("The counted objects {where} are {value}.", "{value} are shown {where}."),
        "What was counted {where} are {value}.",
        "The counted objects {where} are not {value}.",
    ),
    "effect": Wording(
        ("It was found {where} that {value}.", "{value} {where}."),
        "The data {where} say that {value}.",
        "It is not the case {where} that {value}.",
    ),
}
