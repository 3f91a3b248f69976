"""Small pictures for self-contained pages."""

from __future__ import annotations

import base64
import io

from builder.tables.images import ImageError, decode


def thumbnail(data: bytes | None, side: int) -> str:
    """A JPEG of at most `side` pixels a side as a data URL; '' without a readable image."""
    try:
        image = decode(data or b"")
    except ImageError:
        return ""
    image.thumbnail((side, side))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
