"""Titles and sentences that captions are made of.

Braces hold words of `wording.words`; `(single titles, pair titles)` per kind. The last title of
each list is reserved for the test side. Sentences are shared by all titles.
"""

from __future__ import annotations

TITLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "immunofluorescence": (
        (
            "Localisation of {marker} in {sample}.",
            "Immunofluorescence staining of {marker} in {sample}.",
            "{Technique} of {sample} stained for {marker}.",
            "Representative fluorescence images of {sample}.",
            "{Marker} marks {place} in {sample}.",
            "Distribution of {marker} in {organism} {sample}.",
            "{Sample} labelled with {label} against {marker}.",
            "{Feature_objects} among cultured {sample}.",
            "A field of {sample} as seen by {technique}, immunolabelled for {marker}.",
        ),
        (
            "{Compound} and the distribution of {marker} in {sample}.",
            "Effect of {compound} on {marker} in {sample}.",
            "Representative images of {sample} with or without {compound}.",
            "Immunofluorescence of {marker} in control and treated {sample}.",
            "{Marker} in {sample} exposed to {dose} {compound}.",
            "Response of {organism} {sample} to {compound}.",
            "{Technique} of {sample} after {duration} of treatment.",
            "{Marker} staining after exposure to {compound}.",
            "Side-by-side view of {marker} in control and {compound}-treated {sample}.",
        ),
    ),
    "phase": (
        (
            "Morphology of {sample} in culture.",
            "Phase contrast image of {sample}.",
            "Representative phase contrast micrograph of {sample} on {preparation}.",
            "{Feature_objects} in a culture of {sample}.",
            "Live {organism} {sample} seen by {technique}.",
            "{Sample} cultured on {preparation}.",
            "Unstained {sample} in {technique}.",
            "Growth and shape of {sample} on {preparation}.",
            "What living {sample} look like on {preparation}.",
        ),
        (
            "{Compound} and the morphology of {sample}.",
            "Phase contrast images of control and {compound}-treated {sample}.",
            "Cell shape after exposure of {sample} to {compound}.",
            "Morphological response of {organism} {sample} to {dose} {compound}.",
            "{Sample} on {preparation} with or without {compound}.",
            "{Feature_objects} after treatment with {compound}.",
            "Live {sample} after {duration} with or without {compound}.",
            "Representative cultures of {sample} exposed to {compound}.",
            "Cultures of {sample} with and without {compound}, unstained.",
        ),
    ),
    "histochemistry": (
        (
            "{Stain} staining of {sample}.",
            "Histology of {sample}.",
            "Representative {stain}-stained section of {sample}.",
            "{Feature_objects} in {sample}.",
            "Microscopic structure of the {tissue} ({organism}).",
            "Section of {sample} stained with {stain}.",
            "{Tissue_cap} of a {organism} under the microscope, {stain}.",
        ),
        (
            "Histology of {sample} after treatment with {compound}.",
            "Effect of {compound} on {sample}.",
            "{Stain} staining of {tissue} from control and treated animals.",
            "{Feature_objects} in {sample} after {compound}.",
            "Histopathology of the {tissue} after {duration} of {compound}.",
            "Representative sections of {sample} with or without {compound}.",
            "Does {compound} harm the {tissue}? {Stain}-stained sections.",
        ),
    ),
    "immunohistochemistry": (
        (
            "Immunohistochemistry for {marker} in {sample}.",
            "Expression of {marker} in {sample}.",
            "{Feature_objects} in {sample}.",
            "Representative immunostaining of {marker} ({label}).",
            "{Marker} immunoreactivity in the {tissue} ({organism}).",
            "Section of {sample} immunostained for {marker}.",
            "Where {marker} is found in the {tissue} of a {organism}.",
        ),
        (
            "{Marker} expression in {sample} after treatment with {compound}.",
            "Effect of {compound} on {marker} in {sample}.",
            "Immunohistochemistry for {marker} in control and treated {tissue}.",
            "{Marker} immunoreactivity after {duration} of {compound}.",
            "Representative immunostaining of {marker} in {sample} with or without {compound}.",
            "{Feature_objects} in the {tissue} of {compound}-treated animals.",
            "Paired sections of {sample} immunolabelled for {marker}.",
        ),
    ),
    "tem": (
        (
            "Ultrastructure of {sample}.",
            "{Objects} in {sample}.",
            "Transmission electron micrograph of {sample}.",
            "Representative electron micrograph showing {objects}.",
            "{Feature_objects} in {organism} cells.",
            "Thin section of {sample} contrasted with {preparation}.",
            "The fine structure of {objects} in {sample}, thin section.",
        ),
        (
            "Ultrastructure of {sample} after treatment with {compound}.",
            "Effect of {compound} on {objects} in {sample}.",
            "Transmission electron micrographs of control and treated {sample}.",
            "{Objects} after exposure to {dose} {compound}.",
            "{Feature_objects} in {sample} after {compound}.",
            "Representative electron micrographs of {objects} with or without {compound}.",
            "Thin sections compared: {objects} with and without {compound}.",
        ),
    ),
    "sem": (
        (
            "Scanning electron micrograph of {objects} on {sample}.",
            "{Objects} adhering to {sample}.",
            "Surface of {sample} with {objects}.",
            "Representative scanning electron micrograph of {objects}.",
            "{Feature_objects} on {sample}.",
            "{Objects} coated with {preparation} on {sample}.",
            "Surface view: {objects} resting on {sample}.",
        ),
        (
            "{Objects} on {sample} after treatment with {compound}.",
            "Effect of {compound} on {objects} adhering to {sample}.",
            "Scanning electron micrographs of {objects} on control and treated {sample}.",
            "Surface of {sample} after exposure to {dose} {compound}.",
            "{Feature_objects} on {sample} with or without {compound}.",
            "Representative surface views of {objects} after {compound}.",
            "Surface views compared: {objects} with and without {compound}.",
        ),
    ),
}

STAINING: dict[str, tuple[str, ...]] = {
    "immunofluorescence": (
        "Cells were stained for {marker} ({colour}) and nuclei were counterstained "
        "with {stain} ({stain_colour}).",
        "{Marker} is shown in {colour} and nuclei ({stain}) in {stain_colour}.",
        "{Marker} ({label}, {colour}); {stain} ({stain_colour}).",
        "Merged image of {marker} ({colour}) and {stain} ({stain_colour}).",
        "Cells were fixed and immunolabelled for {marker} ({label}); nuclei, "
        "{stain} ({stain_colour}).",
        "Nuclei were counterstained with {stain} ({stain_colour}).",
        "Staining for {marker} ({colour}); nuclear counterstain, {stain}.",
        "{Marker} was detected with a secondary antibody conjugated to {label}, and "
        "DNA was stained with {stain}.",
    ),
    "immunofluorescence3": (
        "Cells were stained for {marker} ({colour}), {marker2} ({colour2}) and "
        "{stain} ({stain_colour}).",
        "{Marker} ({colour}), {marker2} ({colour2}) and nuclei ({stain}, "
        "{stain_colour}) are shown.",
        "Triple staining for {marker} ({colour}) and {marker2} ({colour2}) with "
        "{stain} ({stain_colour}) for nuclei.",
        "Merged channels: {marker}, {colour}; {marker2}, {colour2}; {stain}, {stain_colour}.",
        "Co-staining of {marker} ({label}, {colour}) with {marker2} ({label2}, "
        "{colour2}); nuclei, {stain}.",
        "{Marker} was labelled with {label} and {marker2} with {label2}; nuclei "
        "were stained with {stain}.",
    ),
    "histochemistry": (
        "Sections were stained with {stain}.",
        "{Stain} staining.",
        "Paraffin sections were stained with {stain} and imaged by {technique}.",
        "Tissue was fixed, embedded in paraffin and stained with {stain}.",
    ),
    "immunohistochemistry": (
        "Sections were stained for {marker} with {label} ({colour}) and "
        "counterstained with {stain} ({stain_colour}).",
        "{Marker} was visualised with {label} ({colour}); counterstain, {stain}.",
        "Immunoreactivity for {marker} appears {colour} ({label}), nuclei "
        "{stain_colour} ({stain}).",
        "Chromogen, {label}; counterstain, {stain}.",
        "Sections were counterstained with {stain} ({stain_colour}).",
        "{Label} was used as the chromogen for {marker} and {stain} as the counterstain.",
    ),
    "phase": (
        "Cells were grown on {preparation}.",
        "Unstained live cells on {preparation} were imaged by {technique}.",
        "Dishes were coated with {preparation} before seeding.",
        "Images were taken by {technique}.",
    ),
    "tem": (
        "Thin sections were contrasted with {preparation}.",
        "Sections were stained with {preparation} and examined by {technique}.",
        "Contrast agent, {preparation}.",
        "Samples were stained with {preparation} before imaging.",
    ),
    "sem": (
        "Samples were sputter-coated with {preparation}.",
        "Specimens were dried, coated with {preparation} and examined by {technique}.",
        "The surface was coated with {preparation}.",
        "Coating, {preparation}.",
    ),
}
LOCATION = (
    "{Marker} localised to {place}.",
    "The {marker} signal is confined to {place}.",
    "Positive cells show {marker} in {place}.",
    "Note the staining of {place} by {marker}.",
    "{Marker} was found in {place}.",
    "Labelling of {marker} outlines {place}.",
)
CONTROL: dict[str, tuple[str, ...]] = {
    "cells": (
        "({A}) Vehicle control. ({B}) Cells treated with {dose} {compound} for {duration}.",
        "({A}) Control cells treated with {vehicle}. ({B}) Cells treated with "
        "{dose} {compound} for {duration}.",
        "({A}) Control cells. ({B}) Cells exposed to {compound} ({dose}, {duration}).",
        "{A}, control ({vehicle}); {B}, {dose} {compound} for {duration}.",
        "({A}) Control and ({B}) cells incubated with {compound} for {duration}.",
        "({A}) {Vehicle}-treated control. ({B}) Cells after treatment with {dose} {compound}.",
        "({A}) Control. ({B}) {Compound}, {dose}, {duration}.",
        "Cells received {vehicle} ({A}) or {compound} ({B}).",
    ),
    "tissue": (
        "({A}) Vehicle control. ({B}) Animal treated with {dose} {compound} for {duration}.",
        "({A}) Control animal given {vehicle}. ({B}) Animal given {dose} {compound} "
        "for {duration}.",
        "({A}) Control animal. ({B}) Animal treated with {compound} ({dose}, {duration}).",
        "{A}, control ({vehicle}); {B}, {dose} {compound} for {duration}.",
        "({A}) Control and ({B}) animal treated with {compound} for {duration}.",
        "({A}) {Vehicle}-treated control. ({B}) After treatment with {dose} {compound}.",
        "({A}) Control. ({B}) {Compound}, {dose}, {duration}.",
        "Animals received {vehicle} ({A}) or {compound} ({B}).",
    ),
}
TREATED: dict[str, tuple[str, ...]] = {
    "cells": (
        "Cells were treated with {dose} {compound} for {duration}.",
        "The culture was exposed to {compound} ({dose}, {duration}).",
        "Cells were incubated with {compound} for {duration} before imaging.",
        "Treatment: {dose} {compound}.",
    ),
    "tissue": (
        "The animal was treated with {dose} {compound} for {duration}.",
        "Tissue was collected after {duration} of {compound} ({dose}).",
        "The animal had received {compound} for {duration}.",
        "Treatment: {dose} {compound}.",
    ),
}
ORIGIN: dict[str, tuple[str, ...]] = {
    "cells": (
        "Cells: {cell_line} ({organism}).",
        "{Organism} {cell_line} cells are shown.",
        "The cells are of {organism} origin.",
        "Experiments were done in {cell_line} cells.",
    ),
    "tissue": (
        "Tissue: {organism} {tissue}.",
        "Sections are from the {tissue} of a {organism}.",
        "The {tissue} is shown.",
        "Tissue was taken from a {organism}.",
    ),
}
HOW = (
    "Images were acquired by {technique}.",
    "Images were obtained by {technique}.",
    "{Technique}.",
    "Imaging was done by {technique}.",
)
COUNT = (
    (
        "n = {count} {objects}.",
        "The field contains {count} {objects}.",
        "A total of {count} {objects} are visible in this field.",
        "{count} {objects} per field.",
        "In this field, {count} {objects} were counted.",
    ),
    (
        "n = {count_a} {objects} ({A}) and {count_b} {objects} ({B}).",
        "The fields contain {count_a} {objects} in {A} and {count_b} {objects} in {B}.",
        "{count_a} {objects} are visible in {A} and {count_b} {objects} in {B}.",
        "Panel {A} shows {count_a} {objects} and panel {B} {count_b} {objects}.",
    ),
)
FRACTION = (
    (
        "{percent}% of the {objects} are {feature}.",
        "{Feature_objects} make up {percent}% of the {objects} in the field.",
        "The fraction of {feature_objects} is {percent}%.",
        "{Feature_objects}: {percent}%.",
        "{percent}% of all {objects} were scored as {feature}.",
    ),
    (
        "{percent_a}% of the {objects} in {A} and {percent_b}% of the {objects} in "
        "{B} are {feature}.",
        "{Feature_objects}: {percent_a}% in {A}, {percent_b}% in {B}.",
        "The fraction of {feature_objects} is {percent_a}% in {A} and {percent_b}% in {B}.",
        "{Feature_objects} make up {percent_a}% ({A}) and {percent_b}% ({B}) of the {objects}.",
    ),
)
SIZE = (
    (
        "The {diameter} is {size}.",
        "{Diameter}, {size}.",
        "The {diameter} was measured as {size}.",
        "{Diameter}: {size}.",
    ),
    (
        "The {diameter} is {size_a} in {A} and {size_b} in {B}.",
        "{Diameter}, {size_a} ({A}) and {size_b} ({B}).",
        "The {diameter} was {size_a} in {A} and {size_b} in {B}.",
    ),
)
CHANGE = (
    "Treatment {made} {measure}{values}.",
    "{Compound} {made} {measure}{values}.",
    "{Measure} {was_made}{values} after treatment.",
    "{Measure} {was_made}{values} in treated {units} ({B}).",
    "Exposure to {compound} {made} {measure}{values}.",
    "Note that {measure} {was_made}{values} in panel {B}.",
    "Compared with the control, {compound} {made} {measure}{values}.",
    "Relative to {A}, {measure} {was_made}{values} in {B}.",
)
NO_CHANGE = (
    "Treatment did not change {measure}{values}.",
    "{Compound} had no effect on {measure}{values}.",
    "{Measure} was unchanged after treatment{values}.",
    "{Measure} remained unchanged in treated {units}{values}.",
    "Exposure to {compound} left {measure} unchanged{values}.",
    "Note that {measure} was unchanged in panel {B}{values}.",
    "Compared with the control, {compound} did not alter {measure}{values}.",
    "Relative to {A}, {measure} was unchanged in {B}{values}.",
)
MADE = {
    "increased": ("increased", "augmented", "elevated"),
    "decreased": ("decreased", "reduced", "lowered"),
}
SCALE = (
    "Scale bar, {bar}.",
    "Scale bar: {bar}.",
    "Scale bar = {bar}.",
    "The scale bar represents {bar}.",
    "Bar, {bar}.",
)
SCALES = (
    "Scale bars, {bar}.",
    "Scale bars: {bar}.",
    "Scale bars = {bar}.",
    "Scale bars represent {bar}.",
    "Bars, {bar}.",
)
MENTIONS = (
    "{label} shows {subject}. {effect}",
    "We next examined {subject} ({label}). {effect}",
    "As {label} shows, {subject} could be studied in detail. {effect}",
    "{effect} Examples are given in {label}.",
)
