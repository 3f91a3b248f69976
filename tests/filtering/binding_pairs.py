"""Questions written by hand: caption, question, right answer, wrong answer of the same caption.

`UNSEEN` were written when the filter was finished, and nothing was changed for them.
"""

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

LUNG = (
    "Figure 3. Alveolar macrophages take up silica. Mice inhaled silica particles (right column) "
    "or filtered air (left column) for 6 h and were killed after 2 days or 8 weeks. Macrophages "
    "were identified by F4/80 (red), particles appear white, nuclei are counterstained with "
    "Hoechst (blue). On day 2, 34% of macrophages contained particles; by week 8 this share had "
    "fallen to 9%. Bars: 20 µm, insets 5 µm."
)
ZEBRA = (
    "Zebrafish heart regeneration. a) Uninjured ventricle at 3 months of age. b) Ventricle 7 days "
    "after cryoinjury, stained with acid fuchsin-orange G. c) Ventricle 60 days after cryoinjury. "
    "Myosin heavy chain is labelled green, collagen I red. Cardiomyocyte proliferation (PCNA) was "
    "4% in uninjured and 18% in injured hearts. n = 8 fish per group. Scale bars, 100 µm in a-c."
)
BACTERIA = (
    "Colonies of Pseudomonas aeruginosa and Staphylococcus aureus on agar. P. aeruginosa was "
    "grown at 37 °C for 24 h, S. aureus at 30 °C for 48 h. Exopolysaccharides were stained with "
    "Congo red, proteins with Coomassie blue. Colony diameters averaged 6.2 mm (P. aeruginosa) "
    "versus 2.8 mm (S. aureus). The wild type forms wrinkled colonies; those of the pel mutant "
    "are smooth."
)
MUSCLE = (
    "Muscle biopsies of a patient (P1) and a healthy control (C1). Sections of 8 µm were stained "
    "with H&E (A, B) or Gomori trichrome (C, D). A and C are from the control, B and D from the "
    "patient. Fibre diameter was 52 ± 6 µm in the control and 31 ± 9 µm in the patient. "
    "Dystrophin was reduced and utrophin increased in the patient. Magnification, 200× (A, B) and "
    "400× (C, D)."
)
SCREEN = (
    "U2OS cells were transfected with siRNA against KIF11 (10 nM) or a non-targeting siRNA (20 "
    "nM) for 72 hours, then fixed with methanol and stained for α-tubulin (Alexa Fluor 488) and "
    "pericentrin (Alexa Fluor 647). Monopolar spindles were seen in 71% of KIF11-depleted cells "
    "but in only 3% of controls. Images are maximum projections of 15 sections at 0.3 µm spacing "
    "(63× objective)."
)
TEM = (
    "TEM of Arabidopsis leaves in the light (left) and after 3 days of darkness (right). "
    "Chloroplasts in the light contain starch grains of 1.4 µm; in darkness, plastoglobules of 90 "
    "nm prevail. Samples were fixed in glutaraldehyde, stained with osmium tetroxide and embedded "
    "in Spurr resin. The number of grana per chloroplast decreased from 46 to 19. Scale bars: 2 "
    "µm (left), 500 nm (right)."
)

UNSEEN = [
    (LUNG, "How long did the mice breathe silica?", "6 h", "2 days"),
    (LUNG, "What share of macrophages held particles eight weeks later?", "9%", "34%"),
    (LUNG, "What share of macrophages held particles on the second day?", "34%", "9%"),
    (LUNG, "How long is the bar in the insets?", "5 µm", "20 µm"),
    (LUNG, "In what colour are macrophages shown?", "red", "blue"),
    (LUNG, "What is shown in blue?", "Nuclei", "Macrophages"),
    (LUNG, "Which marker was used for macrophages?", "F4/80", "Hoechst"),
    (ZEBRA, "How long after injury was the heart in panel c taken?", "60 days", "7 days"),
    (ZEBRA, "How long after injury was the heart in panel b taken?", "7 days", "60 days"),
    (ZEBRA, "How old was the fish of panel a?", "3 months", "7 days"),
    (ZEBRA, "What percentage of cardiomyocytes divides in injured hearts?", "18%", "4%"),
    (ZEBRA, "Which protein appears in red?", "collagen I", "myosin heavy chain"),
    (ZEBRA, "Which colour has collagen?", "red", "green"),
    (BACTERIA, "At what temperature was S. aureus grown?", "30 °C", "37 °C"),
    (BACTERIA, "How long was P. aeruginosa grown?", "24 h", "48 h"),
    (BACTERIA, "What stained the proteins?", "Coomassie blue", "Congo red"),
    (BACTERIA, "How large are colonies of S. aureus?", "2.8 mm", "6.2 mm"),
    (BACTERIA, "Which species forms colonies of 6.2 mm?", "P. aeruginosa", "S. aureus"),
    (MUSCLE, "Which stain is shown in panel D?", "Gomori trichrome", "H&E"),
    (MUSCLE, "What is the mean fibre diameter of the patient?", "31 µm", "52 µm"),
    (MUSCLE, "What is the mean fibre diameter of the healthy control?", "52 µm", "31 µm"),
    (MUSCLE, "At which magnification was panel B taken?", "200×", "400×"),
    (MUSCLE, "How was dystrophin changed in the patient?", "reduced", "increased"),
    (MUSCLE, "How was utrophin changed in the patient?", "increased", "reduced"),
    (MUSCLE, "How thick were the sections?", "8 µm", "31 µm"),
    (SCREEN, "At what concentration was siRNA against KIF11 used?", "10 nM", "20 nM"),
    (SCREEN, "What concentration of non-targeting siRNA was used?", "20 nM", "10 nM"),
    (SCREEN, "Which fluorophore marks pericentrin?", "Alexa Fluor 647", "Alexa Fluor 488"),
    (SCREEN, "What carries Alexa Fluor 488?", "α-tubulin", "pericentrin"),
    (SCREEN, "What percentage of control cells had monopolar spindles?", "3%", "71%"),
    (SCREEN, "What percentage of KIF11-depleted cells had one pole?", "71%", "3%"),
    (TEM, "How long is the scale bar of the left image?", "2 µm", "500 nm"),
    (TEM, "How large are plastoglobules?", "90 nm", "1.4 µm"),
    (TEM, "How large are the starch grains?", "1.4 µm", "2 µm"),
    (TEM, "How many grana per chloroplast are there after darkness?", "19", "46"),
    (TEM, "What contrasted the samples?", "osmium tetroxide", "glutaraldehyde"),
]  # fmt: skip
