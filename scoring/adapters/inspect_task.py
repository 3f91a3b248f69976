"""The benchmark as a task of Inspect (inspect.aisi.org.uk), with the extractor of this package.

    inspect eval scoring/adapters/inspect_task.py -T dataset=build/release --model openai/gpt-4o

Prompts are those of our own runner, by default MicroVQA's form.
"""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, Content, ContentImage, ContentText
from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import TaskState, generate

from scoring.answers.extraction import extract
from scoring.models.openai_chat import make_data_url
from scoring.models.records import BenchmarkQuestion, Image, Presentation
from scoring.records import LabelStyle
from scoring.runner.dataset import open_dataset
from scoring.runner.prompts import label_style, make_message


@task
def microvqa_pp(
    dataset: str, split: str = "test", prompt: str = "microvqa-v1", limit: int | None = None
) -> Task:
    """Questions of a release folder or a Hub dataset, asked with a prompt version of the runner.

    `limit` takes so many questions, the same ones as the runner. Raises BadInput where the
    dataset or split is not there, ValueError for a prompt that is not known.
    """
    opened = open_dataset(dataset, split, limit)
    samples = [_sample(question, prompt) for question in opened.chosen]
    return Task(
        dataset=MemoryDataset(samples, name=opened.name, location=dataset),
        solver=generate(),
        scorer=extracted(label_style(prompt)),
        name="microvqa_pp",
        version=opened.version,
        metadata={"split": split, "prompt": prompt, "dataset_version": opened.version},
    )


def _sample(question: BenchmarkQuestion, prompt: str) -> Sample:
    parts: list[Content] = [
        ContentImage(image=make_data_url(part))
        if isinstance(part, Image)
        else ContentText(text=part)
        for part in make_message(prompt, Presentation(question)).parts
    ]
    return Sample(
        id=question.id,
        input=[ChatMessageUser(content=parts)],
        choices=list(question.choices),
        target=str(question.correct),
        metadata={
            "article_id": question.article or question.id,
            "task": question.task,
            "bloom": question.bloom,
            "modality": question.modality,
            "source": question.source,
        },
    )


@scorer(metrics=[accuracy(), stderr(cluster="article_id")])
def extracted(labels: LabelStyle | None = None) -> Scorer:
    """Correct where the response commits to the right choice; what is not answered is incorrect.

    The answer is the index of the choice (from 0) or empty, the metadata hold the status.
    """

    async def score(state: TaskState, target: Target) -> Score:
        choices = [choice.value for choice in state.choices]
        found = extract(state.output.completion, choices, labels=labels)
        answer = "" if found.index is None else str(found.index)
        return Score(
            value=CORRECT if answer == target.text else INCORRECT,
            answer=answer,
            explanation=state.output.completion,
            metadata={"status": found.status, "method": found.method, "index": found.index},
        )

    return score
