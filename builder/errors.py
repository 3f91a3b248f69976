"""Errors that end a build with one line."""

from __future__ import annotations


class BuildError(Exception):
    """A build that cannot go on; the message says why and what to do."""


class StoppedError(BuildError):
    """A build that cannot go on now, and continues where it was when run again."""
