"""Sentence patterns around a specimen: labels, marks, what is seen, how it was prepared.

The group `value` of a pattern is the answer, the other groups fill slots of the question. The
attribute names the row of `templates.toml`.
"""

from __future__ import annotations

from builder.agents.offline.fragments import (
    DOSE,
    DURATION,
    LENGTH,
    MARK,
    PLAIN,
    POINTS,
    VEHICLE,
    Rule,
)

# A name holds a stop only within: 'Nav1.7', not 'S100. Scale'.
_NAME = r"[\w/-]+(?:\.[\w/-]+)*"
_PROTEIN = r"[A-Zα-ω][\w/α-ω-]*(?:\.[\w/α-ω-]+)*(?: (?!is\b|was\b)[A-Z][\w-]*){0,2}(?: protein)?"
_OF = r"(?:to|against|towards?|directed against|specific for|recogni[sz]ing)"
_HOST = r"(?:polyclonal |monoclonal |rabbit |mouse |goat |chicken |purified )*"
_SEEN = (
    r"(?!(?:and|then|was|were|is|are|be|of|in|stained|fixed|cells?|sections?|tissues?|samples?|"
    r"both|as)\b)"
)

SPECIMEN: tuple[Rule, ...] = (
    Rule(
        "arrow_target",
        "structure",
        rf"\b(?P<mark>{MARK}) {POINTS} (?:the )?(?P<value>{PLAIN}{{3,80}}?)"
        rf"(?= and (?:the |an? )?(?:{MARK}|their)| (?:that|which|representing|corresponding) "
        r"|[.;,()]|$)",
        max_words=9,
    ),
    Rule(
        "arrow_meaning",
        "structure",
        rf"\b(?P<mark>{MARK}) {POINTS} (?:the )?(?P<what>{PLAIN}{{3,60}}?) (?:that |which )?"
        rf"(?:should )?(?:represent(?:s|ing)?|correspond(?:s|ing)? to) (?P<value>{PLAIN}{{3,60}}?)"
        r"(?=[.;,()]|$)",
        max_words=6,
    ),
    Rule(
        "direction",
        "direction",
        r"(?<![\w:/-])(?P<subject>(?!(?:which|that|the|in|of|where|and|no|whose)\b)[\w:/αβγ-]+"
        r"(?: [\w:-]+)? (?:expression|staining|signal|fluorescence|"
        r"immunoreactivity|labell?ing)) (?:is|was|are|were) (?:significantly |strongly |markedly |"
        r"clearly )?(?P<value>increased|decreased|unchanged|absent|lost|abolished)\b"
        r"(?P<within> in (?:all |the )?[\w .,-]{2,40}?)?(?=[.;,]?(?:\s\(|$)|[.;,]\s)",
    ),
    Rule(
        "restriction",
        "localisation",
        r"(?:^|(?<=[.;)] ))(?P<subject>[A-Z][\w:/-]*(?: (?!are|is|was|were)[\w:-]+){0,3}|"
        r"[\w-]+::[\w:]+) (?:is|are|was|were|occurs|occurred) (?:\w+ )?only "
        rf"(?:\w+ )?in (?:the )?(?P<value>{PLAIN}{{3,70}}?)"
        r"(?= (?:after|when|at)\b|[;,()]|\.(?:\s|$)|$)",
        max_words=9,
    ),
    Rule(
        "readout",
        "technique",
        rf"(?<![\w/-])(?P<what>{_SEEN}[\w/α-ω-]+(?: {_SEEN}[\w/α-ω-]+){{0,2}})"
        r"(?: \([\w -]{1,14}\))?,? "
        r"(?:was |were |is |are )?(?:revealed|visuali[sz]ed|detected|demonstrated|identified) by "
        r"(?P<value>(?:[\w-]+ ){0,3}(?:staining|immunohistochemistry|immunofluorescence|FISH|"
        r"immunostaining|autoradiography|birefringence|in situ hybridi[sz]ation))\b",
    ),
    Rule(
        "starvation_duration",
        "duration",
        rf"(?:(?:for|after) (?P<value>{DURATION}) (?:\w+ )?(?:of |in |under )?starvation)",
    ),
    Rule(
        "labelling_dose",
        "concentration",
        rf"(?:containing|with|of|in the presence of|contained) (?P<value>{DOSE}) (?:of )?"
        r"(?P<probe>[\w-]+-conjugated ligand|[\w-]*[Tt]racker(?: [A-Z]\w+)*)",
    ),
    Rule(
        "time_point",
        "duration",
        rf"(?P<value>\b{DURATION}) (?P<event>post[- ]?infection|post[- ]?transduction|"
        r"post[- ]?transfection|post[- ]?fertili[sz]ation|post[- ]?injury|p\.\s?i\.)",
    ),
    Rule(
        "construct",
        "construct",
        r"\b(?:stably|transiently) (?:co-?)?expressing (?P<value>[^\s,;()]+"
        r"(?: \([\w\s-]{1,14}\)[^\s,;()]*)?+)"
        r"(?= (?!or\b|and\b|together|marker|protein)|\.(?:\s|$)|$)",
        max_words=3,
    ),
    Rule(
        "vector",
        "construct",
        r"\bcells? (?:transfected|transduced|infected) with (?P<value>[^\s,;()]+"
        r"(?: virus| siRNA| plasmid)?)(?=[,;]|\.(?:\s|$)|$| \(| and stained| for )",
        max_words=3,
    ),
    Rule(
        "organelle_marker",
        "marker",
        r"(?P<structure>\b(?:lysosom|mitochondri|endosom|peroxisom|nucle|autophagosom|neuron|"
        r"endoplasmic reticul|Golgi|astrocyt|microgli|endotheli|epitheli|synap|membrane)\w*) "
        r"marker (?P<value>[A-Z][\w-]*(?: [a-z]\d\w*)?)",
        max_words=3,
    ),
    Rule(
        "localisation",
        "localisation",
        r"(?P<subject>\b(?:[Cc]yclin |[Hh]istone |[Cc]ytochrome )?[A-Zα-ω][\w:/α-ω-]*"
        r"(?: (?:[A-Z]\d?|IV|A/C))?"
        r"|\b[a-z]+\d[\w:-]*|\b[a-z]+in(?: [A-Z]|-\d+)?)"
        r"(?: (?:protein|fusion protein|signal|"
        r"staining))? (?:(?:is |was )?(?:mainly |primarily |clearly )?"
        r"(?:locali[sz]e[sd]|accumulate[sd]?|enriched|concentrated|restricted|confined|found)) "
        r"(?:to|in|at|on) (?:the )?(?P<value>[^.;,()]{3,40}?)"
        r"(?= (?:of|in|after|upon|during|and|with|under|at|from|when|by)\b|[.;,()]|$)",
        max_words=4,
    ),
    Rule(
        "localisation",
        "localisation",
        rf"[Ll]abell?ing of (?P<subject>{_NAME}(?: [A-Z]\w*)?) outlines "
        r"(?:the )?(?P<value>[^.;,()]{3,40}?)"
        r"(?= (?:of|in|after|upon|during|and|with|under|at|from|when|by)\b|[.;,()]|$)",
        max_words=4,
    ),
    Rule(
        "localisation",
        "localisation",
        rf"[Pp]ositive cells show (?P<subject>{_NAME}(?: [A-Z]\w*)?) in "
        r"(?:the )?(?P<value>[^.;,()]{3,40}?)"
        r"(?= (?:of|in|after|upon|during|and|with|under|at|from|when|by)\b|[.;,()]|$)",
        max_words=4,
    ),
    Rule(
        "localisation",
        "localisation",
        r"(?P<subject>[A-Zα-ω][\w/-]*(?:\.[\w/-]+)*(?: [A-Z]\w*)?) marks "
        r"(?:the )?(?P<value>[^.;,()]{3,40}?)"
        r"(?= (?:of|in|after|upon|during|and|with|under|at|from|when|by)\b|[.;,()]|$)",
        max_words=4,
    ),
    Rule(
        "localisation",
        "localisation",
        rf"staining of (?:the )?(?P<value>[a-zA-Z ]{{3,30}}) by (?P<subject>{_NAME}(?: [A-Z]\w*)?)",
        max_words=4,
    ),
    Rule(
        "magnification",
        "magnification",
        r"\b[Mm]agnification[,:=]? ?(?:of |was |is )?(?P<value>[×xX] ?\d+|\d+ ?[×xX])(?!\w)",
    ),
    Rule("specimen_length", "length", rf"\bSL (?P<value>{LENGTH})"),
    Rule(
        "illumination",
        "technique",
        r"(?:\b(?:All|Both)\b|\((?P<panels>[A-Z](?:(?:[-–]|, )[A-Z])*)\) are)[^.;()]{0,50}? "
        r"photographed under (?P<value>(?:longwave )?UV light|regular light|polari[sz]ed light|"
        r"white light|[a-z]+ illumination)",
    ),
    Rule(
        "contrast_agent",
        "contrast agent",
        r"(?:\b[Ss]ections were (?:contrasted|stained) with|\bSamples were stained with|"
        r"\b[Cc]ontrast agent[,:]|\b[Ss]ections? [^.;]{0,40}contrasted with) "
        r"(?P<value>(?:uranyl|lead|osmium|phospho\w+|ruthenium|tannic|potassium) ?[a-z]*)",
    ),
    Rule(
        "coating",
        "coating",
        r"(?:\b(?:[Ss]amples|[Ss]pecimens|[Ss]urface) (?:were |was )?[^.;]{0,20}?coated with|"
        r"\b[Cc]oating[,:]|\bcoated with) (?P<value>(?:gold|platinum|carbon|iridium|chromium|"
        r"palladium|tungsten|silver)(?:[-/]\w+)?)",
    ),
    Rule(
        "substrate",
        "substrate",
        r"(?:\b(?:grown|cultured|seeded|plated|cells|micrograph of [\w -]+) on|"
        r"[Dd]ishes were coated with) (?P<value>fibronectin|collagen(?: I)?|laminin|gelatin|"
        r"poly-[LD]-lysine|vitronectin|Matrigel|glass|plastic)\b",
    ),
    Rule(
        "chromogen",
        "chromogen",
        r"(?:[Cc]hromogen[,:]|\bwith|[Vv]isuali[sz]ed with|[Aa]ppears [a-z -]+\() "
        r"?(?P<value>DAB|AEC|Fast Red|NovaRED|Vector [SV]\w+|BCIP/NBT)\b",
    ),
    Rule(
        "chromogen",
        "chromogen",
        r"(?P<value>\bDAB|AEC|Fast Red|NovaRED|Vector [SV]\w+|BCIP/NBT)\b (?:was used as|\()",
    ),
    Rule(
        "life_stage",
        "stage",
        r"^(?:An?|The) (?P<value>(?:early |mid |late |mid to late )?"
        r"(?:L[1-4]|larval|embryonic|pupal|"
        r"adult)(?: to (?:early |mid |late )?L[1-4])?) (?P<what>larva|embryo|pupa|worm|fly)",
    ),
    Rule(
        "panel_cell",
        "cell type",
        r"^An? (?P<value>(?:[a-z-]+ ){0,3}(?:cell|fibroblast|neuron|macrophage|neutrophil|"
        r"oocyte|astrocyte|hepatocyte|nodule|granuloma))(?=\.)",
    ),
    Rule(
        "control",
        "control",
        r"(?i)(?P<value>\b(?:DMSO|solvent|saline|PBS|buffer|mock|untreated|isotype|"
        r"scrambled(?: siRNA)?|non-targeting(?: siRNA)?|empty vector|sham)(?:[ -]treated)? "
        r"controls?)\b",
    ),
    Rule(
        "control",
        "control",
        r"(?P<value>\b(?:mock-infected|non-infected|non-transduced|uninfected|untransfected) "
        r"(?:\w+ )?(?:cells|mice|samples|macrophages))\b",
    ),
    Rule(
        "target",
        "marker",
        r"(?:, |\()(?P<value>(?:CD|CK|CAM ?|MUC|SOX|PAX|GATA|TTF|WT|HMB|Ki)-?\d+(?:\.\d)?\w?|p\d\d|"
        r"[Ss]ynaptophysin|[Cc]hromogranin(?: A)?|[Vv]imentin|[Dd]esmin|S-?100|GFAP|EMA|SMA|HER2|"
        r"[Cc]ytokeratin(?: \d+)?|[Cc]alretinin)"
        r"(?:,? ?(?:original )?(?:magnification)?,? ?(?:[×xX] ?\d{1,4}\b|\d{1,4} ?[×xX](?!\w)))",
        max_words=2,
    ),
    Rule(
        "target",
        "marker",
        r"(?:[Ii]mmunohistochemistry|[Ii]mmunostain(?:ed|ing)|[Ii]mmunolabell?ed|[Ss]tain(?:ed"
        r"|ing)|"
        r"[Ii]mmunofluorescence(?: staining)?|[Ll]abell?ed with [\w -]+) (?:for|of|against) "
        r"(?P<value>(?:[a-z]+ )?(?=[^\s.,;(]*[A-Z0-9α-ω])[\w./α-ω-]*[\wα-ω]"
        r"(?: [A-Z]\w*)?)(?=[ .,;(])(?! apparatus)",
        max_words=3,
    ),
)
"""What a specimen is, how it was labelled and what is seen of it."""

PROBES: tuple[Rule, ...] = (
    Rule(
        "target",
        "marker",
        rf"\b(?:an?|the|using|with) (?P<value>(?!The|Anti|Rabbit|Mouse|Goat|Alexa|Ig[GM])"
        rf"{_PROTEIN}) {_HOST}(?:antiserum|antibody)\b",
        max_words=4,
    ),
    Rule(
        "target",
        "marker",
        rf"\b(?:antiserum|antibod(?:y|ies)) {_OF} (?:the )?(?P<value>{_PROTEIN})",
        max_words=4,
    ),
    Rule(
        "target",
        "marker",
        r"\b[Aa]nti-(?:MBP-|GST-|His-|Fc-)?"
        r"(?P<value>(?!human|rabbit|mouse|goat|rat|Ig)[\w/-]*[A-Z0-9][\w/-]*) "
        rf"{_HOST}(?:serum|antiserum|antibod(?:y|ies))",
        max_words=2,
    ),
    Rule(
        "probe_target",
        "marker",
        r"\b(?:DNA |RNA |FISH |oligonucleotide )?probes? (?:\(\w+\) )?"
        r"(?:derived from|for|against|to|specific for|targeting|complementary to) (?:the )?"
        rf"(?P<value>{_PROTEIN})",
        max_words=4,
    ),
    Rule(
        "specificity_control",
        "control",
        r"(?:incubated|stained|probed|labell?ed) with (?:the |an? )?"
        r"(?P<value>pre-?immune (?:serum|IgG)|isotype[- ](?:matched )?(?:control )?"
        r"(?:IgG|antibody)|"
        r"secondary antibod(?:y|ies) (?:alone|only)|(?:normal|non-?immune) \w+ (?:serum|IgG))",
    ),
    Rule(
        "control",
        "control",
        r"\b(?:[Ww]e used |using |and |or |with )(?:the )?"
        r"(?P<value>[a-z][\w-]*(?: [a-z][\w-]*){0,3}) "
        r"(?:served as|(?:was |were )?(?:used )?as) (?:an? |the )?(?:negative |mock )?controls?\b",
    ),
    Rule(
        "control",
        "control",
        r"\b(?:with|of) (?P<value>[\w+-]{2,20} control (?:plasmid|virus|vector|siRNA|shRNA))\b",
    ),
    Rule(
        "vehicle",
        "vehicle",
        rf"(?P<value>\b(?i:(?!vehicle){VEHICLE})) (?:is|was|served as|was used as) "
        r"(?:the |an? )?(?:vehicle )?control",
        in_plots=True,
    ),
)
"""What a staining is directed against, and the controls that it needs."""
