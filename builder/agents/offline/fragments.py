"""Parts that patterns are made of, and what a pattern is."""

from __future__ import annotations

import re

COLOUR = r"(?:green|red|blue|magenta|cyan|yellow|white|gr[ae]y|violet|purple|orange)"
LENGTH = r"\d+(?:\.\d+)?\s?(?:µm|μm|um|nm|mm|cm|microns?)(?![\w²³])"
DURATION = r"\d+(?:\.\d+)?\s?-?(?:hours?|hrs?|h|min(?:utes?)?|days?|d|weeks?|seconds?|s)(?![\w])"
DOSE = (
    r"\d+(?:[.,]\d+)?\s?(?:[nµμup]M|mM|M|[nµμu]?g/m[lL]|mg/m[lL]|mg/kg|[µμu]g/kg|U/m[lL]|%"
    r"|[nµμu]g m[lL][-−–]1)(?!\w)"
)
NAME = r"[A-Za-z0-9α-ωΑ-Ω][\w\-–−/'’:+.α-ω]*?(?:\s?\([\w\s,]{1,12}\)[\w\-]*)?"
PLAIN = r"(?:[^.;,()]|\.(?=\S)|,(?=\d))"
WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
PERCENT = r"\d+(?:\.\d+)?\s?%"
NOUN = (
    r"(?P<noun>(?:(?!of|in|per|is|was|and|to|the)[a-z-]+ )?"
    r"(?:[a-z]+s|cocci|bacilli|mitochondria|nuclei|mice|larvae))"
)
THINGS = r"(?:[\wα-ω/-]+ )?(?:(?!of|are|in)[\wα-ω/-]+)(?: (?!are|in|make)[a-z]+){1,2}"
SIZE = (
    r"(?P<measure>[Mm]ean (?:[a-z]+ )?(?:diameter|length|width|thickness))(?P<of> of the [a-z ]+?)?"
)
MARK = (
    r"(?:(?:[Ww]hite|[Bb]lack|[Rr]ed|[Yy]ellow|[Oo]pen|[Bb]lue|[Gg]reen|[Ss]olid|[Ff]illed) )?"
    r"(?:[Aa]rrow ?heads?|[Aa]rrows?|[Aa]sterisks?|[Tt]riangles?|[Dd]ashed lines?|[Dd]otted lines?)"
)
POINTS = (
    r"(?:indicat(?:es?|ing)|point(?:s|ing)?(?: out| to| at| towards?)?|marks?|marking|shows?"
    r"|denot(?:es?|ing)|"
    r"highlights?|highlighting|outlin(?:es?|ing)|depicts?)"
)
VEHICLE = (
    r"(?:DMSO|PBS|saline|ethanol|methanol|culture medium|water|corn oil|methylcellulose|vehicle|"
    r"dimethyl sulfoxide|sunflower oil|DMF)"
)
WORD = r"(?:[^\s,;()]*[^\s,;().:])?+"
# Words that complete the name of a compound: 'retinoic acid', 'lithium chloride'.
COMPLETED = (
    r"(?:acid|chloride|sul(?:f|ph)ate|phosphate|acetate|citrate|nitrate|iodide|peroxide|oxide|"
    r"hydrochloride|factor|sulfoxide)"
)
ACTIVE = (
    rf"(?!(?i:{VEHICLE}|macrophages?|neurons?|embryos?|larvae|worms|patients|plants?|groups?"
    rf"|tumou?rs?|"
    rf"\w{{3,}}cytes?|\w{{3,}}blasts?|drugs?|compounds?|agents?|inhibitors?|medium|buffer|control"
    rf"|mock|a|an|the|no|or|and|serum|cells?|"
    rf"animals?|mice|rats|tissues?|samples?|sections?|cultures?|increasing|different|various|"
    rf"starvation|culture|incubation|growth|infection|recovery|development|differentiation|"
    rf"exposure|treatment|imaging|both|either|each|indicated|antibod\w+|anti-\w+|with|by|to|in|of"
    rf"|on|"
    rf"at|for|from|as|after|under|using|via|per|into)\b)"
    rf"(?!\d[\d.,]*(?:[\s%]|$)|[A-Z](?:[\s.,;)]|$))"
    rf"[A-Za-zα-ω0-9]{WORD}(?: (?:[A-Z0-9]{WORD}|{COMPLETED}\b)){{0,2}}"
)
GIVEN = (
    r"\b(?:treated|treatment|stimulated|incubated|exposed|exposure|given|received|administered|"
    r"[Tt]reatment:)"
)
CELLS = r"(?:cells?|neurons?|fibroblasts?|macrophages?|samples?|mice|animals?|cultures?|embryos)"


class Rule:
    """A pattern of text, and what its `value` says of a figure.

    Args:
        attribute: what the value says, a row of `templates.toml`.
        value_type: kind of the value: 'marker', 'duration' ...
        pattern: regular expression with a group `value`; one that begins with '^' is tried where
            the words about a panel begin.
        in_plots: whether it also holds in panels that show plots; others need an image.
        max_words: how many words the value has at most.
        needs: a part of the pattern without which a caption has no match, and which is found
            sooner: a pattern that may begin with any word is tried at every word. At most
            `LEAD` spaces stand between the beginning of a match and that part.
    """

    LEAD = 6

    def __init__(
        self,
        attribute: str,
        value_type: str,
        pattern: str,
        *,
        in_plots: bool = False,
        max_words: int = 6,
        needs: str = "",
    ) -> None:
        self.attribute = attribute
        self.value_type = value_type
        self.pattern = re.compile(pattern)
        self.in_plots = in_plots
        self.max_words = max_words
        self.needs = re.compile(needs)

    def find_start(self, text: str) -> int:
        """Where the first match can begin; -1 where there is none."""
        if not self.needs.pattern:
            return 0
        part = self.needs.search(text)
        if part is None:
            return -1
        start = part.start()
        for _ in range(self.LEAD):
            start = max(0, text.rfind(" ", 0, start))
        return start
