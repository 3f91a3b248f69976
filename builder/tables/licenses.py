"""What licences allow, and how the many ways to write one become a single identifier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

Policy = Literal["redistributable", "commercial", "any"]
POLICIES: tuple[Policy, ...] = get_args(Policy)


@dataclass(frozen=True, slots=True)
class License:
    """A licence and what it allows for a data set of questions made from figures.

    `redistributable` means that an adapted copy may be passed on: questions derived from a figure
    adapt it, so licences without derivatives are not redistributable here.
    """

    id: str
    url: str
    redistributable: bool
    commercial: bool
    attribution_required: bool
    share_alike: bool


UNKNOWN = License("unknown", "", False, False, True, False)

_MIT = "https://opensource.org/licenses/MIT"
_APACHE = "https://www.apache.org/licenses/LICENSE-2.0"
_CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
_MARK = "https://creativecommons.org/publicdomain/mark/1.0/"
_FIXED = {
    "CC0-1.0": License("CC0-1.0", _CC0, True, True, False, False),
    "CC-PDM-1.0": License("CC-PDM-1.0", _MARK, True, True, False, False),
    "public-domain": License("public-domain", "", True, True, False, False),
    "MIT": License("MIT", _MIT, True, True, True, False),
    "Apache-2.0": License("Apache-2.0", _APACHE, True, True, True, False),
}

_RESTRICTION = {
    frozenset[str](): 1,
    frozenset({"sa"}): 2,
    frozenset({"nc"}): 3,
    frozenset({"nc", "sa"}): 4,
    frozenset({"nd"}): 5,
    frozenset({"nc", "nd"}): 6,
}
"""How much the conditions of a Creative Commons licence take away, 1 (CC BY) to 6 (CC BY-NC-ND)."""

_VERSIONS = ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0")
# Names of licences that count only if they are the whole text ("MIT" is also an institute).
_WHOLE = (
    (
        re.compile(r"(?:the )?mit(?: licen[cs]e)?|\S*opensource\.org/licen[cs]es?/mit/?", re.I),
        "MIT",
    ),
    (re.compile(r"apache[- ]?(?:licen[cs]e[, -]*)?(?:version )?2(?:\.0)?", re.I), "Apache-2.0"),
    (re.compile(r"\S*apache\.org/licenses/license-2\.0\S*", re.I), "Apache-2.0"),
)
# Dedications to the public domain. "Public domain dedication waiver" is said of the data of an
# article under CC BY ("... applies to the data"), and names CC0 beside it.
_DEDICATIONS = (
    (
        re.compile(
            r"\bcc[-_ ]?0(?:\b|(?=licen))|\b(?:cc|creative commons)[- ]zero\b|publicdomain/zero/",
            re.I,
        ),
        "CC0-1.0",
    ),
    (re.compile(r"\bcc[- ]pdm\b|publicdomain/mark/", re.I), "CC-PDM-1.0"),
    (
        re.compile(
            r"(?<!not )(?<!not in )(?<!not in the )\bpublic[- ]domain\b"
            r"(?! dedication waiver)",
            re.I,
        ),
        "public-domain",
    ),
)
# Codes in URLs and identifiers: creativecommons.org/licenses/by-nc/4.0/igo, CC-BY-SA-3.0,
# creativeCommonsBy-nc, ccbyncndlicense.
_CC_CODE = re.compile(
    r"(?:creativecommons\.org/licen[cs]es?/|\bcc[-_ ./]?|\bcreative-?commons-?)"
    r"(?P<conditions>by(?:[-_ /.]?(?:nc|nd|sa))*)(?:(?![a-z])|(?=licen[cs]e))"
    r"(?:[-_/ ,:]*(?:licen[cs]e[ ,:]*)?(?:version |v)?(?P<version>[1-4]\.[015])(?!\d))?"
    r"(?:[-_/](?P<port>igo|[a-z]{2})\b|[ ](?P<last>igo|[a-z]{2})\s*$)?",
    re.I,
)
# Prose: "Creative Commons Attribution Non-Commercial License 4.0", "Attribution 4.0 International".
_CC_PROSE = re.compile(
    r"(?:creative\s?commons(?:\W+(?:cc|by|the|public|deed|licen[cs]e|version|[1-4]\.[015]))*\W+|"
    r"\bcc\W+|\b(?=attribution[^.;]{0,60}?[1-4]\.[015]\W+(?:international|unported|generic)))"
    r"attribution"
    r"(?P<conditions>(?:[\W_]+(?:and\W+)?(?:non[\W_]*commercial|no[\W_]*deriv\w*|share[\W_]*alike))*)"
    r"(?:[^.\d]{0,40}?(?P<version>[1-4]\.[015])(?!\d)(?:[\s(]+(?P<country>\w+(?: \w+)?))?)?",
    re.I,
)
_COUNTRIES = {
    "australia": "AU", "austria": "AT", "brazil": "BR", "canada": "CA", "england": "UK",
    "france": "FR", "germany": "DE", "igo": "IGO", "italy": "IT", "japan": "JP",
    "netherlands": "NL", "new zealand": "NZ", "spain": "ES", "switzerland": "CH", "uk": "UK",
    "united kingdom": "UK", "united states": "US", "us": "US", "usa": "US",
}  # fmt: skip
"""Jurisdictions of ported licences, as prose names them."""

_MAX_TEXT = 20_000


def _make_creative_commons(conditions: frozenset[str], version: str, port: str) -> License | None:
    """The licence of these conditions besides 'by'; None where no such licence exists."""
    if conditions not in _RESTRICTION:
        return None
    version = version if version in _VERSIONS else ""
    port = port if version else ""
    code = "-".join(["by", *(c for c in ("nc", "nd", "sa") if c in conditions)])
    identifier = "-".join(p for p in ("CC", code.upper(), version, port.upper()) if p)
    path = "/".join(p for p in (code, version, port.lower()) if p)
    url = f"https://creativecommons.org/licenses/{path}/" if version else ""
    free = "nd" not in conditions
    return License(identifier, url, free, "nc" not in conditions, True, "sa" in conditions)


def _read_code(match: re.Match[str]) -> License | None:
    port = match["port"] or match["last"] or ""
    return _make_creative_commons(_read_conditions(match), match["version"] or "", port)


def _read_conditions(code: re.Match[str]) -> frozenset[str]:
    return frozenset(re.findall("nc|nd|sa", code["conditions"].lower()))


def _read_prose(match: re.Match[str]) -> License | None:
    words = re.sub(r"[\W_]", "", match["conditions"].lower())
    names = {"noncommercial": "nc", "noderiv": "nd", "sharealike": "sa"}
    conditions = frozenset(code for name, code in names.items() if name in words)
    country = (match["country"] or "").lower()
    port = _COUNTRIES.get(country) or _COUNTRIES.get(country.partition(" ")[0], "")
    return _make_creative_commons(conditions, match["version"] or "", port)


def rank_restriction(license: License) -> int:
    """How restrictive a licence is: 0 (public domain) to 6 (CC BY-NC-ND), 7 for an unknown one."""
    if license.id in _FIXED:
        return 1 if license.attribution_required else 0
    match = _CC_CODE.match(license.id)
    if match is None:
        return 7
    return _RESTRICTION[_read_conditions(match)]


def normalise(text_or_url: str) -> License:
    """Licence that a URL, an SPDX identifier or a licence statement names.

    A statement that names several (an article under CC BY whose data are CC0) gives the most
    restrictive one; with the same conditions, the one that gives a version. Creative Commons
    licences without a version keep none ('CC-BY').

    Args:
        text_or_url: Text of any form; only the first 20,000 characters are read.

    Returns:
        The licence; what is not recognised is `UNKNOWN`, which allows nothing. Never raises.
    """
    text = " ".join(text_or_url[:_MAX_TEXT].split())
    # A licence that is the whole text.
    for pattern, identifier in _WHOLE:
        if pattern.fullmatch(text):
            return _FIXED[identifier]
    # Else all Creative Commons licences in it, and the first dedication to the public domain.
    named = [_read_code(match) for match in _CC_CODE.finditer(text)]
    named += [_read_prose(match) for match in _CC_PROSE.finditer(text)]
    dedications = [_FIXED[key] for pattern, key in _DEDICATIONS if pattern.search(text)]
    return choose_most_restrictive([one for one in named if one is not None] + dedications[:1])


def choose_most_restrictive(licenses: list[License]) -> License:
    """The licence whose conditions hold where all of these are stated; UNKNOWN for none."""
    known = [one for one in licenses if one.id != UNKNOWN.id]
    return max(known, key=lambda one: (rank_restriction(one), bool(one.url)), default=UNKNOWN)


def allows(license_id: str, policy: Policy) -> bool:
    """Whether a policy admits figures under a licence.

    Args:
        license_id: Identifier as `License.id` has it.
        policy: 'redistributable' (adapted copies may be passed on), 'commercial' (also for
            money) or 'any' (all, for private use).

    Raises:
        ValueError: For another policy.
    """
    if policy not in POLICIES:
        raise ValueError(f"unknown licence policy {policy!r}: use one of {', '.join(POLICIES)}")
    known = normalise(license_id)
    if policy == "any":
        return True
    return known.redistributable and (known.commercial or policy == "redistributable")
