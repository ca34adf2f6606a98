"""What no row may hold, whoever writes it: the admin, the content pack or a program."""

from io import BytesIO
from zipfile import ZipFile, ZipInfo

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from modules.models import Module, Resource, Video
from sstc_academy.lib import languages
from tests.factories import MP4, upload

WEBM = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + bytes(64)
FRAME = b"\xff\xfb\x90\x64" + bytes(64)
ID3 = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)


def archive(**entries: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as packed:
        for name, content in entries.items():
            # Without the time of day: the same bytes, and names of tests, in each run.
            packed.writestr(ZipInfo(name), content)
    return file.getvalue()


def document(folder: str) -> bytes:
    return archive(**{"[Content_Types].xml": b"<Types/>", f"{folder}/document.xml": b"<x/>"})


def picture(format_name: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (2, 2)).save(file, format_name)
    return file.getvalue()


def faults(row) -> dict[str, list[str]]:
    try:
        row.clean_fields()
    except ValidationError as error:
        return error.message_dict
    return {}


def test_a_video_has_the_address_of_one_video():
    assert "address" not in faults(Video(address="https://youtu.be/abcdefghijk"))
    assert "address" not in faults(Video(address=""))
    [message] = faults(Video(address="https://example.org/film"))["address"]
    assert "looks like https://www.youtube.com/watch?v=…" in message


@pytest.mark.parametrize(
    ("name", "content", "is_accepted"),
    [
        ("poster.jpg", picture("JPEG"), True),
        ("poster.PNG", picture("PNG"), True),
        ("poster.webp", picture("WEBP"), True),
        ("poster.gif", picture("GIF"), False),
        ("poster.gif", picture("PNG"), False),
        ("poster.png", b"<svg onload=alert(1)>", False),
    ],
)
def test_a_poster_is_a_picture_for_the_web(name, content, is_accepted):
    assert ("poster" not in faults(Video(poster=upload(name, content)))) is is_accepted


@pytest.mark.parametrize("value", [["xx"], ["en", None], [["en"]], "en", {"en": 1}, 5, True])
def test_only_the_site_s_languages_can_be_named(value):
    assert "languages" in faults(Resource(languages=value))
    assert "unreviewed_languages" in faults(Module(unreviewed_languages=value))


@pytest.mark.parametrize("value", [[], ["en"], list(languages.CODES)])
def test_the_site_s_languages_are_accepted(value):
    assert "languages" not in faults(Resource(languages=value))
    assert "unreviewed_languages" not in faults(Module(unreviewed_languages=value))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", document("word")),
        ("a.xlsx", document("xl")),
        ("a.PPTX", document("ppt")),
        ("a.odt", archive(mimetype=b"application/vnd.oasis.opendocument.text")),
        ("a.ods", archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet")),
        ("a.odp", archive(mimetype=b"application/vnd.oasis.opendocument.presentation")),
        ("a.epub", archive(mimetype=b"application/epub+zip")),
        ("a.zip", archive(anything=b"at all")),
        ("a.mp3", FRAME),
        ("a.mp3", ID3 + FRAME),
        ("a.mp3", ID3 + bytes(40) + FRAME),
        ("a.jpg", picture("JPEG")),
        ("a.png", picture("PNG")),
        ("a.pdf", b"%PDF-1.7\n" + bytes(64)),
    ],
)
def test_a_resource_is_what_its_name_says(name, content):
    assert "file" not in faults(Resource(file=upload(name, content)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", b"PK\x03\x04" + bytes(200)),
        ("a.docx", document("xl")),
        ("a.xlsx", archive(anything=b"at all")),
        ("a.odt", archive(mimetype=b"application/epub+zip")),
        ("a.epub", archive(anything=b"at all")),
        ("a.zip", b"PK\x03\x04" + bytes(200)),
        ("a.zip", b"<html>" + archive(anything=b"at all")),
        ("a.zip", archive(anything=b"at all")[:-30]),
        ("a.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00<html><script>alert(1)</script>"),
        ("a.mp3", b"ID3"),
        ("a.mp3", ID3),
        ("a.mp3", b""),
        ("a.png", picture("JPEG")),
        ("a.pdf", b"<html>"),
    ],
)
def test_a_resource_that_is_something_else_is_refused(name, content):
    [message] = faults(Resource(file=upload(name, content)))["file"]

    assert "is not what its name says" in message


@pytest.mark.parametrize(("name", "content"), [("film.mp4", MP4), ("film.WebM", WEBM)])
def test_a_film_is_what_its_name_says(name, content):
    assert "file" not in faults(Video(file=upload(name, content)))


@pytest.mark.parametrize(("name", "content"), [("film.mp4", WEBM), ("film.webm", MP4)])
def test_a_film_of_the_other_kind_is_refused(name, content):
    [message] = faults(Video(file=upload(name, content)))["file"]

    assert "is not what its name says" in message


@pytest.mark.parametrize("code", ["xx", "", "no such code", "../en", None])
def test_an_unknown_language_is_named_by_its_code(code):
    assert languages.own_name(code) == code
