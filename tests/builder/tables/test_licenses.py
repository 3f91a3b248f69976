"""Licences as they are written in the wild."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.tables.licenses import POLICIES, UNKNOWN, allows, normalise

BMC = (
    "This article is distributed under the terms of the Creative Commons Attribution 4.0 "
    "International License (http://creativecommons.org/licenses/by/4.0/). The Creative Commons "
    "Public Domain Dedication waiver (http://creativecommons.org/publicdomain/zero/1.0/) applies "
    "to the data made available in this article."
)
CASES = {
    "CC BY": "CC-BY",
    "cc-by": "CC-BY",
    "CC BY 4.0": "CC-BY-4.0",
    "CC-BY-3.0": "CC-BY-3.0",
    "http://creativecommons.org/licenses/by/2.0": "CC-BY-2.0",
    "https://creativecommons.org/licenses/by/4.0/legalcode": "CC-BY-4.0",
    "creativecommons.org/licenses/by/2.0/uk/": "CC-BY-2.0-UK",
    "https://creativecommons.org/licenses/by/3.0/igo/": "CC-BY-3.0-IGO",
    "Creative Commons Attribution License": "CC-BY",
    "Creative Commons Attribution License (CC BY)": "CC-BY",
    "under a Creative Commons License (Attribution 4.0 International), CC BY 4.0": "CC-BY-4.0",
    "a Creative Commons Attribution 4.0 International License, which permits": "CC-BY-4.0",
    "CC BY-NC": "CC-BY-NC",
    "https://creativecommons.org/licenses/by-nc/4.0/": "CC-BY-NC-4.0",
    "Creative Commons Attribution Non-Commercial License": "CC-BY-NC",
    "Creative Commons Attribution-Noncommercial-Share Alike 3.0 Unported": "CC-BY-NC-SA-3.0",
    "CC BY-NC-SA 4.0": "CC-BY-NC-SA-4.0",
    "CC BY-ND": "CC-BY-ND",
    "CC BY NC ND": "CC-BY-NC-ND",
    "the Creative Commons Attribution-NonCommercial-NoDerivs License": "CC-BY-NC-ND",
    "the Creative Commons Attribution-NonCommercial-NoDerivatives 4.0": "CC-BY-NC-ND-4.0",
    "CC BY-SA 4.0": "CC-BY-SA-4.0",
    "CC0": "CC0-1.0",
    "CC0 1.0 Universal": "CC0-1.0",
    "http://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "https://creativecommons.org/publicdomain/mark/1.0/": "CC-PDM-1.0",
    "This work is in the public domain.": "public-domain",
    "MIT": "MIT",
    "MIT License": "MIT",
    "Apache-2.0": "Apache-2.0",
    BMC: "CC-BY-4.0",
    "http://creativecommons.org/licenses/by-nc/2.0/uk).": "CC-BY-NC-2.0-UK",
    "http://creativecommons.org/licenses/by/3.0/us/deed.en": "CC-BY-3.0-US",
    "https://creativecommons.org/licenses/by/4.0/deed.de": "CC-BY-4.0",
    "Creative Commons Attribution 2.0 UK: England & Wales License": "CC-BY-2.0-UK",
    "Creative Commons Attribution-NonCommercial 3.0 Germany License": "CC-BY-NC-3.0-DE",
    "the Creative Commons Deed, Attribution 2.5": "CC-BY-2.5",
    "Attribution-NonCommercial 4.0 International": "CC-BY-NC-4.0",
    "CC-BY-NCND 4.0": "CC-BY-NC-ND-4.0",
    "ccbyncndlicense": "CC-BY-NC-ND",
    "creativeCommonsBy-nc": "CC-BY-NC",
    "cc0license": "CC0-1.0",
    "under Creative Commons by the authors": "unknown",
    "CC BY 4.0 is fine": "CC-BY-4.0",
    "": "unknown",
    "NO-CC CODE": "unknown",
    "open-access": "unknown",
    "All rights reserved, MIT Press": "unknown",
    "not in the public domain": "unknown",
    "supplied by-nc agency": "unknown",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_every_spelling_gives_one_identifier(text: str, expected: str) -> None:
    assert normalise(text).id == expected


@pytest.mark.parametrize("identifier", sorted({*CASES.values()}))
def test_identifiers_and_urls_are_fixed_points(identifier: str) -> None:
    license = normalise(identifier)
    assert license.id == identifier
    assert not license.url or normalise(license.url) == license


@pytest.mark.parametrize(
    ("identifier", "redistributable", "commercial"),
    [
        ("CC0-1.0", True, True),
        ("CC-BY-4.0", True, True),
        ("CC-BY-SA-4.0", True, True),
        ("CC-BY-NC-4.0", True, False),
        ("CC-BY-NC-SA-3.0", True, False),
        ("CC-BY-ND-4.0", False, False),
        ("CC-BY-NC-ND-4.0", False, False),
        ("unknown", False, False),
    ],
)
def test_policies(identifier: str, redistributable: bool, commercial: bool) -> None:
    allowed = [allows(identifier, policy) for policy in POLICIES]
    assert allowed == [redistributable, commercial, True]


def test_an_unknown_policy_is_an_error() -> None:
    with pytest.raises(ValueError, match="use one of redistributable"):
        allows("CC0-1.0", "all")  # type: ignore[arg-type]  # wrong on purpose


_WORDS = [*CASES, "cc", "by", "nc", "nd", "sa", "-", " ", "4.0", "9.9", "/", "uk", "Attribution"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(_WORDS)).map("".join)))
def test_normalising_never_raises_and_is_stable(text: str) -> None:
    license = normalise(text)
    assert normalise(license.id) == license
    assert license != UNKNOWN or not allows(license.id, "redistributable")
