"""The phrases that deny, doubt, condition, take back or decline an answer: data, no logic.

All run on lower-case text. Where a match counts is decided by the modules that use them.
"""

from __future__ import annotations

import re

from scoring.answers import abroad

NEGATIVE = re.compile(
    r"\bnot\b(?! only)|n't\b|incorrect|wrong|\bless\b|unlikely|\bleast\b|\bcannot\b|\bneither\b"
    rf"|\bif\b|partially|\bfalse\b|\bhalf\b|\bpartly\b|\bwhether\b|\bnever\b|{abroad.DENIES}"
)
# What takes the weight from a statement, or turns it around.
SUPPOSED = re.compile(
    r"\b(?:(?:might|may|could|would|can|tend to|initially|first|originally) (?:\w+ ){0,2}?(?:think"
    r"|thought|say|guess|assume|believe|believed|guessed|chose|selected|seem|seems|argue|choose"
    r"|pick|select)|tempt\w+|at first|initially|common (?:mistake|misconception)|(?:student|someone"
    r"|one|people|colleague|many|others?|reader)s? (?:\w+ )?(?:think|say|said|says|claim|claims"
    r"|believe)|whether|suppose|supposing|assuming|unless|not sure(?!,)|unsure(?!,)|unclear"
    r"|can't (?:say|tell|decide)|cannot (?:say|tell|decide)|don't know|no reason|not say"
    r"|don't think|do not think|(?<!no )(?<!without )(?<!without a )doubt|rule out|example|format"
    r"|e\.g|such as)\b(?![^.!?\n]*\b(?:but|however|though|yet)\b)[^.!?\n]*$"
)
BETWEEN = re.compile(r"\bbetween\b[^,;.!?\n]*$")
HYPOTHETICAL = re.compile(
    r"\b(?:if|(?<!i )(?<!we )(?<!you )had)\b(?! (?:i|you|we (?:had|have|must)|forced|pressed|pushed"
    r"|asked|had)\b)[^.!?;\n]*$"
)
TURN = re.compile(
    r"\b(?:wait|edit|misread|revised|actually|however|but|no|not|correction|therefore|so|thus|hence"
    r"|final(?:ly)?|conclu\w+|re-?(?:check|examin|consider|read|look|think|visit|evaluat)\w*|closer"
    r"|second thoughts?|hmm|instead|chang\w+|overall|mistake|sorry|oops|rather|revis\w+|scratch"
    r"|mean|on reflection)\b|但|不过|等等|不对|所以|因此|更正"
)
BACK_TRACK = re.compile(r"\b(?:wait|hmm|hold on|actually|on second thought|let me re\w+)\b")
RETRACTED = re.compile(
    r"\b(?:actually,? no\b|no,? wait\b|scratch that\b|(?:that's|that is|this is) (?:not right|wrong"
    r"|incorrect)\b|i (?:was|am) (?:wrong|mistaken)\b|i (?:made|have made) (?:a mistake"
    r"|an error)\b)"
)
TAKES_BACK = re.compile(r"\W*(?:actually|wait|no|hmm|sorry|on second thoughts?|on reflection)\b")
JOINS = re.compile(r"\b(?:or|if|while|whereas|could|might|and the)\b")
SELF_CORRECTION = re.compile(
    r"\b(?:wait|edit|misread|actually|correction|scratch|i mean|i meant|on second thoughts?"
    r"|on reflection|oops|sorry|hmm|chang\w+|revis\w+|re-?(?:check|examin|consider)\w*|closer)\b"
    r"|不对|等等|更正"
)
ANALYSIS = re.compile(
    r"\b(?:let's|let us|let me|each|analy[sz]e|consider|examine|evaluate|following)\b"
)
# None or all of the options, and refusals.
NONE_OF = re.compile(
    r"(?=[n以都没])(?:\bnone of (?:the\b|these\b|those\b|them\b|your\b)? ?(?:above|options|choices"
    r"|answers|provided|given|listed|offered|four|five|three|alternatives|answer)?|\bno (?:option"
    r"|choice)s? (?:is|are|here|fits?|match(?:es)?|listed|given|provided|of)\b|\bneither of the\b"
    r"|\bnot (?:listed\b|(?:(?:available|present|included|found|given|offered) )?(?:among|in"
    r"|one of) (?:the |any of the )?(?:options|choices|answers|above|given))|以上都不(?:是|对)"
    r"|(?<![a-z\d])都不正确|没有(?:一个)?正确)"
)
BLANKET_SIGNS = ("都", "没有", "以上")  # what those that are no English need
ALL_OF = re.compile(
    r"(?=[a以])(?:\ball (?:of )?(?:the |these )?(?:above|options|choices|four|three|five)(?: (?:are"
    r"|options))?\b|以上都(?:是|对|正确)|以上全)"
)
_CANNOT = (
    r"(?:can(?:no|')t|can not|could ?n't|could not|won't|will not|unable to|not able to|decline to"
    r"|not possible to|impossible to|not capable of|difficult to|isn't possible to)"
)
_DO = (
    r"(?:see|seeing|view|viewing|access|analy[sz]e|analy[sz]ing|provide|answer|help|assist"
    r"|determine|identify|tell|process|interpret|display|make|decide|know|be sure|be certain|comply"
    r"|give|offer|read|open|load|inspect|diagnose|comment|conclude|say|choose|select|pick|separate"
    r"|distinguish|discern|resolve|differentiate|assess|infer|judge|establish|confirm)"
)
_UNDONE = (
    r"(?:determined|answered|identified|inferred|decided|established|assessed|told|seen|provided"
    r"|given)"
)
REFUSAL = re.compile(
    r"(?=[acdfhijmnptuwн无看不抱对申で죄])"
    rf"(?:(?<!\w)(?:{_CANNOT}(?: \w+){{0,2}}? (?:{_DO}|be {_UNDONE})\b"
    r"|(?:i|we) (?:do not|don't) (?:\w+ )?(?:have|know|see)\b|(?:i am|i'm) (?:not (?:\w+ )?(?:sure"
    r"|certain)|unsure|uncertain)\W*\Z|not have the (?:capability|ability)\b|not (?:\w+ )?enough\b"
    r"|neither\b[^.\n]{0,60}?\b(?:enough|sufficient)\b|no way to (?:tell|know|determine)\b|(?:image"
    r"|figure|picture)s? (?:\w+ ){0,4}?(?:is|are|was|were)(?: not|n't) (?:\w+ )?(?:provided"
    r"|available|visible|shown|attached|included)|text-based\b|as an ai\b|too (?:blurry|dark|small"
    r"|noisy|unclear|low)\b[^.\n]{0,30}? to \w|as a (?:large )?language model\b|(?:must"
    r"|have to) decline\b|(?:no|not any|without (?:the|an|seeing the)) (?:image|figure|picture"
    r"|attachment)s?\b|(?:did not|didn't|failed to) load\b|need (?:more|additional"
    r"|further) (?:information|context|detail)s? to\b"
    r"|please (?:provide|upload|share|attach|send) (?:\w+ ){0,2}?(?:image|figure"
    r"|picture|file|detail|information|context)|missing (?:the |some )?(?:necessary|needed"
    r"|required) |not (?:provide|contain|have|include|give|show|offer) (?:\w+ ){0,2}?(?:sufficient"
    r"|information|context|detail)|(?:insufficient|not sufficient) (?:to\b|information|evidence"
    r"|detail|data)|no puedo\b|je ne (?:peux|vois)\b|ich kann\b[^.\n]{0,40}\bnicht\b|не могу"
    r"|не вижу|não (?:posso|consigo)\b|non posso\b)|n't (?:\w+ )?enough\b|无法[^,.\n]{0,6}?(?:查看"
    r"|看到|确定|判断|回答|提供|识别|访问)|看不到|不能(?:查看|看到|确定|判断|回答)|抱歉|对不起"
    r"|申し訳|できません|죄송)"
)
DENIED = re.compile(r"(?:\bnot|n't|\bnever|\bhardly|\bneither|\bcannot|\bwithout)(?: \w+)?\s*$")
OPEN_WORDS = re.compile(
    r"\b(?:need|unclear|not sure|unsure|let me|let's|consider|next|examine|first|what about"
    r"|regarding|whether|would (?:have|show|appear|look|give|display|require|predict|produce"
    r"|contain|need|cause|lead|exhibit|not)|if|look at|could|might|may|possible|possibly"
    r"|possibility|either|depends?|options|versus|vs)\b|\?"
)
LABEL_DENIED = re.compile(
    r"[)\].'\s]*(?:(?:is|are|was|were|can|could|seems?|looks?|appears?|does|do|would|also|both|all"
    r"|be|clearly|definitely|therefore|likely)\s+)*+(?:not\b|n't|cannot|can't|isn't|aren't|doesn't"
    r"|incorrect|wrong|unlikely|implausible|inconsistent|eliminated|excluded|ruled out|false"
    r"|contradict|unsupported|out\b|don't|less)"
)
HEDGE = re.compile(r"\b(?:could|might|may)\b")
AT_FIRST = re.compile(r"\W*(?:at first|initially|originally)\b")
CONDITION = re.compile(r"\s*(?:if|when) [^,.?!\n]*,(?=[^.?!\n]*[.!]?\Z)")
DESPITE = re.compile(r"\b(?:but|however|nevertheless|that said|still|although|though)\b")
