"""Credit lines in every position, and sentences that only sound like one."""

from __future__ import annotations

import pytest

from builder.sources.credits import find_credit

CREDITS = """
Reprinted from Smith et al. (2010) with permission from Elsevier.
Reproduced from Ref. [12] with permission from the RSC.
Reproduced, with permission, from Smith (2010).
Reproduced from Smith et al.¹²
Reproduction of Figure 2 from Smith et al. with permission.
Republished with permission of the American Society for Microbiology.
Adapted from [12].
Adapted with permission from J. Cell Biol. 2010, 12, 3.
Partly adapted from Lee & Kim, 2015.
Adaptation of a figure by Smith et al. (2001).
Modified after Smith 2009.
Redrawn from Fig. 3 of Dr. Miller's book.
Copied from Smith (1999).
Taken from [12].
Based on a figure in Smith et al. (2010).
Confocal image of cells (adapted from ref. 12).
SEM image of E. coli (from [12]).
From Smith et al. (2010).
Drawing after Smith (1987).
Panel A was modified from Jones et al. (2011), Fig. 2.
(A) Reproduced from ref. 12, (B) own data.
Schematic of the protocol, adapted from Smith et al. (2010).
Images were taken from Smith et al. 2010.
The image was obtained from the Human Protein Atlas.
Image adapted from Servier Medical Art, downloaded from its website.
Image courtesy of Dr. J. Smith.
Courtesy of the Mayo Clinic.
Images kindly provided by Dr. Smith.
Picture provided by Olympus Ltd.
The micrograph is a gift from Dr. Smith.
Used with permission.
With kind permission from Springer Science+Business Media: J Cell, Fig. 2, 2009.
Permission to reproduce this figure was granted by the society.
© 2009 Elsevier.
Copyright (2009) National Academy of Sciences.
(c) 2009 Elsevier.
All rights reserved.
Image credit: NASA.
Credit: NIAID
Photo: J. Smith.
Photograph by John Smith.
Source: Smith et al. 2010
Image source: Wikipedia.
This image was previously published in [12].
Figure licensed from Shutterstock.
The image in panel B has been published before [12].
Micrographs: Smith et al. (2010).
TEM of a virion (CDC/Dr. Fred Murphy).
"""
NO_CREDITS = """
Cells were adapted to growth at 37 °C.
HeLa cells were modified with GFP.
The protocol was adapted from Smith et al. (2010).
Images of HeLa cells acquired with a protocol adapted from Smith et al. (2010).
Image analysis was adapted from Smith et al.
Plants were grown on a medium modified from Murashige and Skoog (1962).
Scoring system adapted from [12].
A modified version of the assay of Smith et al. was used.
Images of dark-adapted retina from mice.
These results were reproduced in three independent experiments.
Same image as in (A), reproduced from Figure 1 for comparison.
Image reconstructed from z-stack as described by Smith et al. (2010).
Cells were kindly provided by Dr. Smith.
HeLa cells (courtesy of ATCC) were stained with DAPI.
Micrographs of samples provided by Dr. Smith.
The antibody was a gift from Dr. Smith.
The sample was used with permission from ATCC.
Photograph of the patient, published with written permission of the parents.
Animals were captured with permission from the Ministry of Agriculture.
Cells were obtained from ATCC.
Data from ref. 12.
Values taken from [12].
Images were taken from the same field.
Images from three independent experiments.
Images from (1) control and (2) treated cells.
Images were acquired from five fields per section.
Confocal images of cells derived from patients in 2010.
Images by Zeiss LSM 710.
Images were taken by confocal microscopy.
As previously published, cells were stained.
Source data are provided as a Source Data file.
Light source: Hg lamp.
Cells were cultured as adapted from Smith et al. (2010).
Mice were used under licence from the Home Office.
Images obtained from a Leica SP8 confocal microscope.
"""
BEFORE = "Confocal microscopy of HeLa cells. Scale bar, 10 μm. "
AFTER = " Arrows, nuclei."


@pytest.mark.parametrize("line", CREDITS.strip().splitlines())
def test_a_credit_is_found_wherever_it_stands(line: str) -> None:
    for text in (line, BEFORE + line, line + AFTER, BEFORE + line + AFTER):
        assert find_credit(text), text
    assert len(find_credit(line + BEFORE * 50)) < 400


@pytest.mark.parametrize("line", NO_CREDITS.strip().splitlines())
def test_what_is_reused_must_be_the_picture(line: str) -> None:
    for text in (line, BEFORE + line, line + AFTER):
        assert find_credit(text) == ""


def test_long_captions_are_read_in_linear_time() -> None:
    # Seconds for what backtracks; this takes a fraction of one.
    for hostile in ("A,, ", "from ", "adapted was ", "image was and ", "(c) ", "modified, ", "© "):
        find_credit("x " + hostile * (50_000 // len(hostile)))
