from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.agents.offline.finders import RULES
from builder.agents.offline.techniques import TECHNIQUES
from builder.tables.sieve import Sieve

PATTERNS = [rule.pattern for rule in RULES] + [pattern for _, pattern in TECHNIQUES]


@settings(suppress_health_check=list(HealthCheck), max_examples=200, deadline=None)
@given(st.data())
def test_no_text_that_matches_is_kept_back(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(PATTERNS) - 1))
    pattern = PATTERNS[place]
    text = data.draw(st.from_regex(pattern)) + data.draw(st.text(max_size=20))
    if pattern.search(text):
        assert place in Sieve([(i, p) for i, p in enumerate(PATTERNS)]).passes(text)


@settings(suppress_health_check=list(HealthCheck), max_examples=100, deadline=None)
@given(st.data())
def test_a_rule_starts_no_later_than_its_first_match(data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from([rule for rule in RULES if rule.needs.pattern]))
    text = "Cells, so we see, in it " + data.draw(st.from_regex(rule.pattern))
    match = rule.pattern.search(text)
    if match:
        assert 0 <= rule.find_start(text) <= match.start()
