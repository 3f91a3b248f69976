"""A model's text as the form that was asked for, or what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from scoring.models import Response

Form = TypeVar("Form", bound=BaseModel)

LONGEST = 60_000
"""Characters; a longer reply is not read."""

_REFUSAL = re.compile(
    r"^\W*(?:i(?:'|’)?m sorry|sorry|i apologi[sz]e|i (?:can(?:not|'t|’t)|am (?:not able|unable))|"
    r"as an ai)\b",
    re.IGNORECASE,
)
_THOUGHT = re.compile(r"^.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)


class Unreadable(Exception):  # noqa: N818 - reads as what the reply is
    """The reply cannot be used; the message is a short reason that can be counted."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def parse(response: Response, form: type[Form]) -> Form:
    """The form that a reply holds: its JSON object, alone, fenced or with words around it.

    Raises Unreadable.
    """
    text = _THOUGHT.sub("", response.text) if len(response.text) <= LONGEST else response.text
    if response.finish_reason == "content_filter":
        raise Unreadable("refused")
    if not text.strip():
        raise Unreadable("empty", response.finish_reason)
    if len(text) > LONGEST:
        raise Unreadable("too long", f"{len(text):,} characters")
    found = _json_object(text)
    if found is None:
        raise Unreadable(_without_json(text, response.finish_reason), text)
    try:
        return form.model_validate(found)
    except ValidationError as error:
        reason = "cut off" if response.finish_reason == "length" else "wrong form"
        raise Unreadable(reason, _places(error)) from error


def _without_json(text: str, finish_reason: str) -> str:
    if _REFUSAL.match(text):
        return "refused"
    return "cut off" if finish_reason == "length" else "no JSON object"


def _json_object(text: str) -> Any:
    """The first object that opens at a brace and can be read to its end."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    for _ in range(20):
        if start < 0:
            return None
        try:
            return decoder.raw_decode(text, start)[0]
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
    return None


def _places(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'object'}: {e['msg']}" for e in error.errors()[:5]
    )
