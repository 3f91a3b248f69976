"""Sentence patterns around facts, as one table.

The group `value` is the answer; the other groups fill slots of the templates. `attribute` names
the row of `templates.TEMPLATES`. Patterns without `image` also hold in panels that show plots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

COLOUR = r"(?:green|red|blue|magenta|cyan|yellow|white|gr[ae]y|violet|purple|orange)"
LENGTH = r"\d+(?:\.\d+)?\s?(?:µm|μm|um|nm|mm|cm|microns?)(?![\w²³])"
DURATION = r"\d+(?:\.\d+)?\s?-?(?:hours?|hrs?|h|min(?:utes?)?|days?|d|weeks?|seconds?|s)(?![\w])"
DOSE = (
    r"\d+(?:[.,]\d+)?\s?(?:[nµμup]M|mM|M|[nµμu]?g/m[lL]|mg/m[lL]|mg/kg|[µμu]g/kg|U/m[lL]|%"
    r"|[nµμu]g m[lL][-−–]1)(?!\w)"
)
NAME = r"[A-Za-z0-9α-ωΑ-Ω][\w\-–−/'’:+.α-ω]*?(?:\s?\([\w\s,]{1,12}\)[\w\-]*)?"
_PLAIN = r"(?:[^.;,()]|\.(?=\S)|,(?=\d))"
_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
_PERCENT = r"\d+(?:\.\d+)?\s?%"
_NOUN = (
    r"(?P<noun>(?:(?!of|in|per|is|was|and|to|the)[a-z-]+ )?"
    r"(?:[a-z]+s|cocci|bacilli|mitochondria|nuclei|mice|larvae))"
)
_THINGS = r"(?:[\wα-ω/-]+ )?(?:(?!of|are|in)[\wα-ω/-]+)(?: (?!are|in|make)[a-z]+){1,2}"
_SIZE = (
    r"(?P<measure>[Mm]ean (?:[a-z]+ )?(?:diameter|length|width|thickness))(?P<of> of the [a-z ]+?)?"
)
_MARK = (
    r"(?:(?:[Ww]hite|[Bb]lack|[Rr]ed|[Yy]ellow|[Oo]pen|[Bb]lue|[Gg]reen|[Ss]olid|[Ff]illed) )?"
    r"(?:[Aa]rrow ?heads?|[Aa]rrows?|[Aa]sterisks?|[Tt]riangles?|[Dd]ashed lines?|[Dd]otted lines?)"
)
_POINTS = (
    r"(?:indicat(?:es?|ing)|point(?:s|ing)?(?: to| at)?|marks?|marking|shows?|denot(?:es?|ing)|"
    r"highlights?|highlighting|outlin(?:es?|ing)|depicts?)"
)
VEHICLE = (
    r"(?:DMSO|PBS|saline|ethanol|methanol|culture medium|water|corn oil|methylcellulose|vehicle|"
    r"dimethyl sulfoxide|sunflower oil|DMF)"
)
_WORD = r"(?:[^\s,;()]*[^\s,;().:])?+"
_ACTIVE = (
    rf"(?!(?i:{VEHICLE}|medium|buffer|control|mock|a|an|the|no|serum|cells?|"
    rf"animals?|mice|rats|tissues?|samples?|sections?|cultures?|increasing|different|various)\b)"
    rf"[A-Za-zα-ω0-9]{_WORD}(?: [A-Z0-9]{_WORD})?"
)
_GIVEN = (
    r"\b(?:treated|treatment|stimulated|incubated|exposed|exposure|given|received|administered|"
    r"[Tt]reatment:)"
)
_CELLS = r"(?:cells?|neurons?|fibroblasts?|macrophages?|samples?|mice|animals?|cultures?|embryos)"


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern; `words` limits the length of the answer."""

    attribute: str
    value_type: str
    pattern: re.Pattern[str]
    image: bool = True
    words: int = 6


def _rule(
    attribute: str, value_type: str, pattern: str, *, image: bool = True, words: int = 6
) -> Rule:
    return Rule(attribute, value_type, re.compile(pattern), image, words)


RULES: tuple[Rule, ...] = (
    _rule(
        "arrow_target",
        "structure",
        rf"\b(?P<mark>{_MARK}) {_POINTS} (?:the )?(?P<value>{_PLAIN}{{3,80}}?)"
        rf"(?= and (?:the |an? )?(?:{_MARK}|their)| (?:that|which) |[.;,()]|$)",
        words=9,
    ),
    _rule(
        "treatment_compound",
        "treatment",
        rf"{_GIVEN}(?: for {DURATION})?(?: (?:with|to))? (?:{DOSE} )?(?:of )?(?P<value>{_ACTIVE})"
        rf"(?= \({DOSE}| for | at | \(|[,;)]|\.(?:\s|$)|$| before )",
        words=3,
    ),
    _rule(
        "treatment_compound",
        "treatment",
        rf"(?P<value>\b(?!(?i:{VEHICLE}|un|non|particular|drug|control|the|and|or|mock|long|co|pre|"
        rf"all|early|late|not|were|was|each|heat|cells?|mice|in|of|to|by|from|with|for|on|after|than)"
        rf"\b)[A-Za-zα-ω][\w-]*?(?: [A-Z])?)"
        rf"[- ]treated (?:\w+ )?{_CELLS}",
        words=2,
    ),
    _rule(
        "treatment_compound",
        "treatment",
        rf"with or without (?:{DOSE} )?(?:of )?(?P<value>{_ACTIVE})"
        r"(?! and| \w+ and)",
        words=3,
    ),
    _rule(
        "treatment_compound",
        "treatment",
        rf"(?:\([A-Z]\)|\b[A-Z],) (?:{DOSE} )?(?P<value>{_ACTIVE})(?:, {DOSE}, | for ){DURATION}",
        words=3,
    ),
    _rule(
        "treatment_compound",
        "treatment",
        rf"\bafter {DURATION} of (?P<value>{_ACTIVE}) \({DOSE}\)",
        words=3,
    ),
    _rule(
        "treatment_compound",
        "treatment",
        rf"\breceived (?i:{VEHICLE}) \([A-Z]\) or (?P<value>{_ACTIVE})(?= \([A-Z]\))",
        words=3,
    ),
    _rule(
        "treatment_dose",
        "concentration",
        rf"{_GIVEN}(?: for {DURATION})?(?: (?:with|to))? (?P<value>{DOSE}) (?:of )?{_ACTIVE}",
    ),
    _rule(
        "treatment_dose",
        "concentration",
        rf"(?:{_GIVEN}(?: (?:with|to))?|\bdays of) {_ACTIVE} \((?P<value>{DOSE})",
    ),
    _rule(
        "treatment_dose",
        "concentration",
        rf"(?:\([A-Z]\)|\b[A-Z],) (?:{_ACTIVE}, (?P<value>{DOSE}), {DURATION})",
    ),
    _rule(
        "treatment_dose",
        "concentration",
        rf"\b[A-Z], (?P<value>{DOSE}) {_ACTIVE} for {DURATION}",
    ),
    _rule(
        "treatment_duration",
        "duration",
        rf"(?:{_GIVEN}|\b[A-Z],)(?: (?:with|to))? [^.;]{{3,50}}?\bfor (?P<value>{DURATION})",
    ),
    _rule(
        "treatment_duration",
        "duration",
        rf"{_ACTIVE}(?:,| \(){DOSE}, (?P<value>{DURATION})",
    ),
    _rule(
        "treatment_duration",
        "duration",
        rf"{_ACTIVE}, {DOSE}, (?P<value>{DURATION})",
    ),
    _rule(
        "treatment_duration",
        "duration",
        rf"\bafter (?P<value>{DURATION}) of (?:treatment|(?:{_ACTIVE}))",
    ),
    _rule(
        "vehicle",
        "vehicle",
        rf"(?i:[Cc]ontrol (?:cells|animals?|mice) (?:treated with|given|exposed to)|"
        rf"\bcontrol \(|\breceived) (?P<value>(?i:{VEHICLE}))(?=\)|\.| \()",
        image=False,
    ),
    _rule(
        "vehicle",
        "vehicle",
        rf"\bcontrol \((?P<value>(?i:{VEHICLE}))\)",
        image=False,
    ),
    _rule(
        "vehicle",
        "vehicle",
        rf"(?P<value>\b(?i:(?!vehicle){VEHICLE}))[- ]treated control",
        image=False,
    ),
    _rule(
        "starvation_duration",
        "duration",
        rf"(?:(?:for|after) (?P<value>{DURATION}) (?:\w+ )?(?:of |in |under )?starvation)",
    ),
    _rule(
        "labelling_dose",
        "concentration",
        rf"(?:containing|with|of|in the presence of|contained) (?P<value>{DOSE}) (?:of )?"
        r"(?P<probe>[\w-]+-conjugated ligand|[\w-]*[Tt]racker(?: [A-Z]\w+)*)",
    ),
    _rule(
        "time_point",
        "duration",
        rf"(?P<value>\b{DURATION}) (?P<event>post[- ]?infection|post[- ]?transduction|"
        r"post[- ]?transfection|post[- ]?fertili[sz]ation|post[- ]?injury|p\.\s?i\.)",
    ),
    _rule(
        "construct",
        "construct",
        r"\b(?:stably|transiently) (?:co-?)?expressing (?P<value>[^\s,;()]+"
        r"(?: \([\w\s-]{1,14}\)[^\s,;()]*)?+)"
        r"(?= (?!or\b|and\b|together|marker|protein)|\.(?:\s|$)|$)",
        words=3,
    ),
    _rule(
        "vector",
        "construct",
        r"\bcells? (?:transfected|transduced|infected) with (?P<value>[^\s,;()]+"
        r"(?: virus| siRNA| plasmid)?)(?=[,;]|\.(?:\s|$)|$| \(| and stained| for )",
        words=3,
    ),
    _rule(
        "organelle_marker",
        "marker",
        r"(?P<structure>\b(?:lysosom|mitochondri|endosom|peroxisom|nucle|autophagosom|neuron|"
        r"endoplasmic reticul|Golgi|astrocyt|microgli|endotheli|epitheli|synap|membrane)\w*) "
        r"marker (?P<value>[A-Z][\w-]*(?: [a-z]\d\w*)?)",
        words=3,
    ),
    _rule(
        "localisation",
        "localisation",
        r"(?P<subject>\b[A-Zα-ω][\w:/α-ω-]*(?: (?:[A-Z]\d?|IV|A/C))?"
        r"|\b[a-z]+\d[\w:-]*|\b[a-z]+in(?: [A-Z]|-\d+)?)"
        r"(?: (?:protein|fusion protein|signal|"
        r"staining))? (?:(?:is |was )?(?:mainly |primarily |clearly )?"
        r"(?:locali[sz]e[sd]|accumulate[sd]?|enriched|concentrated|restricted|confined|found)) "
        r"(?:to|in|at|on) (?:the )?(?P<value>[^.;,()]{3,40}?)"
        r"(?= (?:of|in|after|upon|during|and|with|under|at|from|when|by)\b|[.;,()]|$)",
        words=4,
    ),
    _rule(
        "localisation",
        "localisation",
        r"[Ll]abell?ing of (?P<subject>[\w./-]+(?: [A-Z]\w*)?) outlines "
        r"(?:the )?(?P<value>[^.;,()]{3,40}?)"
        r"(?= (?:of|in|after|upon|during|and|with|under|at|from|when|by)\b|[.;,()]|$)",
        words=4,
    ),
    _rule(
        "localisation",
        "localisation",
        r"[Pp]ositive cells show (?P<subject>[\w./-]+(?: [A-Z]\w*)?) in "
        r"(?:the )?(?P<value>[^.;,()]{3,40}?)"
        r"(?= (?:of|in|after|upon|during|and|with|under|at|from|when|by)\b|[.;,()]|$)",
        words=4,
    ),
    _rule(
        "localisation",
        "localisation",
        r"(?P<subject>[A-Zα-ω][\w./-]*(?: [A-Z]\w*)?) marks (?:the )?(?P<value>[^.;,()]{3,40}?)"
        r"(?= (?:of|in|after|upon|during|and|with|under|at|from|when|by)\b|[.;,()]|$)",
        words=4,
    ),
    _rule(
        "localisation",
        "localisation",
        r"staining of (?:the )?(?P<value>[a-zA-Z ]{3,30}) by (?P<subject>[\w./-]+(?: [A-Z]\w*)?)",
        words=4,
    ),
    _rule(
        "magnification",
        "magnification",
        r"\b[Mm]agnification[,:=]? ?(?:of |was |is )?(?P<value>[×xX] ?\d+|\d+ ?[×xX])(?!\w)",
    ),
    _rule(
        "stack_size",
        "count",
        r"\b(?:constructed from|z-projections? of|projections? of|stacks? of|composite of) "
        r"(?P<value>\d+) (?:\w+ )?"
        r"(?:separate |optical |confocal |airyscan )?(?:images|sections|slices)",
    ),
    _rule("specimen_length", "length", rf"\bSL (?P<value>{LENGTH})"),
    _rule(
        "illumination",
        "technique",
        r"(?:\b(?:All|Both)\b|\((?P<panels>[A-Z](?:(?:[-–]|, )[A-Z])*)\) are)[^.;()]{0,50}? "
        r"photographed under (?P<value>(?:longwave )?UV light|regular light|polari[sz]ed light|"
        r"white light|[a-z]+ illumination)",
    ),
    _rule(
        "cell_count",
        "count",
        rf"\b[nN] ?= ?(?P<value>{_WHOLE}) {_NOUN}(?! (?:per|each|/|\())(?=[\s.,;)]|$)",
        image=False,
    ),
    _rule(
        "cell_count",
        "count",
        rf"\b(?:[Ff]ield contains|[Aa] total of|[Ii]n this field,) (?P<value>{_WHOLE}) {_NOUN}"
        r"(?= (?:were|are)\b|\.)",
    ),
    _rule("cell_count", "count", rf"(?P<value>\b{_WHOLE}) {_NOUN} per field\."),
    _rule(
        "cell_count",
        "count",
        rf"(?P<value>\b{_WHOLE}) {_NOUN} (?:are visible )?(?:in |\()(?P<panels>[A-Z])\b(?!\w|-)",
        image=False,
    ),
    _rule(
        "cell_count",
        "count",
        rf"[Pp]anel (?P<panels>[A-Z]) (?:shows )?(?P<value>{_WHOLE}) {_NOUN}(?= and|\.)",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?P<value>{_PERCENT}) of (?:the |all )?{_NOUN} (?:are|were scored as) "
        r"(?P<feature>[\w-]+(?: [a-z]+)?)(?=\.)",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?P<value>{_PERCENT}) of the {_NOUN} in (?P<panels>[A-Z])(?=[^.;]*? are "
        r"(?P<feature>[\w-]+(?: [a-z]+)?)\.)",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?P<things>{_THINGS}) make up (?P<value>{_PERCENT}) of the",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?P<things>{_THINGS})(?: make up|:) (?P<value>{_PERCENT}) "
        rf"(?:\(|in )(?P<panels>[A-Z])\b",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?P<things>{_THINGS})(?: make up|:) {_PERCENT} (?:\(|in )[A-Z]\)?"
        rf"(?: and|,) (?P<value>{_PERCENT}) (?:\(|in )(?P<panels>[A-Z])\b",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?P<things>{_THINGS}): (?P<value>{_PERCENT})\.",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{_THINGS}) is "
        rf"(?P<value>{_PERCENT})(?=\.)",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{_THINGS}) is "
        rf"(?P<value>{_PERCENT}) in (?P<panels>[A-Z])\b",
        image=False,
    ),
    _rule(
        "fraction",
        "percent",
        rf"(?:fraction|proportion|percentage) of (?P<things>{_THINGS}) is "
        rf"{_PERCENT} in [A-Z] and (?P<value>{_PERCENT}) in (?P<panels>[A-Z])\b",
        image=False,
    ),
    _rule(
        "mean_size",
        "size",
        rf"{_SIZE}(?: is| was| was measured as|,|:) (?P<value>{LENGTH})(?=\.)",
        image=False,
    ),
    _rule(
        "mean_size",
        "size",
        rf"{_SIZE}(?: is| was|,) (?P<value>{LENGTH}) (?:in |\()(?P<panels>[A-Z])\b",
        image=False,
    ),
    _rule(
        "mean_size",
        "size",
        rf"{_SIZE}(?: is| was|,) {LENGTH} (?:in |\()[A-Z]\)? and (?P<value>{LENGTH}) "
        r"(?:in |\()(?P<panels>[A-Z])\b",
        image=False,
    ),
    _rule(
        "contrast_agent",
        "contrast agent",
        r"(?:\b[Ss]ections were (?:contrasted|stained) with|\bSamples were stained with|"
        r"\b[Cc]ontrast agent[,:]|\b[Ss]ections? [^.;]{0,40}contrasted with) "
        r"(?P<value>(?:uranyl|lead|osmium|phospho\w+|ruthenium|tannic|potassium) ?[a-z]*)",
    ),
    _rule(
        "coating",
        "coating",
        r"(?:\b(?:[Ss]amples|[Ss]pecimens|[Ss]urface) (?:were |was )?[^.;]{0,20}?coated with|"
        r"\b[Cc]oating[,:]|\bcoated with) (?P<value>(?:gold|platinum|carbon|iridium|chromium|"
        r"palladium|tungsten|silver)(?:[-/]\w+)?)",
    ),
    _rule(
        "substrate",
        "substrate",
        r"(?:\b(?:grown|cultured|seeded|plated|cells|micrograph of [\w -]+) on|"
        r"[Dd]ishes were coated with) (?P<value>fibronectin|collagen(?: I)?|laminin|gelatin|"
        r"poly-[LD]-lysine|vitronectin|Matrigel|glass|plastic)\b",
    ),
    _rule(
        "chromogen",
        "chromogen",
        r"(?:[Cc]hromogen[,:]|\bwith|[Vv]isuali[sz]ed with|[Aa]ppears [a-z -]+\() "
        r"?(?P<value>DAB|AEC|Fast Red|NovaRED|Vector [SV]\w+|BCIP/NBT)\b",
    ),
    _rule(
        "chromogen",
        "chromogen",
        r"(?P<value>\bDAB|AEC|Fast Red|NovaRED|Vector [SV]\w+|BCIP/NBT)\b (?:was used as|\()",
    ),
    _rule(
        "life_stage",
        "stage",
        r"^(?:An?|The) (?P<value>(?:early |mid |late |mid to late )?"
        r"(?:L[1-4]|larval|embryonic|pupal|"
        r"adult)(?: to (?:early |mid |late )?L[1-4])?) (?P<what>larva|embryo|pupa|worm|fly)",
    ),
    _rule(
        "panel_cell",
        "cell type",
        r"^An? (?P<value>(?:[a-z-]+ ){0,3}(?:cell|fibroblast|neuron|macrophage|neutrophil|"
        r"oocyte|astrocyte|hepatocyte|nodule|granuloma))(?=\.)",
    ),
    _rule(
        "control",
        "control",
        r"(?i)(?P<value>\b(?:DMSO|solvent|saline|PBS|buffer|mock|untreated|isotype|"
        r"scrambled(?: siRNA)?|non-targeting(?: siRNA)?|empty vector|sham)(?:[ -]treated)? "
        r"controls?)\b",
        image=False,
    ),
    _rule(
        "control",
        "control",
        r"(?P<value>\b(?:mock-infected|non-infected|non-transduced|uninfected|untransfected) "
        r"(?:\w+ )?(?:cells|mice|samples|macrophages))\b",
        image=False,
    ),
    _rule(
        "target",
        "marker",
        r"(?:[Ii]mmunohistochemistry|[Ii]mmunostain(?:ed|ing)|[Ii]mmunolabell?ed|[Ss]tain(?:ed|ing)|"
        r"[Ii]mmunofluorescence(?: staining)?|[Ll]abell?ed with [\w -]+) (?:for|of|against) "
        r"(?P<value>(?=[^\s.,;(]*[A-Z0-9α-ω])[\w./α-ω-]*[\wα-ω](?: [A-Z]\w*)?)(?=[ .,;(])",
        words=2,
    ),
)

TECHNIQUES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "scanning electron microscopy",
            r"(?i:\bscanning electron (?:microscop\w+|micrographs?)|\bSEM "
            r"(?:images?|micrographs?))",
        ),
        (
            "transmission electron microscopy",
            r"(?i:\btransmission electron (?:microscop\w+|micrographs?))|\bTEM "
            r"(?:images?|micrographs?)",
        ),
        (
            "electron microscopy",
            r"(?i)(?<!scanning )(?<!transmission )\belectron (?:microscop\w+|micrographs?)",
        ),
        ("spinning-disk confocal microscopy", r"(?i)\bspinning[- ]dis[ck]"),
        ("structured illumination microscopy", r"(?i)\bstructured[- ]illumination|\bSIM\b"),
        ("deconvolution microscopy", r"(?i)\bdeconvol\w+"),
        ("epifluorescence microscopy", r"(?i)\bepifluorescen\w+"),
        (
            "confocal microscopy",
            r"(?i)(?<!disk )(?<!disc )\b(?:laser[- ]scanning )?"
            r"confocal (?:\w+ )?(?:microscop\w+|images?|micrographs?|"
            r"sections?|z-stacks?)",
        ),
        ("phase-contrast microscopy", r"(?i)\bphase[- ]contrast"),
        ("widefield fluorescence microscopy", r"(?i)\bwide-?field\b"),
        (
            "fluorescence microscopy",
            r"(?i)(?<!field )\bfluorescen(?:ce|t) (?:microscop\w+|images?|micrographs?)",
        ),
        ("immunohistochemistry", r"(?i)\bimmunohistochemi\w+"),
        ("bright-field microscopy", r"(?i)\bbright[- ]?field"),
        ("light microscopy", r"(?i)\blight (?:microscop\w+|micrographs?)"),
        ("light-sheet microscopy", r"(?i)\blight[- ]sheet"),
        ("two-photon microscopy", r"(?i)\b(?:two|2|multi)-?photon"),
        ("TIRF microscopy", r"\bTIRFM?\b"),
        ("super-resolution microscopy", r"(?i)\b(?:STED|STORM|PALM|super-resolution)\b"),
        ("fluorescence in situ hybridisation", r"\bFISH\b"),
        ("Nomarski optics", r"(?i)\bNomarski\b"),
        ("DIC microscopy", r"\bDIC\b|(?i:differential interference contrast)"),
    )
)

# Techniques that often give only some of the views of a figure, and signs that there are others.
BESIDE_OTHERS = frozenset(
    {
        "Nomarski optics",
        "DIC microscopy",
        "bright-field microscopy",
        "phase-contrast microscopy",
        "light microscopy",
        "immunohistochemistry",
        "fluorescence in situ hybridisation",
    }
)
MIXED = re.compile(
    r"(?i)fluorescen|confocal|\w*[gcyr]fp\b|\bH&E|\bhistopatholog|"
    r"stained with h(?:a)?ematoxylin and"
)

NOT_IMAGE = re.compile(
    r"(?i)\b(?:western|immunoblot\w*|blots?|blotting|gel|ELISA|q?RT-?q?PCR|PCR|flow cytometry|"
    r"histograms?|dot plots?|quantification|quantified|statistical|plots?|plotted|graph|survival|"
    r"recordings?|schematic|diagram|illustration|sequence|alignment|current|pie|serum \w+|levels?|"
    r"correlation|mean|dendrogram|Kaplan|heat ?map|amount|proportion|3[’']RACE|bar chart)\b"
)
IMAGE = re.compile(
    r"(?i)\b(?:\w*microscop\w*|micrographs?|images?|imaging|stain\w*|\w*fluoresc\w*|confocal|"
    r"immuno(?:histochem|label|cyto)\w*|sections?|visuali[sz]ed|photograph\w*|larvae?|cells?|labell?ed|"
    r"scale bars?|arrow\w*|histopathology|FISH|snapshots?|montage|specimens?)\b"
)
NUCLEAR = re.compile(r"(?i)\b(?:nucle(?:i|us|ar)|DNA|counterstain\w*|chromatin)\b")
