"""What a visitor fills in to benchmark a model, and the wish that it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from space.benchmark.runs import (
    BASELINE,
    BUNDLED_CLIP,
    CLIP,
    ENDPOINT,
    HUB,
    Wish,
    hub_name,
    offered_models,
)

_BASELINES = {
    "random": "random: any choice",
    "constant": "constant: always the same place",
    "longest": "longest: the longest choice",
    "choices": "choices: learned from the choices",
    "text": "text: learned from question and choices",
    "caption": "caption: reads the caption",
}


@dataclass(frozen=True)
class Form:
    """What a visitor fills in and presses."""

    kind: gr.Radio
    baseline: gr.Dropdown
    endpoint: gr.Column
    url: gr.Textbox
    name: gr.Textbox
    key: gr.Textbox
    hub: gr.Dropdown
    task: gr.Dropdown
    limit: gr.Slider
    no_image: gr.Checkbox
    go: gr.Button
    stop: gr.Button

    def said(self) -> list[gr.blocks.Block]:
        """The fields in the order in which `wish` reads them."""
        return [
            self.kind, self.baseline, self.url, self.name, self.key, self.hub, self.task,
            self.limit, self.no_image,
        ]  # fmt: skip


def form_of(tasks: Sequence[str], total: int) -> Form:
    """Lay the form out for a test split of `total` questions."""
    kind = gr.Radio(
        [("Baseline", BASELINE), ("Bundled CLIP", CLIP), ("Endpoint", ENDPOINT),
         ("Hub model", HUB)],
        value=BASELINE, label="Model", elem_id="bench-kind",
    )  # fmt: skip
    baseline = gr.Dropdown(
        [(text, name) for name, text in _BASELINES.items()], value="random", label="Baseline",
        elem_id="bench-baseline",
    )  # fmt: skip
    with gr.Column(visible=False) as endpoint:
        url, name, key = _endpoint_fields()
    hub = gr.Dropdown(
        list(offered_models()), label="Hub model", visible=False, allow_custom_value=True,
        elem_id="bench-hub",
    )  # fmt: skip
    task = gr.Dropdown(
        [("All", ""), *((t, t) for t in tasks)], value="", label="Task", elem_id="bench-task"
    )
    limit = gr.Slider(
        min(5, total - 1), total, min(50, total), step=1, label="Questions", elem_id="bench-limit"
    )
    no_image = gr.Checkbox(True, label="Also ask without the image", visible=False)
    with gr.Row():
        go = gr.Button("Run", variant="primary", elem_id="bench-go", min_width=100)
        stop = gr.Button("Stop", elem_id="bench-stop", min_width=100)
    return Form(kind, baseline, endpoint, url, name, key, hub, task, limit, no_image, go, stop)


def _endpoint_fields() -> tuple[gr.Textbox, gr.Textbox, gr.Textbox]:
    url = gr.Textbox(
        "https://api.openai.com/v1", label="Server (OpenAI-compatible)", max_length=500,
        elem_id="bench-url",
    )  # fmt: skip
    name = gr.Textbox(
        label="Name of the model", placeholder="gpt-4o-mini", max_length=200,
        elem_id="bench-name",
    )  # fmt: skip
    key = gr.Textbox(
        label="Your key", type="password", max_length=500, elem_id="bench-key",
        info="Stays in this page; sent to that server and nowhere else.",
    )  # fmt: skip
    return url, name, key


def wish(
    kind: str, baseline: str, url: str, name: str, key: str, hub: str | None, task: str,
    limit: float, no_image: bool,
) -> Wish:  # fmt: skip
    """What the fields say. Raises ValueError in words."""
    names = {BASELINE: baseline, CLIP: BUNDLED_CLIP, ENDPOINT: (name or "").strip()}
    chosen = hub_name(hub or "") if kind == HUB else names.get(kind, "")
    if not chosen:
        raise ValueError("name the model")
    return Wish(kind, chosen, max(int(limit), 1), task or "", no_image, url or "", key or "")
