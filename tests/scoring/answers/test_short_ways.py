"""What makes extraction quick changes nothing of what it finds."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Extraction, extract
from scoring.answers import cues, doubts, extraction
from scoring.answers.labels import Labels
from scoring.answers.option_text import OptionTexts
from scoring.answers.phrases import Openings, find_some
from scoring.answers.reply import ReplyText
from scoring.answers.spelling import normalise
from tests.scoring.cases import cases, fresh_responses, kinds_of_responses

OPTIONS = ["Prophase", "Metaphase", "Anaphase", "Telophase"]
PHRASES = [(cue.pattern, cue.first, cue.needs) for cue in cues.CUES if cue.first]
PHRASES.append((cues.TEXT_PREDICATE, cues.TEXT_PREDICATE_FIRST, cues.TEXT_PREDICATE_NEEDS))
ENGLISH = [(doubts.NONE_OF, cues.NONE_FIRST), (doubts.ALL_OF, cues.ALL_FIRST)]
WORDS = """the answer is it's not none of no option all above (b). b a best choice: i think we
would say so therefore must be, that match points to consistent with most likely could probably
option 2 second thoughts change to actually - wait respuesta la antwort ist réponse es"""


def _reply(text: str) -> ReplyText:
    return ReplyText(normalise(text), Labels(OptionTexts(OPTIONS), "letters"))


def _agree(text: str) -> None:
    reply = _reply(text)
    phrases: list[tuple[re.Pattern[str], Openings, tuple[str, ...]]] = [*PHRASES]
    if text.isascii():
        phrases += [(pattern, first, ()) for pattern, first in ENGLISH]
    for pattern, first, needs in phrases:
        found = [m.span() for m in reply.match_phrase(pattern, first, needs)]
        assert found == [m.span() for m in find_some(pattern, reply.lower)], (text, pattern)


def test_openings_find_every_match_of_a_phrase() -> None:
    for case in [*cases(), *fresh_responses(), *kinds_of_responses()]:
        _agree(case.response or "")


@given(st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join))
@settings(deadline=None)
def test_openings_find_every_match_in_any_order_of_words(text: str) -> None:
    _agree(text)


def _both_ways(
    response: str | None, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Extraction, Extraction]:
    short = extract(response, options, labels="letters")
    with monkeypatch.context() as patch:
        patch.setattr(extraction, "read_final_label", lambda text, labels: None)
        return short, extract(response, options, labels="letters")


def test_the_short_way_gives_what_the_long_way_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    for case in [*cases(), *fresh_responses(), *kinds_of_responses()]:
        for before in ("", "The cells are round, as is usual. ", "It shows a plate.\n\n" * 40):
            response = before + (case.response or "")
            short, long = _both_ways(response, case.options, monkeypatch)
            assert short == long, response


@pytest.mark.parametrize(
    "piece", ["The answer is B. ", "is the ", "I see a cell. ", "A, B, ", "no, "]
)
def test_ten_times_the_text_takes_at_most_fifteen_times_as_long(piece: str) -> None:
    def seconds(size: int) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            extract((piece * size)[:size], OPTIONS)
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(50_000) < 15 * max(seconds(5_000), 0.001)
