"""Statements about rights whose prose takes back what the licence gives."""

from __future__ import annotations

import pytest

from builder.tables.license_terms import read_terms

BY = "http://creativecommons.org/licenses/by/4.0/"
BY_NC = "http://creativecommons.org/licenses/by-nc/4.0/"


@pytest.mark.parametrize(
    "prose",
    [
        "which does not permit commercial exploitation",
        "permits unrestricted non-commercial use",
        "and is not used for commercial purposes",
        "For commercial re-use, please contact journals.permissions@oup.com",
        "Commercial use is prohibited",
        "commercial use requires a licence",
        "for personal use only",
        "for private study, research and teaching purposes only",
        "may be used only for academic research",
        "not-for-profit use",
        "provided that no modifications or adaptations are made",
        "may not be altered",
        "redistributed without modification",
        "No derivatives",
        "You do not have permission under this licence to share adapted material",
    ],
)
def test_prose_that_forbids_more_outweighs_a_link(prose: str) -> None:
    license, reason = read_terms([BY, f"Open access. {prose}."])
    assert license.id == "unknown"
    assert prose in reason


@pytest.mark.parametrize(
    "prose",
    [
        "permits use for any purpose, even commercially",
        "both commercial and non-commercial use",
        "for non-commercial or commercial purposes",
        "without restriction, including commercial use",
        "no restrictions on commercial use",
        "You must indicate if changes were made",
        "with or without modification",
        "may be freely reproduced, modified, built upon, or otherwise used by anyone",
        "No use, distribution or reproduction is permitted which does not comply with these terms",
        "Copyright 2013, Macmillan. All rights reserved",
    ],
)
def test_prose_that_forbids_nothing_leaves_the_licence(prose: str) -> None:
    assert read_terms([BY, prose]) == read_terms([BY])


def test_what_a_licence_forbids_itself_is_no_doubt() -> None:
    assert read_terms([BY_NC, "no commercial use"])[0].id == "CC-BY-NC-4.0"
    assert read_terms([BY, BY_NC])[0].id == "CC-BY-NC-4.0"


def test_without_a_licence_the_reason_says_what_was_there() -> None:
    assert read_terms([])[1] == "no licence is stated"
    assert "© 2009 Elsevier" in read_terms(["© 2009 Elsevier. All rights reserved."])[1]
    assert "Open access" in read_terms(["Open access", "open"])[1]
