"""Stems for how a specimen was prepared and what was measured."""

from __future__ import annotations

from builder.agents.offline.template import Template
from builder.tables.records import EU

EXPERIMENT_STEMS: dict[str, Template] = {
    "specimen_length": Template(
        EU,
        (
            "What is the length (SL) of the specimen {where}?",
            "{Where}, how long is the specimen (SL)?",
        ),
        "The specimen {where} has a length (SL) of {value}.",
        3,
        (),
        1,
        per_article=6,
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
        3,
        (),
        1,
        per_article=2,
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
    "probe_target": Template(
        EU,
        (
            "Which sequence or gene does the hybridisation probe {where} detect?",
            "{Where}, what are the hybridisation probes specific for?",
        ),
        "The hybridisation probe {where} detects {value}.",
        1,
        (),
        1,
    ),
    "direction": Template(
        EU,
        (
            "How has {subject} changed{within} {where}?",
            "{Where}, what has happened to {subject}{within}?",
        ),
        "{subject} is {value}{within} {where}.",
        1,
        (),
        1,
    ),
    "restriction": Template(
        EU,
        (
            "{Where}, {subject} can be seen in one place or group only. Which is it?",
            "Where, and nowhere else, can {subject} be seen {where}?",
        ),
        "{subject} can be seen only in {value} {where}.",
        1,
        (),
        1,
    ),
    "fraction": Template(
        EU,
        (
            "What percentage of the {kind} {where} are {feature}?",
            "{Where}, what percentage of all {kind} are {feature}?",
        ),
        "{value} of the {kind} {where} are {feature}.",
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
}
