"""A procedural microscope: figures rendered from recorded facts, with captions that tell a part."""

from builder.sources.phantom.captions import PhantomCaption, compose
from builder.sources.phantom.facts import Channel, Panel, PhantomFacts, Treatment
from builder.sources.phantom.figures import encode, render_figure, render_panel
from builder.sources.phantom.source import (
    Phantom,
    PhantomArticle,
    PhantomSource,
    count_figures,
    make_article,
    make_figure,
)

__all__ = [
    "Channel",
    "Panel",
    "Phantom",
    "PhantomArticle",
    "PhantomCaption",
    "PhantomFacts",
    "PhantomSource",
    "Treatment",
    "compose",
    "count_figures",
    "encode",
    "make_article",
    "make_figure",
    "render_figure",
    "render_panel",
]
