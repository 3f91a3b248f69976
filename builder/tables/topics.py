"""What a micrograph is of: life, or a material such as steel, metallic glass or an electrode.

Materials are imaged by the same microscopes, but their questions are none of biology.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

from filtering.text.entities import find_entities

Topic = Literal["life", "materials"]
TOPICS: tuple[Topic, ...] = get_args(Topic)

_MATERIAL = re.compile(
    r"\bsteels?\b|\balloys?\b|martensit\w+|austenit\w+|\bferrit(?:e|es|ic)\b|pearlit\w+|bainit\w+"
    r"|cementite|metallic glass\w*|glassy (?:alloy|ribbon)s?|\bas-(?:cast|solidified|quenched"
    r"|rolled"
    r"|sintered|deposited|synthesi[sz]ed|spun|annealed)\b|\bingots?\b|\bweld\w*|eutectic"
    r"|grain (?:boundar\w+|size)|\bmicro-?structur\w+|dislocation (?:density|lines?|loops?)"
    r"|intermetallic"
    r"|\bprecipitat\w+ of [αβγ]-[A-Z]|[αβγ]-(?:Ti|Fe|Al)\b|\bcathodes?\b|\banodes?\b|batter(?:y"
    r"|ies)\b"
    r"|(?:lithium|sodium|Li|Na|zinc|Zn)-(?:ion|air|sulfur|metal)\b|supercapacitor|electrolytes?\b"
    r"|LiFePO|LiCoO|LiMn|\bgraphene|graphite|carbon (?:nanotubes?|fib(?:er|re)s?|black|nanofib\w+)"
    r"|porous carbon|perovskites?|semiconduct\w+|photovoltaic|solar cells?|fuel cells?|thin films?"
    r"|ceramics?\b|concretes?\b|\bcements?\b|mortars?\b|zeolit\w+|metal[-–]organic framework"
    r"|\bMOFs?\b"
    r"|(?:photo|electro)?catalysts?\b|nano-?(?:sheets?|wires?|rods?|composites?|tubes?|crystals?"
    r"|flowers?)\b|fracture[d]? surfaces?|fractograph\w*|corro(?:sion|ded)|tensile"
    r"|X-ray diffraction"
    r"|\bXRD\b|\bEDX?S\b|lattice fringes?|\bwafers?\b|sinter\w+|nitride|carbide|titanium"
    r"|\b(?:Zn|Ti|Fe|Mg|Cu|Ce|Si|Al|Sn|W|Mn|V)\d?O\d?\b|nano-?[A-Z][a-z]?O\b|nanoparticles?",
)
_LIFE = re.compile(
    r"(?<!solar )(?<!fuel )(?<!coin )(?<!unit )(?<!voltaic )(?<!battery )(?<!chemical )(?<!half )"
    r"\bcells?\b|cellular|tissues?\b|\w*bacteri\w*|bactericid\w*|microb\w*|\bfung\w*|yeasts?\b"
    r"|vir(?:us\w*"
    r"|al)\b|proteins?\b|\bgenes?\b|\bmice\b|mouse|\brats?\b|rabbits?\b|human|patients?\b"
    r"|animals?\b"
    r"|plants?\b|\blea(?:f|ves)\b|roots?\b|pollen|seeds?\b|embryo\w*|larva\w*|neuron\w*|tumou?rs?\b"
    r"|\w{3,}omas?\b|\bbones?\b|to(?:oth|eth)\b|enamel|dentin\w*|\bhairs?\b|\bskin\b|blood"
    r"|biofilms?"
    r"|biolog\w*|bio(?:genic|synthes|fabricat|medic|compatib)\w*|cuticle|insects?\b|nucle(?:us|i)\b"
    r"|\bspores?\b|\bin vitro\b|\bin vivo\b|\w{3,}cytes?\b|\w{3,}blasts?\b|muscle|organ(?:s"
    r"|oids?)\b"
    r"|species|parasit\w*|mitochondri\w*|membrane potential|antibod\w+|arthrit\w*|therap\w*"
    r"|drugs?\b",
    re.I,
)
_LIVING = frozenset({"tissue", "cell_type", "cell_line", "organism", "stain", "marker"})


def find_topic(caption: str, article_title: str = "", mentions: Sequence[str] = ()) -> Topic:
    """Topic of a figure, by its caption, else by the article's title and what it says of it.

    Args:
        caption: whole caption; where it speaks of life and of a material, the title decides.
        article_title: title of the article; may be empty.
        mentions: paragraphs that mention the figure.

    Returns:
        'materials' only where nothing in the deciding text speaks of life.
    """
    for text in (caption, article_title, " ".join(mentions)):
        is_material = _MATERIAL.search(text) is not None
        if is_material != _speaks_of_life(text):
            return "materials" if is_material else "life"
    return "life"


def _speaks_of_life(text: str) -> bool:
    if _LIFE.search(text):
        return True
    return any(entity.type in _LIVING for entity in find_entities(text))
