"""One way to ask a model for a form: with the schema, checked, repaired once, and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from builder.agents.costs import CostLog
from builder.agents.models.batching import Batcher
from builder.agents.models.parsing import Unreadable, parse
from builder.agents.models.prompts import Prompt, repair_turn
from builder.agents.unusable import Unusable
from scoring.models import (
    BudgetSpent,
    Client,
    FatalError,
    Image,
    Message,
    ModelError,
    Request,
    RequestError,
    Response,
    TransientError,
)
from scoring.models.records import canonical

Form = TypeVar("Form", bound=BaseModel)
Check = Callable[[Form], Sequence[str]]

_ECHO = 4000
_NO_SCHEMA = re.compile(r"response_format|json_?schema|structured|guided|grammar", re.IGNORECASE)


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
    """Asks a client for forms. Its `ended` is why no more can be sent, once that is so."""

    def __init__(self, client: Client, log: CostLog) -> None:
        self._client, self._log = client, log
        self._batcher = Batcher(client)
        self._has_schemas = True
        self._failed = 0
        self.ended: ModelError | None = None

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

        `check` says what is wrong with a form; what it still finds after the repair is left to
        the caller. Raises BudgetSpent, or FatalError where no request can work.
        """
        first = Request(
            prompt.messages(values, image), prompt.max_tokens, temperature, seed, prompt.schema
        )
        response, form, lost = await self._once(prompt, first, check)
        if lost is None:
            return Reply(form, served_by=response.served_by if response else "")
        if response is None:
            return Reply(None, lost.reason, (lost,))
        again = replace(first, messages=(*first.messages, *_repair(response, lost)))
        second, repaired, still = await self._once(prompt, again, check)
        if repaired is not None:
            kept = replace(lost, repaired=True)
            return Reply(repaired, "", (kept,), second.served_by if second else "")
        both = (lost, *([still] if still else []))
        return Reply(form, "" if form else lost.reason, both, response.served_by)

    async def _once(
        self, prompt: Prompt[Form], request: Request, check: Check[Form] | None
    ) -> tuple[Response | None, Form | None, Unusable | None]:
        """The response, the form that it holds, and what is wrong with it."""
        try:
            response = await self._send(prompt.name, request)
        except (RequestError, TransientError) as error:
            return None, None, self._unusable(prompt, request, "no reply", str(error))
        try:
            form = parse(response, prompt.form)
        except Unreadable as error:
            return response, None, self._unusable(prompt, request, error.reason, error.detail)
        if check and (problems := check(form)):
            detail = "; ".join(problems)
            return response, form, self._unusable(prompt, request, "content refused", detail)
        return response, form, None

    def _unusable(
        self, prompt: Prompt[Form], request: Request, reason: str, detail: str
    ) -> Unusable:
        sent = request if self._has_schemas else replace(request, schema=None)
        key = sent.key(self._client.backend.name, self._client.backend.revision)
        digest = sha256(canonical(key).encode("utf-8", "replace")).hexdigest()
        return Unusable(prompt.version, digest, reason, detail[:500])

    async def _send(self, step: str, request: Request) -> Response:
        if self.ended is not None:
            raise self.ended
        try:
            response = await self._with_or_without_schema(request)
        except (BudgetSpent, FatalError) as error:
            self.ended = self.ended or error
            raise
        except (RequestError, TransientError) as error:
            self._count_failure(error)
            raise
        self._failed = 0
        self._log.add(step, response)
        return response

    async def _with_or_without_schema(self, request: Request) -> Response:
        if self._has_schemas:
            try:
                return await self._batcher.complete(request)
            except RequestError as error:
                if not _NO_SCHEMA.search(str(error)):
                    raise
                self._has_schemas = False
        return await self._batcher.complete(replace(request, schema=None))

    def _count_failure(self, error: ModelError) -> None:
        """Ends the run where request after request fails: the server is gone."""
        self._failed += 1
        if self._failed >= max(10, 2 * self._client.backend.concurrency):
            self.ended = FatalError(f"{self._failed} requests in a row failed; the last: {error}")
            raise self.ended


def _repair(response: Response, lost: Unusable) -> tuple[Message, Message]:
    said = Message("assistant", (response.text[:_ECHO] or "(empty)",))
    return said, Message("user", (repair_turn([lost.problem]),))
