"""What a build left out most, and what to do about it."""

from __future__ import annotations

import re

from builder.release.ledger import Summary

_UNITS = {"figure": "figures", "candidate": "candidates", "kept": "questions"}
_NO_LICENCE = (
    "Their sources state no licence. Where you know it, or hold the rights, name it: "
    '--source-license "CC BY 4.0"; for articles --license any asks questions that are not released'
)
_READS_MORE = "A model reads more in captions than rules do: --agent openai:MODEL"
# How a reason begins, and what to do.
_ADVICE: tuple[tuple[str, str], ...] = (
    (r"licence not \w+: unknown", _NO_LICENCE),
    (
        r"licence not commercial",
        "--license redistributable takes what may be passed on, though not sold",
    ),
    (r"licence not", "--license any asks about them too, and releases nothing of it"),
    (r"its licence does not allow", "The ledger keeps their scores; nothing of them is released"),
    (
        r"not microscopy",
        "Where they are micrographs, say so: a column is_microscopy, or --microscopy any",
    ),
    (r"not of life", "--topic any asks about materials too"),
    (r"figure occurs twice", "Nothing to do: each figure is asked about once"),
    (r"no unambiguous question|caption states nothing|all that the caption", _READS_MORE),
    (r"dropped: ranked below", "--keep-ratio 1 keeps what only the ranking drops"),
    (r"dropped: contradicts", "Nothing to do: they are wrong by their own captions"),
    (r"no caption", "Name the column that holds it: PATH?caption=COLUMN"),
    (r"image file missing", "Fetch the images that the captions belong to"),
)


def describe_left_out(summary: Summary) -> str:
    """One line on the largest group that came to no question; '' where nothing was left out.

    'Left out most: 87 of 87 figures: licence not redistributable: unknown. Their sources ...'
    """
    groups = [
        (count, _UNITS[stage], reason)
        for stage in _UNITS
        for reason, count in summary.of(f"reason/{stage}")
    ]
    groups += [(count, "items", reason) for reason, count in summary.of("quarantine")]
    if not groups:
        return ""
    count, unit, reason = max(groups, key=lambda group: (group[0], group[2]))
    advice = next((text for start, text in _ADVICE if re.search(start, reason)), "")
    reason = reason.replace(" …", "")
    of_all = f" of {len(summary.figures):,}" if unit == "figures" else ""
    return f"Left out most: {count:,}{of_all} {unit}: {reason}. {advice}".rstrip(". ") + "."
