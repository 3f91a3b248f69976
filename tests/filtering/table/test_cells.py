"""Captions and images in the forms that cells of tables have them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filtering.table.caption_cells import CellError, read_caption
from filtering.table.image_cells import decode_base64, read_image_cell
from tests.filtering.image_forms import FORMS

PNG = FORMS["palette"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("HeLa cells.", "HeLa cells."),
        ({"en": "Cells.", "de": "Zellen."}, "Cells."),
        ({"de": "Zellen.", "en-GB": "Cells."}, "Cells."),
        ({"text": "Cells.", "id": 3}, "Cells."),
        ({"caption": "Cells.", "title": "Figure", "other": None}, "Figure. Cells."),
        ({"figure legend": "Cells."}, "Cells."),
        ({"A": "Cells", "B": "Nuclei."}, "(A) Cells. (B) Nuclei."),
        (["Cells", "Nuclei.", "Cells"], "Cells. Nuclei."),
        ([{"lang": "fr", "text": "Noyaux"}, {"lang": "en", "text": "Nuclei"}], "Nuclei"),
        ({"language": ["de", "en"], "translation": ["Kerne", "Nuclei"]}, "Nuclei"),
        ('{"en": "Cells."}', "Cells."),
        ('["Cells", "Nuclei"]', "Cells. Nuclei"),
        ("[A] Cells of [12]", "[A] Cells of [12]"),
        ("[12]", "[12]"),
        ({"en": None}, ""),
        ([], ""),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_captions_are_texts_whatever_holds_them(value: Any, text: str) -> None:
    assert read_caption(value) == text


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"de": "Zellen.", "fr": "Cellules."}, "not in English, but in: de, fr"),
        ([{"lang": "de", "text": "Zellen."}], "not in English"),
        ({"alpha beta": "Cells.", "gamma delta": "Nuclei."}, "keys alpha beta, gamma delta"),
        ("['Cells', 'Nuclei']", "printed Python list"),
        (12, "is a int, no text"),
    ],
)
def test_captions_that_cannot_be_told_are_refused_in_words(value: Any, why: str) -> None:
    with pytest.raises(CellError, match=why):
        read_caption(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["en", "de", "text", "A", "b", "x y", "language"]), inner)
    ),
    max_leaves=6,
)


@given(JSON)
def test_any_caption_is_text_or_refused_and_json_text_of_it_says_the_same(value: Any) -> None:
    try:
        text = read_caption(value)
    except CellError as error:
        assert 0 < len(str(error)) <= 500
        return
    assert isinstance(text, str)
    if isinstance(value, dict | list) and text:
        assert read_caption(json.dumps(value)) == text


@given(st.binary(min_size=60, max_size=200), st.booleans(), st.booleans(), st.integers(1, 80))
def test_base64_is_decoded_in_any_alphabet_padding_and_line_length(
    tail: bytes, safe: bool, padded: bool, width: int
) -> None:
    data = b"\x89PNG\r\n\x1a\n" + tail
    text = (base64.urlsafe_b64encode if safe else base64.b64encode)(data).decode()
    text = text if padded else text.rstrip("=")
    lines = "\r\n".join(text[n : n + width] for n in range(0, len(text), width))
    assert decode_base64(lines) == data
    for cell in (
        *(lines, f"data:image/png;base64,{lines}", f"data:image/png;name=a.png;base64,{text}"),
        *({"bytes": lines, "path": None}, {"bytes": list(data)}, data, {"base64": text}),
    ):
        assert read_image_cell(cell) == ("", data)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("https://example.org/a.png", "a URL, which is not fetched"),
        ("data:image/svg+xml;utf8,<svg/>", "data URL of image/svg"),
        ("data:image/png;base64,iVBOR*", "base64 is broken"),
        ("b'\\x89PNG\\r\\n'", "what Python prints"),
        ("{'bytes': b'\\x89PNG'}", "what Python prints"),
        ("A" * 5000, "format that is not read"),
        ("no image, " * 500, "neither path nor base64"),
        ([[[0, 0], [1, 1]]], "list of pixels"),
        ({"bytes": [300]}, "not of bytes"),
        (7, "is a int"),
    ],
)
def test_cells_without_an_image_say_what_they_are(value: Any, why: str) -> None:
    with pytest.raises(CellError, match=why) as caught:
        read_image_cell(value)
    assert len(str(caught.value)) <= 500


@pytest.mark.parametrize("path", ["a.png", "images/a", "/9j/a.jpg", "A" * 60, "x" * 100 + ".png"])
def test_paths_stay_paths(path: str) -> None:
    assert read_image_cell(path) == (path, None)
