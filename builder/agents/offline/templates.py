"""Stems and statements, one row per attribute.

`{where}` is 'in panel B' or 'in this figure', `{Where}` the same at the start of a sentence; the
other names are slots of the pattern. `finer` names slots that make the attribute finer, because
only answers to the same slots are comparable; `single` attributes must have one value per figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from builder.records import EP, EU, HG, Task

VERSION = "templates-1"


@dataclass(frozen=True, slots=True)
class Template:
    """How a fact becomes a question. `rank` orders attributes when a figure has many."""

    task: Task
    stems: tuple[str, ...]
    statement: str
    rank: int = 5
    finer: tuple[str, ...] = ()
    per_figure: int = 2


TEMPLATES: dict[str, Template] = {
    "marker_in_colour": Template(
        EU,
        (
            "Which target or label is shown in {colour} {where}?",
            "{Where}, what does the {colour} signal represent?",
            "Which marker or dye appears in {colour} {where}?",
        ),
        "The {colour} signal {where} shows {value}.",
        1,
        ("colour",),
        2,
    ),
    "colour_of_marker": Template(
        EU,
        (
            "In which colour is {marker} shown {where}?",
            "{Where}, which colour marks {marker}?",
        ),
        "{marker} is shown in {value} {where}.",
        2,
        (),
        1,
    ),
    "scale_bar": Template(
        EU,
        (
            "What length does the scale bar {where} represent?",
            "{Where}, how long is the distance marked by the scale bar?",
            "Which length does the scale bar {where} correspond to?",
        ),
        "The scale bar {where} represents {value}.",
        2,
    ),
    "technique": Template(
        EU,
        (
            "Which imaging technique produced {thing}?",
            "With which kind of microscopy or imaging method was the view {where} acquired?",
        ),
        "The view {where} was acquired by {value}.",
        2,
        (),
        1,
    ),
    "nuclear_stain": Template(
        EU,
        (
            "Which stain labels the nuclei {where}?",
            "{Where}, with which dye are the nuclei or DNA stained?",
        ),
        "The nuclei {where} are stained with {value}.",
        2,
        (),
        1,
    ),
    "stain": Template(
        EU,
        ("Which stain was applied to the specimen {where}?", "{Where}, which stain was used?"),
        "The specimen {where} was stained with {value}.",
        2,
        (),
        2,
    ),
    "arrow_target": Template(
        EU,
        (
            "What do the {mark} {where} indicate?",
            "{Where}, which feature is marked by the {mark}?",
        ),
        "The {mark} {where} indicate {value}.",
        1,
    ),
    "treatment_compound": Template(
        EU,
        (
            "Which agent was applied to the specimen shown {where}?",
            "{Where}, what was the specimen treated with?",
        ),
        "The specimen shown {where} was treated with {value}.",
        2,
    ),
    "treatment_dose": Template(
        EU,
        (
            "At which concentration was the treatment applied {where}?",
            "{Where}, what concentration of the compound was used?",
        ),
        "The treatment {where} was applied at {value}.",
        2,
    ),
    "treatment_duration": Template(
        EU,
        (
            "For how long were the cells {where} treated?",
            "{Where}, how long did the treatment last?",
        ),
        "The treatment {where} lasted {value}.",
        2,
    ),
    "starvation_duration": Template(
        EU,
        (
            "For how long had the starved cells {where} been in starvation medium?",
            "{Where}, how long was the starvation of the starved cells?",
        ),
        "The starved cells {where} had been starved for {value}.",
        2,
    ),
    "labelling_dose": Template(
        EU,
        (
            "At which concentration was {probe} used {where}?",
            "{Where}, what concentration of {probe} did the medium contain?",
        ),
        "{probe} was used at {value} {where}.",
        2,
        ("probe",),
    ),
    "time_point": Template(
        EU,
        (
            "How long {event} was the specimen {where} examined?",
            "{Where}, which time {event} is shown?",
        ),
        "The images {where} show the specimen {value} {event}.",
        2,
        ("event",),
    ),
    "construct": Template(
        EU,
        (
            "Which construct do the cells {where} stably express?",
            "{Where}, which fusion protein or reporter do the cells express?",
        ),
        "The cells {where} express {value}.",
        2,
    ),
    "vector": Template(
        EU,
        (
            "What had been introduced into the cells {where}?",
            "{Where}, which construct or agent were the cells transfected or transduced with?",
        ),
        "The cells {where} had received {value}.",
        2,
    ),
    "organelle_marker": Template(
        EU,
        (
            "Which {structure} marker is imaged {where}?",
            "{Where}, which protein serves as {structure} marker?",
        ),
        "{value} serves as {structure} marker {where}.",
        1,
        ("structure",),
    ),
    "localisation": Template(
        EU,
        (
            "Where in the cell does the immunolabelled or tagged protein lie {where}?",
            "{Where}, which structure or compartment holds the labelled protein?",
        ),
        "{subject} localises to {value} {where}.",
        1,
        (),
        1,
    ),
    "magnification": Template(
        EU,
        ("At which magnification were the images {where} taken?",),
        "The images {where} were taken at {value} magnification.",
        2,
    ),
    "stack_size": Template(
        EU,
        (
            "How many separate images were combined into the picture {where}?",
            "{Where}, from how many images was the projection made?",
        ),
        "The picture {where} combines {value} images.",
        2,
    ),
    "specimen_length": Template(
        EU,
        (
            "What is the length (SL) of the specimen {where}?",
            "{Where}, how long is the specimen (SL)?",
        ),
        "The specimen {where} has a length (SL) of {value}.",
        2,
    ),
    "species": Template(
        EU,
        (
            "Which species is shown {where}?",
            "{Where}, to which species does the specimen belong?",
        ),
        "The specimen {where} belongs to {value}.",
        1,
    ),
    "cell_line": Template(
        EU,
        ("Which cells are shown {where}?", "{Where}, which cell line was imaged?"),
        "The cells {where} are {value} cells.",
        2,
        (),
        1,
    ),
    "illumination": Template(
        EU,
        ("Under which illumination were the specimens {where} photographed?",),
        "The specimens {where} were photographed under {value}.",
        2,
        (),
        1,
    ),
    "cell_count": Template(
        EU,
        (
            "How many {noun} were counted {where}?",
            "{Where}, how many {noun} are there?",
        ),
        "{value} {noun} were counted {where}.",
        2,
        ("noun",),
    ),
    "life_stage": Template(
        EU,
        ("At which stage is the {what} {where}?", "{Where}, which stage has the {what} reached?"),
        "The {what} {where} is at the {value} stage.",
        1,
    ),
    "panel_cell": Template(
        EU,
        ("Which cell or structure is shown {where}?",),
        "A {value} is shown {where}.",
        1,
    ),
    "target": Template(
        EU,
        (
            "Which target does the immunostaining {where} detect?",
            "{Where}, against which target is the staining directed?",
        ),
        "The immunostaining {where} detects {value}.",
        2,
        (),
        1,
    ),
    "hypothesis": Template(
        HG,
        (
            "Which hypothesis do the images {where} support?",
            "Taking the panels together, which hypothesis is best supported {where}?",
        ),
        "The images {where} support the hypothesis that {value}.",
        1,
        (),
        1,
    ),
    "follow_up_compound": Template(
        EP,
        (
            "A dose-response experiment is to follow up the treatment shown {where}. "
            "Which agent's dose should be varied?",
            "Which agent should a follow-up titrate to test whether the outcome shown "
            "{where} depends on dose?",
        ),
        "A dose-response follow-up of the treatment {where} should vary {value}.",
        1,
        (),
        1,
    ),
    "follow_up_marker": Template(
        EP,
        (
            "A follow-up experiment must label the {structure} compartment again as {where}. "
            "Which marker should it use?",
        ),
        "A follow-up that labels the {structure} compartment as {where} should use {value}.",
        1,
        ("structure",),
        1,
    ),
    "fraction": Template(
        EU,
        (
            "What is the percentage of {things} {where}?",
            "{Where}, what share do {things} make up?",
        ),
        "{things} make up {value} {where}.",
        2,
        (),
        1,
    ),
    "mean_size": Template(
        EU,
        ("What is the {measure}{of} {where}?", "{Where}, which {measure}{of} was measured?"),
        "The {measure}{of} {where} is {value}.",
        2,
        ("measure",),
        1,
    ),
    "contrast_agent": Template(
        EU,
        (
            "Which contrast agent was applied to the section {where}?",
            "{Where}, with which agent was the section contrasted?",
        ),
        "The section {where} was contrasted with {value}.",
        2,
    ),
    "coating": Template(
        EU,
        (
            "Which material was the specimen {where} coated with?",
            "{Where}, which conductive coating does the specimen have?",
        ),
        "The specimen {where} was coated with {value}.",
        2,
    ),
    "substrate": Template(
        EU,
        (
            "On which substrate were the cells {where} grown?",
            "{Where}, which coating do the cells adhere to?",
        ),
        "The cells {where} were grown on {value}.",
        2,
    ),
    "chromogen": Template(
        EU,
        (
            "Which chromogen was used for the immunostaining {where}?",
            "{Where}, which chromogen makes the labelled target visible?",
        ),
        "The chromogen {where} is {value}.",
        2,
    ),
    "fluorophore": Template(
        EU,
        (
            "Which fluorophore was used for the immunolabelling {where}?",
            "{Where}, which fluorophore carries the signal of the labelled target?",
        ),
        "The fluorophore used {where} is {value}.",
        2,
    ),
    "organism": Template(
        EU,
        (
            "From which organism does the specimen {where} come?",
            "{Where}, what is the species of origin of the specimen?",
        ),
        "The specimen {where} is of {value} origin.",
        2,
        (),
        1,
    ),
    "tissue": Template(
        EU,
        (
            "Which tissue is shown {where}?",
            "{Where}, from which organ or tissue does the specimen come?",
        ),
        "The tissue shown {where} is {value}.",
        2,
        (),
        1,
    ),
    "effect": Template(
        HG,
        (
            "Which hypothesis does the comparison of the panels {where} support?",
            "Comparing treated and control specimens {where}, which hypothesis is supported?",
        ),
        "The comparison {where} supports the hypothesis that {value}.",
        1,
        (),
        1,
    ),
    "vehicle": Template(
        EP,
        (
            "The experiment {where} is to be repeated. What should the control receive?",
            "Which vehicle must the control receive when the experiment {where} is repeated?",
        ),
        "When the experiment {where} is repeated, the control should receive {value}.",
        1,
        (),
        1,
    ),
    "follow_up_dose": Template(
        EP,
        (
            "A dose-response series is to be centred on the dose used {where}. Which dose is it?",
            "A follow-up tests half and twice the dose used {where}. Where does it start?",
        ),
        "A dose-response series centred on the dose used {where} should be centred on {value}.",
        2,
    ),
    "follow_up_duration": Template(
        EP,
        (
            "A time course is to include the exposure time used {where}. Which time point is it?",
            "A replication must keep the exposure time used {where}. How long is it?",
        ),
        "A time course that includes the exposure time used {where} must include {value}.",
        2,
    ),
    "follow_up_target": Template(
        EP,
        (
            "A follow-up must label the structures shown in {colour} {where} again. "
            "What should its probe detect?",
            "To show the structures that are {colour} {where} once more, which target must a "
            "follow-up label?",
        ),
        "A follow-up that labels the structures shown in {colour} {where} must detect {value}.",
        1,
        (),
        1,
    ),
    "control": Template(
        EP,
        (
            "When the experiment {where} is repeated, which condition should serve as the control?",
            "Which control condition must a repeat of the experiment {where} include?",
        ),
        "A repeat of the experiment {where} should include {value} as the control.",
        1,
        (),
        1,
    ),
}
