"""Stems for hypotheses and for proposed experiments."""

from __future__ import annotations

from builder.agents.offline.template import Template
from builder.tables.records import EP, HG

REASONING_STEMS: dict[str, Template] = {
    "hypothesis": Template(
        HG,
        (
            "Which main hypothesis does {thing} support?",
            "What is the main hypothesis that {thing} supports?",
        ),
        "The hypothesis that {value} is supported {where}.",
        1,
        (),
        1,
    ),
    "follow_up_compound": Template(
        EP,
        (
            "A dose-response experiment is to follow up the treatment of the specimen {where}. "
            "Which agent's dose should be varied?",
            "Which agent should a follow-up titrate to {aim} {where} depends on dose?",
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
    "effect": Template(
        HG,
        (
            "Which hypothesis does the comparison {where} support?",
            "Which hypothesis on cause and effect does {thing} support?",
        ),
        "The comparison {where} supports the hypothesis that {value}.",
        1,
        (),
        1,
    ),
    "follow_up_time": Template(
        EP,
        (
            "A repeat has to catch the stage shown {where} again. How long {event} should the "
            "specimen be examined?",
            "How long {event} must a new specimen be examined to compare it with the one {where}?",
        ),
        "A repeat of what is shown {where} should examine the specimen {value} {event}.",
        1,
        ("event",),
    ),
    "readout": Template(
        EP,
        (
            "A follow-up has to show {what} again as {where}. Which method should it use?",
            "By which method should a replication make {what} visible as {where}?",
        ),
        "A follow-up that shows {what} as {where} should use {value}.",
        1,
        (),
        1,
    ),
    "specificity_control": Template(
        EP,
        (
            "What should control sections be incubated with to show that the immunolabelling "
            "{where} is specific?",
            "To show that the immunolabelling {where} is specific, what should control sections "
            "be incubated with?",
        ),
        "The specificity of the immunolabelling {where} should be controlled with {value}.",
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
            "A follow-up brackets the dose used {where}: it tests half of it, the dose itself and "
            "twice as much. Which dose is the middle one?",
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
