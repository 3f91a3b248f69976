"""The components of the Screening tab, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from builder.screening import REASONS
from space.markup import render
from space.screening.desk import ADJUDICATE, REVIEW, VerdictStore

QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
_LETTERS = "ABCD"
_KEYS = [(letter, n) for n, letter in enumerate(_LETTERS)]


@dataclass(frozen=True)
class ScreeningParts:
    """The components of the tab."""

    name: gr.Textbox
    mode: gr.Radio
    buttons: Mapping[str, gr.Button]
    progress: gr.HTML
    message: gr.HTML
    figure: gr.HTML
    question: gr.HTML
    actions: gr.Row
    fixing: gr.Column
    rejecting: gr.Column
    stem: gr.Textbox
    choices: tuple[gr.Textbox, ...]
    key: gr.Radio
    rationale: gr.Textbox
    reason: gr.Radio
    note: gr.Textbox
    report: gr.HTML
    ticket: gr.Textbox

    def list_outputs(self) -> list[gr.blocks.Block]:
        """Those that a step fills, in the order of `ScreeningTab.fill_parts`."""
        return [
            self.progress, self.message, self.figure, self.question, self.actions, self.fixing,
            self.rejecting, self.stem, *self.choices, self.key, self.rationale, self.reason,
            self.note, self.report, self.ticket,
        ]  # fmt: skip


def lay_out(store: VerdictStore, reviewer: str, instead: str) -> ScreeningParts:
    """Lay the tab out, for a reviewer who may be known already; `instead` of a question first."""
    with gr.Row(elem_classes="screen-head"):
        name = gr.Textbox(
            reviewer, label="Reviewer", placeholder="your name", max_length=64, scale=2,
            min_width=180, visible=store.typed, elem_id="reviewer",
        )  # fmt: skip
        if not store.typed and store.writable:
            gr.LoginButton(scale=1)
        mode = gr.Radio(
            [("Review", REVIEW), ("Adjudicate", ADJUDICATE)], value=REVIEW, label="Task", scale=2,
            min_width=200, elem_id="screen-mode",
        )  # fmt: skip
        with gr.Column(scale=5, min_width=280):
            progress = gr.HTML(apply_default_css=False, elem_id="screen-progress")
    message = gr.HTML(apply_default_css=False, elem_id="screen-message")
    with gr.Row(elem_classes="screen"):
        with gr.Column(scale=6, min_width=300):
            figure = gr.HTML(apply_default_css=False, elem_id="screen-figure")
        with gr.Column(scale=5, min_width=300):
            question = gr.HTML(instead, apply_default_css=False, elem_id="screen-question")
            with gr.Row(visible=False, elem_classes="actions") as actions:
                buttons = {
                    verb: gr.Button(f"{verb} ({verb[0]})", elem_id=f"screen-{verb.lower()}",
                                    variant="primary" if verb == "Accept" else "secondary",
                                    min_width=96)
                    for verb in ("Accept", "Fix", "Reject", "Skip")
                }  # fmt: skip
            with gr.Column(visible=False, elem_classes="panel", elem_id="fix-panel") as fixing:
                stem = gr.Textbox(label="Question", lines=2, elem_id="fix-question")
                choices = tuple(
                    gr.Textbox(label=f"Choice {letter}", elem_id=f"fix-{letter}", max_lines=3)
                    for letter in _LETTERS
                )
                key = gr.Radio(_KEYS, label="Correct choice", elem_id="fix-key")
                rationale = gr.Textbox(label="Rationale", lines=2, elem_id="fix-rationale")
                buttons["fix"], cancel_fix = _lay_out_save_or_cancel(
                    "fix", "Save the fix (Ctrl+Enter)"
                )
            with gr.Column(
                visible=False, elem_classes="panel", elem_id="reject-panel"
            ) as rejecting:
                reason, note = _lay_out_reject()
                buttons["reject"], cancel_reject = _lay_out_save_or_cancel(
                    "reject", "Reject (Enter)"
                )
            buttons["undo"] = gr.Button(
                "Undo my last verdict (U)", elem_id="screen-undo", size="sm"
            )
            gr.HTML(render("screen_help.html", note=store.note), apply_default_css=False)
    with gr.Accordion("Agreement and pace", open=False):
        report = gr.HTML(apply_default_css=False, elem_id="screen-report")
    ticket = gr.Textbox(visible="hidden", label="Question on screen", elem_id="screen-ticket")
    for cancel in (cancel_fix, cancel_reject):
        cancel.click(lambda: [gr.Column(visible=False)] * 2, None, [fixing, rejecting], **QUICK)
    return ScreeningParts(
        name, mode, buttons, progress, message, figure, question, actions, fixing, rejecting,
        stem, choices, key, rationale, reason, note, report, ticket,
    )  # fmt: skip


def _lay_out_reject() -> tuple[gr.Radio, gr.Textbox]:
    reason = gr.Radio(
        [(f"{n} {text}", text) for n, text in enumerate(REASONS, 1)], label="Why?",
        elem_id="reject-reason",
    )  # fmt: skip
    return reason, gr.Textbox(label="Note (optional)", max_length=2000, elem_id="reject-note")


def _lay_out_save_or_cancel(panel: str, text: str) -> tuple[gr.Button, gr.Button]:
    with gr.Row():
        save = gr.Button(text, variant="primary", elem_id=f"{panel}-save")
        return save, gr.Button("Cancel (Esc)", elem_id=f"screen-cancel-{panel}")
