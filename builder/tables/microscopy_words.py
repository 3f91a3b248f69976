"""Words by which captions tell of microscopy, of plots, and of pictures that are no micrographs."""

from __future__ import annotations

import re

from builder.tables.records import Modality

FLUORESCENCE: Modality = "fluorescence microscopy"
HISTOLOGY: Modality = "histology"
PHASE: Modality = "phase contrast microscopy"
ELECTRON: Modality = "electron microscopy"
LIGHT: Modality = "light microscopy"
UNKNOWN: Modality = "unknown"


TECHNIQUES: tuple[tuple[Modality, str], ...] = (
    (
        ELECTRON,
        r"(?:scanning|transmission|cryo|immuno)?[- ]?(?:immuno)?electron[- ]"
        r"(?:microscop\w+|micrographs?|microphotographs?|photomicrographs?|tomogra\w+)"
        r"|(?:scanning|transmission) electron|immuno-?gold|freeze-?fracture|ultra-?structur\w+"
        r"|(?-i:\b(?:[Cc]ryo-?|FE-?|HR-?|E)?(?:S?TEM|SEM|EM) (?:images?|(?:photo)?micrographs?"
        r"|photographs?|pictures?|views?|observations?)\b)"
        r"|(?-i:\b(?:S?TEM|SEM) (?:analys[ie]s|characteri[sz]ation) (?:of|show\w*|reveal\w*)\b)"
        r"|(?-i:\b(?:[Ii]mages?|[Mm]icrographs?|[Vv]iews?) (?:by|from|with|of) S?TEM\b)"
        r"|(?-i:\b(?:HR-?TEM|FE-?SEM|HAADF|[Cc]ryo-?TEM)\b)"
        r"|(?-i:\b(?:TEM|SEM) \((?:left|right|top|bottom|upper|lower)\))|(?-i:\bTEM of\b)"
        r"|(?:imaged|observed|seen|visuali[sz]ed|examined|obtained) (?:by|with|under|using) "
        r"(?:an? |the )?(?-i:S?TEM|SEM)\b"
        r"|uranyl acetate|negative(?:ly)?[- ]stain\w*",
    ),
    # 'SEM of the cuticle', but not 'mean and SEM of three experiments'.
    (
        ELECTRON,
        r"(?-i:(?:^|(?<=[.;)] )|(?<=\b[A-Za-z]: )|(?<=[Tt]his ))(?:S?TEM|SEM) "
        r"(?:\([^()]{1,20}\) )?(?:and (?:\w+ )?(?:S?TEM|SEM) )?of )(?!(?:the )?(?:means?|data"
        r"|values|(?:du|tri|quadru|re)plicates?)\b|\d|(?:two|three|four"
        r"|five|six|seven|eight|nine|ten|at least|n)\b|\w+ (?:independent|biological|technical"
        r"|experiments|replicates|samples|measurements|values)\b)",
    ),
    (
        HISTOLOGY,
        r"ha?ematoxylin(?:[- /]+(?:and|&)?[- ]*eosin)?|immuno-?histochemi\w+|immuno-?histolog\w+"
        r"|histo(?:patho)?logic(?:al)? (?:sections?|images?|analys[ie]s|examinations?|stain\w+"
        r"|appearance|features?|findings?|changes|micrographs?|preparations?|slides?|lesions?"
        r"|aspects?|views?|pictures?|specimens?|characteristics|evaluation|alterations?)"
        r"|\bhisto(?:patho)?logy (?:of|sections?|images?|slides?|show\w*|reveal\w*)"
        r"|(?:masson\S*|gomori) ?(?:'s )?trichrome|trichrome[- ]stain\w*|oil[- ]red[- ]?o"
        r"|(?:picro-?)?sirius[- ]red|alcian[- ]blue|nissl|cresyl violet|toluidine blue"
        r"|safranin[- ]o?|von kossa|prussian blue|peri?odic acid[- ]schiff|(?-i:\bPAS[- ]stain\w*)"
        r"|giemsa|wright(?:'s)? stain\w*|papanicolaou|luxol|golgi[- ](?:cox|stain\w*)|van gieson"
        # Stains of microbes and fibres.
        r"|ziehl|acid-?fast[- ](?:stain\w*|bacilli|organisms?|bacteria)|kinyoun|carbol-?fuch?sin"
        r"|(?:methenamine|grocott\S*|gomori\S*|gms|warthin[- ]starry|steiner|bielschowsky\S*|bodian"
        r"|reticulin|mucicarmine|congo red|perls\S*|verhoeff\S*|orcein|feulgen|fontana[- ]masson"
        r"|mallory\S*|movat\S*|may-gr[uü]n\w+|leishman|diff-?quik|romanowsky|india[- ]ink"
        r"|silver|capsule|flagella|endospore|spore|fungal)(?:'s|’s)?[- ]"
        r"(?:silver |trichrome |pentachrome )?(?:stain(?:s|ed|ing)?|impregnat\w+)\b"
        r"|(?:gomori|grocott)\S* (?:methenamine|silver)|methenamine[- ]silver|immuno-?positiv\w+"
        r"|(?:paraffin|frozen|cryostat|tissue|histological|brain|tumou?r|skin|liver|kidney|lung)"
        r"[- ](?:embedded )?(?:thin )?sections? (?:were |was )?(?:immuno)?stain\w+"
        r"|stained (?:\w+ ){0,2}(?:cryo)?sections?|tunel[- ](?:stain|label|positive)\w*",
    ),
    # Apart from the others, for its letters stand in every text, and those need not be searched.
    (
        HISTOLOGY,
        r"(?-i:\bH\.? ?(?:&|and|/) ?E\b)|(?-i:\bH[-x]?E[- ]stain\w*)|(?-i:\bH[-x]?E"
        r"(?:,? (?:original )?(?:magnification,? )?[×x] ?\d|,? \d+ ?[×x]\b))",
    ),
    (
        FLUORESCENCE,
        r"(?:laser[- ]scanning |spinning[- ]dis[ck] )?confocal(?: laser| scanning| fluorescence)*"
        r"(?: microscop\w+| micrographs?| images?| imaging| sections?)?"
        r"|(?:epi-?|auto-?)?fluorescen(?:ce|t)[- ](?:microscop\w+|micrographs?|images?|imaging"
        r"|photomicrographs?|photographs?|in situ hybridi[sz]ation)|immuno-?fluorescen\w+"
        r"|(?-i:\bTIRFM?\b|\bSTED\b|\bd?STORM\b|\bPALM\b|\bFRAP\b)|super-?resolution microscop\w+"
        r"|structured illumination|(?:two|multi|2)-?photon|light[- ]sheet|spinning[- ]dis[ck]"
        r"|(?-i:\bDAPI\b)|diamidino-?2?-?phenyl|hoechst|phalloidin|(?:lyso|mito|er-)tracker"
        r"|live[- ](?:cell )?imag(?:es|ing)|[zZ]-?(?:stacks?|projections?)"
        r"|maxim(?:um|al)[- ](?:intensity )?projections?|(?-i:\bFISH\b)(?! (?:oil|meal))"
        r"|immuno-?cyto(?:chemi\w+)|calcium imaging|auramine|calcofluor",
    ),
    (PHASE, r"phase[- ]contrast(?: microscop\w+| images?| micrographs?)?"),
    (
        LIGHT,
        r"differential interference(?: contrast)?|(?-i:\bDIC\b)|nomarski|bright-?\s?field"
        r"|dark-?\s?field|(?:light|optical|polari[sz]\w+|stereo|video|digital)[- ]?"
        r"(?:light )?(?:microscop(?:y|es?)|micrographs?)|gram[- ]stain\w*"
        r"|(?:blood|bone marrow|sputum|cytologic(?:al)?) (?:smears?|films?|preparations?)"
        r"|wet[- ]mounts?|(?:cocci|bacilli|rods) (?:arranged )?in (?:clusters|chains|pairs)",
    ),
    (
        UNKNOWN,
        r"(?:photo|stereo)?-?micrographs?|photo-?microscop\w+|micro-?photographs?"
        r"|microscop(?:y|e|es)\b|microscopic(?:al)? (?:images?|views?|examinations?|observations?"
        r"|analys[ie]s|sections?|photographs?|pictures?|appearance|fields?|findings?|features?)"
        r"|immuno-?(?:stain\w+|label\w+|reactiv\w+|peroxidase)|time-?lapse (?:images?|imag\w+"
        r"|micro\w+|sequences?|movies?|series|photograph\w*|frames?)|atomic force|counter-?stain\w+"
        r"|(?-i:\bAFM (?:images?|micrographs?|topograph\w+))"
        r"|whole[- ]mount (?:stain|immuno|in situ)\w*",
    ),
    (
        UNKNOWN,
        r"(?<!error )(?<!error-)\b(?:scale[- ])?bars?\b(?: \([^)]*\))?[^.;]{0,40}?[\d.]\s?"
        r"(?-i:[µμ]m|um|nm|microns?|micrometers?|micrometres?)\b"
        r"|\d\s?(?-i:[µμ]m|nm) (?:scale )?bars?|(?:original )?magnifications?[,:]?"
        r"(?: is| of| at)? ?[x×]? ?\d+|[x×] ?\d{2,6} magnification|\d{2,4} ?[x×] magnification"
        r"|\bscales? (?:of |= ?)?\d+(?:\.\d+)? ?(?-i:[µμ]m|nm)\b"
        r"|(?:low|high)(?:er)?[- ](?:power|magnification) (?:\w+ ){0,2}(?:images?|views?|fields?)",
    ),
)
"""Ways of imaging and staining by name, with the modality that they tell of."""

# Words that tell of a number rather than a picture ...
MEASURED = re.compile(
    r"quantif\w+|\bcount(?:s|ed|ing)\b|\bnumbers? of\b|percent\w*|\bproportions?\b|\bratios?\b"
    r"|\bmeans?\b|\baverage\w*|measur\w+|\bdetermined\b|\bassessed\b|\bestimated\b|calculated"
    r"|histograms?|\bplots?\b|plotted|\bgraphs?\b|\bscores?\b|distribution of|intensit(?:y|ies)",
    re.I,
)
# ... unless the clause also says that something is shown.
SHOWN = re.compile(
    r"images?\b|micrographs?|photo\w+|pictures?|representative|\bshow(?:s|n|ing)?\b|visuali[sz]ed"
    r"|\bviews?\b|snapshots?|arrow(?:head)?s?\b|\bbars?\b|examples? of|merged?\b|\bsections?\b",
    re.I,
)
PICTURE = re.compile(
    r"\bimages?\b|\bphoto(?:graph\w*)?s?\b|pictures?\b|snapshots?\b|frames\b", re.I
)
DYE = re.compile(
    r"fluoresc\w+|\w{0,12}(?:GFP|RFP|YFP|CFP|mCherry|tdTomato|DsRed|Venus|Alexa)\b|::gfp|::cfp|::yfp"
    r"|(?<!de)\bstain\w+|\blabel(?:l?ed|l?ing) (?:with|for|by)",
    re.I,
)
SPECIMEN = re.compile(
    r"\bcells?\b|nucle(?:us|i|ar)\b|tissues?\b|sections?\b|neurons?\b|axon|dendrit|embryos?\b"
    r"|larva|animals?\b|worms?\b|epitheli|bacteria|hyphae|mitochondri|vesicle|puncta|oocyte|root",
    re.I,
)
# Gels and blots are stained and photographed too.
GEL = re.compile(r"\bgels?\b|\bblot|SDS-?PAGE|coomassie|membrane was", re.I)
# What figures show that are no micrographs; quoted in the reason.
OTHER = re.compile(
    r"western[- ]blot\w*|immuno-?blot\w*|flow cytomet\w+|\bFACS\b|kaplan[- ]meier"
    r"|survival (?:curve|plot)s?|bar (?:graph|chart|plot)s?|histograms?|scatter ?-?plots?"
    r"|box ?-?plots?|\bq?RT-?q?PCR\b|SDS-?PAGE|heat ?-?maps?|phylogen\w+|\bROC\b|schematic\w*"
    r"|diagrams?|flow ?charts?|\bMRI\b|computed tomography|ultrasound|radiograph\w*|\bmaps?\b",
    re.I,
)
# Sentences, and parts of them that start with a panel letter in parentheses.
CLAUSE = re.compile(r"(?<=[.;])\s+(?=[A-Z(\[])|\s+(?=\([A-Za-z](?:[-–, ]+[A-Za-z])*\)\s)")
