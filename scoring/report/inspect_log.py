"""The run as logs of Inspect (inspect.aisi.org.uk), which its viewer opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scoring.models.records import BenchmarkQuestion, Condition, Presentation
from scoring.report.evidence import EvidenceItem
from scoring.report.result import Report, Summary
from scoring.runner.prompts import PROMPTS, format_choice, label_style, render

FOLDER = "inspect"


class MissingExtra(Exception):  # noqa: N818 - reads as what happened
    """inspect_ai is not installed; the message says how to install it."""


def write_log(folder: Path, report: Report, items: Sequence[EvidenceItem]) -> list[Path]:
    """Writes one log per condition of the model into FOLDER. Raises MissingExtra."""
    try:
        from inspect_ai.log import write_eval_log
    except ImportError as error:
        raise MissingExtra("No Inspect log: pip install 'microvqa-pp[inspect]'") from error
    written = []
    for summary in report.summaries:
        if summary["model"] == report.result.model:
            condition = summary["condition"]
            own = [i for i in items if (i.model, i.condition) == (summary["model"], condition)]
            path = folder / FOLDER / f"{condition}.eval"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_eval_log(_make_log(report, summary, own), str(path))
            written.append(path)
    return written


def _make_log(report: Report, summary: Summary, items: Sequence[EvidenceItem]) -> Any:
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalResults, EvalSpec, EvalStats

    result, now = report.result, datetime.now(UTC).isoformat(timespec="seconds")
    metadata = {"dataset_version": result.version, "condition": summary["condition"]}
    spec = EvalSpec(
        created=now,
        task=f"microvqa_pp {summary['condition']}",
        dataset=EvalDataset(name=result.dataset, samples=summary["questions"]),
        model=result.model.replace(":", "/"),
        config=EvalConfig(),
        metadata={**metadata, "split": result.split, "prompt": result.prompt},
    )
    return EvalLog(
        status="success",
        eval=spec,
        results=EvalResults(
            total_samples=len(items), completed_samples=len(items), scores=[_make_score(summary)]
        ),
        stats=EvalStats(started_at=now, completed_at=now),
        samples=[_make_sample(item, result.model) for item in items],
    )


def _make_score(summary: Summary) -> Any:
    from inspect_ai.log import EvalMetric, EvalScore

    scores = summary["scores"]
    values = {"accuracy": scores["accuracy"]["value"], "answered": scores["answered"]["value"]}
    for end in ("low", "high"):
        if scores["accuracy"][end] is not None:
            values[f"accuracy_{end}"] = scores["accuracy"][end]
    return EvalScore(
        name="extracted",
        scorer="microvqa_pp",
        metrics={name: EvalMetric(name=name, value=value) for name, value in values.items()},
    )


def _make_sample(item: EvidenceItem, model: str) -> Any:
    from inspect_ai.log import EvalSample
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, ModelOutput
    from inspect_ai.scorer import Score

    answer = "" if item.index is None else item.choices[item.index]
    # Baselines write no response: the log shows the choice itself.
    reply = answer if item.response is None else item.response
    return EvalSample(
        id=item.id,
        epoch=item.rotation + 1,
        input=item.question,
        choices=list(item.choices),
        target=item.choices[item.correct_index],
        messages=[
            ChatMessageUser(content=_render_prompt(item)),
            ChatMessageAssistant(content=reply),
        ],
        output=ModelOutput.from_content(model, reply),
        scores={
            "extracted": Score(
                value="C" if item.index == item.correct_index else "I",
                answer=answer,
                metadata={"status": item.status, "method": item.method},
            )
        },
        metadata={
            "task": item.task,
            "bloom": item.bloom,
            "modality": item.modality,
            "article_id": item.article_id,
            "images": list(item.images),
            "error": item.error,
        },
    )


def _render_prompt(item: EvidenceItem) -> str:
    """The prompt again; for models without one, question and choices."""
    condition: Condition = "image"
    for known in ("no-image", "choices-only"):
        condition = known if item.condition == known else condition
    question = BenchmarkQuestion(item.id, item.question, item.choices, item.correct_index)
    shown = Presentation(question, condition, item.rotation)
    if item.prompt in PROMPTS:
        return render(item.prompt, shown)
    style = label_style(PROMPTS[0])
    return "\n".join(
        [item.question, *(format_choice(style, i, c) for i, c in enumerate(shown.choices))]
    )
