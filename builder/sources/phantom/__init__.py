"""A procedural microscope: figures rendered from recorded facts, with captions that tell a part."""

from builder.sources.phantom.articles import (
    Article,
    Phantom,
    figure_count,
    make_article,
    make_figure,
)
from builder.sources.phantom.captions import Caption, compose
from builder.sources.phantom.facts import Channel, Facts, Panel, Treatment
from builder.sources.phantom.figures import encode, render_figure, render_panel
from builder.sources.phantom.source import PhantomSource

__all__ = [
    "Article",
    "Caption",
    "Channel",
    "Facts",
    "Panel",
    "Phantom",
    "PhantomSource",
    "Treatment",
    "compose",
    "encode",
    "figure_count",
    "make_article",
    "make_figure",
    "render_figure",
    "render_panel",
]
