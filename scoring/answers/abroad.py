"""The phrases that announce, affirm and deny an answer in languages other than English: data.

All run on lower-case text, as those of `cues` and `doubts` do.
"""

from __future__ import annotations

import re

# A label right after a phrase without a verb: '答案B'.
_LABEL = r"(?=[(\[]?[a-z](?![a-z]))"

EUROPEAN = re.compile(
    r"(?:\b(?:ist|est|es) (?:(?:daher|also|donc|la|a) )?(?:antwort|option|opción|l'option|opzione"
    r"|opção|alternativa|réponse|respuesta) (?=[(]?[a-z0-9])|\b(?:also|daher|somit|folglich"
    r"|donc)(?: la| die)? (?:antwort|option|réponse) (?=[(]?[a-z0-9]\b)|\bsondern\b"
    r"|\b(?:richtige|korrekte) antwort (?=[(]?[a-h]\b)|\bsino(?: la)?\b|\bmais plutôt\b"
    r"|\bantwort(?:en)?\b[^.\n]{0,30}?(?:ist|lautet|wäre|:)|\blösung\s?(?:ist|lautet|:)"
    r"|\bich (?:wähle|würde|tippe|entscheide)[^.\n]{0,20}?(?=\s[a-z]\b)"
    r"|\bréponse\b[^.\n]{0,30}?(?:\best(?: donc)?(?: la| l'option)?|:)|\bje (?:choisis|dirais"
    r"|choisirais)(?: la| l'option)?|\brespuesta\b[^.\n]{0,30}?(?:\bes(?: la)?|\bsería(?: la)?|:)"
    r"|\b(?:opción|alternativa) correcta (?:es(?: la)?|:)|\bopção correta (?:é(?: a)?|:)"
    r"|\b(?:elijo|elegiría|escojo)(?: la)?|\bresposta\b[^.\n]{0,30}?(?:\bé(?: a)?|\bseria(?: a)?|:)"
    r"|\balternativa correta (?:é(?: a)?|:)"
    r"|\brisposta\b[^.\n]{0,30}?(?:è(?: la)?|sarebbe(?: la)?|:)"
    r"|\bscelgo(?: la)?|\bantwoord\b[^.\n]{0,20}?(?:\bis\b|:)"
    r"|\bodpowied(?:ź|zią)\b[^.\n]{0,20}?(?:\bto\b|jest|brzmi|:)"
    r"|\b(?:cevap|yanıt)\b[^.\n]{0,10}?:|\bsvaret?\b[^.\n]{0,12}?(?:är|er|:)"
    r"|\bjawaban(?:nya)?\b[^.\n]{0,12}?(?:adalah|:)"
    r"|\b(?:antwort|respuesta|resposta|réponse|risposta)(?: (?:correcta|correta|corretta|finale?))?"
    r" (?=[(\[]?[b-h][)\].]?\s*(?:\n|\Z)))"
)
EUROPEAN_FIRST = (
    *("ist ", "est ", "es ", "also ", "daher ", "somit ", "folglich ", "donc ", "sondern", "sino"),
    *(
        "richtige antwort",
        "korrekte antwort",
        "mais plut",
        "antwort",
        "antworten",
        "lösung",
        "ich ",
        "réponse",
    ),
    *("je ", "respuesta", "opción corr", "alternativa corr", "opção corr", "elijo", "elegiría"),
    *(
        "escojo",
        "resposta",
        "risposta",
        "scelgo",
        "antwoord",
        "odpowied",
        "odpowiedzi",
        "cevap",
        "yanıt",
    ),
    *("svar", "svaret", "jawaban", "jawabannya"),
)
OTHER = re.compile(
    r"\b[éè] (?:(?:daher|also|donc|la|a) )?(?:antwort|option|opción|l'option|opzione|opção"
    r"|alternativa|réponse|respuesta) (?=[(]?[a-z0-9])"
    r"|\bответ(?:ом)?\b[^.\n]{0,20}?(?:[:-]|это|является|будет)|\b(?:выбираю|выбрать)(?: вариант)?"
    r"|\b(?:правильный|верный) вариант\s?(?:[:-]|это)"
    r"|الإجابة[^.\n]{0,15}?(?:هي|:)|उत्तर[^.\n]{0,6}?(?:है|:)|\bđáp án\b[^.\n]{0,12}?(?:\blà\b|:)"
    r"|відповідь\s?(?:[:-]|це)|\b(?:ответ|الإجابة|الجواب)(?: (?:final"
    r"|الصحيحة))? (?=[(\[]?[b-h][)\].]?\s*"
    r"(?:\n|\Z))|(?:الجواب|الاختيار الصحيح|الخيار الصحيح)[^.\n]{0,15}?(?:هو|:)"
)
OTHER_NEEDS = (
    *("é ", "è ", "ответ", "вариант", "выбира", "выбрать", "відповідь", "الإجابة", "الجواب"),
    *("الصحيح", "đáp án", "उत्तर"),
)
ASIAN = re.compile(
    r"而是|答案[\])]?\s?(?:应该|应当|应|可能|就|大概|很可能|最可能|选项)?\s?(?:是|为|選"
    r"|选择?|:)\s?[:是为]?(?:选项)?"
    rf"|(?:答案|正解|答え|解答|정답)[\])]?\s?{_LABEL}|(?<!不)正确的(?:选项)?(?:应该|应)?(?:是"
    rf"|为)(?:选项)?"
    r"|(?<![不否])(?<!不应)(?<!不能)(?<!不该)(?:选择(?!题|支|肢)|选(?!项|出|取))(?:应该"
    r"|应)?[:是为]?(?:选项)?"
    r"|(?<!不)(?:正确|最佳|最终|所以|因此|故|即|就是)选项(?:应该|应)?[:是为]?|选项(?:应该"
    r"|应)?[:是为](?=\s?[(]?[a-z\d])"
    r"|应(?:该|当)?(?:是|为)(?=[(]?[a-z0-9])|(?:答え|正解|回答|解答)\s?(?:は|:)|正しい(?:選択肢|もの"
    r"|の)は"
    r"|(?:정답|답변|(?<!대)답)\s?(?:은|는|:)"
)
ASIAN_NEEDS = ("而是", "应", "答", "正解", "正しい", "选", "正确的", "답")

# What is said of a label that stands before it.
AFFIRMED = re.compile(
    r"(?<![a-z0-9])(?:(?P<label>[a-z]|\d{1,2})\s?(?:选项|項|项)?\s?(?:就?是|最|が|は|が最も|가|이|은"
    r"|는)?\s?"
    r"(?:正确|正しい|正解|最も?適切|정답(?!이 아)|맞(?!지 않)|옳|对的|合适|符合"
    r"|です|입니다|이다|번이 정답)"
    r"|(?P<western>[a-z])[)\]]? (?:ist|est|es|é|è|está|является|-|jest) (?:(?:die|la|a|le|o|el) )?"
    r"(?:richtig|korrekt|correct|bonne|juste|exact|corrett|corret|giust|cert|верн|правильн"
    r"|poprawn))|вариант (?P<russian>[a-z]) (?:верен|верн|прав)"
)
AFFIRMED_NEEDS = (
    *("正", "適切", "정답", "맞", "옳", "对的", "合适", "符合", "です", "입니다", "이다"),
    *("richtig", "korrekt", "correct", "bonne", "juste", "exact", "corret", "corrett", "giust"),
    *("cert", "верн", "верен", "правильн", "poprawn"),
)
DENIES = (
    r"\bfalsch|\bnicht\b|\bkein|\bfauss|\bfaux\b|\best pas\b|\bfals[ao]\b|\bno es\b|\bnão é\b"
    r"|\bnon è\b|\berrad[ao]\b|\bincorret|\berrat[ao]\b|\bsbagliat|неверн|неправил|\bне\b|ошибоч"
    r"|غير|خطأ|خاطئ|不|错|誤|틀|아니|오답|違|間違"
)
DENIED_LABEL = re.compile(
    r"[)\]]?\s?(?:选?项|選択肢|も|、)?\s?(?:也|都|均|则|显然|是|は|が|も|은|는|가|이|도|\s)*"
    r"(?:不(?![仅但同])|错|有误|排除|誤|間違|違|正しく|틀|오답|(?:정답이 )?아[니닙닌]|맞지 않"
    r"|正解では|答えでは)"
    r"|[)\]]? (?:ist|est|es|é|è|está|является|jest|sono|sont|sind|son|são)?\s?(?:also |donc "
    r"|auch |aussi )?"
    r"(?:falsch|nicht|fauss|faux|incorrect|inexact|falsa\b|errad|incorret|errat|sbagliat|неверн"
    r"|неправ|не "
    r"|ошиб|غير|خطأ|خاطئ|n'est pas|no es|não é|non è)"
)
