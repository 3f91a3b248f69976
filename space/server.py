"""Puts the tabs together and serves them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr

from builder.errors import BuildError
from builder.screening import read_screening_questions
from space.benchmark.tab import lay_out_benchmark
from space.corpus import Corpus
from space.decisions.tab import lay_out_decisions, restore_view, warm, wire
from space.decisions.views import Decisions, View
from space.markup import render
from space.screening.desk import Desk, open_verdict_store
from space.screening.tab import lay_out_screening
from space.try_it.tab import lay_out_try_it

HERE = Path(__file__).resolve().parent
SAMPLES = HERE / "samples"
_STATIC = HERE / "static"
TABS = ("decisions", "try", "benchmark", "screening")
_QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


def build_app(
    folder: Path,
    reviewer: str = "",
    tab: str = TABS[0],
    allow_private: bool = False,
    decisions: Decisions | None = None,
) -> tuple[gr.Blocks, dict[str, Any]]:
    """The app over a release or a build's output, and what `launch` is to be called with.

    `reviewer` is the name that the Screening tab starts with, `tab` the one that is open. With
    `allow_private` model endpoints may have private addresses. `decisions` are those of the folder,
    where they are known. Raises BuildError for a folder without a release.
    """
    decisions = decisions or Decisions.of(Corpus.open(folder))
    desk = Desk(read_screening_questions(folder), (store := open_verdict_store(folder)).log)
    with gr.Blocks(
        title="microvqa_pp", analytics_enabled=False, delete_cache=(3600, 24 * 3600)
    ) as app:
        corpus = decisions.corpus
        header = render(
            "header.html", figures=len(corpus.figures), candidates=decisions.ranking.total,
            kept=int(corpus.keep.sum()), phantom=corpus.phantom_only,
        )  # fmt: skip
        gr.HTML(header, apply_default_css=False, elem_id="header")
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("Decisions", id="decisions"):
                parts, filters = lay_out_decisions(decisions)
            with gr.Tab("Try it", id="try"):
                lay_out_try_it(decisions)
            with gr.Tab("Benchmark", id="benchmark"):
                lay_out_benchmark(decisions, folder, allow_private)
            with gr.Tab("Screening", id="screening"):
                start_screening = lay_out_screening(desk, store, decisions.images, reviewer)
        wire(decisions, parts, filters)

        def restore(request: gr.Request) -> tuple[Any, ...]:
            query = dict(request.query_params)
            chosen = query["tab"] if query.get("tab") in TABS else tab
            return gr.Tabs(selected=chosen), *restore_view(decisions, View.of(query))

        app.load(restore, None, [tabs, *parts.all(), *filters.all()], **_QUICK)
        start_screening(app)
        parts.link.change(None, parts.link, None, js="(link) => window.showView(link)")
    return app, _make_launch_settings(decisions)


def _make_launch_settings(decisions: Decisions) -> dict[str, Any]:
    return {
        "theme": make_theme(),
        "css": (_STATIC / "app.css").read_text(encoding="utf-8"),
        "head": f"<style>{(_STATIC / 'phone.css').read_text(encoding='utf-8')}</style>",
        "js": (_STATIC / "app.js").read_text(encoding="utf-8"),
        "app_kwargs": {
            "routes": decisions.images.make_routes(),
            "docs_url": None,
            "redoc_url": None,
        },
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "mcp_server": False,
        "max_file_size": "50mb",
        "show_error": False,
    }


def make_theme() -> gr.Theme:
    """Colours and type: the system's own fonts, so that nothing is fetched from elsewhere."""
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


def serve(
    folder: Path, reviewer: str = "", port: int | None = None, browser: bool = False,
    tab: str = TABS[0], allow_private: bool = False,
) -> None:  # fmt: skip
    """Serve the app over a folder until it is stopped. Raises BuildError as `build_app` does."""
    decisions = Decisions.of(Corpus.open(folder))
    app, settings = build_app(folder, reviewer, tab, allow_private, decisions)
    warm(decisions)
    app.launch(server_port=port, inbrowser=browser, prevent_thread_lock=True, **settings)
    decisions.rater.warm()
    app.block_thread()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the app; what it is to show is an argument, the shipped samples without one."""
    parser = argparse.ArgumentParser(prog="app.py", description="Serve the app of microvqa_pp.")
    parser.add_argument(
        "output", nargs="?", type=Path, default=SAMPLES,
        help="folder that a build wrote, or a release; default: the shipped samples",
    )  # fmt: skip
    parser.add_argument(
        "--allow-private-endpoints", action="store_true",
        help="let model endpoints be on this machine or network; only for yourself",
    )  # fmt: skip
    chosen = parser.parse_args(arguments)
    try:
        serve(chosen.output, allow_private=chosen.allow_private_endpoints)
    except BuildError as error:
        sys.exit(f"microvqa-pp: {error}")
