from __future__ import annotations

from pathlib import Path

from builder.sources.rows import split_location


def test_settings_begin_after_the_longest_path_that_exists(tmp_path: Path) -> None:
    odd = tmp_path / "what?caption=this"
    odd.mkdir()
    assert split_location(f"{odd}") == (f"{odd}", {})
    assert split_location(f"{odd}?license=right") == (f"{odd}", {"license": "right"})
    assert split_location(f"{tmp_path}?caption=a?b") == (f"{tmp_path}", {"caption": "a?b"})
    assert split_location("ORG/name?split=test") == ("ORG/name", {"split": "test"})
