"""Colours and type: the system's own fonts, so that nothing is fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

_STATIC = Path(__file__).parent / "static"
STYLE = (_STATIC / "app.css").read_text(encoding="utf-8")
HEAD = f"<style>{(_STATIC / 'phone.css').read_text(encoding='utf-8')}</style>"
SCRIPT = (_STATIC / "app.js").read_text(encoding="utf-8")


def theme() -> gr.Theme:
    """The theme of the app."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_border_width="0px",
        block_shadow="none",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_text_color="white",
        slider_color="*primary_600",
    )
