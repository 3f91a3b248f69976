"""Prompts: files in `builder/agents/prompts`, each with the form of its reply.

A prompt's version is its name and a digest of its text and of the reply's JSON schema, so that no
change goes unseen in the ledger. A released prompt is not edited: a new text goes into a folder of
its own, and `builder.agents.models.versions` says which prompts belong together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Generic, TypeVar

from jinja2 import Environment, StrictUndefined, Template
from pydantic import BaseModel

from builder.agents.models import replies
from scoring.models import Image, Message
from scoring.models.records import dump_canonical

Form = TypeVar("Form", bound=BaseModel)

_CUT = "=== user\n"


@dataclass(frozen=True)
class Prompt(Generic[Form]):
    """A prompt by its file, `FOLDER/NAME`, the form of its reply, and the longest in tokens."""

    file: str
    form: type[Form]
    max_tokens: int = 1024

    @property
    def name(self) -> str:
        """Name of the step: what is asked."""
        return self.file.rpartition("/")[2]

    @cached_property
    def text(self) -> str:
        """The file: the system's turn, a line `=== user`, and the user's turn."""
        return _read_prompt(self.file)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the reply."""
        return self.form.model_json_schema()

    @cached_property
    def version(self) -> str:
        """Name and digest: `write@1a2b3c4d`."""
        return f"{self.name}@{_digest(self.text, dump_canonical(self.schema))}"

    def messages(
        self, values: Mapping[str, Any], image: Image | None = None
    ) -> tuple[Message, ...]:
        """The turns to send.

        Args:
            values: what the text is filled with.
            image: stands before the text of the user's turn.

        Raises:
            jinja2.UndefinedError: where a value is missing.
        """
        system, user = _parse_templates(self.file)
        text = user.render(values)
        parts = (text,) if image is None else (image, text)
        return (Message("system", (system.render(values).strip(),)), Message("user", parts))


@dataclass(frozen=True)
class Repair:
    """The prompt that asks for a correction, by its file."""

    file: str

    @cached_property
    def version(self) -> str:
        """Name and digest of its text."""
        return f"repair@{_digest(_read_prompt(self.file))}"

    def render(self, problems: Sequence[str]) -> str:
        """What is said to a model whose reply could not be used."""
        return _parse_templates(self.file)[1].render(problems=problems)


def _read_prompt(file: str) -> str:
    return (files("builder.agents") / "prompts" / f"{file}.md").read_text("utf-8")


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:8]


@cache
def _parse_templates(file: str) -> tuple[Template, Template]:
    environment = Environment(  # noqa: S701 - prompts are no HTML
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)
    system, user = _read_prompt(file).split(_CUT)
    return environment.from_string(system), environment.from_string(user.strip())


@dataclass(frozen=True)
class PromptSet:
    """The prompts that a version of the agent asks with, by step."""

    extract: Prompt[replies.Facts]
    write: Prompt[replies.Pairs]
    answer: Prompt[replies.Answer]
    compare: Prompt[replies.Same]
    verdict: Prompt[replies.Verdict]
    choices: Prompt[replies.Choices]
    check: Prompt[replies.Right]
    blind: Prompt[replies.Blind]
    reflect: Prompt[replies.Shortcut]
    rewrite: Prompt[replies.Rewritten]
    meaning: Prompt[replies.Meaning]
    bloom: Prompt[replies.Level]
    repair: Repair

    def __iter__(self) -> Iterator[Prompt[Any]]:
        """The prompts but that of the repair."""
        return (getattr(self, field.name) for field in fields(self) if field.name != "repair")

    def digests(self) -> dict[str, str]:
        """Digest of each prompt by the name of its step, which tells versions apart."""
        versions = [*(prompt.version for prompt in self), self.repair.version]
        return dict(sorted(version.split("@") for version in versions))


V1 = PromptSet(
    extract=Prompt("v1/extract", replies.Facts, 2048),
    write=Prompt("v1/write", replies.Pairs, 3072),
    answer=Prompt("v1/answer", replies.Answer, 512),
    compare=Prompt("v1/compare", replies.Same, 512),
    verdict=Prompt("v1/verdict", replies.Verdict, 512),
    choices=Prompt("v1/choices", replies.Choices, 2048),
    check=Prompt("v1/check", replies.Right),
    blind=Prompt("v1/blind", replies.Blind),
    reflect=Prompt("v1/reflect", replies.Shortcut),
    rewrite=Prompt("v1/rewrite", replies.Rewritten, 2048),
    meaning=Prompt("v1/meaning", replies.Meaning, 512),
    bloom=Prompt("v1/bloom", replies.Level, 512),
    repair=Repair("v1/repair"),
)


def letter_choices(choices: Sequence[str]) -> str:
    """Choices under the letters A, B ..., each as a JSON string."""
    return "\n".join(
        f"{chr(65 + place)}. {json.dumps(choice, ensure_ascii=False)}"
        for place, choice in enumerate(choices)
    )
