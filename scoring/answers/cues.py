"""The tables of phrases that commit to an answer, turn back, or decline one.

All run on lower-case text. A forward cue ends where the answer starts.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scoring.answers.normalise import TAG
from scoring.records import Strength


class Cue(NamedTuple):
    """A phrase before an answer; `strict` cues take capitals and full option texts only.

    One of `needs` stands in every match, where it is given.
    """

    name: str
    strength: Strength
    pattern: re.Pattern[str]
    strict: bool
    needs: tuple[str, ...] = ()


_NOUN = (
    r"(?<!to )(?:answer|solution|conclusion)s?|(?:correct|right|best|final|likely|suitable"
    r"|accurate|"
    r"appropriate|plausible|chosen|selected|preferred|consistent|my|fitting|supported"
    r"|informative|direct) (?:next )?(?:option"
    r"|choice|"
    r"response|selection|letter|pick|one|step|statement|hypothesis|experiment|interpretation|"
    r"description|explanation|guess|number|match|label)s?|(?:option|choice|ans|selection"
    r"|prediction|correct|verdict|decision|pred|pick|result)(?=\s?[:=])|"
    r"(?:option|choice|answer|one)s? (?:that|which)|(?:best|educated|final) guess"
    r"|remaining (?:option|choice|one)|next (?:step|experiment|assay|control)|(?:most \w+|best"
    r"|right|correct|only) (?:next )?(?:approach"
    r"|assay|test|method|technique|cause|reason|candidate|diagnosis|cell type|stage|organelle"
    r"|structure|stain)"
    r"|closest(?: (?:option|choice|answer|match|one|fit))?"
)
_LINK = r"(?:[:=]|->|→|\b(?:is|was|be|remains|are)\b(?:\s?:)?)"
_DECLARED = (
    rf"(?<!\w)(?=[a-z])(?:{_NOUN})\b(?! (?:this|the question|it),)[^.!?\n:={TAG}]{{0,80}}?{_LINK}"
)
_ADVERBS = (
    r"(?: (?:still|therefore|thus|also|likely|probably|most|rather|just|tentatively|going|to|"
    r"inclined|confidently|ultimately|then|now|have|had|be|more|so))*+"
)
_FIRST_PERSON = (
    rf"\b(?:i|we)(?:'d|'ll|'m| am| would| will| must| can| should)?{_ADVERBS} (?:choose|pick"
    rf"|select|"
    r"go(?:ing)? (?:with|for)|say|guess|answer|vote for|opt for|lean(?:ing)?(?: (?:towards?|to))?|"
    r"settle on|bet on|conclude|chose|picked|selected|went with|believe|think|pick(?:ing)?"
    r"|choosing|recommend|suggest|propose)"
    r"\b(?: that)?(?: (?:it(?:'s| is| must be| would be)|this is))?[,:]?"
)
_CONCLUDED = (
    r"\b(?:therefore|thus|hence|so|consequently|conclusion|overall|in summary|ergo|"
    r"it(?:'s| is)|it(?: must| has to| should)(?: be)?|leav(?:es|ing)(?: us)?(?: with)?(?: only"
    r"| just)?|"
    r"must be|must therefore be|guess|go(?:ing)? with|lean(?:ing)? (?:towards?|to)|pick(?:ing)?"
    r"|choose|select|vote for|"
    r"making it|makes it|that's|this is|that is|forced|down to)\b"
    r"[,:]?(?: (?:it(?:'s| is| must be| has to be)|this is|i'd say|the best (?:answer|match)"
    r"|only)\b)?[,:]?"
)
_SUPPORTS = (
    r"\b(?:is|are|be|match(?:es|ing)?|correspond(?:s|ing)?|aligns?|consistent|fits?|points?"
    r"|supports?|"
    r"indicates?|suggests?|described|explained|represents?|favou?rs?|captured|supported)\b"
    r"(?: (?:best|the|most|with|closely|to|by|well|in|of|description|agreement|accordance|line"
    r"|strongly"
    r"|clearly))*+ (?=\(?(?:option|choice|answer|hypothesis|scenario|statement|interpretation"
    r"|explanation|experiment)\b)"
)
_CORRECTED = (
    r"\b(?:actually|wait|edit(?=:)|update(?=:)|correction|scratch that|i mean|i meant|make that"
    r"|on reflection|sorry|"
    r"(?<!: )(?<!:)no(?=\s?[,:;.-])(?![^\w\n]*\n)|rather|instead|(?:chang|revis|switch|updat"
    r"|correct)(?:e|es|ed|ing)"
    r"(?: (?:my|the|final|answer|choice|it|that))*+ to|second thoughts?|hmm|should be)\b"
    r"[\s,:.;-]*+(?:(?:it(?:'s| is| should be| must be)|that's|no,|actually|the|sorry|i mean"
    r"|make that)"
    r"[\s,:-]++)*+"
)
_ABROAD = (
    r"\b(?:ist|es|est|é|è) (?:(?:daher|also|donc|la|a) )?(?:antwort|option|opción|l'option|"
    r"opzione|opção|alternativa|réponse|respuesta) (?=[(]?[a-z0-9])|"
    r"\b(?:also|daher|somit|folglich|donc)(?: la| die)? (?:antwort|option"
    r"|réponse) (?=[(]?[a-z0-9]\b)|"
    r"\bsondern\b|而是|\bsino(?: la)?\b|\bmais plutôt\b"
    r"|答案(?:应该|应当|应|可能|就|大概|很可能|最可能)?(?:是|为|选"
    r"|:)[:是]?"
    r"|(?:我|应该?|故|所以|因此|建议|正确|最佳)?(?:选择|选项|选)(?:应该|应)?[:是为]?(?:选项)?"
    r"|应(?:该|当)?(?:是|为)(?=[(]?[a-z0-9])"
    r"|(?:答え|正解|回答|解答)(?:は|:)|정답(?:은|:)|(?<!대)답(?:은|:)"
    r"|\bantwort(?:en)?\b[^.\n]{0,30}?(?:ist|lautet|wäre|:)|\blösung\s?(?:ist|lautet|:)"
    r"|\bich (?:wähle|würde|tippe|entscheide)[^.\n]{0,20}?(?=\s[a-z]\b)"
    r"|\bréponse\b[^.\n]{0,30}?(?:\best(?: donc)?(?: la| l'option)?|:)|\bje (?:choisis|dirais"
    r"|choisirais)(?: la| l'option)?"
    r"|\brespuesta\b[^.\n]{0,30}?(?:\bes(?: la)?|\bsería(?: la)?|:)"
    r"|\bopción correcta (?:es(?: la)?|:)|\bopção correta (?:é(?: a)?|:)"
    r"|\b(?:elijo|elegiría|escojo)(?: la)?"
    r"|\bresposta\b[^.\n]{0,30}?(?:\bé(?: a)?|\bseria(?: a)?|:)"
    r"|\balternativa correta (?:é(?: a)?|:)"
    r"|\brisposta\b[^.\n]{0,30}?(?:è(?: la)?|sarebbe(?: la)?|:)|\bscelgo(?: la)?"
    r"|\bответ(?:ом)?\b[^.\n]{0,20}?(?:[:-]|это|является|будет)|\b(?:выбираю|выбрать)(?: вариант)?"
    r"|\bantwoord\b[^.\n]{0,20}?(?:\bis\b|:)|\bodpowied(?:ź|zią)\b[^.\n]{0,20}?(?:\bto\b|jest"
    r"|brzmi|:)"
    r"|\b(?:cevap|yanıt)\b[^.\n]{0,10}?:|الإجابة[^.\n]{0,15}?(?:هي|:)|उत्तर[^.\n]{0,6}?(?:है|:)"
    r"|\bđáp án\b[^.\n]{0,12}?(?:\blà\b|:)|\bsvaret?\b[^.\n]{0,12}?(?:är|er|:)"
    r"|\bjawaban(?:nya)?\b[^.\n]{0,12}?(?:adalah|:)|відповідь\s?(?:[:-]|це)"
)
_ABROAD_NEEDS = (
    *(
        "l'option",
        "ist option",
        "est option",
        "es option",
        "also option",
        "daher option",
        "somit option",
    ),
    *("donc option", "la option", "opción", "opzione", "opção", "alternativa", "antwo", "lösung"),
    *("wähle", "würde", "tippe", "entscheide", "répon", "je choi", "je dir", "respuesta", "elijo"),
    *("elegir", "escojo", "resposta", "rispost", "scelgo", "sondern", "sino", "mais plut", "svar"),
    *("jawaban", "cevap", "yanıt", "đáp án", "odpowied", "而是", "应", "答", "正解", "选", "답"),
    *("ответ", "выбира", "выбрать", "відповідь", "الإجابة", "उत्तर"),
)
_MAYBE = (
    r"\b(?:could|might|may|would)(?: (?:possibly|well|also|perhaps|most|likely"
    r"|probably))*+ be"
    r"|\b(?:perhaps|maybe|possibly|probably|likely)(?: it's"
    r"| it is)?[,:]?"
)
_LIKELY = (
    r"\b(?:is|are|seems?|appears?|looks?)(?: to be)? (?:most |very |more )?(?:likely|probably"
    r"|consistent with)(?: to be)?"
)

_HEADING = (
    r"^[^\w\n]*+(?:the |my )?(?:final |correct |best )?(?:answer|choice|conclusion)[^\w\n]*\n"
)
_DIRECT = (
    r"(?<!\w)(?=[agiwcrfbm])(?:(?:(?<=[.;:!,\n]\s)|(?<!.))answer (?=[(\[]?(?:[a-z]|\d{1,2})"
    r"[)\]]?\s*(?:[.!\n]|\Z))|(?:gut|instinct|intuition)(?: feeling)? says"
    r"|with (?:\w+ )?confidence[:,]|"
    r"(?:correct|right|final|best|my) (?:answer|option|choice)s?,? (?=[(\[]?(?:[a-z]|\d{1,2})\b))"
)
_MATCHES = (
    r"\b(?:match(?:es)?|corresponds? to|points? to|consistent with|favou?rs?|supports?|indicates?"
    r"|suggests?|implies)(?: best)? "
    r"(?=[(\[]?(?:[a-z]|\d{1,2})[)\]]?\s*[.\n])"
)

_MATCHES_NEEDS = (
    *("match", "correspond", "point", "consistent", "favo", "support", "indicate", "suggest"),
    "implies",
)
_SUPPORTS_NEEDS = (
    *("option", "choice", "answer", "hypothesis", "scenario", "statement", "interpretation"),
    *("explanation", "experiment"),
)
_MAYBE_NEEDS = ("could", "might", "may", "would", "perhaps", "possibly", "probably", "likely")

CUES = (
    Cue("field", Strength.TAGGED, re.compile(TAG), False, (TAG,)),
    Cue("declared", Strength.DECLARED, re.compile(_DECLARED), False),
    Cue("declared", Strength.DECLARED, re.compile(_ABROAD), False, _ABROAD_NEEDS),
    Cue("first_person", Strength.DECLARED, re.compile(_FIRST_PERSON), True),
    Cue("corrected", Strength.DECLARED, re.compile(_CORRECTED), True),
    Cue("concluded", Strength.CONCLUDED, re.compile(_CONCLUDED), True),
    Cue("declared", Strength.DECLARED, re.compile(_HEADING, re.MULTILINE), True, ("\n",)),
    Cue("declared", Strength.DECLARED, re.compile(_DIRECT), True),
    Cue("supports", Strength.CONCLUDED, re.compile(_MATCHES), True, _MATCHES_NEEDS),
    Cue("supports", Strength.CONCLUDED, re.compile(_SUPPORTS), True, _SUPPORTS_NEEDS),
    Cue("likely", Strength.HEDGED, re.compile(_LIKELY), True, ("likely", "probably", "consistent")),
    Cue("maybe", Strength.HEDGED, re.compile(_MAYBE), True, _MAYBE_NEEDS),
)

PREDICATE = re.compile(
    r"(?<![a-z0-9])(?=[a-zбвгд0-9])(?:(?<![\w'/-])(?P<label>[a-zбвгд](?![a-z])"
    r"|\d{1,3})(?P<closed>[)\]'.:]?)[)\]':]*(?: ?\([^()\n]{1,160}\)"
    r"| ?[^\s.!?\n][^.!?\n()]{0,120}?[)'])??"
    r"(?: option| choice| answer)?,? (?:is|are|was|seems?|looks?|appears?|must|would|should"
    r"|has to|remains|the|best"
    r"|fits?|makes?|match(?:es)?|most|as)\b(?P<rest>[^.;\n,]{0,60})"
    r"|(?P<cjk>[a-z]|\d{1,2})(?:选项|項|项)?(?:是|最"
    r"|が|가|이)?(?:正确|正しい|정답|对的|合适|です|입니다|이다"
    r"|번이 정답))"
)
POSITIVE = re.compile(
    r"\b(?:correct|right|best|better|accurate|true|answer|more (?:likely|plausible|consistent"
    r"|probable)|most (?:likely|plausible|consistent|appropriate|"
    r"suitable|probable|reasonable)|my (?:choice|guess|pick)|appropriate (?:\w+ )?(?:choice|assay|"
    r"experiment|method|test|approach)|only (?:\w+ )?(?:option|one|choice"
    r"|answer|hypothesis|explanation|candidate|experiment)|sense"
    r"|supported)\b"
)
NEGATIVE = re.compile(
    r"\bnot\b(?! only)|n't\b|incorrect|wrong|\bless\b|unlikely|\bleast\b|\bcannot\b|\bneither\b"
    r"|\bif\b"
    r"|partially"
    r"|\bfalse\b|\bhalf\b|\bpartly\b|\bwhether\b|\bnever\b"
)
TEXT_PREDICATE = re.compile(
    r"(?<!\w)(?=[iaslwmb])(?:(?:is|are|seems|looks|appears"
    r"|would be) (?:to be )?(?:the )?most (?:plausible"
    r"|likely|consistent|probable|suitable|appropriate|informative|accurate|reasonable|fitting"
    r"|direct|effective|useful|relevant|reliable)\b|"
    r"(?:is|are|would be|seems|must be) (?:the |clearly |therefore |most |likely )*+(?:correct"
    r"|best|right|answer)\b|best (?:describes|explains|matches|fits|represents|accounts for))"
)
SUPPOSED = re.compile(
    r"\b(?:(?:might|may|could|would|can|tend to|initially|first"
    r"|originally) (?:\w+ ){0,2}?(?:think|thought|say|guess|assume|"
    r"believe|believed|guessed|chose|selected|seem|seems|argue|choose|pick|select)|tempt\w+"
    r"|at first|initially|common "
    r"(?:mistake|misconception)|(?:student|someone|one|people|colleague|many|others?"
    r"|reader)s? (?:\w+ )?(?:think|say|said|says|claim|claims|believe)|"
    r"whether|suppose|supposing|assuming|unless|not sure(?!,)|unsure(?!,)|unclear|can't (?:say"
    r"|tell|decide)|cannot (?:say|tell|decide)|don't know|"
    r"no reason|not say|don't think|do not think|(?<!no )(?<!without )(?<!without a )doubt"
    r"|rule out|example|format|e\.g"
    r"|such as)\b"
    r"(?![^.!?\n]*\b(?:but|however|though|yet)\b)[^.!?\n]*$"
)
BETWEEN = re.compile(r"\bbetween\b[^,;.!?\n]*$")
HYPOTHETICAL = re.compile(
    r"\b(?:if|(?<!i )(?<!we )(?<!you )had)\b(?! (?:i|you|we (?:had|have|must)|forced|pressed"
    r"|pushed|asked"
    r"|had)\b)[^.!?;\n]*$"
)
TURN = re.compile(
    r"\b(?:wait|edit|misread|revised|actually|however|but|no|not|correction|therefore|so|thus"
    r"|hence|final(?:ly)?"
    r"|conclu\w+|"
    r"re-?(?:check|examin|consider|read|look|think|visit|evaluat)\w*|closer|second thoughts?|hmm"
    r"|instead|chang\w+|overall|mistake|sorry|oops|rather|"
    r"revis\w+|scratch|mean)\b|但|不过|等等|不对|所以|因此|更正"
)
BACK_TRACK = re.compile(r"\b(?:wait|hmm|hold on|actually|on second thought|let me re\w+)\b")
SELF_CORRECTION = re.compile(
    r"\b(?:wait|edit|misread|actually|correction|scratch|i mean|i meant|on second thoughts?"
    r"|on reflection"
    r"|oops|sorry|hmm|chang\w+|"
    r"revis\w+|re-?(?:check|examin|consider)\w*|closer)\b|不对|等等|更正"
)
ANALYSIS = re.compile(
    r"\b(?:let's|let us|let me|each|analy[sz]e|consider|examine|evaluate|following)\b"
)
NONE_OF = re.compile(
    r"(?=[n以都没])(?:\bnone of (?:the\b|these\b|those\b|them\b|your\b)? ?(?:above|options|choices"
    r"|answers|provided|given|listed|offered|four|five|three|alternatives|answer)?"
    r"|\bno (?:option|choice)s? (?:is|are|here|fits?|match(?:es)?|listed|given|provided|of)\b"
    r"|\bneither of the\b|\bnot (?:listed\b|(?:(?:available|present|included|found|given"
    r"|offered) )?(?:among|in|one of) (?:the |any of the )?(?:options"
    r"|choices|answers|above|given))"
    r"|以上都不(?:是|对)|都不正确|没有(?:一个)?正确)"
)
ALL_OF = re.compile(
    r"(?=[a以])(?:\ball (?:of )?(?:the |these )?(?:above|options|choices|four|three|five)(?: (?:are"
    r"|options))?\b|以上都(?:是|对|正确)|以上全)"
)
_CANNOT = (
    r"(?:can(?:no|')t|can not|could ?n't|could not|won't|will not|unable to|not able to|decline to|"
    r"not possible to|impossible to|not capable of|difficult to|isn't possible to)"
)
_DO = (
    r"(?:see|seeing|view|viewing|access|analy[sz]e|analy[sz]ing|provide|answer|help|assist"
    r"|determine|"
    r"identify|tell|process|interpret|display|make|decide|know|be sure|be certain|comply|give"
    r"|offer|read|open|load|"
    r"inspect|diagnose|comment|conclude|say|choose|select|pick|separate|distinguish|discern"
    r"|resolve|"
    r"differentiate|assess|infer|judge|establish|confirm)"
)
_UNDONE = (
    r"(?:determined|answered|identified|inferred|decided|established|assessed|told|seen"
    r"|provided|given)"
)
REFUSAL = re.compile(
    r"(?=[acdfhijmnptuwн无看不抱对申で죄])"
    rf"(?:(?<!\w)(?:{_CANNOT}(?: \w+){{0,2}}? (?:{_DO}|be {_UNDONE})\b"
    r"|(?:i|we) (?:do not|don't) (?:\w+ )?(?:have|know|see)\b"
    r"|(?:i am|i'm) (?:not (?:\w+ )?(?:sure|certain)|unsure|uncertain)\W*\Z"
    r"|not have the (?:capability|ability)\b|not (?:\w+ )?enough\b"
    r"|neither\b[^.\n]{0,60}?\b(?:enough|sufficient)\b|no way to (?:tell|know|determine)\b"
    r"|(?:image|figure|picture)s? (?:\w+ ){0,4}?(?:is|are|was|were)(?: not"
    r"|n't) (?:\w+ )?(?:provided|available"
    r"|visible|shown|attached|included)|text-based\b|as an ai\b"
    r"|too (?:blurry|dark|small|noisy|unclear|low)\b[^.\n]{0,30}? to \w"
    r"|as a (?:large )?language model\b|(?:must|have to) decline\b"
    r"|(?:no|not any|without (?:the|an|seeing the)) (?:image|figure|picture|attachment)s?\b"
    r"|please (?:provide|upload|share|attach|send) (?:\w+ ){0,2}?(?:image|figure|picture|file"
    r"|detail"
    r"|information|context)|missing (?:the |some )?(?:necessary|needed|required) "
    r"|not (?:provide|contain|have|include|give|show|offer) (?:\w+ ){0,2}?"
    r"(?:sufficient|information|context|detail)|(?:insufficient|not sufficient) (?:to\b"
    r"|information|evidence|detail|data)"
    r"|no puedo\b|je ne (?:peux|vois)\b|ich kann\b[^.\n]{0,40}\bnicht\b|не могу|не вижу"
    r"|não (?:posso|consigo)\b|non posso\b)"
    r"|n't (?:\w+ )?enough\b|无法[^,.\n]{0,6}?(?:查看|看到|确定|判断|回答|提供|识别|访问)|看不到"
    r"|不能(?:查看|看到|确定|判断|回答)|抱歉|对不起|申し訳|できません|죄송)"
)
ORDINALS = {
    **{"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1},
    **{"1st": 0, "2nd": 1, "3rd": 2, "4th": 3, "5th": 4},
}
ORDINAL = re.compile(
    rf"(?<!\w)(?=[tfsl1-5])(?:the\s)?(?P<ordinal>{'|'.join(ORDINALS)}) (?:option|choice|one|answer"
    rf"|statement"
    rf"|alternative)\b"
)
DENIED = re.compile(r"(?:\bnot|n't|\bnever|\bhardly|\bneither|\bcannot|\bwithout)(?: \w+)?\s*$")
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
OPEN_WORDS = re.compile(
    r"\b(?:need|unclear|not sure|unsure|let me|let's|consider|next|examine|first|what about"
    r"|regarding|"
    r"whether|would (?:have|show|appear|look|give|display|require|predict|produce"
    r"|contain|need|cause|lead|exhibit|not)|if|look at|could|might|may|possible|possibly"
    r"|possibility|either|depends?|options"
    r"|versus|vs)\b|\?"
)
