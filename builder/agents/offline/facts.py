"""What a fact is: a value that a caption states of some panels, and how it is spelled."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from builder.agents.offline.techniques import IMAGE, NOT_IMAGE
from filtering.text.captions import Caption
from filtering.text.panels import list_letters

_QUANTITIES = frozenset({"length", "size", "concentration", "duration", "percent"})
# Words that keep their capital in names of stains and agents.
_PROPER_NAMES = re.compile(
    r"Alcian|Alexa|Alizarin|Atto|Bielschowsky|Cascade|Congo|Coomassie|Evans|Fast|Feulgen|Giemsa|"
    r"Golgi|Gomori|Gram|Grocott|Hoechst|Kossa|Lugol|Luxol|Mallory|Masson|Matrigel|Movat|Nile|"
    r"Nissl|Oil|Oregon|Pacific|Papanicolaou|Perls|Picrosirius|Ponceau|Prussian|Romanowsky|Sirius|"
    r"Sudan|Texas|Van|Vector|Verhoeff|Wright|Ziehl"
)
_FIRST_WORD = re.compile(r"(?P<first>[A-Z][a-z]+)(?:-[a-z]+)*(?![\w'’/-])")
_COMPOUND = re.compile(
    r"[A-Z][a-z]+(?:ine|in|ol|ide|ate|one|ole|ene|en|an|el|mab|nib|stat)(?: [A-Z]\d?| [a-z]+)?"
)
_PROTEIN_NAME = re.compile(
    r"(?:(?:Cyclin|Cathepsin|Cytochrome|Chromogranin|Lamin|Histone|Collagen|Acetylated)\b.*|"
    r"[A-Z][a-z]{3,}(?:in|ins|ase|gen)(?:-\d+)?)"
)
_ANYTHING = re.compile(r".+")
# Value type -> values whose first word may be a common noun.
_COMMON: dict[str, re.Pattern[str]] = {
    "stain": _ANYTHING,
    "vehicle": _ANYTHING,
    "control": _ANYTHING,
    "contrast agent": _ANYTHING,
    "coating": _ANYTHING,
    "substrate": _ANYTHING,
    "tissue": _ANYTHING,
    "treatment": _COMPOUND,
    "marker": _PROTEIN_NAME,
}
# Where a capital says nothing, because a sentence or an entry of a list starts there.
_NEW_SENTENCE = re.compile(r"(?:^|[.:;)]\s)$")


@dataclass(frozen=True, slots=True)
class Scope:
    """Panels that a statement is about, and what a question calls them.

    No members means the whole figure; `views` that members are no panels but kinds of view, such
    as insets.
    """

    members: frozenset[str] = frozenset()
    name: str = ""
    views: bool = False

    def meets(self, other: Scope) -> bool:
        """Whether two scopes share a panel; the whole figure shares all."""
        return not (self.members and other.members) or bool(self.members & other.members)


WHOLE = Scope()


def name_panels(written: str) -> Scope:
    """The panels of a list as a question names them: 'B-D' is 'panels B–D'."""
    letters = list_letters(written)
    members = frozenset(letter.upper() for letter in letters)
    if len(members) == 1:
        return Scope(members, f"panel {letters[0]}")
    tidy = re.sub(r"\s?[-–—]\s?", "–", re.sub(r"\s+", " ", written.strip()))
    tidy = re.sub(r"\s?,\s?(?:and\s)?(?=[A-Za-z]$)", " and ", tidy)
    return Scope(members, f"panels {tidy}")


def find_scope(caption: Caption, position: int) -> Scope:
    """Panels that the text at a position is certainly about, else the whole figure."""
    section = caption.section(position)
    if section is None or position >= section.certain:
        return WHOLE
    # In '(E, F) Expression in macrophages (E) and HUVECs (F)' the last words are about F alone;
    # what stands before the first label behind its words may be about all.
    closer = caption.trailing(position)
    if closer and closer.start > section.start and closer.letters < set(section.label.letters):
        return name_panels(closer.written)
    return name_panels(section.label.written)


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that a caption states for an attribute.

    'Cells stained for tubulin (green)' states the value 'tubulin' for the attribute
    'marker_in_colour', with the slot colour='green'.

    Attributes:
        attribute: what is stated, a row of `templates.toml`.
        value_type: kind of the value, 'marker'; values of one type are spelled alike.
        value: the answer of a question.
        start: where the evidence begins in the caption.
        end: where it ends.
        scope: panels that it is stated of.
        slots: what the question must name besides the panels.
    """

    attribute: str
    value_type: str
    value: str
    start: int
    end: int
    scope: Scope = WHOLE
    slots: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Attribute with what tells its questions apart: 'marker_in_colour:green'."""
        return ":".join((self.attribute, *(self.slots[name] for name in sorted(self.slots))))


def tidy_quantity(text: str) -> str:
    """A quantity in one spelling: '50μm' becomes '50 µm'."""
    text = text.replace("μ", "µ").replace("\u00a0", " ").replace("\u2009", " ")
    text = re.sub(r"(?<=\d)\s*(?=[A-Za-zµ%×])", " ", text)
    text = re.sub(r"(?<=\d)[ -]+(?=[A-Za-zµ])", " ", text)
    text = re.sub(r"\b(?:um|microns?)$", "µm", text)
    text = re.sub(r"\b(?:hours?|hrs?)$", "h", text)
    return re.sub(r"\s?%", "%", text)


def spell_value(caption: str, fact: Fact) -> Fact:
    """The fact with its value in the spelling that all choices share.

    '50μm' becomes '50 µm', 'Toluidine blue' at the start of a sentence 'toluidine blue', but
    'Sirius red' and 'Ki-67' keep their capital. Proteins lose theirs only where the caption gives
    them one at the start of a sentence.
    """
    if fact.value_type in _QUANTITIES:
        return replace(fact, value=tidy_quantity(fact.value))
    common = _COMMON.get(fact.value_type)
    if common is None or not common.fullmatch(fact.value):
        return fact
    place = caption.find(fact.value, fact.start)
    if fact.value_type == "marker" and not _NEW_SENTENCE.search(caption[max(0, place - 2) : place]):
        return fact
    word = _FIRST_WORD.match(fact.value)
    if word is None or _PROPER_NAMES.fullmatch(word["first"]):
        return fact
    return replace(fact, value=fact.value[:1].lower() + fact.value[1:])


def shows_image(caption: Caption, position: int) -> bool:
    """Whether the panel at a position shows an image and not a plot, blot or scheme."""
    section = caption.section(position)
    spans = [caption.sentence(position)]
    if section and position < section.certain:
        # 'A, E and F are data from Western blotting' is said of F, too.
        panels = set(section.label.letters)
        about = [other for other in caption.sections if panels.issubset(other.label.letters)]
        spans = [(other.start, other.certain) for other in about]
    for start, end in spans:
        plot = NOT_IMAGE.search(caption.text, start, end)
        image = IMAGE.search(caption.text, start, end)
        if plot and not (image and image.start() < plot.start()):
            return False
    return True
