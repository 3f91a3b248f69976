"""Article packages in the dialects and with the damage that archives have."""

from __future__ import annotations

import errno
import gzip
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from builder.sources.base import SourceError
from builder.sources.pmc_oa import PmcOaSource, packages
from builder.tables.records import Figure, Rejection

Items = list[Figure | Rejection]
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
CC_BY = '<license xlink:href="http://creativecommons.org/licenses/by/4.0/"/>'


def picture(color: str = "red", format: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 24), color).save(buffer, format)
    return buffer.getvalue()


def fig(id: str = "f1", href: str = "f1", caption: str = "<p>Cells.</p>", extra: str = "") -> str:
    graphic = f'<graphic xlink:href="{href}"/>' if href else ""
    body = f"<caption>{caption}</caption>" if caption else ""
    return f'<fig id="{id}"><label>Figure 1</label>{body}{graphic}{extra}</fig>'


def article(body: str = "", ids: str = "", permissions: str = CC_BY, prolog: str = "") -> bytes:
    ids = ids or '<article-id pub-id-type="doi">10.1/x.7</article-id>'
    authors = "".join(
        f'<contrib contrib-type="author"><name><surname>{n}</surname>'
        "<given-names>Ada</given-names></name></contrib>"
        for n in ("One", "Two", "Three", "Four")
    )
    front = (
        "<front><journal-meta><journal-title>J Cell</journal-title></journal-meta><article-meta>"
        f"{ids}<title-group><article-title>On <italic>cells</italic></article-title></title-group>"
        f"<contrib-group>{authors}</contrib-group><pub-date><year>2020</year></pub-date>"
        f"<permissions>{permissions}</permissions></article-meta></front>"
    )
    return f"{prolog}<article {XLINK}>{front}<body>{body}</body></article>".encode()


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def archive(path: Path, files: dict[str, bytes], *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            tar.addfile(member)
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def read(location: Path) -> Items:
    source = PmcOaSource(str(location))
    return [item for partition in source.partitions() for item in source.read(partition)]


def figures(items: Items) -> list[Figure]:
    return [item for item in items if isinstance(item, Figure)]


def reasons(items: Items) -> list[str]:
    return [item.reason for item in items if isinstance(item, Rejection)]


def test_a_figure_carries_its_article_licence_and_untouched_image(tmp_path: Path) -> None:
    body = '<p>See <xref ref-type="fig" rid="f1">Fig. 1</xref>.</p>' + fig(
        caption="<title>Mitosis</title><p>(<bold>A</bold>) Confocal image. "
        "(<bold>B</bold>) Plot.</p>"
    )
    ids = '<article-id pub-id-type="pmc">123</article-id>'
    image = picture()
    write(tmp_path / "any", {"a.nxml": article(body, ids), "f1.jpg": image})
    (figure,) = figures(read(tmp_path / "any"))
    assert figure.figure_id == "PMC123/f1"
    assert figure.caption == "Mitosis. (A) Confocal image. (B) Plot."
    assert (figure.label, figure.title, figure.panels) == ("Figure 1", "Mitosis", ["A", "B"])
    assert figure.mentions == ["See Fig. 1."]
    assert figure.image == {"bytes": image, "path": "f1.jpg"}
    assert (figure.width, figure.height, figure.license) == (32, 24, "CC-BY-4.0")
    assert figure.authors[0] == "Ada One"
    assert figure.is_microscopy
    assert figure.attribution == (
        "Ada One et al. On cells. J Cell, 2020. "
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123/ "
        "Licence: CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0/)."
    )


@pytest.mark.parametrize(
    ("href", "names", "chosen"),
    [
        ("f1", ["f1.jpg"], "f1.jpg"),
        ("f1.tif", ["f1.jpg"], "f1.jpg"),
        ("pone.1.g001", ["pone.1.g001.gif", "pone.1.g001.jpg"], "pone.1.g001.jpg"),
        ("F1.GIF", ["f1.gif", "f1.jpg"], "f1.gif"),
        ("info:doi/10.1/f1", ["img/f1.png"], "f1.png"),
        ("../../etc/f1.jpg", ["f1.jpg"], "f1.jpg"),
        ("f1.eps", ["f1.jpg"], "f1.jpg"),
        ("F1.PDF", ["f1.JPG"], "f1.JPG"),
        ("img/my%20fig.tif", ["img/my fig.jpg"], "my fig.jpg"),
        ("f1.jpg?download=1", ["f1.jpg"], "f1.jpg"),
        ("b/f1.jpg", ["a/f1.png", "b/f1.jpg"], "f1.jpg"),
        ("gr1", ["gr1.jpg", "gr1_lrg.jpg"], "gr1.jpg"),
        ("F1.large.jpg", ["f1.gif"], "f1.gif"),
        ("f1", ["f1-hires.png"], "f1-hires.png"),
        ("gr1", ["1-s2.0-S0092867417300065-gr1.jpg"], "1-s2.0-S0092867417300065-gr1.jpg"),
        ("info:doi/10.1371/journal.pone.01.g001", ["pone.01.g001.jpg"], "pone.01.g001.jpg"),
    ],
)
def test_references_find_files_of_the_package(
    tmp_path: Path, href: str, names: list[str], chosen: str
) -> None:
    write(tmp_path / "p", {"a.nxml": article(fig(href=href)), **dict.fromkeys(names, picture())})
    items = read(tmp_path / "p")
    assert [figure.image["path"] for figure in figures(items)] == [chosen]
    assert reasons(items) == ["other format of a figure"] * (len(names) - 1)


@pytest.mark.parametrize(
    "names", [["appendix-f1.jpg"], ["f11.jpg"], ["2017001-f1.jpg", "2017002-f1.jpg"]]
)
def test_another_image_is_not_taken_for_a_missing_one(tmp_path: Path, names: list[str]) -> None:
    write(tmp_path / "p", {"a.nxml": article(fig()), **dict.fromkeys(names, picture())})
    assert reasons(read(tmp_path / "p"))[0] == "image file missing"


def test_folders_tell_files_of_one_name_apart(tmp_path: Path) -> None:
    body = fig("f1", "a/f1.jpg") + fig("f2", "b/f1.jpg")
    files = {"a/f1.jpg": picture("red"), "b/f1.jpg": picture("blue")}
    write(tmp_path / "p", {"a.nxml": article(body), **files})
    images = [figure.image["bytes"] for figure in figures(read(tmp_path / "p"))]
    assert images == list(files.values())


TWO = {"f1.jpg": picture("red"), "f2.jpg": picture("blue")}


def test_each_picture_of_a_figure_is_one(tmp_path: Path) -> None:
    body = fig(extra='<graphic xlink:href="f2"><caption><p>More.</p></caption></graphic>')
    write(tmp_path / "p", {"a.nxml": article(body), **TWO})
    first, second = figures(read(tmp_path / "p"))
    assert (first.figure_id, second.figure_id) == ("10.1_x.7/f1", "10.1_x.7/f1-g2")
    assert (first.caption, second.caption) == ("Cells.", "Cells. More.")
    assert second.label == "Figure 1 (image 2 of 2)"


@pytest.mark.parametrize(
    "graphics",
    [
        '<alternatives><graphic xlink:href="f1"/><graphic xlink:href="f2"/></alternatives>',
        '<alternatives><graphic xlink:href=""/><graphic xlink:href="f1"/></alternatives>',
        '<graphic specific-use="web" xlink:href="f1"/><graphic specific-use="print" '
        'xlink:href="f2"/>',
        '<graphic xlink:href="f1.jpg"/><graphic xlink:href="f1.tif"/><graphic '
        'content-type="thumbnail" xlink:href="f2"/>',
        '<media xlink:href="f1.jpg"/>',
        '<p><inline-graphic xlink:href="f1"/></p>',
    ],
)
def test_forms_of_one_picture_are_one_figure(tmp_path: Path, graphics: str) -> None:
    write(tmp_path / "p", {"a.nxml": article(fig(href="", extra=graphics)), "f1.jpg": picture()})
    assert [figure.image["path"] for figure in figures(read(tmp_path / "p"))] == ["f1.jpg"]


def test_the_image_of_a_group_has_the_captions_of_all_its_figures(tmp_path: Path) -> None:
    body = (
        '<fig-group id="g"><caption><title>Both</title></caption><graphic xlink:href="f1"/>'
        + fig("a", "", "<p>Cells</p>")
        + fig("b", "", "<p>Mice.</p>")
        + "</fig-group>"
    )
    write(tmp_path / "p", {"a.nxml": article(body), "f1.jpg": picture()})
    items = read(tmp_path / "p")
    (figure,) = figures(items)
    assert (figure.figure_id, figure.caption) == ("10.1_x.7/g", "Both. Cells. Mice.")
    assert reasons(items) == ["figure names no image"] * 2


def test_a_graphic_with_a_caption_is_a_figure_in_all_but_name(tmp_path: Path) -> None:
    graphic = GRAPHIC.replace("/>", "><label>Figure 1</label><caption><p>Cells.</p></caption>")
    write(tmp_path / "p", {"a.nxml": article(f"{graphic}</graphic>"), "f1.jpg": picture()})
    items = read(tmp_path / "p")
    assert [(x.label, x.caption) for x in figures(items)] == [("Figure 1", "Cells.")]
    assert reasons(items) == []


def test_figures_in_several_languages_come_in_once_in_english(tmp_path: Path) -> None:
    group = "<fig-group>" + fig("es", caption="<p>Células.</p>") + fig("en") + "</fig-group>"
    marked = group.replace('id="e', 'xml:lang="es" id="e', 1).replace(
        'id="en', 'xml:lang="en" id="en'
    )
    write(tmp_path / "p", {"a.nxml": article(marked), "f1.jpg": picture()})
    items = read(tmp_path / "p")
    assert [figure.caption for figure in figures(items)] == ["Cells."]
    assert "translation of another figure" in reasons(items)


def test_a_translated_article_lends_its_captions(tmp_path: Path) -> None:
    xml = article(fig(caption="<p>Células.</p>")).replace(b"<article ", b'<article xml:lang="es" ')
    part = '<sub-article article-type="translation" xml:lang="en"><body>' + fig("f1en") + "</body>"
    data = xml.replace(b"</article>", f"{part}</sub-article></article>".encode())
    write(tmp_path / "p", {"a.nxml": data, "f1.jpg": picture()})
    items = read(tmp_path / "p")
    assert [(x.figure_id, x.caption) for x in figures(items)] == [("10.1_x.7/f1", "Cells.")]
    assert reasons(items) == ["not a figure: sub-article"]


@pytest.mark.parametrize(
    "body",
    [
        f"<boxed-text><p>Box</p>{fig()}</boxed-text>",
        f"<p>See {fig()}</p>",
        f"<sec><app-group><app>{fig()}</app></app-group></sec>",
        fig().replace("<fig ", '<fig specific-use="child-fig" '),
        f"<fig id='o'><caption><p>All.</p></caption>{fig()}</fig>",
    ],
)
def test_figures_are_found_wherever_they_stand(tmp_path: Path, body: str) -> None:
    write(tmp_path / "p", {"a.nxml": article(body), "f1.jpg": picture()})
    assert [figure.figure_id for figure in figures(read(tmp_path / "p"))] == ["10.1_x.7/f1"]


def test_hrefs_never_leave_the_package(tmp_path: Path) -> None:
    write(tmp_path, {"p/a.nxml": article(fig(href="../outside.jpg")), "outside.jpg": picture()})
    assert reasons(read(tmp_path)) == ["image file missing"]


GRAPHIC = '<graphic xlink:href="f1"/>'
NOT_FIGURES = {
    "not a figure: formula": f"<disp-formula>{GRAPHIC}</disp-formula>",
    "not a figure: table": f"<table-wrap><alternatives>{GRAPHIC}</alternatives></table-wrap>",
    "not a figure: boxed text": f"<boxed-text>{GRAPHIC}</boxed-text>",
    "not a figure: author photo": f"<bio>{fig()}</bio>",
    "not a figure: inline graphic": '<p><inline-graphic xlink:href="f1"/></p>',
    "not a figure: supplementary material": (
        f"<supplementary-material>{fig()}</supplementary-material>"
    ),
    "not a figure: graphic outside of a figure": f"<p>{GRAPHIC}</p>",
    "not a figure: sub-article": f"<sub-article><body>{fig()}</body></sub-article>",
    "image is not referenced": "",
    "figure names no image": fig(href="", extra='<media mimetype="video" xlink:href="f1"/>'),
    "no caption": fig(caption=""),
}


@pytest.mark.parametrize(("reason", "body"), NOT_FIGURES.items())
def test_what_is_no_figure_is_rejected_with_its_reason(
    tmp_path: Path, reason: str, body: str
) -> None:
    write(tmp_path / "p", {"a.nxml": article(body), "f1.jpg": picture()})
    items = read(tmp_path / "p")
    assert figures(items) == []
    assert reason in reasons(items)
    assert any(item.location.endswith("f1.jpg") for item in items if isinstance(item, Rejection))


def test_formula_graphics_without_files_are_counted_once(tmp_path: Path) -> None:
    body = '<p><inline-formula><inline-graphic xlink:href="e1"/></inline-formula></p>' * 300
    write(tmp_path / "p", {"a.nxml": article(body)})
    (rejection,) = read(tmp_path / "p")
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.detail[:4]) == ("not a figure: formula", "300 ")


def test_groups_supplements_floats_and_repeated_ids(tmp_path: Path) -> None:
    group = (
        '<fig-group id="g"><label>Figure 2</label><caption><title>Both</title></caption>'
        + fig("f1")
        + fig("f1", "f2")
        + '</fig-group><p>In <xref ref-type="fig" rid="g">Fig. 2</xref></p>'
    )
    files = {"f1.jpg": picture(), "f2.jpg": picture("blue"), "f3.jpg": picture("lime")}
    xml = article(group).replace(
        b"</article>", b"<floats-group>" + fig("f3", "f3").encode() + b"</floats-group></article>"
    )
    write(tmp_path / "p", {"a.nxml": xml, **files})
    first, second, third = figures(read(tmp_path / "p"))
    assert (first.figure_id, second.figure_id) == ("10.1_x.7/f1", "10.1_x.7/f1-n2")
    assert first.caption == "Both. Cells."
    assert (first.label, first.mentions) == ("Figure 2 Figure 1", ["In Fig. 2"])
    assert third.mentions == []


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (f"<permissions>{CC_BY.replace('by/', 'by-nc/')}</permissions>", "CC-BY-NC-4.0"),
        ("<permissions><copyright-holder>Elsevier</copyright-holder></permissions>", "unknown"),
        ("<attrib>Reprinted from [3] with permission.</attrib>", "unknown"),
        ("<caption><p>HeLa. Adapted from Smith et al. (2010).</p></caption>", "unknown"),
        ("<p>Image courtesy of Dr. Smith.</p>", "unknown"),
        (
            '<alternatives><graphic xlink:href="f1"><attrib>© 2009 Springer</attrib></graphic>'
            "</alternatives>",
            "unknown",
        ),
        ('<p><xref ref-type="fn" rid="n1">*</xref></p>', "unknown"),
        (
            f"<permissions>{CC_BY.replace('by/4.0/', 'by-nc/2.0/uk/')}</permissions>",
            "CC-BY-NC-2.0-UK",
        ),
        ("<permissions><copyright-year>2020</copyright-year></permissions>", "CC-BY-4.0"),
        ("<attrib>This image is licensed under CC BY-NC-ND 4.0.</attrib>", "CC-BY-NC-ND-4.0"),
        ("", "CC-BY-4.0"),
    ],
)
def test_a_figure_may_have_its_own_licence(tmp_path: Path, extra: str, expected: str) -> None:
    note = '<p><fn id="n1"><p>Reprinted with permission from Elsevier.</p></fn></p>'
    write(tmp_path / "p", {"a.nxml": article(fig(extra=extra) + note), "f1.jpg": picture()})
    (figure,) = figures(read(tmp_path / "p"))
    assert figure.license == expected
    assert bool(figure.license_reason) == (expected in ("unknown", "CC-BY-NC-ND-4.0"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '<p>In <xref rid="f1">Figure 1</xref> (reproduced with permission) we see.</p>',
            "unknown",
        ),
        ("<ack><p>We thank Dr. Smith for providing the image in Figure 1.</p></ack>", "unknown"),
        ("<ack><p>We thank Dr. Smith for providing cells used in Figure 1.</p></ack>", "CC-BY-4.0"),
        ("<ack><p>Figure 12 was reproduced with permission.</p></ack>", "CC-BY-4.0"),
        (
            '<p>Cells as in <xref rid="f1">Figure 1</xref> were modified by Smith et al.</p>',
            "CC-BY-4.0",
        ),
    ],
)
def test_the_article_may_say_whose_a_figure_is(tmp_path: Path, text: str, expected: str) -> None:
    write(tmp_path / "p", {"a.nxml": article(text + fig()), "f1.jpg": picture()})
    assert [figure.license for figure in figures(read(tmp_path / "p"))] == [expected]


OLD = "<copyright-statement>An open-access article under the Creative Commons Attribution License."
NOTE = "<author-notes><fn><p>This is an open-access article under a Creative Commons Attribution "
DIALECTS = {
    "copyright-statement": (f"<permissions>{OLD}</copyright-statement></permissions>", "CC-BY"),
    "beside permissions": (f"{OLD}</copyright-statement>", "CC-BY"),
    "NLM 2.3": (f"<license><p>{OLD[21:]}</p></license>", "CC-BY"),
    "attribute": ('<license license-type="creativeCommonsBy-nc"/>', "CC-BY-NC"),
    "footnote": (f"{NOTE}Licence.</p></fn></author-notes>", "CC-BY"),
    "two licences": (
        f"<permissions>{CC_BY}{CC_BY.replace('by/', 'by-nc-nd/')}</permissions>",
        "CC-BY-NC-ND-4.0",
    ),
    "other terms": (
        f'<permissions>{CC_BY}<license xlink:href="http://x.org/terms"/></permissions>',
        "unknown",
    ),
    "text mining": (
        f'<permissions>{CC_BY}<license license-type="tdm" xlink:href="http://x.org"/>'
        "</permissions>",
        "CC-BY-4.0",
    ),
    "author manuscript": (
        "<permissions><license><license-p>Users may view, print, copy, and download text and "
        "data-mine the content, for the purposes of academic research</license-p></license>"
        "</permissions>",
        "unknown",
    ),
    "reserved": ("<copyright-statement>All rights reserved</copyright-statement>", "unknown"),
}


@pytest.mark.parametrize(("rights", "expected"), DIALECTS.values(), ids=DIALECTS)
def test_licences_stand_in_many_places(tmp_path: Path, rights: str, expected: str) -> None:
    xml = article(fig()).decode()
    start, end = xml.index("<permissions>"), xml.index("</permissions>") + len("</permissions>")
    data = (xml[:start] + rights + xml[end:]).encode()
    write(tmp_path / "p", {"a.nxml": data, "f1.jpg": picture()})
    (figure,) = figures(read(tmp_path / "p"))
    assert figure.license == expected
    assert bool(figure.license_reason) == (expected == "unknown")


def laughs() -> str:
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    return f'<!DOCTYPE article [<!ENTITY l0 "ha">{levels}]>'


XXE = '<!DOCTYPE article [<!ENTITY x SYSTEM "SECRET">]>'
BAD_XML = {
    "empty": (b"", "XML is broken"),
    "cut short": (article(fig())[:-40], "XML is broken"),
    "NUL": (article(fig()).replace(b"Cells", b"Ce\x00lls"), "XML is broken"),
    "surrogate": (article(fig()).replace(b"Cells", b"\xed\xa0\x80"), "XML is broken"),
    "surrogate reference": (article(fig()).replace(b"Cells", b"&#xD800;"), "XML is broken"),
    "billion laughs": (article(fig(caption="<p>&l11;</p>"), prolog=laughs()), "XML"),
    "laughing attribute": (article('<p id="&l11;"/>', prolog=laughs()), "XML"),
    "external entity": (article(fig(caption="<p>&x;</p>"), prolog=XXE), "XML declares entities"),
    "deep": (article("<p>" * 230 + "</p>" * 230), "XML is nested too deeply"),
    "deeper": (article("<p>" * 9000 + "</p>" * 9000), "XML is"),
    "web page": (b"<html><body/></html>", "XML is not an article"),
}


@pytest.mark.parametrize(("data", "reason"), BAD_XML.values(), ids=BAD_XML)
def test_bad_xml_is_rejected_and_the_run_goes_on(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "secret").write_text("secret words")
    data = data.replace(b"SECRET", (tmp_path / "secret").as_uri().encode())
    write(tmp_path / "a", {"a.nxml": data, "f1.jpg": picture()})
    write(tmp_path / "b", {"b.nxml": article(fig()), "f1.jpg": picture()})
    first, second = read(tmp_path)
    assert isinstance(first, Rejection)
    assert first.reason.startswith(reason)
    assert "secret words" not in repr(first)
    assert isinstance(second, Figure)


def test_entities_of_the_dtd_are_characters(tmp_path: Path) -> None:
    prolog = '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "http://127.0.0.1:9/jats.dtd">'
    xml = article(fig(caption="<p>5&#160;&micro;m &amp; &alpha;</p>"), prolog=prolog)
    write(tmp_path / "p", {"a.nxml": xml, "f1.jpg": picture()})
    assert [figure.caption for figure in figures(read(tmp_path / "p"))] == ["5 µm & α"]


def bomb() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "image is empty"),
        (picture()[:200], "image is broken"),
        (b"<svg/>", "image format is unknown"),
        (bomb(), "image is too large"),
    ],
)
def test_bad_images_are_rejected_by_name(tmp_path: Path, data: bytes, reason: str) -> None:
    write(tmp_path / "p", {"a.nxml": article(fig()), "f1.jpg": data})
    (rejection,) = read(tmp_path / "p")
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.location) == (reason, "p/f1.jpg")


def test_archives_are_read_in_memory_and_odd_members_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("p/f1.jpg")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device = tarfile.TarInfo("p/zero.png")
    device.type = tarfile.CHRTYPE
    odd = {"../evil.jpg": b"1", "/abs.jpg": b"2", "p/x/../y.jpg": b"3", "p/\udcff.jpg": picture()}
    good = {"p/a.nxml": article(fig()), "p/f1.png": picture("red", "PNG")}
    archive(tmp_path / "p.tar.gz", {**odd, **good}, link, device)
    before = sorted(tmp_path.rglob("*"))
    items = read(tmp_path / "p.tar.gz")
    assert [figure.image["path"] for figure in figures(items)] == ["f1.png"]
    assert sorted(reasons(items)) == [
        "image is not referenced",
        "link is not followed",
        "link is not followed",
        "unsafe name in archive",
        "unsafe name in archive",
        "unsafe name in archive",
    ]
    for item in items:
        repr(item).encode()
    assert sorted(tmp_path.rglob("*")) == before


def test_broken_archives_are_rejected(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.tar.gz", {"a.nxml": article(fig()), "f1.jpg": picture()})
    data = whole.read_bytes()
    write(tmp_path, {"b.tar.gz": data[: len(data) // 2], "c.tar.gz": b"", "d.tgz": b"PK\x03\x04"})
    plain = gzip.decompress(data)
    wrong_sum = data[:-8] + bytes(4) + data[-4:]
    damaged_header = plain.replace(b"ustar", b"XXXXX").replace(b"XXXXX", b"ustar", 1)
    write(tmp_path, {"e.tar.gz": gzip.compress(b"no tar" * 300), "f.tar.gz": wrong_sum})
    write(tmp_path, {"g.tar.gz": gzip.compress(damaged_header)})
    items = read(tmp_path)
    assert len(figures(items)) == 1
    assert reasons(items) == ["archive is broken"] * 6


def test_archives_that_unpack_too_far_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "MAX_UNPACKED_BYTES", 100_000)
    monkeypatch.setattr(packages, "MAX_MEMBER_BYTES", 50_000)
    archive(tmp_path / "bomb.tar.gz", {"x.bin": bytes(200_000), "a.nxml": article(fig())})
    large = {"a.nxml": article(fig()), "f1.jpg": bytes(60_000)}
    archive(tmp_path / "large.tar.gz", large)
    items = read(tmp_path)
    assert reasons(items) == ["archive is too large", "image file missing", "file is too large"]


def test_links_in_folders_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"p/a.nxml": article(fig()), "outside.jpg": picture()})
    (tmp_path / "p/f1.jpg").symlink_to(tmp_path / "outside.jpg")
    assert reasons(read(tmp_path)) == ["image file missing", "link is not followed"]


def test_packages_without_one_article_file_are_rejected(tmp_path: Path) -> None:
    write(tmp_path, {"a/f1.jpg": picture(), "b/1.nxml": article(), "b/2.nxml": article()})
    assert reasons(read(tmp_path)) == ["no article XML", "several article XML files"]


def test_an_article_in_both_forms_is_read_once(tmp_path: Path) -> None:
    files = {"a.nxml": article(fig()), "f1.jpg": picture()}
    write(tmp_path / "x/y/p", files)
    archive(tmp_path / "p.tar.gz", files)
    source = PmcOaSource(str(tmp_path), packages_per_partition=1)
    items = [item for partition in source.partitions() for item in source.read(partition)]
    assert (len(figures(items)), reasons(items)) == (1, ["article occurs twice"])


def test_folders_that_cannot_be_read_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "PMC1", {"a.nxml": article(fig()), "f1.jpg": picture()})
    for name in ("PMC1/closed", "closed"):
        (tmp_path / name).mkdir()

    def closed(original: Callable[..., Any]) -> Callable[..., Any]:
        def opened(path: Any = ".") -> Any:
            if str(path).endswith("closed"):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return original(path)

        return opened

    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, closed(getattr(os, name)))
    items = read(tmp_path)
    assert len(figures(items)) == 1
    assert sorted(reasons(items)) == ["folder cannot be read", "package cannot be read"]


def test_partitions_are_ordered_and_follow_changes(tmp_path: Path) -> None:
    for name in ("c", "a", "b"):
        write(tmp_path / name, {"x.nxml": article(fig()), "f1.jpg": picture()})
    source = PmcOaSource(str(tmp_path), packages_per_partition=2)
    before = source.partitions()
    assert [partition.items for partition in before] == [("a", "b"), ("c",)]
    assert source.partitions() == before
    (tmp_path / "c/f1.jpg").write_bytes(picture("blue"))
    after = source.partitions()
    assert after[0] == before[0]
    assert after[1].fingerprint != before[1].fingerprint


def test_locations_without_packages_say_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        PmcOaSource(str(tmp_path / "none")).partitions()
    with pytest.raises(SourceError, match="expected folders with"):
        PmcOaSource(str(tmp_path)).partitions()
    with pytest.raises(SourceError, match="use 1 or more"):
        PmcOaSource(str(tmp_path), packages_per_partition=0)
