"""Errors that end a command with one line."""

from __future__ import annotations


class BuildError(Exception):
    """Something that cannot go on; the message says why and what to do."""


class StoppedError(BuildError):
    """A build that cannot go on now, and continues where it was when run again."""


class NoReleaseError(BuildError):
    """A folder that holds no release, or none that can be read."""


class SourceError(Exception):
    """A source that cannot be opened at all; the message says what is wrong and what to do."""
