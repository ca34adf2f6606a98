"""Whatever is sent, the answer is a page; what is wrong is said, and what was typed stays."""

from functools import cache
from types import MappingProxyType

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from modules.models import Module
from tests.factories import (
    MP4,
    make_event,
    make_facilitator,
    make_module,
    make_section,
    make_video,
    upload,
)
from tests.modules.admin_pages import ADD_MODULE, PNG, add_part, change_url, sent_by

KEPT = "A sentence that must not be lost"


@pytest.fixture
def editor(client_of, facilitator):
    return client_of(facilitator)


# The same one in each test, so that its form is read once: to bring all its fields takes longer
# than any of the answers that are looked at here.
MODULE = {"pk": 2_000_000, "number": 900, "slug": "module-900", "title_en": "Title 900"}


@cache
def form_of_module() -> MappingProxyType:
    """What a browser sends that has opened the page of `MODULE` and changed nothing."""
    module, client = Module.objects.get(pk=MODULE["pk"]), Client()
    client.force_login(make_facilitator())
    return MappingProxyType(sent_by(client.get(change_url(module))))


@pytest.fixture
def page(editor):
    """The form of a module with an unsaved section, and how to send it."""
    url = change_url(make_module(**MODULE))
    data = dict(form_of_module())
    add_part(data, "sections", title_en="Kept", body_en=KEPT)

    def send(changes=None, language="en", /, **part):
        for kind, fields in part.items():
            add_part(data, kind, **fields)
        return editor.post(url, data | (changes or {}), headers={"accept-language": language})

    return send


EVENT = {"kind": "conference", "title_en": "A conference"}
REFUSED_PARTS = {
    "not a date": ("events", EVENT | {"date": "sometime in 2007"}, "Write a date such as 2007"),
    "a day that does not exist": ("events", EVENT | {"date": "2013-02-30"}, "Write a date such as"),
    "a text that the parser stumbles over": (
        "events",
        EVENT | {"date": "-6242-X4 ]u-, +2X74"},
        "Write a date such as 2007",
    ),
    "another such text": ("events", EVENT | {"date": "/..6"}, "Write a date such as 2007"),
    "the end first": (
        "events",
        EVENT | {"date": "2014/2012"},
        "The end lies before the beginning.",
    ),
    "a year without a calendar": ("events", EVENT | {"date": "0000"}, "Write a year between"),
    "an address of another site": (
        "videos",
        {"title_en": "Film", "address": "https://example.org/film"},
        "This is not the address of one video at YouTube or Vimeo.",
    ),
    "a text as a film": (
        "videos",
        {"title_en": "Film", "file": upload("film.mp4", b"not a film")},
        "This file is not a video in MP4 or WebM.",
    ),
    "a film by content, a program by name": (
        "videos",
        {"title_en": "Film", "file": upload("film.exe", MP4)},
        "File extension “exe” is not allowed.",
    ),
    "captions that are none": (
        "videos",
        {"title_en": "Film", "captions_fr": upload("fr.vtt", b"<html>")},
        "This is not a WebVTT file",
    ),
    "a page as a picture": (
        "videos",
        {"title_en": "Film", "poster": upload("poster.png", b"<svg onload=alert(1)>")},
        "Upload a valid image.",
    ),
    "a picture as a document": (
        "resources",
        {"title_en": "Paper", "file": upload("paper.pdf", PNG)},
        "The content of this file is not what its name says (pdf).",
    ),
    "neither address nor file": (
        "resources",
        {"title_en": "Paper"},
        "Give an address or a file, and not both.",
    ),
    "not an address": ("resources", {"title_en": "Paper", "url": "a b"}, "Enter a valid URL."),
    "a script as an address": (
        "resources",
        {"title_en": "Paper", "url": "javascript:alert(1)"},
        "Enter a valid URL.",
    ),
    "a country that does not exist": (
        "events",
        EVENT | {"date": "2007", "countries": "Brazil; Atlantis"},
        "“Atlantis” is neither the name nor the code of a country.",
    ),
    "a place that is no number": (
        "figures",
        {"value": "1", "label_en": "things", "position": "first"},
        "Enter a whole number.",
    ),
    "a place below all": (
        "figures",
        {"value": "1", "label_en": "things", "position": "-1"},
        "greater than or equal to 0",
    ),
    "a place above all": (
        "figures",
        {"value": "1", "label_en": "things", "position": "9" * 30},
        "less than or equal to 32767",
    ),
    "an endless film": (
        "videos",
        {"title_en": "Film", "seconds": "9" * 5000},
        "Enter a whole number.",
    ),
    "no English": (
        "sections",
        {"title_fr": "Titre", "body_fr": "Texte"},
        "This field is required.",
    ),
}


@pytest.mark.parametrize(("kind", "fields", "message"), REFUSED_PARTS.values(), ids=REFUSED_PARTS)
def test_a_bad_part_is_explained_and_the_rest_stays(page, kind, fields, message):
    response = page(**{kind: fields})

    assert response.status_code == 200
    assert message in response.text
    assert KEPT in response.text
    typed = [value for value in fields.values() if isinstance(value, str) and len(value) < 100]
    for value in typed:
        assert value in response.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_errors_come_in_the_language_of_the_editor(page, language):
    response = page(None, language, events={"date": "never"}, videos={"address": "https://a.org"})

    with override(language):
        required = gettext("This field is required.")
        bad_date = gettext("The end lies before the beginning. Write the earlier date first.")
    assert required in response.text
    assert required != "This field is required."
    assert f'lang="{language}"' in response.text
    response = page(None, language, events=EVENT | {"date": "2014/2012"})
    assert bad_date in response.text


def test_a_file_above_the_limit_is_refused(page, settings):
    settings.MAX_VIDEO_MB = settings.MAX_FILE_MB = 1

    response = page(
        videos={"title_en": "Film", "file": upload("film.mp4", MP4 + bytes(1_100_000))},
        resources={"title_en": "Paper", "file": upload("paper.png", PNG + bytes(1_100_000))},
    )

    assert response.text.count("This file is too large. It may have at most 1 MB.") == 2
    assert "must be chosen again" in response.text
    assert KEPT in response.text


def test_a_file_with_an_endless_ending_is_refused(page):
    name = "film." + "x" * 300

    response = page(videos={"title_en": "Film", "file": upload(name, MP4 + bytes(3_000_000))})

    assert response.status_code == 200
    assert KEPT in response.text


FIELDS = ["title_en", "summary_fr", "slug", "number", "minutes", "status", "published_at_0"]
GARBAGE = {
    "a null byte": "\0",
    "a million characters": "x" * 1_000_000,
    "a huge number": "9" * 5_000,
    "a lone surrogate's bytes": "\ufffd",
    "markup": '"><script>alert(1)</script>',
    "a last day": "9999-12-31",
    "a negative year": "-0001-01-01",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_in_every_field_of_a_module_is_answered_with_the_page(page, garbage):
    response = page(dict.fromkeys(FIELDS, garbage))

    assert response.status_code == 200
    assert KEPT in response.text
    assert "<script>alert" not in response.text


PART_FIELDS = {
    "events": ["date", "kind", "countries", "title_ar", "source_url", "text_en"],
    "videos": ["address", "seconds", "megabytes", "transcript_en", "position"],
    "resources": ["url", "languages", "kilobytes", "position"],
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("kind", PART_FIELDS)
def test_garbage_in_every_field_of_a_part_is_answered_with_the_page(page, kind, garbage):
    response = page(**{kind: dict.fromkeys(PART_FIELDS[kind], garbage)})

    assert response.status_code == 200
    assert KEPT in response.text
    assert "<script>alert" not in response.text


COUNTS = ["", "-1", "99999999999999999999", "many", "\0", "5"]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", ["TOTAL_FORMS", "INITIAL_FORMS", "MAX_NUM_FORMS"])
def test_a_tampered_count_of_parts_is_answered_with_the_page(editor, name, count):
    module = make_module()
    make_event(module)
    data = sent_by(editor.get(change_url(module)))

    response = editor.post(change_url(module), data | {f"events-{name}": count})

    assert response.status_code in {200, 302}
    assert module.events.exists()


def test_a_form_without_its_counts_is_answered_with_the_page(editor):
    assert editor.post(ADD_MODULE, {}).status_code == 200
    assert editor.post(change_url(make_module()), {"title_en": "Only this"}).status_code == 200


@pytest.mark.parametrize("key", ["", "0", "999999", "many", "\0", "9" * 30])
def test_a_tampered_key_of_a_part_is_answered_with_the_page(editor, key):
    module = make_module()
    make_section(module)
    data = sent_by(editor.get(change_url(module)))

    response = editor.post(change_url(module), data | {"sections-0-id": key})

    assert response.status_code == 200
    assert module.sections.count() == 1


def test_the_key_of_another_module_s_part_changes_nothing_there(editor):
    module, other = make_module(), make_section(make_module(), title_en="Of another module")
    make_section(module)
    data = sent_by(editor.get(change_url(module)))

    editor.post(change_url(module), data | {"sections-0-id": str(other.pk)})

    other.refresh_from_db()
    assert other.title_en == "Of another module"
    assert other.module != module


def test_a_part_that_was_deleted_meanwhile_is_told_and_its_text_stays(editor):
    module = make_module()
    make_section(module, title_en="Stays")
    gone = make_section(module, title_en="Goes")
    make_section(module, title_en="Stays too")
    data = sent_by(editor.get(change_url(module))) | {"sections-1-body_en": KEPT}
    gone.delete()

    response = editor.post(change_url(module), data)

    assert "Another person has deleted this part while you were writing." in response.text
    assert KEPT in response.text
    assert sent_by(response).keys() >= data.keys()
    again = editor.post(change_url(module), sent_by(response) | {"sections-1-DELETE": "on"})
    assert again.status_code == 302
    assert module.sections.count() == 2


def test_a_module_cannot_be_number_zero_or_less(page):
    for number in ("-1", "0"):
        assert "greater than or equal to 1" in page({"number": number}).text


@pytest.mark.parametrize("value", ["foo", "2026-01-01", "%00", "9" * 30])
@pytest.mark.parametrize("field", ["published_at", "unreviewed_languages", "module", "status"])
@pytest.mark.parametrize("kind", ["module", "newsitem", "pledge"])
def test_values_in_the_address_of_a_new_page_are_no_server_error(editor, kind, field, value):
    assert editor.get(f"/admin/modules/{kind}/add/?{field}={value}").status_code == 200


def test_a_video_without_any_title_left_still_has_a_page(editor):
    module = make_module()
    make_video(module)
    data = sent_by(editor.get(change_url(module))) | {"videos-0-title_en": ""}

    response = editor.post(change_url(module), data)

    assert response.status_code == 200
    assert "This field is required." in response.text


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=" + "x" * 5000, "status=%00", "unreviewed=%00", "o=x.y", "p=9999999999", "p=x"]
    + ["q=" + "+".join(["a"] * 1000), "q=" + "\"a'+" * 1000]
    + ["title=%00", "pk__in=x", "module__title=a", "e=1", "_to_field=x", "all=", "_popup=1"],
)
@pytest.mark.parametrize("kind", ["module", "newsitem", "pledge"])
def test_garbage_in_the_address_of_a_list_is_no_server_error(editor, kind, query):
    make_module()

    assert editor.get(f"/admin/modules/{kind}/?{query}").status_code < 500


@pytest.mark.parametrize("key", ["0", "x", "%00", "9" * 30, "1_2", "../x"])
def test_garbage_in_the_address_of_a_page_is_no_server_error(editor, key):
    for page in ("change", "delete", "history"):
        response = editor.get(f"/admin/modules/module/{key}/{page}/", follow=True)

        assert response.status_code < 500


@pytest.mark.parametrize("rows", [["x"], ["\0"], ["9" * 30], []])
def test_garbage_in_an_action_is_no_server_error(editor, rows):
    make_module()

    response = editor.post(
        "/admin/modules/module/", {"action": "publish_now", "_selected_action": rows}, follow=True
    )

    assert response.status_code < 500


@pytest.mark.parametrize("number", ["x", "-1", "0", "%00", "9" * 5000])
def test_garbage_as_the_number_of_a_page_of_events_shows_events(editor, number):
    module = make_module()
    make_event(module, title_en="Shown")

    assert "Shown" in editor.get(f"{change_url(module)}?events-page={number}").text


@pytest.mark.parametrize("page", ["change", "delete"])
def test_an_object_asked_for_by_no_field_is_found_by_its_key(editor, page):
    module = make_module()

    response = editor.get(f"/admin/modules/module/{module.pk}/{page}/?_to_field=")

    assert response.status_code == 200
