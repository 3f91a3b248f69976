from __future__ import annotations

import re

import pytest

from builder.tables.sieve import find_required_words
from filtering.text.vocabulary import fold_case


def words(pattern: str, flags: int = 0) -> list[list[str]]:
    return [sorted(each) for each in find_required_words(re.compile(pattern, flags))]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"[Tt]reated with (?:DMSO|ethanol)", [["treated with "], ["dmso", "ethanol"]]),
        (r"(?:stain(?:s|ed)?|label)", [["label", "stain"]]),
        (r"(?:bars?|\d+)", []),
        (r"(?:bar)?(?:not)* seen", [[" seen"]]),
        (r"(?:arrow )+marks?(?= the)(?! no)", [["arrow "], ["mark"], [" the"]]),
        (r"\w+[ab]", []),
    ],
)
def test_what_a_pattern_requires(pattern: str, expected: list[list[str]]) -> None:
    assert words(pattern) == expected


@pytest.mark.parametrize("letter", [chr(code) for code in range(0x250) if chr(code).isalpha()])
def test_letters_that_patterns_without_case_take_for_ascii_are_fold_case(letter: str) -> None:
    ascii_letters = [x for x in "abcdefghijklmnopqrstuvwxyz" if re.fullmatch(x, letter, re.I)]
    assert [x for x in ascii_letters if fold_case(letter) != x] == []


def test_the_kelvin_sign_is_a_k() -> None:
    assert re.search("kelvin", "\u212aelvin", re.I)
    assert fold_case("\u212aelvin") == "kelvin"
