"""Prompts: files in `builder/agents/prompts`, each with the form of its reply.

A prompt's version is its name and a digest of its text and of the reply's JSON schema, so that no
change goes unseen in the ledger.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    """A prompt by the name of its file, the form of its reply, and the longest reply in tokens."""

    name: str
    form: type[Form]
    max_tokens: int = 1024

    @cached_property
    def text(self) -> str:
        """The file: the system's turn, a line `=== user`, and the user's turn."""
        return _read_prompt(self.name)

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
        system, user = _parse_templates(self.name)
        text = user.render(values)
        parts = (text,) if image is None else (image, text)
        return (Message("system", (system.render(values).strip(),)), Message("user", parts))


def _read_prompt(name: str) -> str:
    return (files("builder.agents") / "prompts" / f"{name}.md").read_text("utf-8")


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:8]


@cache
def _parse_templates(name: str) -> tuple[Template, Template]:
    environment = Environment(  # noqa: S701 - prompts are no HTML
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)
    system, user = _read_prompt(name).split(_CUT)
    return environment.from_string(system), environment.from_string(user.strip())


def repair_turn(problems: Sequence[str]) -> str:
    """What is said to a model whose reply could not be used."""
    return _parse_templates("repair")[1].render(problems=problems)


EXTRACT = Prompt("extract", replies.Facts, 2048)
WRITE = Prompt("write", replies.Pairs, 3072)
ANSWER = Prompt("answer", replies.Answer, 512)
COMPARE = Prompt("compare", replies.Same, 512)
VERDICT = Prompt("verdict", replies.Verdict, 512)
CHOICES = Prompt("choices", replies.Choices, 2048)
CHECK = Prompt("check", replies.Right)
BLIND = Prompt("blind", replies.Blind)
REFLECT = Prompt("reflect", replies.Shortcut)
REWRITE = Prompt("rewrite", replies.Rewritten, 2048)
MEANING = Prompt("meaning", replies.Meaning, 512)
BLOOM = Prompt("bloom", replies.Level, 512)

PROMPTS: tuple[Prompt[Any], ...] = (
    EXTRACT, WRITE, ANSWER, COMPARE, VERDICT, CHOICES, CHECK, BLIND, REFLECT, REWRITE, MEANING,
    BLOOM,
)  # fmt: skip


@cache
def repair_version() -> str:
    """Version of the prompt that asks for a correction."""
    return f"repair@{_digest(_read_prompt('repair'))}"


def join_versions(prompts: Iterable[Prompt[Any]]) -> str:
    """Versions of several prompts as the ledger has them, and that of the repair."""
    return " ".join([*(prompt.version for prompt in prompts), repair_version()])


def letter_choices(choices: Sequence[str]) -> str:
    """Choices under the letters A, B ..., each as a JSON string."""
    return "\n".join(
        f"{chr(65 + place)}. {json.dumps(choice, ensure_ascii=False)}"
        for place, choice in enumerate(choices)
    )
