"""Patterns around what antibodies and probes detect, and around controls."""

from __future__ import annotations

from builder.agents.offline.fragments import VEHICLE, Rule, rule

_PROTEIN = r"[A-Zα-ω][\w./α-ω-]*(?: (?!is\b|was\b)[A-Z][\w-]*){0,2}(?: protein)?"
_OF = r"(?:to|against|towards?|directed against|specific for|recogni[sz]ing)"
_HOST = r"(?:polyclonal |monoclonal |rabbit |mouse |goat |chicken |purified )*"

PROBES: tuple[Rule, ...] = (
    rule(
        "target",
        "marker",
        rf"\b(?:an?|the|using|with) (?P<value>(?!The|Anti|Rabbit|Mouse|Goat|Alexa|Ig[GM])"
        rf"{_PROTEIN}) {_HOST}(?:antiserum|antibody)\b",
        words=4,
    ),
    rule(
        "target",
        "marker",
        rf"\b(?:antiserum|antibod(?:y|ies)) {_OF} (?:the )?(?P<value>{_PROTEIN})",
        words=4,
    ),
    rule(
        "target",
        "marker",
        r"\b[Aa]nti-(?:MBP-|GST-|His-|Fc-)?"
        r"(?P<value>(?!human|rabbit|mouse|goat|rat|Ig)[\w/-]*[A-Z0-9][\w/-]*) "
        rf"{_HOST}(?:serum|antiserum|antibod(?:y|ies))",
        words=2,
    ),
    rule(
        "probe_target",
        "marker",
        r"\b(?:DNA |RNA |FISH |oligonucleotide )?probes? (?:\(\w+\) )?"
        r"(?:derived from|for|against|to|specific for|targeting|complementary to) (?:the )?"
        rf"(?P<value>{_PROTEIN})",
        words=4,
    ),
    rule(
        "specificity_control",
        "control",
        r"(?:incubated|stained|probed|labell?ed) with (?:the |an? )?"
        r"(?P<value>pre-?immune (?:serum|IgG)|isotype[- ](?:matched )?(?:control )?"
        r"(?:IgG|antibody)|"
        r"secondary antibod(?:y|ies) (?:alone|only)|(?:normal|non-?immune) \w+ (?:serum|IgG))",
    ),
    rule(
        "control",
        "control",
        r"\b(?:[Ww]e used |using |and |or |with )(?:the )?"
        r"(?P<value>[a-z][\w-]*(?: [a-z][\w-]*){0,3}) "
        r"(?:served as|(?:was |were )?(?:used )?as) (?:an? |the )?(?:negative |mock )?controls?\b",
    ),
    rule(
        "control",
        "control",
        r"\b(?:with|of) (?P<value>[\w+-]{2,20} control (?:plasmid|virus|vector|siRNA|shRNA))\b",
    ),
    rule(
        "vehicle",
        "vehicle",
        rf"(?P<value>\b(?i:(?!vehicle){VEHICLE})) (?:is|was|served as|was used as) "
        r"(?:the |an? )?(?:vehicle )?control",
        image=False,
    ),
)
"""What a staining is directed against, and the controls that it needs."""
