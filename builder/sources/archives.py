"""Members of tar archives that may be read, and why others may not."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from builder.sources.text import printable

MAX_MEMBER_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Refused:
    """A file of a package or archive that was not read."""

    name: str
    reason: str
    detail: str


def refusal(member: tarfile.TarInfo) -> Refused | None:
    """Why a member of an archive is not to be read: a link, a device, a name that leads out."""
    name = printable(member.name)
    if not member.isreg() or member.issparse():
        detail = f"archive member of type {member.type!r}"
        return Refused(name, "link is not followed", detail)
    outside = name.startswith(("/", "\\")) or ".." in PurePosixPath(name).parts
    if outside or ":" in name or "\x00" in name:
        return Refused(name, "unsafe name in archive", "absolute or outside of the package")
    return None
