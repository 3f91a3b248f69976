"""Names of encoders and what they allow, without loading any of them."""

from __future__ import annotations

PHANTOM_TINY = "phantom-tiny"
NO_ENCODER = "none"


class FilterError(ValueError):
    """A filter that cannot be opened or used; the message says what to do."""


def check_encoders(clip: str, nli: str, fit: bool) -> None:
    """Raises FilterError for encoders without weights of a filter, unless one is to be fitted."""
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
