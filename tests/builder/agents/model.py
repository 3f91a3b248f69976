"""A make-believe model: answers every prompt of the agent in the right form, from the prompt alone.

It stands for no model's quality. With `python -m tests.builder.agents.model PORT` it serves.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from typing import Any

from filtering.text.captions import read_caption
from tests.scoring.models.server import Answer, Body, ChatServer

_STEP = {
    "Facts": "extract",
    "Pairs": "write",
    "Answer": "answer",
    "Same": "compare",
    "Verdict": "verdict",
    "Choices": "choices",
    "Right": "check",
    "Blind": "blind",
    "Shortcut": "reflect",
    "Rewritten": "rewrite",
    "Meaning": "meaning",
    "Level": "bloom",
}
_FIELD = re.compile(r"^(?P<name>[A-Z][\w ,]*):\n?\s*(?P<value>[\"\[].*)$", re.MULTILINE)
_CHOICE = re.compile(r"^([A-D])\. (\".*\")$", re.MULTILINE)


def prompt_of(body: Body) -> str:
    """The user's first turn, which holds what is asked."""
    content = next(m for m in body["messages"] if m["role"] == "user")["content"]
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "text")


def step_of(body: Body) -> str:
    """Name of the prompt."""
    return _STEP[body["response_format"]["json_schema"]["schema"]["title"]]


def fields_of(prompt: str) -> dict[str, Any]:
    """The JSON values of a prompt, by what stands before them."""
    return {m["name"]: json.loads(m["value"]) for m in _FIELD.finditer(prompt)}


def choices_of(prompt: str) -> dict[str, str]:
    """Choices by letter."""
    return {letter: json.loads(text) for letter, text in _CHOICE.findall(prompt)}


def reply_to(body: Body) -> dict[str, Any]:
    """What the model says."""
    prompt = prompt_of(body)
    said: dict[str, Any] = _SAYS[step_of(body)](fields_of(prompt), choices_of(prompt))
    return said


def _extract(fields: dict[str, Any], _: Any) -> dict[str, Any]:
    caption = next(iter(fields.values()))
    facts = []
    for start, end in read_caption(caption).sentences[:2]:
        words = caption[start:end].split()
        if len(words) > 3:
            evidence = caption[start:end]
            answer = " ".join(words[-2:])
            facts.append({"answer": answer, "evidence": evidence, "kind": "end", "visible": True})
    return {"facts": facts}


def _write(fields: dict[str, Any], _: Any) -> dict[str, Any]:
    facts = next(value for value in fields.values() if isinstance(value, list))
    pairs = [
        {
            "fact": fact["fact"],
            "task": ("EU", "HG", "EP")[fact["fact"] % 3],
            "question": f"What does the image show at mark {fact['fact']}?",
            "answer": fact["answer"],
            "statement": f"The image shows {fact['answer']}.",
            "evidence": fact["evidence"],
            "confidence": 0.9,
        }
        for fact in facts
    ]
    return {"pairs": pairs}


def _choices(fields: dict[str, Any], _: Any) -> dict[str, Any]:
    answer = fields["Right answer"]
    return {"distractors": _wrong(answer, "no"), "rationale": "It shows it, and not the others."}


def _wrong(answer: str, word: str) -> list[dict[str, str]]:
    return [{"text": f"{word}{i} {answer}"[:900], "reason": "It does not."} for i in range(3)]


def _blind(_: Any, choices: dict[str, str]) -> dict[str, Any]:
    """Takes the choice with the fewest words: right until the question is rewritten."""
    letter = min(choices, key=lambda c: (len(choices[c].split()), choices[c]))
    return {"reasoning": "It is the shortest.", "choice": letter}


def _check(fields: dict[str, Any], choices: dict[str, str]) -> dict[str, Any]:
    plain = [c for c, text in choices.items() if not re.match(r"(?:no|other)\d ", text)]
    return {"right": plain, "reason": "The caption says so."}


def _rewrite(fields: dict[str, Any], _: Any) -> dict[str, Any]:
    answer = fields["Right answer"]
    wrong = [{"text": f"other{i}", "reason": "It does not."} for i in range(3)]
    wrong = [{**w, "text": f"{w['text']} {answer.split()[0]}"} for w in wrong]
    return {
        "question": "Which is seen?",
        "answer": answer,
        "distractors": wrong,
        "rationale": "It shows it, and not the others.",
    }


_SAYS: dict[str, Any] = {
    "extract": _extract,
    "write": _write,
    "answer": lambda fields, _: {"answer": hashlib.sha256(fields["Question"].encode()).hexdigest()},
    "compare": lambda fields, _: {"same": [True] * len(fields["Answers, in order"])},
    "verdict": lambda *_: {
        "supported": True, "needs_image": True, "probability": 0.75, "reason": "It says so.",
    },
    "choices": _choices,
    "check": _check,
    "blind": _blind,
    "reflect": lambda *_: {"shortcut": "The key is shortest.", "advice": "Make all as short."},
    "rewrite": _rewrite,
    "meaning": lambda *_: {"kept": True, "reason": "It asks for the same."},
    "bloom": lambda *_: {"level": 3, "reason": "It takes knowledge."},
}  # fmt: skip


def answer(body: Body, delay: float = 0.0) -> Answer:
    """What the server sends."""
    return Answer(json.dumps(reply_to(body)), delay=delay)


def main() -> None:
    """Serve until interrupted."""
    delay = float(sys.argv[1]) if len(sys.argv) > 1 else 0.0
    server = ChatServer(lambda body: answer(body, delay))
    print(server.url, flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
