"""Materials are told from life by words, in the caption first."""

from __future__ import annotations

import pytest

from builder.tables.topics import find_topic


@pytest.mark.parametrize(
    ("caption", "title", "topic"),
    [
        ("Micrographs of the hardened zone: pure martensite.", "Tempering steel", "materials"),
        ("SEM micrographs of as-cast rods.", "Bulk metallic glass composites", "materials"),
        ("SEM image of the anode after 1000 cycles.", "", "materials"),
        ("SEM image of the solar cell.", "", "materials"),
        ("SEM (left) and TEM (right).", "A cathode for lithium-ion batteries", "materials"),
        ("SEM of osteoblasts on a titanium alloy.", "", "life"),
        ("TEM of silver nanoparticles in bacterial cells.", "Silver nanoparticles", "life"),
        ("Confocal images of HeLa cells.", "A graphene electrode", "life"),
        ("Overview.", "", "life"),
        ("", "", "life"),
    ],
)
def test_topics(caption: str, title: str, topic: str) -> None:
    assert find_topic(caption, title) == topic


def test_the_text_that_mentions_the_figure_is_asked_last() -> None:
    assert find_topic("Overview.", "", ["The steel was etched (Fig. 2)."]) == "materials"
    assert find_topic("HeLa cells.", "", ["The steel was etched (Fig. 2)."]) == "life"
