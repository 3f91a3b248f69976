"""Questions written by hand: caption, question, right answer, wrong answer of the same caption."""

from __future__ import annotations

FISH = (
    "Prostatic tumor tissue sections from QQ cases VP62 (A–C) and VP88 (D–F) were analyzed by "
    "FISH using DNA probes (green) derived from XMRV VP35. Nuclei were counterstained with DAPI. "
    "The same sections were then visualized by H&E staining (left panels). Scale bars are 10 μm. "
    "Sections were 4 μm thick."
)
BLOT = (
    "(A) Immunoblotting. HEK293 cells were transfected with pHis-hTTP plasmids. The membrane was "
    "incubated in anti-MBP-hTTP serum (1:10,000 dilution, 2 h) followed by secondary antibodies "
    "(1:5,000 dilution, 1 h). The blot was exposed to X-ray film for 5 sec. (B) Immunostaining. "
    "HeLa cells were stained with anti-hTTP antibodies (1:500 dilution, overnight) and labeled "
    "with goat anti-rabbit Alexa Fluor 488. Immunofluorescence was recorded by confocal "
    "microscopy."
)
BRAIN = (
    "A. Survival of 2-day old mice. B and C. Brain sections from SBV-infected mice at 72 h "
    "post-infection stained with hematoxylin. D and E brain sections at 120 h post-infection, "
    "showing areas of vacuolation. F–K immunohistochemistry with an SBV N antiserum. Bars = 2 mm "
    "in B, F, H, J; 200 µm in C; 500 µm in D; 100 µm in E, G, I, K."
)
CONES = (
    "Variation in shell coloration. (A) Conasprella mahogani (CASIZ 184267), SL 21.4 mm; (B) "
    "Conus capitaneus (CASIZ 178062), SL 35.2 mm; (C) Conus miles (CASIZ 178070), SL 40.6 mm. All "
    "scale bars are 1 cm."
)
COLOURS = (
    "Cortical organoids at day 60. Neurons were labelled with MAP2 (magenta), astrocytes with "
    "GFAP (green) and nuclei with DAPI (blue). Synapsin and PSD-95 are shown in yellow and cyan, "
    "respectively. Scale bars: 100 µm (overview) and 10 µm (inset)."
)
DRUG = (
    "Effect of paclitaxel on breast tumour xenografts in mice. Animals received either saline or "
    "20 mg/kg paclitaxel twice weekly for 3 weeks. Ki-67-positive nuclei fell from 64% in "
    "controls to 21% in treated tumours, whereas the number of CD31-positive vessels rose from 8 "
    "to 15 per field. Tumours were fixed for 24 h and cut at 5 µm. Scale bar, 50 µm."
)
PLANT = (
    "Root tips of Arabidopsis (left) and rice (right) stained with propidium iodide. Arabidopsis "
    "roots measured 120 µm across, those of rice 480 µm. Seedlings were grown for 5 days at 22 °C "
    "(Arabidopsis) and for 7 days at 28 °C (rice). The plasma membrane marker LTI6b is in green."
)
EM = (
    "Electron micrographs of hepatocytes. Mitochondria (m) had a mean diameter of 0.8 µm and "
    "peroxisomes (p) of 0.4 µm. Sections of 70 nm were contrasted with uranyl acetate. Catalase "
    "labelling was found in peroxisomes, cytochrome c in mitochondria. Bar = 1 µm."
)
KIDNEY = (
    "Kidney sections from wild-type (a, c) and knockout (b, d) mice. a, b, H&E; c, d, PAS. "
    "Glomeruli were enlarged in knockout mice, tubules were reduced in number. n = 6 wild-type "
    "and 9 knockout animals. Scale bars, 20 µm (a, b) and 50 µm (c, d)."
)
YEAST = (
    "Cells grown in glucose show Hxt1-GFP at the plasma membrane; after 2 h in glycerol the "
    "protein moved to the vacuole. Vph1-mCherry marks the vacuole. 85% of cells in glucose and "
    "12% in glycerol had signal at the membrane."
)

PAIRS = [
    (FISH, "How thick were the tissue sections cut?", "4 μm", "10 μm"),
    (FISH, "What do the scale bars measure?", "10 μm", "4 μm"),
    (FISH, "Which dye shows the cell nuclei?", "DAPI", "H&E"),
    (BLOT, "Which cells were used for the immunostaining?", "HeLa", "HEK293"),
    (BLOT, "Which cells were transfected with pHis-hTTP plasmids?", "HEK293", "HeLa"),
    (BLOT, "At which dilution was the serum used on the membrane?", "1:10,000", "1:500"),
    (BLOT, "What dilution of secondary antibodies was used?", "1:5,000", "1:10,000"),
    (BLOT, "For how long were secondary antibodies applied?", "1 h", "2 h"),
    (BLOT, "How long was the film exposed?", "5 sec", "2 h"),
    (BLOT, "Which cell line is shown in panel B?", "HeLa", "HEK293"),
    (BRAIN, "How long after infection were the brains in panels B and C taken?", "72 h", "120 h"),
    (BRAIN, "At what time point was vacuolation seen?", "120 h", "72 h"),
    (BRAIN, "How long is the bar in panel C?", "200 µm", "500 µm"),
    (BRAIN, "What is the length of the bar in panel E?", "100 µm", "2 mm"),
    (CONES, "How long is the shell in panel C?", "40.6 mm", "35.2 mm"),
    (CONES, "How long is the shell of Conus capitaneus?", "35.2 mm", "21.4 mm"),
    (CONES, "What does the scale bar stand for?", "1 cm", "40.6 mm"),
    (COLOURS, "In which colour do astrocytes appear?", "green", "magenta"),
    (COLOURS, "Which colour was chosen for PSD-95?", "cyan", "yellow"),
    (COLOURS, "What is labelled in yellow?", "Synapsin", "PSD-95"),
    (COLOURS, "Which protein labels the neurons?", "MAP2", "GFAP"),
    (COLOURS, "How long is the scale bar of the inset?", "10 µm", "100 µm"),
    (COLOURS, "What stained the nuclei?", "DAPI", "GFAP"),
    (DRUG, "What percentage of nuclei was Ki-67-positive after treatment?", "21%", "64%"),
    (DRUG, "What percentage of nuclei was Ki-67-positive in control tumours?", "64%", "21%"),
    (DRUG, "What did control animals receive?", "saline", "paclitaxel"),
    (DRUG, "With what were tumours treated?", "paclitaxel", "saline"),
    (DRUG, "How did the number of CD31-positive vessels change?", "It rose", "It fell"),
    (DRUG, "How thick were the tumour sections?", "5 µm", "50 µm"),
    (DRUG, "For how long was the tissue fixed?", "24 h", "3 weeks"),
    (DRUG, "How long did animals receive paclitaxel?", "3 weeks", "24 h"),
    (DRUG, "How many vessels per field were there in treated tumours?", "15", "8"),
    (PLANT, "How wide is the root of rice?", "480 µm", "120 µm"),
    (PLANT, "At what temperature did Arabidopsis grow?", "22 °C", "28 °C"),
    (PLANT, "How old were the rice seedlings?", "7 days", "5 days"),
    (EM, "How large are peroxisomes on average?", "0.4 µm", "0.8 µm"),
    (EM, "Where does catalase labelling lie?", "peroxisomes", "mitochondria"),
    (EM, "Which organelle carries cytochrome c?", "mitochondria", "peroxisomes"),
    (EM, "How thick are the sections?", "70 nm", "0.4 µm"),
    (EM, "What length has the bar?", "1 µm", "70 nm"),
    (KIDNEY, "Which stain is shown in panels c and d?", "PAS", "H&E"),
    (KIDNEY, "How long is the scale bar in panel a?", "20 µm", "50 µm"),
    (KIDNEY, "How many knockout animals were examined?", "9", "6"),
    (KIDNEY, "How do glomeruli of knockout mice compare with wild type?", "enlarged", "reduced"),
    (YEAST, "Where is Hxt1-GFP in cells grown in glucose?", "plasma membrane", "vacuole"),
    (YEAST, "Where is Hxt1-GFP after 2 h in glycerol?", "vacuole", "plasma membrane"),
    (YEAST, "What share of cells in glycerol had membrane signal?", "12%", "85%"),
    (YEAST, "Which fluorescent protein marks the vacuole?", "mCherry", "GFP"),
]  # fmt: skip
