"""The Screening tab: two people read each test question, a third decides where they differ."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr
from pydantic import ValidationError

from builder.screening import REASONS, Entry, Fix, ScreeningQuestion, check_fix, reviewer_name
from builder.splits import CHOICES
from space.decision_views import split_evidence
from space.images import ImageStore
from space.markup import render
from space.screening_desk import ADJUDICATE, REVIEW, Desk
from space.screening_place import Place

_QUICK: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}
_REMEMBER = "(name) => { localStorage.setItem('microvqa_pp.reviewer', name); }"
_RECALL = "(name, task) => [name || localStorage.getItem('microvqa_pp.reviewer') || '', task]"
_SENT = f"() => {json.dumps(render('message.html', text='Not saved yet …', kind='waiting'))}"
"""Stands where the message will be until the server has answered, so that no older one does."""
LETTERS = "ABCD"
_KEYS = [(letter, n) for n, letter in enumerate(LETTERS)]


@dataclass(frozen=True)
class ScreeningParts:
    """The components of the tab that a step fills, in this order."""

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

    def all(self) -> list[gr.blocks.Block]:
        """All of them."""
        named = [getattr(self, name) for name in self.__dataclass_fields__]
        return [p for part in named for p in (part if isinstance(part, tuple) else (part,))]


@dataclass(frozen=True)
class Step:
    """What is shown next: a question or none, a message, and what was skipped so far."""

    question: ScreeningQuestion | None
    reviewer: str
    mode: str
    skipped: Sequence[str] = ()
    message: str = ""
    kind: str = "done"


@dataclass(frozen=True)
class ScreeningTab:
    """The tab over a desk: what its buttons do and how it looks after."""

    desk: Desk
    place: Place
    images: ImageStore

    def reviewer(self, typed: str, profile: gr.OAuthProfile | None) -> str:
        """Who gives the verdict. Raises ValueError in words where nobody may."""
        if not self.place.writable:
            raise ValueError(self.place.note)
        if self.place.typed:
            return reviewer_name(typed)
        if profile is None:
            raise ValueError("sign in with your Hugging Face account to give verdicts")
        return reviewer_name(profile.username)

    def shown(self, step: Step) -> list[Any]:
        """The contents of all parts for a step."""
        question = step.question
        asked = question is not None and bool(step.reviewer)
        ticket = {
            "id": question.id if question else "", "since": time.time(), "who": step.reviewer,
            "mode": step.mode, "skipped": list(step.skipped)[-500:],
        }  # fmt: skip
        return [
            render(
                "screen_progress.html",
                p=self.desk.progress(step.reviewer),
                reviewer=step.reviewer,
                damages=self.desk.damages(),
            ),
            render("message.html", text=step.message, kind=step.kind),
            self._figure(question),
            self._question(step),
            gr.Row(visible=asked),
            gr.Column(visible=False),
            gr.Column(visible=False),
            *self._editable(step),
            None,
            "",
            self.report(),
            json.dumps(ticket),
        ]

    def report(self) -> str:
        """Agreement and pace."""
        found, pace = self.desk.report()
        return render("screen_report.html", agreement=found, pace=pace)

    def _figure(self, question: ScreeningQuestion | None) -> str:
        row = None if question is None else asdict(question)
        before, evidence, after = split_evidence(question.caption if question else "", row)
        return render(
            "screen_figure.html", question=question, before=before, evidence=evidence, after=after,
            has_image=question is not None and question.image_sha256 in self.images,
        )  # fmt: skip

    def _question(self, step: Step) -> str:
        title, text = _nothing_left(step, self.desk.progress(step.reviewer).disputed)
        reviews = []
        if step.mode == ADJUDICATE and step.question is not None:
            standing = self.desk.standing(step.question.id)
            reviews = list(standing.reviews.values()) if standing else []
        return render(
            "screen_question.html", question=step.question, title=title, text=text, reviews=reviews
        )

    def _editable(self, step: Step) -> list[Any]:
        """The texts that a fix starts from: in adjudication those of the first fix."""
        question = step.question
        if question is None:
            return ["", *[""] * CHOICES, None, ""]
        standing = self.desk.standing(question.id) if step.mode == ADJUDICATE else None
        fixes = [r.fix for r in standing.reviews.values() if r.fix] if standing else []
        start = fixes[0] if fixes else question
        return [start.question, *start.choices, start.correct_index, start.rationale]

    def advance(self, reviewer: str, mode: str, skipped: Sequence[str], message: str = "") -> Step:
        """The step to the next question of a reviewer."""
        question = self.desk.next(reviewer, mode, skipped)
        return Step(question, reviewer, mode, skipped, message)

    def give(
        self, verdict: str, reviewer: str, mode: str, ticket: dict[str, Any], **said: Any
    ) -> Step:
        """Write a verdict and go on. Raises ValueError in words and OSError."""
        kind = "adjudicate" if mode == ADJUDICATE else "review"
        seconds = time.time() - float(ticket["since"])
        fields = {"question_id": ticket["id"], "reviewer": reviewer, "verdict": verdict}
        entry = Entry.model_validate(fields | {"kind": kind, "seconds": max(seconds, 0.0)} | said)
        self.desk.submit(entry)
        return self.advance(reviewer, mode, ticket["skipped"], f"Saved: {verdict}. U undoes it.")


def _nothing_left(step: Step, disputed: int) -> tuple[str, str]:
    if not step.reviewer:
        return "Who is reviewing?", "Type your name above; your verdicts are kept under it."
    if step.mode == ADJUDICATE:
        return "Nothing to adjudicate.", "No two reviewers differ at the moment."
    if disputed:
        text = f"{disputed} need an adjudicator: choose Adjudicate above."
        return "You have reviewed all that needs a review.", text
    return "You have reviewed all that needs a review.", "Thank you."


def read_ticket(text: str) -> dict[str, Any]:
    """The question on screen as the page says; a page may say anything."""
    try:
        said = json.loads(text or "{}")
        texts = {name: str(said.get(name, ""))[:64] for name in ("id", "who", "mode")}
        skipped = [str(s)[:20] for s in said.get("skipped", [])][:500]
        return texts | {"since": float(said.get("since", 0.0)), "skipped": skipped}
    except (ValueError, TypeError, AttributeError):
        return {"id": "", "who": "", "mode": "", "since": 0.0, "skipped": []}


def screening_tab(
    desk: Desk, place: Place, images: ImageStore, reviewer: str
) -> Callable[[gr.Blocks], None]:
    """Lay the tab out. Returns what is to be called when the page is complete."""
    tab = ScreeningTab(desk, place, images)
    with gr.Row(elem_classes="screen-head"):
        name = gr.Textbox(
            reviewer, label="Reviewer", placeholder="your name", max_length=64, scale=2,
            min_width=180, visible=place.typed, elem_id="reviewer",
        )  # fmt: skip
        if not place.typed and place.writable:
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
            question = gr.HTML(apply_default_css=False, elem_id="screen-question")
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
                    for letter in LETTERS
                )
                key = gr.Radio(_KEYS, label="Correct choice", elem_id="fix-key")
                rationale = gr.Textbox(label="Rationale", lines=2, elem_id="fix-rationale")
                with gr.Row():
                    save_fix = gr.Button(
                        "Save the fix (Ctrl+Enter)", variant="primary", elem_id="fix-save"
                    )
                    cancel_fix = gr.Button("Cancel (Esc)", elem_id="screen-cancel-fix")
            with gr.Column(
                visible=False, elem_classes="panel", elem_id="reject-panel"
            ) as rejecting:
                reason = gr.Radio(
                    [(f"{n} {text}", text) for n, text in enumerate(REASONS, 1)], label="Why?",
                    elem_id="reject-reason",
                )  # fmt: skip
                note = gr.Textbox(label="Note (optional)", max_length=2000, elem_id="reject-note")
                with gr.Row():
                    save_reject = gr.Button(
                        "Reject (Enter)", variant="primary", elem_id="reject-save"
                    )
                    cancel_reject = gr.Button("Cancel (Esc)", elem_id="screen-cancel-reject")
            undo = gr.Button("Undo my last verdict (U)", elem_id="screen-undo", size="sm")
            gr.HTML(render("screen_help.html", note=place.note), apply_default_css=False)
    with gr.Accordion("Agreement and pace", open=False):
        report = gr.HTML(apply_default_css=False, elem_id="screen-report")
    ticket = gr.Textbox(visible="hidden", label="Question on screen", elem_id="screen-ticket")
    parts = ScreeningParts(
        progress, message, figure, question, actions, fixing, rejecting, stem, choices, key,
        rationale, reason, note, report, ticket,
    )  # fmt: skip
    buttons |= {"fix": save_fix, "reject": save_reject, "undo": undo}
    for cancel in (cancel_fix, cancel_reject):
        cancel.click(lambda: [gr.Column(visible=False)] * 2, None, [fixing, rejecting], **_QUICK)
    _wire(tab, parts, name, mode, buttons)

    def at_start(app: gr.Blocks) -> None:
        def start(profile: gr.OAuthProfile | None, kept: str, chosen: str) -> list[Any]:
            try:
                who = tab.reviewer(reviewer or kept or "", profile)
            except ValueError:
                who = ""
            step = tab.advance(who, chosen, ())
            shown = tab.shown(step if who or not place.typed else Step(None, "", chosen))
            return [who or gr.skip(), *shown]  # a name typed meanwhile stays

        app.load(start, [name, mode], [name, *parts.all()], js=_RECALL, **_QUICK)

    return at_start


def _wire(
    tab: ScreeningTab,
    parts: ScreeningParts,
    name: gr.Textbox,
    mode: gr.Radio,
    buttons: dict[str, gr.Button],
) -> None:
    outputs = parts.all()
    base = [name, mode, parts.ticket]

    def stepping(act: Callable[..., Step]) -> Callable[..., list[Any]]:
        """An action that ends in a step; what it objects to is shown, the question stays."""

        def run(
            profile: gr.OAuthProfile | None, typed: str, chosen: str, told: str, *fields: Any
        ) -> list[Any]:
            ticket = read_ticket(told)
            try:
                who = tab.reviewer(typed, profile)
                if act is move and (who, chosen) == (ticket["who"], ticket["mode"]):
                    return [gr.skip()] * len(outputs)
                return tab.shown(act(who, chosen, ticket, *fields))
            except (ValueError, OSError, ValidationError) as error:
                text = f"{'Not shown' if act is move else 'Not saved'}: {_in_words(error)}."
                kept = [gr.skip()] * len(outputs)
                kept[1] = render("message.html", text=text, kind="error")
                return kept

        return run

    def accept(who: str, chosen: str, ticket: dict[str, Any]) -> Step:
        return tab.give("accept", who, chosen, ticket)

    def fix(who: str, chosen: str, ticket: dict[str, Any], *fields: Any) -> Step:
        stem, *choices, key, rationale = fields
        edited = check_fix(stem or "", [c or "" for c in choices], key, rationale or "")
        question = tab.desk.find(ticket["id"])
        if question is not None and edited == _unchanged(question):
            raise ValueError("nothing was changed; accept the question, or edit it")
        return tab.give("fix", who, chosen, ticket, fix=edited)

    def reject(who: str, chosen: str, ticket: dict[str, Any], reason: str, note: str) -> Step:
        if reason not in REASONS:
            raise ValueError("choose a reason")
        return tab.give("reject", who, chosen, ticket, reason=reason, note=(note or "").strip())

    def skip(who: str, chosen: str, ticket: dict[str, Any]) -> Step:
        return tab.advance(who, chosen, [*ticket["skipped"], ticket["id"]])

    def undo(who: str, chosen: str, ticket: dict[str, Any]) -> Step:
        question = tab.desk.undo(who)
        if question is None:
            raise ValueError("there is no verdict of yours to undo")
        return Step(question, who, chosen, ticket["skipped"], "Taken back. Here it is again.")

    def move(who: str, chosen: str, ticket: dict[str, Any]) -> Step:
        return tab.advance(who, chosen, ticket["skipped"])

    fields = [parts.stem, *parts.choices, parts.key, parts.rationale]
    reasons = [parts.reason, parts.note]
    for button, act, more in (
        ("Accept", accept, []), ("fix", fix, fields), ("reject", reject, reasons),
        ("undo", undo, []),
    ):  # fmt: skip
        sent = buttons[button].click(None, None, parts.message, js=_SENT)
        sent.then(stepping(act), [*base, *more], outputs, **_QUICK)
    buttons["Skip"].click(stepping(skip), base, outputs, **_QUICK)
    mode.change(stepping(move), base, outputs, **_QUICK)
    for event in (name.submit, name.blur):
        event(stepping(move), base, outputs, **_QUICK)
        event(None, name, None, js=_REMEMBER)
    panels = [parts.fixing, parts.rejecting]
    for verb, opened in (("Fix", (True, False)), ("Reject", (False, True))):
        buttons[verb].click(
            lambda opened=opened: [gr.Column(visible=o) for o in opened], None, panels, **_QUICK
        ).then(None, None, None, js=f"() => window.focusPanel('{verb.lower()}-panel')")


def _unchanged(question: ScreeningQuestion) -> Fix:
    return Fix(
        question=question.question,
        choices=question.choices,
        correct_index=question.correct_index,
        rationale=question.rationale,
    )


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"the disk refused it ({error.strerror or error})"
    if isinstance(error, ValidationError):
        return "the page did not say which question it is about; reload it"
    return str(error)
