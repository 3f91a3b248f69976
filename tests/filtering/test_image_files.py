from __future__ import annotations

import datasets
import numpy as np
import pytest

from filtering.image_files import ImageError, decode_image, looks_alike_everywhere
from tests.filtering.image_forms import ALIKE, FORMS, PICTURE, encode


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_seen_as_the_same_upright_picture(form: str) -> None:
    image = decode_image(FORMS[form])
    assert (image.mode, image.size) == ("RGB", (72, 48))
    seen = np.asarray(image.convert("L"), np.int16)
    # Greys of 16-bit and floating-point files are stretched, so they are compared by their order.
    assert np.abs(seen - PICTURE)[8:-8, 8:-8].max() <= 30
    assert looks_alike_everywhere(FORMS[form]) == (form in ALIKE)


@pytest.mark.parametrize("form", [f for f in FORMS if f.startswith("EXIF")])
def test_size_is_the_one_that_datasets_gives(form: str) -> None:
    theirs = datasets.Image().decode_example({"bytes": FORMS[form], "path": None})
    assert decode_image(FORMS[form]).size == theirs.size


def test_a_file_that_datasets_cannot_open_is_refused() -> None:
    from PIL import Image, PngImagePlugin

    xmp = PngImagePlugin.PngInfo()
    xmp.add(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0\xa8\xff")
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0"
    picture = Image.fromarray(PICTURE)
    for data in (encode(picture, "PNG", pnginfo=xmp), encode(picture, "JPEG", exif=exif)):
        try:
            datasets.Image().decode_example({"bytes": data, "path": None})
        except Exception:
            with pytest.raises(ImageError, match="image is broken"):
                decode_image(data)
        else:
            assert decode_image(data).size in ((72, 48), (48, 72))


def test_formats_that_are_not_read_say_what_to_do() -> None:
    with pytest.raises(ImageError, match="save it as PNG"):
        decode_image(b"\0\0\0\x1cftypavif" + bytes(100))
    with pytest.raises(ImageError, match="save it as PNG"):
        decode_image(b"II*\0" + bytes(100))
