"""One way to ask a model for a form: with the schema, read, checked, and repaired once."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from builder.agents.models.prompts import Prompt, PromptSet
from builder.agents.unusable import Unusable
from builder.tables.records import AskedReply
from scoring.models import (
    Client,
    Image,
    Message,
    NotRecordedError,
    Request,
    RequestError,
    Response,
    SchemaRefused,
    TransientError,
)

logger = logging.getLogger("microvqa_pp")


ASKED: ContextVar[list[AskedReply] | None] = ContextVar("ASKED", default=None)
"""Gets all that is asked in this task and in those that it starts, where someone listens."""

Form = TypeVar("Form", bound=BaseModel)
Check = Callable[[Form], Sequence[str]]

LONGEST = 60_000
"""Characters; a longer reply is not read."""

_ECHO = 4000
_REFUSAL = re.compile(
    r"^\W*(?:i(?:'|’)?m sorry|sorry|i apologi[sz]e|i (?:can(?:not|'t|’t)|am (?:not able|unable))|"
    r"as an ai)\b",
    re.IGNORECASE,
)
_THOUGHT = re.compile(r"^.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply(Generic[Form]):
    """What came of asking: a form, or None with the reason in `problem`.

    `unusable` lists the replies that could not be used, repaired or not; `served_by` is the model
    as the server names it.
    """

    form: Form | None
    problem: str = ""
    unusable: tuple[Unusable, ...] = ()
    served_by: str = ""


class Asker:
    """Asks a client for forms. A server that refuses schemas is asked without from then on.

    `prompts` is what it asks with, `version` the name of the version that they belong to.
    """

    def __init__(self, client: Client, prompts: PromptSet, version: str) -> None:
        self._client = client
        self.prompts, self._version = prompts, version
        self._has_schemas = True

    def name_prompts(self, *steps: str) -> str:
        """The versions of some prompts, and of that for repairs, as the ledger has them."""
        asked = [getattr(self.prompts, step).version for step in (*steps, "repair")]
        return " ".join([self._version, *asked])

    async def ask(
        self,
        prompt: Prompt[Form],
        values: Mapping[str, Any],
        image: Image | None = None,
        *,
        check: Check[Form] | None = None,
        temperature: float = 0.0,
        seed: int | None = None,
    ) -> Reply[Form]:
        """A form from the model. A reply that cannot be used is sent back once with what is wrong.

        Args:
            prompt: what is asked, and the form of the reply.
            values: what the prompt's text is filled with.
            image: is shown before the text.
            check: says what is wrong with a form. What it still finds after the repair is left to
                the caller.
            temperature: above 0 for answers that can differ.
            seed: tells such answers apart.

        Raises:
            BudgetSpent: more could cost more than the budget.
            FatalError: no request can work.
        """
        first = Request(
            prompt.messages(values, image),
            prompt.max_tokens,
            temperature,
            seed,
            prompt.schema,
            prompt.name,
        )
        response, form, fault = await self._ask_once(prompt, first, check)
        if fault is None:
            return Reply(form, served_by=response.served_by if response else "")
        # Without any response there is nothing that the model could correct.
        if response is None:
            return Reply(None, fault.reason, (fault,))

        # The model gets its own reply again, with what is wrong with it.
        echo = Message("assistant", (response.text[:_ECHO] or "(empty)",))
        correction = Message("user", (self.prompts.repair.render([fault.problem]),))
        again = replace(first, messages=(*first.messages, echo, correction))
        second, repaired, still = await self._ask_once(prompt, again, check)
        if repaired is not None:
            corrected = replace(fault, repaired=True)
            return Reply(repaired, "", (corrected,), second.served_by if second else "")

        # A first form that was only refused in parts is better than none.
        faults = (fault, *([still] if still else []))
        return Reply(form, "" if form else fault.reason, faults, response.served_by)

    async def _ask_once(
        self, prompt: Prompt[Form], request: Request, check: Check[Form] | None
    ) -> tuple[Response | None, Form | None, Unusable | None]:
        """The response, the form that it holds, and what is wrong with it."""
        try:
            response = await self._send(request)
        except (RequestError, TransientError) as error:
            reason = "not recorded" if isinstance(error, NotRecordedError) else "no reply"
            self._listen(prompt, request, None, f"{reason}: {error}")
            return None, None, self._describe_fault(prompt, request, reason, str(error))
        self._listen(prompt, request, response)
        try:
            form = parse(response, prompt.form)
        except Unreadable as error:
            fault = self._describe_fault(prompt, request, error.reason, error.detail)
            return response, None, fault
        if check and (problems := check(form)):
            detail = "; ".join(problems)
            return response, form, self._describe_fault(prompt, request, "content refused", detail)
        return response, form, None

    async def _send(self, request: Request) -> Response:
        if self._has_schemas:
            try:
                return await self._client.complete(request)
            except SchemaRefused as error:
                logger.info("asked without schemas from here on: %s", error)
                self._has_schemas = False
        return await self._client.complete(replace(request, schema=None))

    def _listen(
        self, prompt: Prompt[Form], request: Request, response: Response | None, problem: str = ""
    ) -> None:
        """Adds to what was asked about a figure, whose id is filled in by who listens."""
        if (asked := ASKED.get()) is None:
            return
        sent = request if self._has_schemas else replace(request, schema=None)
        entry = AskedReply(
            figure_id="",
            step=prompt.name,
            prompt_version=f"{self._version} {prompt.version}",
            request=self._client.digest(sent),
            reply=response.text if response else None,
            problem=problem,
            finish_reason=response.finish_reason if response else None,
            served_by=response.served_by if response else None,
            tokens_in=response.tokens_in if response else None,
            tokens_out=response.tokens_out if response else None,
        )
        asked.append(entry)

    def _describe_fault(
        self, prompt: Prompt[Form], request: Request, reason: str, detail: str
    ) -> Unusable:
        sent = request if self._has_schemas else replace(request, schema=None)
        return Unusable(prompt.version, self._client.digest(sent), reason, detail[:500])


class Unreadable(Exception):  # noqa: N818 - reads as what the reply is
    """The reply cannot be used; the message is a short reason that can be counted."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def parse(response: Response, form: type[Form]) -> Form:
    """The form that a reply holds: its JSON object, alone, fenced or with words around it.

    Raises:
        Unreadable: with the reason.
    """
    # What a model thought aloud before its reply may hold braces of its own.
    text = _THOUGHT.sub("", response.text) if len(response.text) <= LONGEST else response.text
    if response.finish_reason == "content_filter":
        raise Unreadable("refused")
    if not text.strip():
        raise Unreadable("empty", response.finish_reason)
    if len(text) > LONGEST:
        raise Unreadable("too long", f"{len(text):,} characters")
    cut = response.finish_reason == "length"
    value = _read_json_object(text)
    if value is None:
        reason = "cut off" if cut else "no JSON object"
        raise Unreadable("refused" if _REFUSAL.match(text) else reason, text)
    try:
        return form.model_validate(value)
    except ValidationError as error:
        places = (
            f"{'.'.join(map(str, e['loc'])) or 'object'}: {e['msg']}" for e in error.errors()[:5]
        )
        raise Unreadable("cut off" if cut else "wrong form", "; ".join(places)) from error


def _read_json_object(text: str) -> Any:
    """The first object that opens at a brace and can be read to its end."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    # Each try can read the whole text: their number is bounded.
    for _ in range(20):
        if start < 0:
            return None
        try:
            return decoder.raw_decode(text, start)[0]
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
    return None
