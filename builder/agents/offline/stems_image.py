"""Stems for what an image shows: labels, marks, specimens."""

from __future__ import annotations

from builder.agents.offline.template import Template
from builder.tables.records import EU

IMAGE_STEMS: dict[str, Template] = {
    "marker_in_colour": Template(
        EU,
        (
            "Which target is shown in {colour} {where}?",
            "{Where}, what does the {colour} signal represent?",
            "Which marker appears in {colour} {where}?",
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
            "Which microscopy technique was used {where}?",
            "{Where}, which technique of microscopy was used?",
        ),
        "The microscopy {where} was done by {value}.",
        2,
        (),
        1,
    ),
    "labelling_method": Template(
        EU,
        (
            "Which labelling method produced the staining {where}?",
            "{Where}, by which method was the target in the specimen labelled?",
        ),
        "The specimen {where} was labelled by {value}.",
        3,
        (),
        1,
    ),
    "nuclear_stain": Template(
        EU,
        (
            "Which stain labels nuclei or DNA {where}?",
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
            "What {do} the {mark} {where} indicate?",
            "{Where}, which feature is marked by the {mark}?",
        ),
        "Marked by the {mark} {where}: {value}.",
        1,
    ),
    "arrow_meaning": Template(
        EU,
        (
            "Which structures do the objects marked by the {mark} {where} represent?",
            "{Where}, what do the objects marked by the {mark} represent?",
        ),
        "The objects marked by the {mark} {where} represent {value}.",
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
            "Where in the cell does {subject} lie {where}?",
            "{Where}, which structure or compartment holds {subject}?",
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
}
