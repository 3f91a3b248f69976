"""The Screening tab: two people read each test question, a third decides where they differ."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr
from pydantic import ValidationError

from builder.release.splits import CHOICES
from builder.screening import (
    REASONS,
    LogEntry,
    ScreeningQuestion,
    check_fix,
    clean_reviewer_name,
)
from space.decisions.views import split_evidence
from space.images import ImageStore
from space.markup import render
from space.screening.desk import ADJUDICATE, REVIEW, Desk, VerdictStore
from space.screening.parts import QUICK, ScreeningParts, lay_out

_REMEMBER = "(name) => { localStorage.setItem('microvqa_pp.reviewer', name); }"
_RECALL = "(name, task) => [name || localStorage.getItem('microvqa_pp.reviewer') || '', task]"
_SENT = f"() => {json.dumps(render('message.html', text='Not saved yet …', kind='waiting'))}"
"""Stands where the message will be until the server has answered, so that no older one does."""
Ticket = dict[str, Any]


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
    store: VerdictStore
    images: ImageStore

    def identify_reviewer(self, typed: str, profile: gr.OAuthProfile | None) -> str:
        """Who gives the verdict. Raises ValueError in words where nobody may."""
        if not self.store.writable:
            raise ValueError(self.store.note)
        if self.store.typed:
            return clean_reviewer_name(typed)
        if profile is None:
            raise ValueError("sign in with your Hugging Face account to give verdicts")
        return clean_reviewer_name(profile.username)

    def fill_parts(self, step: Step) -> list[Any]:
        """The contents of all parts for a step."""
        question = step.question
        asked = question is not None and bool(step.reviewer)
        ticket = {
            "id": question.id if question else "", "since": time.time(), "who": step.reviewer,
            "mode": step.mode, "skipped": list(step.skipped)[-500:],
        }  # fmt: skip
        row = None if question is None else asdict(question)
        before, evidence, after = split_evidence(question.caption if question else "", row)
        figure = render(
            "screen_figure.html", question=question, before=before, evidence=evidence, after=after,
            has_image=question is not None and question.image_sha256 in self.images,
        )  # fmt: skip
        return [
            self.render_progress(step.reviewer),
            render("message.html", text=step.message, kind=step.kind),
            figure,
            self.render_question(step),
            gr.Row(visible=asked),
            gr.Column(visible=False),
            gr.Column(visible=False),
            *self._list_fix_fields(step),
            None,
            "",
            self.render_report(),
            json.dumps(ticket),
        ]

    def render_progress(self, reviewer: str) -> str:
        """How many questions are decided, and how many the reviewer has read."""
        progress, damages = self.desk.measure_progress(reviewer), self.desk.list_damages()
        return render("screen_progress.html", p=progress, reviewer=reviewer, damages=damages)

    def render_report(self) -> str:
        """Agreement and pace."""
        agreement, pace = self.desk.measure_reviewers()
        return render("screen_report.html", agreement=agreement, pace=pace)

    def render_question(self, step: Step) -> str:
        """The question with its reviews, or why there is none."""
        title, text = _explain_nothing_left(
            step, self.desk.measure_progress(step.reviewer).disputed
        )
        reviews = []
        if step.mode == ADJUDICATE and step.question is not None:
            standing = self.desk.find_standing(step.question.id)
            reviews = list(standing.reviews.values()) if standing else []
        return render(
            "screen_question.html", question=step.question, title=title, text=text, reviews=reviews
        )

    def _list_fix_fields(self, step: Step) -> list[Any]:
        """The texts that a fix starts from: in adjudication those of the first fix."""
        question = step.question
        if question is None:
            return ["", *[""] * CHOICES, None, ""]
        standing = self.desk.find_standing(question.id) if step.mode == ADJUDICATE else None
        fixes = [r.fix for r in standing.reviews.values() if r.fix] if standing else []
        start = fixes[0] if fixes else question
        return [start.question, *start.choices, start.correct_index, start.rationale]

    def advance(self, reviewer: str, mode: str, skipped: Sequence[str], message: str = "") -> Step:
        """The step to the next question of a reviewer."""
        question = self.desk.choose_next(reviewer, mode, skipped)
        return Step(question, reviewer, mode, skipped, message)

    def move(self, who: str, mode: str, ticket: Ticket) -> Step:
        """What another reviewer or task comes to."""
        return self.advance(who, mode, ticket["skipped"])

    def skip(self, who: str, mode: str, ticket: Ticket) -> Step:
        """On to the next question; skipped ones come last."""
        return self.advance(who, mode, [*ticket["skipped"], ticket["id"]])

    def accept(self, who: str, mode: str, ticket: Ticket) -> Step:
        """Write that the question is good as it is. Raises ValueError in words and OSError."""
        return self._submit("accept", who, mode, ticket)

    def fix(self, who: str, mode: str, ticket: Ticket, *fields: Any) -> Step:
        """Write an edited question. Raises ValueError in words and OSError."""
        stem, *choices, key, rationale = fields
        edited = check_fix(stem or "", [c or "" for c in choices], key, rationale or "")
        question = self.desk.find(ticket["id"])
        parts = ("question", "choices", "correct_index", "rationale")
        if question and all(getattr(edited, part) == getattr(question, part) for part in parts):
            raise ValueError("nothing was changed; accept the question, or edit it")
        return self._submit("fix", who, mode, ticket, fix=edited)

    def reject(self, who: str, mode: str, ticket: Ticket, reason: str, note: str) -> Step:
        """Write that the question is to go. Raises ValueError in words and OSError."""
        if reason not in REASONS:
            raise ValueError("choose a reason")
        return self._submit("reject", who, mode, ticket, reason=reason, note=(note or "").strip())

    def undo(self, who: str, mode: str, ticket: Ticket) -> Step:
        """Take the last verdict back. Raises ValueError in words and OSError."""
        question = self.desk.undo(who)
        if question is None:
            raise ValueError("there is no verdict of yours to undo")
        return Step(question, who, mode, ticket["skipped"], "Taken back. Here it is again.")

    def _submit(self, verdict: str, reviewer: str, mode: str, ticket: Ticket, **more: Any) -> Step:
        kind = "adjudicate" if mode == ADJUDICATE else "review"
        seconds = time.time() - float(ticket["since"])
        fields = {"question_id": ticket["id"], "reviewer": reviewer, "verdict": verdict}
        entry = LogEntry.model_validate(
            fields | {"kind": kind, "seconds": max(seconds, 0.0)} | more
        )
        self.desk.submit(entry)
        return self.advance(reviewer, mode, ticket["skipped"], f"Saved: {verdict}. U undoes it.")


def _explain_nothing_left(step: Step, disputed: int) -> tuple[str, str]:
    if not step.reviewer:
        return "Who is reviewing?", "Type your name above; your verdicts are kept under it."
    if step.mode == ADJUDICATE:
        return "Nothing to adjudicate.", "No two reviewers differ at the moment."
    if disputed:
        text = f"{disputed} need an adjudicator: choose Adjudicate above."
        return "You have reviewed all that needs a review.", text
    return "You have reviewed all that needs a review.", "Thank you."


def read_ticket(text: str) -> Ticket:
    """The question on screen as the page says; a page may say anything."""
    try:
        fields = json.loads(text or "{}")
        texts = {name: str(fields.get(name, ""))[:64] for name in ("id", "who", "mode")}
        skipped = [str(s)[:20] for s in fields.get("skipped", [])][:500]
        return texts | {"since": float(fields.get("since", 0.0)), "skipped": skipped}
    except (ValueError, TypeError, AttributeError):
        return {"id": "", "who": "", "mode": "", "since": 0.0, "skipped": []}


def lay_out_screening(
    desk: Desk, store: VerdictStore, images: ImageStore, reviewer: str
) -> Callable[[gr.Blocks], None]:
    """Lay the tab out. Returns what is to be called when the page is complete."""
    tab = ScreeningTab(desk, store, images)
    parts = lay_out(store, reviewer, tab.render_question(Step(None, "", REVIEW)))
    _wire(tab, parts)

    def at_start(app: gr.Blocks) -> None:
        def start(profile: gr.OAuthProfile | None, kept: str, chosen: str) -> list[Any]:
            try:
                who = tab.identify_reviewer(reviewer or kept or "", profile)
            except ValueError:
                who = ""
            if who or not store.typed:
                return [who or gr.skip(), *tab.fill_parts(tab.advance(who, chosen, ()))]
            # Without a reviewer the form stays as it is: a name may be typed meanwhile.
            known: dict[Any, str] = {
                parts.progress: tab.render_progress(""),
                parts.report: tab.render_report(),
            }
            return [known.get(part, gr.skip()) for part in filled]

        filled = [parts.name, *parts.list_outputs()]
        app.load(start, [parts.name, parts.mode], filled, js=_RECALL, **QUICK)

    return at_start


def _wire(tab: ScreeningTab, parts: ScreeningParts) -> None:
    outputs, base, buttons = (
        parts.list_outputs(),
        [parts.name, parts.mode, parts.ticket],
        parts.buttons,
    )

    def make_handler(act: Callable[..., Step]) -> Callable[..., list[Any]]:
        """An action that ends in a step; what it objects to is shown, the question stays."""

        def run(
            profile: gr.OAuthProfile | None, typed: str, chosen: str, sent: str, *fields: Any
        ) -> list[Any]:
            ticket, moves = read_ticket(sent), act == tab.move
            try:
                who = tab.identify_reviewer(typed, profile)
                if moves and (who, chosen) == (ticket["who"], ticket["mode"]):
                    return [gr.skip()] * len(outputs)
                return tab.fill_parts(act(who, chosen, ticket, *fields))
            except (ValueError, OSError, ValidationError) as error:
                text = f"{'Not shown' if moves else 'Not saved'}: {_describe_error(error)}."
                kept = [gr.skip()] * len(outputs)
                kept[1] = render("message.html", text=text, kind="error")
                return kept

        return run

    fields = [parts.stem, *parts.choices, parts.key, parts.rationale]
    for button, act, more in (
        ("Accept", tab.accept, []), ("fix", tab.fix, fields),
        ("reject", tab.reject, [parts.reason, parts.note]), ("undo", tab.undo, []),
    ):  # fmt: skip
        sent = buttons[button].click(None, None, parts.message, js=_SENT)
        sent.then(make_handler(act), [*base, *more], outputs, **QUICK)
    buttons["Skip"].click(make_handler(tab.skip), base, outputs, **QUICK)
    parts.mode.change(make_handler(tab.move), base, outputs, **QUICK)
    for event in (parts.name.submit, parts.name.blur):
        event(make_handler(tab.move), base, outputs, **QUICK)
        event(None, parts.name, None, js=_REMEMBER)
    panels = [parts.fixing, parts.rejecting]
    for verb, opened in (("Fix", (True, False)), ("Reject", (False, True))):
        buttons[verb].click(
            lambda opened=opened: [gr.Column(visible=o) for o in opened], None, panels, **QUICK
        ).then(None, None, None, js=f"() => window.focusPanel('{verb.lower()}-panel')")


def _describe_error(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"the disk refused it ({error.strerror or error})"
    if isinstance(error, ValidationError):
        return "the page did not say which question it is about; reload it"
    return str(error)
