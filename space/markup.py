"""Fills the HTML templates. Everything filled in is escaped: texts of others stay texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, /, **values: Any) -> Markup:
    """A template of `templates/` with values filled in, each escaped."""
    return Markup(_ENVIRONMENT.get_template(template).render(values))  # noqa: S704
