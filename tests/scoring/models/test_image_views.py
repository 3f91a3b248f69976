from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image as Pictures

from scoring.models.image_views import open_as_rgb
from scoring.models.openai_chat import make_data_url
from scoring.models.records import Image
from tests.filtering.image_forms import ALIKE, FORMS, PICTURE


@pytest.mark.parametrize("form", FORMS)
def test_models_see_the_same_upright_picture_in_every_form(form: str) -> None:
    sent = make_data_url(Image(FORMS[form])).partition(",")[2]
    assert (base64.b64decode(sent) == FORMS[form]) == (form in ALIKE and form != "BMP")
    # A server opens what is sent without a thought for modes and tags.
    server = Pictures.open(io.BytesIO(base64.b64decode(sent))).convert("RGB")
    for picture in (open_as_rgb(FORMS[form]), server):
        assert (picture.mode, picture.size) == ("RGB", (72, 48))
        seen = np.asarray(picture.convert("L"), np.int16)
        assert np.abs(seen - PICTURE)[8:-8, 8:-8].max() <= 30
