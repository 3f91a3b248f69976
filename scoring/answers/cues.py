"""The phrases that commit to an answer, turn back, or decline one: data, no logic.

All run on lower-case text, but for those that look for a capital. Each pattern holds the words of
all languages that it knows; where a match counts is decided by the modules that use it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scoring.answers import abroad
from scoring.answers.phrases import Openings, PhraseBook
from scoring.answers.spelling import TAG
from scoring.records import Strength


def _split(phrases: str) -> Openings:
    """Openings that a comma or the end of a line parts."""
    return Openings(re.split(r",|\n\s*", phrases))


class Cue(NamedTuple):
    """A phrase before an answer; `strict` cues take capitals and full option texts only.

    `first` is what its matches start with, where that is known; one of `needs` stands in each
    match, where it is given.
    """

    name: str
    strength: Strength
    pattern: re.Pattern[str]
    strict: bool
    first: Openings | None = None
    needs: tuple[str, ...] = ()


# Phrases that announce an answer, and end where it starts.
_NOUN = (
    r"(?<!to )(?:answer|solution|conclusion)s?|(?:correct|right|best|final|likely|suitable|accurate"
    r"|appropriate|plausible|chosen|selected|preferred|consistent|my|fitting|supported|informative"
    r"|direct) (?:next )?(?:option|choice|response|selection|letter|pick|one|step|statement"
    r"|hypothesis|experiment|interpretation|description|explanation|guess|number|match|label)s?"
    r"|(?:option|choice|ans|selection|prediction|correct|verdict|decision|pred|pick"
    r"|result|tl;?dr|bottom line|takeaway|upshot)(?=\s?[:=])|(?:option|choice|answer"
    r"|one)s? (?:that|which)|(?:best|educated"
    r"|final) guess|remaining (?:option|choice|one)|next (?:step|experiment|assay|control)"
    r"|(?:most \w+|best|right|correct|only) (?:next )?(?:approach|assay|test|method|technique|cause"
    r"|reason|candidate|diagnosis|cell type|stage|organelle|structure|stain)|closest(?: (?:option"
    r"|choice|answer|match|one|fit))?"
)
_LINK = r"(?:[:=]|->|→|\b(?:is|was|be|remains|are)\b(?:\s?:)?)"
_DECLARED = (
    rf"(?<!\w)(?=[a-z])(?:{_NOUN})\b(?! (?:this|the question|it),)[^.!?\n:={TAG}]{{0,80}}?{_LINK}"
)
_ADVERBS = (
    r"(?: (?:still|therefore|thus|also|likely|probably|most|rather|just|tentatively|going|to"
    r"|inclined|confidently|ultimately|then|now|have|had|be|more|so))*+"
)
_FIRST_PERSON = (
    rf"\b(?:i|we)(?:'d|'ll|'m| am| would| will| must| can| should)?{_ADVERBS} (?:choose|pick|select"
    rf"|go(?:ing)? (?:with|for)|say|guess|answer|vote for|opt for|lean(?:ing)?(?: (?:towards?|to))?"
    rf"|settle on|bet on|conclude|chose|picked|selected|went with|believe|think|pick(?:ing)?"
    rf"|choosing|recommend|suggest|propose)\b(?: that)?(?: (?:it(?:'s| is| must be| would be)"
    rf"|this is))?[,:]?"
)
_CONCLUDED = (
    r"\b(?:therefore|thus|hence|so|consequently|conclusion|overall|in summary|ergo|it(?:'s| is)"
    r"|it(?: must| has to| should)(?: be)?|leav(?:es|ing)(?: us)?(?: with)?(?: only| just)?|must be"
    r"|must therefore be|guess|go(?:ing)? with|lean(?:ing)? (?:towards?|to)|pick(?:ing)?|choose"
    r"|select|vote for|making it|makes it|that's|this is|that is|forced"
    r"|down to)\b[,:]?(?: (?:it(?:'s| is| must be| has to be)|this is|i'd say|the best (?:answer"
    r"|match)|only)\b)?[,:]?"
)
_SUPPORTS = (
    r"\b(?:is|are|be|match(?:es|ing)?|correspond(?:s|ing)?|aligns?|consistent|fits?|points?"
    r"|supports?|indicates?|suggests?|described|explained|represents?|favou?rs?|captured"
    r"|supported)\b(?: (?:best|the|most|with|closely|to|by|well|in|of|description|agreement"
    r"|accordance|line|strongly|clearly))*+ (?=\(?(?:option|choice|answer|hypothesis|scenario"
    r"|statement|interpretation|explanation|experiment)\b)"
)
_CORRECTED = (
    r"\b(?:actually|wait|edit(?=:)|update(?=:)|correction|scratch that|i mean|i meant|make that"
    r"|on reflection|sorry|(?<!: )(?<!:)no(?=\s?[,:;.-])(?![^\w\n]*\n)|rather|instead|(?:chang"
    r"|revis|switch|updat|correct)(?:e|es|ed|ing)(?: (?:my|the|final|answer|choice|it|that))*+ to"
    r"|second thoughts?|hmm|should be)\b[\s,:.;-]*+(?:(?:it(?:'s| is| should be| must be)|that's"
    r"|no,|actually|the|sorry|i mean|make that)[\s,:-]++)*+"
)
_MAYBE = (
    r"\b(?:could|might|may|would)(?: (?:possibly|well|also|perhaps|most|likely|probably))*+ be"
    r"|\b(?:perhaps|maybe|possibly|probably|likely)(?: it's| it is)?[,:]?"
)
_LIKELY = (
    r"\b(?:is|are|seems?|appears?|looks?)(?: to be)? (?:most |very |more )?(?:likely|probably"
    r"|consistent with)(?: to be)?"
)
_HEADING = (
    r"^[^\w\n]*+(?:the |my )?(?:final |correct |best )?(?:answer|choice|conclusion)[^\w\n]*\n"
)
_DIRECT = (
    r"(?<!\w)(?=[agiwcrfbm])(?:(?:(?<=[.;:!,\n]\s)|(?<!.))answer (?=[(\[]?(?:[a-z]"
    r"|\d{1,2})[)\]]?\s*(?:[.!\n]|\Z))|(?:gut|instinct|intuition)(?: feeling)? says"
    r"|with (?:\w+ )?confidence[:,]|(?:correct|right|final|best|my) (?:answer|option"
    r"|choice)s?,? (?=[(\[]?(?:[a-z]|\d{1,2})\b))"
)
_MATCHES = (
    r"\b(?:match(?:es)?|corresponds? to|points? to|consistent with|favou?rs?|supports?|indicates?"
    r"|suggests?|implies)(?: best)? (?=[(\[]?(?:[a-z]|\d{1,2})[)\]]?\s*[.\n])"
)

# What the matches of these start with.
_DECLARED_FIRST = _split(
    """answer,answers,solution,solutions,conclusion,conclusions,correct,right,best,final,likely
    suitable,accurate,appropriate,plausible,chosen,selected,preferred,consistent,my,fitting
    supported,informative,direct,option,options,choice,choices,ans,selection,prediction,verdict
    decision,pred,pick,result,tl;dr,tldr,bottom line,takeaway,upshot,one that,one which,ones that
    ones which,educated,remaining,next,most,only,closest"""
)
_FIRST_PERSON_FIRST = _split("i ,i',we ,we'")
_CORRECTED_FIRST = _split(
    """actually,wait,edit:,update:,correction,scratch that,i mean,make that,on reflection,sorry,no
    rather,instead,change,changes,changed,changing,revise,revises,revised,revising,revise,switche
    switches,switched,switching,update ,updates ,updated ,updating ,correcte,correctes,corrected
    correcting,second thought,second thoughts,hmm,should be"""
)
_CONCLUDED_FIRST = _split(
    """therefore,thus,hence,so,consequently,conclusion,overall,in summary,ergo,it's,it is,it must
    it has to,it should,leaves,leaving,must be,must therefore be,guess,go with,going with
    lean to,leaning to,pick,picking,choose,select,vote for,making it,makes it,that's,this is
    that is,forced,down to"""
)
_MATCHES_FIRST = _split(
    """match,matches,corresponds to,correspond to,points to,point to,consistent with,favor,favors
    favour,favours,support,supports,indicate,indicates,suggest,suggests,implies"""
)
_SUPPORTS_FIRST = _split(
    """is,are,be,match,matches,matching,correspond,corresponds,corresponding,align,aligns
    consistent,fit,fits,point,points,support,supports,indicate,indicates,suggest,suggests,described
    explained,represent,represents,favor,favors,favour,favours,captured,supported"""
)
_SUPPORTS_NEEDS = (
    *("option", "choice", "answer", "hypothesis", "scenario", "statement", "interpretation"),
    *("explanation", "experiment"),
)
_HEADS = ("answer\n", "choice\n", "conclusion\n")
_DIRECT_FIRST = _split("answer,gut,instinct,intuition,with,correct,right,final,best,my")
_LIKELY_FIRST = _split("is ,are ,seem ,seems ,appear ,appears ,look ,looks ")
_MAYBE_FIRST = _split("could,might,may,would,perhaps,maybe,possibly,probably,likely")

CUES = (
    Cue("field", Strength.TAGGED, re.compile(TAG), False, needs=(TAG,)),
    Cue("declared", Strength.DECLARED, re.compile(_DECLARED), False, _DECLARED_FIRST),
    Cue("declared", Strength.DECLARED, abroad.EUROPEAN, False, Openings(abroad.EUROPEAN_FIRST)),
    Cue("declared", Strength.DECLARED, abroad.OTHER, False, needs=abroad.OTHER_NEEDS),
    Cue("declared", Strength.DECLARED, abroad.ASIAN, False, needs=abroad.ASIAN_NEEDS),
    Cue(
        *("first_person", Strength.DECLARED, re.compile(_FIRST_PERSON), True),
        _FIRST_PERSON_FIRST,
    ),
    Cue("corrected", Strength.DECLARED, re.compile(_CORRECTED), True, _CORRECTED_FIRST),
    Cue("concluded", Strength.CONCLUDED, re.compile(_CONCLUDED), True, _CONCLUDED_FIRST),
    Cue("declared", Strength.DECLARED, re.compile(_HEADING, re.MULTILINE), True, needs=_HEADS),
    Cue("declared", Strength.DECLARED, re.compile(_DIRECT), True, _DIRECT_FIRST),
    Cue("supports", Strength.CONCLUDED, re.compile(_MATCHES), True, _MATCHES_FIRST),
    Cue(
        *("supports", Strength.CONCLUDED, re.compile(_SUPPORTS), True),
        *(_SUPPORTS_FIRST, _SUPPORTS_NEEDS),
    ),
    Cue(
        *("likely", Strength.HEDGED, re.compile(_LIKELY), True),
        *(_LIKELY_FIRST, ("likely", "probably", "consistent")),
    ),
    Cue("maybe", Strength.HEDGED, re.compile(_MAYBE), True, _MAYBE_FIRST),
)

# What is said of an answer that stands before it.
PREDICATE = re.compile(
    r"(?<![a-z0-9])(?=[a-zбвгд0-9])(?:(?<![\w'/-])(?<!\d[.,])(?P<label>[a-zбвгд](?![a-z])"
    r"|\d{1,3})(?P<closed>[)\]'.:]?)[)\]':]*(?: ?\([^()\n]{1,160}\)"
    r"| ?[^\s.!?\n][^.!?\n()]{0,120}?[)'])??(?: option| choice| answer)?,? (?:is|are|was|seems?"
    r"|looks?|appears?|must|would|should|has to|remains|the|best|fits?|makes?|match(?:es)?|most"
    r"|explains?|accounts?|satisfies|predicts?"
    r"|as)\b(?P<rest>[^.;\n,]{0,60}))"
)
PREDICATE_START = re.compile(r"[A-Z\dБВГД](?<![\w'/-].)(?<!\d[.,].)(?![A-Za-z])")
SMALL_START = re.compile(r"(?:option|choice|answer|letter)[\s('\[]*(?=[a-z](?![a-z]))")
POSITIVE = re.compile(
    r"\b(?:correct|right|best|better|accurate|true|answer|more (?:likely|plausible|consistent"
    r"|probable)|most (?:likely|plausible|consistent|appropriate|suitable|probable|reasonable)"
    r"|my (?:choice|guess|pick)|appropriate (?:\w+ )?(?:choice|assay|experiment|method|test"
    r"|approach)|only (?:\w+ )?(?:option|one|choice|answer|hypothesis|explanation|candidate"
    r"|experiment)|sense|supported)\b"
)
TEXT_PREDICATE = re.compile(
    r"(?<!\w)(?=[iaslwmb])(?:(?:is|are|seems|looks|appears"
    r"|would be) (?:to be )?(?:the )?most (?:plausible|likely|consistent|probable|suitable"
    r"|appropriate|informative|accurate|reasonable|fitting|direct|effective|useful|relevant"
    r"|reliable)\b|(?:is|are|would be|seems|must be) (?:the |clearly |therefore |most "
    r"|likely )*+(?:correct|best|right|answer)\b|best (?:describes|explains|matches|fits|represents"
    r"|accounts for))"
)
TEXT_PREDICATE_FIRST = _split("is,are,seems,looks,appears,would be,must be,best")

TEXT_PREDICATE_NEEDS = ("most ", "correct", "best", "right", "answer")
ORDINALS = {
    **{"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1},
    **{"1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4},
}
ORDINAL_FIRST = Openings(ORDINALS)
NOUN_FIRST = _split("option,choice,answer,letter,options,choices,answers,letters")
NONE_FIRST = _split("none of,no option,no choice,neither of,not")
ALL_FIRST = _split("all ")
ORDINAL = re.compile(
    rf"(?<!\w)(?=[tfsl1-5])(?:the\s)?(?P<ordinal>{'|'.join(ORDINALS)}) (?:option|choice|one|answer"
    rf"|statement|alternative)\b"
)
# Verdicts on the items of a list.
ASKED = re.compile(
    r"\b(?P<label>[A-Z]|\d{1,2})(?:\)?\?\s*|\)? [(:-]\s?)(?P<mark>[Yy]es|[Cc]orrect|[Nn]o|[Ww]rong"
    r"|[Ii]ncorrect)\b"
)
VOID = frozenset(("null", "none", "unknown", "n", "na", "nan", "undefined", "uncertain"))
MARKS = ("✓", "✔", "✅", "☑", "❌", "✗", "✘")
MARKED = re.compile(
    r"\b(?P<label>[A-Z]|\d{1,2})\b[)\].:]?[^✓✔✅❌✗✘☑\n]{0,160}(?P<mark>[✓✔✅☑❌✗✘])"
)
GOOD_VERDICT = re.compile(
    r"(?<!not )(?<!partially )(?<!partly )(?<!not entirely )\bcorrect\b|✓|✔|✅|\btrue\b"
    r"|\bbest (?:answer|match|fit|choice|option)|this is the (?:answer|best)|(?<!不)正确"
)
BAD_VERDICT = re.compile(
    r"\bincorrect\b|\bwrong\b|✗|✘|❌|\bfalse\b|\bnot\b|n't\b|不正确|错误|partially|partly"
)
# What stands around a label or between labels.
WORDS_AFTER_LABEL = re.compile(
    r"because|since|as|is|was|which|with|given|due|based|for|and|or|but|from|here|so|it|this|that"
    r"|while|although|where|by|if|when|have|has|seems|instead|therefore|are|not|after|rather|in|on"
    r"|at|weil|da|denn|car|parce|porque|ya|perché|pois|потому|так|что|поскольку|wählen|nehmen|sagen"
    r"|richtig|korrekt|correcta|correcte|corretta"
)
FUNCTION_WORDS = re.compile(
    r"the|this|these|because|since|as|it|its|there|both|all|no|in|on|at|they|we|that|cells"
)
LABEL_NOUN = re.compile(r"\b(?:option|choice|answer|letter)[\s('\[]*$")
BEFORE_LABEL = re.compile(
    r"(?:^|[.!?:;,(\n\[>]|\b(?:option|choice|answer|letter|number|hypothesis|statement|explanation"
    r"|interpretation|scenario|that|so|but|then|thus|therefore|hence|because|making|makes|and|or"
    r"|both|believe|think|conclude|only|with|mark|since|leaving|while|as|suggests?)|选项"
    r"|选)[\s('\[]*$"
)
BEFORE_QUOTE = re.compile(
    r"\b(?:is|are|was|were|be|as|shows?|shown|represents?|depicts?|indicates?|suggests?|in|of"
    r"|to)(?: (?:a|an|the))? (?=[(\[]?(?P<label>[A-Z])[)\].:] )"
)
LABEL_AFTER_TEXT = re.compile(
    r"\s*\((?:[Oo]ption |[Cc]hoice |[Aa]nswer )?(?P<label>[A-Z]|\d{1,2})\)"
)

# What stands between an announcing phrase and its answer, and after the answer.
FILLERS = re.compile(
    r"(?:[\s(\[':=>,→\ue000]|-(?!\d)|(?:most likely|very likely|likely|probably|clearly"
    r"|definitely|to"
    r"|indeed|still|simply|therefore|thus|then|certainly|obviously|surely|now|also|that|be|to be"
    r"|with|is|for|going with|选项|第)\b|(?:the|la|l'|die|der|das|a)?\s?(?:option|choice|letter"
    r"|answer|number|label|hypothesis|scenario|statement|interpretation|explanation|experiment"
    r"|opción|alternativa|lettera|lettre|letra|вариант|الخيار|الاختيار|buchstabe|opção"
    r"|correct one)\b[\s:]*)*+"
)
OPENERS = {
    *("all", "none", "no", "neither", "not", "both", "either", "option", "choice", "answer"),
    *("letter", "number", *ORDINALS),
}
TEXT_JOIN = re.compile(r"[\s'),]*(?:(?P<or>or|oder|ou|或)|and|und|et|y|和)\b\s*")
CLAUSE_END = re.compile(r",\s|\s(?:because|since|as|which|due to|given)\b")
DRAWN = frozenset(("so", "thus", "hence", "therefore"))
COPULA = re.compile(r" (?:is|seems|looks|appears|fits|best|must be)\b")
AFFIRMED = re.compile(r"[)\]':]* ?(?:(?:best|fits|matches)\b|remains\s*\Z)")

# Lines and lists.
LINE_START = re.compile(
    r"(?:[\s('\[>✓✔✅☑]|-(?!\d))*(?:(?:option|choice|answer|letter)\s+)?(?=[(\['A-Za-zАБВГД\d-])",
    re.IGNORECASE,
)
LIST_ITEM = re.compile(
    r"[\s('\[>•-]*(?:option |choice )?[(\[]?(?P<label>[A-Z]|\d{1,2})[)\].:-]", re.IGNORECASE
)
REASONS = re.compile(
    r"\b(?:since|because|therefore|thus|hence|so|indicat\w+|suggest\w*|consistent|must|match\w*"
    r"|explain\w*|points?)\b"
)
TURNED = re.compile(r"\b(?:but|however|actually)\b[^.]*\b(?:is|it's|must be)\b")
CITES = re.compile(
    r"\b(?:panels?|fig(?:ure)?s?|images?|shown|seen|arrow\w*|lanes?|row|column|left|right"
    r"|middle)\W*$"
)
GOES_ON = re.compile(
    r"[)\]'.]*\s*(?:\?|(?:is|was|are|were|would|has|have|seems|shows|not|and|or|could|can)\b)"
)
NONE_ALONE = re.compile(r"\W*(?:none|neither)\W*")
GOOD_MARKS = ("✓", "✔", "✅", "☑", "yes", "correct")
YES_ITEM = re.compile(r"\W*(?:option |choice )?\w{1,2}\W{1,4}yes\b[,.;:]? \w")
NO_ITEM = re.compile(r"\W*(?:option |choice )?\w{1,2}\W{1,4}no\b")

# Replies without a firm statement.
CONCLUDES = re.compile(
    r"\b(?:therefore|thus|hence|so|conclu\w+|overall|answer|suggest\w*|indicat\w+|consistent|best"
    r"|must|is|are|was|shows?|fits?|match\w*)\b"
)
STRONGLY_CONCLUDES = re.compile(
    r"\b(?:therefore|thus|hence|so|conclu\w+|suggest\w*|indicat\w+|consistent|best|must|likely"
    r"|answer|correct)\b"
)
IDENTIFIES = re.compile(
    r"\b(?:this|these|they|it|images?|figure|micrograph|structures?|cells?|organelles?|arrow\w*"
    r"|pattern|stain\w*|technique|tissue|features?|tumou?r|lesion|signal|labell?ed"
    r"|shown)\b[^.!?\n]{0,80}?\b(?:is|are|shows?|represents?|depicts?|identif\w+(?: \w+){0,3}? as"
    r"|consistent with|characteristic of|typical of|indicative of|corresponds? to)(?: (?:a|an|the"
    r"|most|likely|clearly|probably|indeed|case|of|to|be))*+ ?$|\b(?:favou?rs?|supports?|indicates?"
    r"|suggests?|confirms?|points? to|diagnostic of)(?: an?| the)? ?$"
)
VALUE = re.compile(
    r"(?:[=≈→]|\b(?:so|total|sum|count|number|there(?:'s| is| are)|gives?|giving|makes|making"
    r"|yields?|equals?|is|are|get|of|about|approximately|around))\s*$"
)
DANGLING = re.compile(
    r"\b(?:the|a|an|of|is|are|to|and|or|but|with|in|on|by|for|that|which|as|from|than|because"
    r"|option|be|was|were|not|its|their|this|at|between|answer|correct|shows?|reveals?|indicates?"
    r"|suggests?|appears?|would|can|has|have|we|there)\s*[:(]?$|[,(:]$"
)
OF_OTHERS = re.compile(r"\s*(?:other|remaining|rest)")

# All phrases whose openings are known, for one look at the words of a reply.
BOOK = PhraseBook(
    [
        *(cue.first for cue in CUES if cue.first),
        *(TEXT_PREDICATE_FIRST, ORDINAL_FIRST, NOUN_FIRST, NONE_FIRST, ALL_FIRST),
    ]
)
