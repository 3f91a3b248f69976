"""Which filter scores a row: decided here and nowhere else, without loading any model.

| row     | encoders named   | a filter is fitted             | none is fitted        |
|---------|------------------|--------------------------------|-----------------------|
| phantom | the bundled pair | bundled filter                 | bundled filter        |
| phantom | others, or none  | fitted, with these encoders    | mean of text signals  |
| other   | the bundled pair | fitted, on text signals alone  | mean of text signals  |
| other   | others, or none  | fitted, with these encoders    | mean of text signals  |

The bundled filter and its encoders (`phantom-tiny`) know phantoms and nothing else: on other
figures they say nothing, so that a filter which is fitted there goes without encoders. The bundled
filter belongs to the bundled encoders; others always need a filter that was fitted with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PHANTOM_TINY = "phantom-tiny"
NO_ENCODER = "none"


class FilterError(ValueError):
    """A filter that cannot be opened or used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ScorerChoice:
    """What scores a row, and the names of the encoders that look at it ('none' for text alone)."""

    kind: Literal["bundled", "fitted", "mean"]
    clip: str = NO_ENCODER
    nli: str = NO_ENCODER

    @property
    def sees_images(self) -> bool:
        """Whether an encoder looks at the row's image."""
        return self.clip != NO_ENCODER


def choose_scorer(*, phantom: bool, clip: str, nli: str, fit: bool) -> ScorerChoice:
    """What scores a row, by the table above.

    Args:
        phantom: whether the row's figure was drawn by the phantom.
        clip: name of the image-text encoder in the settings.
        nli: name of the entailment model in the settings.
        fit: whether a filter is fitted on the rows that the bundled one does not know.
    """
    bundled_pair = (clip, nli) == (PHANTOM_TINY, PHANTOM_TINY)
    if bundled_pair and phantom:
        return ScorerChoice("bundled", clip, nli)
    if not fit:
        return ScorerChoice("mean")
    return ScorerChoice("fitted") if bundled_pair else ScorerChoice("fitted", clip, nli)


def check_encoders(clip: str, nli: str, fit: bool) -> None:
    """Refuse encoders that no filter is there for.

    Raises:
        FilterError: for one encoder without the other, and for encoders other than the bundled
            ones where no filter is to be fitted.
    """
    if (clip == NO_ENCODER) != (nli == NO_ENCODER):
        raise FilterError(
            f"name an image-text model and an entailment model, or {NO_ENCODER} for both: "
            f"not {clip} with {nli}"
        )
    if {clip, nli} - {PHANTOM_TINY, NO_ENCODER} and not fit:
        raise FilterError(
            f"the bundled filter belongs to the encoders {PHANTOM_TINY}, not to {clip} and {nli}: "
            "fit one on the table at hand with --fit"
        )
