"""Facilitators write, translate, order and publish."""

from datetime import timedelta

import pytest
from django.utils import timezone

from modules.admin.module import EventInline
from modules.models import Module, NewsItem, Pledge
from modules.models.publishing import Status
from tests.factories import (
    MP4,
    make_event,
    make_module,
    make_news,
    make_pledge,
    make_section,
    make_video,
    upload,
)
from tests.modules.admin_pages import (
    ADD_MODULE,
    LANGUAGES,
    add_part,
    change_url,
    in_five_languages,
    sent_by,
    whole_module,
)


@pytest.fixture
def editor(client_of, facilitator):
    return client_of(facilitator)


def test_a_facilitator_writes_a_module_with_all_its_parts_in_five_languages(editor):
    data = sent_by(editor.get(ADD_MODULE))
    values = whole_module()
    data |= values.pop("fields")
    for kind, fields in values.items():
        add_part(data, kind, **fields)

    response = editor.post(ADD_MODULE, data)

    assert response.status_code == 302, response.context["errors"]
    module = Module.objects.get(number=7)
    assert module.status == Status.PUBLISHED
    assert module.published_at <= timezone.now()
    video, section, event = module.videos.get(), module.sections.get(), module.events.get()
    for code in LANGUAGES:
        assert getattr(module, f"title_{code}") == f"Title ({code})"
        assert getattr(section, f"body_{code}") == f"Some **text**. ({code})"
        assert getattr(video, f"captions_{code}").name.endswith(".vtt")
    assert [country.code for country in event.countries] == ["BR", "NO"]
    assert event.starts_on.isoformat() == "2013-10-08"
    assert module.resources.get().languages == ["en", "ar"]
    assert module.figures.get().label_ar == "countries (ar)"


@pytest.mark.parametrize("make", [make_news, make_pledge])
def test_news_and_pledges_are_edited_in_the_same_way(editor, make):
    row = make(unreviewed_languages=["fr", "ar"])
    data = sent_by(editor.get(change_url(row))) | in_five_languages(title="New title")
    data["unreviewed_languages"] = ["ar"]
    if isinstance(row, Pledge):
        add_part(data, "commitments", **in_five_languages(text="To do it"))

    response = editor.post(change_url(row), data)

    assert response.status_code == 302, response.context["errors"]
    row.refresh_from_db()
    assert row.title_pt == "New title (pt)"
    assert row.unreviewed_languages == ["ar"]
    if isinstance(row, Pledge):
        assert row.commitments.get().text_es == "To do it (es)"


def test_saving_an_unchanged_page_changes_nothing(editor):
    # The form shows whole seconds.
    module = make_module(
        unreviewed_languages=["fr"], published_at=timezone.now().replace(microsecond=0)
    )
    make_section(module)
    make_video(module)
    make_event(module, countries=["BR", "HT"])
    before = _content(module)

    response = editor.post(change_url(module), sent_by(editor.get(change_url(module))))

    assert response.status_code == 302
    assert _content(module) == before


def _content(module):
    kinds = ("sections", "videos", "events")
    rows = Module.objects.filter(pk=module.pk).values(
        "title_en", "title_fr", "status", "published_at", "unreviewed_languages"
    )
    return list(rows), {kind: list(getattr(module, kind).values()) for kind in kinds}


def test_parts_stand_in_the_order_that_the_facilitator_gives_them(editor):
    module = make_module()
    first, second = (make_section(module, title_en=title) for title in ("First", "Second"))
    data = sent_by(editor.get(change_url(module)))
    data |= {"sections-0-position": "2", "sections-1-position": "1"}

    editor.post(change_url(module), data)

    assert list(module.sections.all()) == [second, first]


def test_a_new_part_without_a_place_gets_the_last_one(editor):
    module = make_module()
    make_section(module, title_en="First", position=5)
    data = sent_by(editor.get(change_url(module)))
    add_part(data, "sections", title_en="Second", body_en="Text", position="")

    editor.post(change_url(module), data)

    assert [section.title_en for section in module.sections.all()] == ["First", "Second"]


def test_a_part_that_was_added_and_left_empty_is_forgotten(editor):
    module = make_module()
    data = sent_by(editor.get(change_url(module)))
    add_part(data, "sections", title_en="", body_en="", position="3")

    response = editor.post(change_url(module), data)

    assert response.status_code == 302
    assert not module.sections.exists()


def test_a_part_is_deleted_in_the_page_of_its_module(editor):
    module = make_module()
    make_event(module)
    data = sent_by(editor.get(change_url(module))) | {"events-0-DELETE": "on"}

    editor.post(change_url(module), data)

    assert not module.events.exists()


def test_without_javascript_a_link_brings_an_empty_part_of_each_kind(editor):
    module = make_module()

    data = sent_by(editor.get(change_url(module), {"empty": 1}))

    assert {key: data[f"{key}-TOTAL_FORMS"] for key in ("sections", "events")} == {
        "sections": "1",
        "events": "1",
    }
    assert editor.post(change_url(module), data).status_code == 302
    assert not module.sections.exists()


def test_a_moment_in_the_future_lets_a_published_page_wait(editor, client):
    item = make_news(status=Status.DRAFT)
    tomorrow = timezone.now() + timedelta(days=1)
    data = sent_by(editor.get(change_url(item)))
    data |= {
        "status": "published",
        "published_at_0": tomorrow.strftime("%Y-%m-%d"),
        "published_at_1": "10:00:00",
    }

    response = editor.post(change_url(item), data)

    assert response.status_code == 302, response.context["errors"]
    item.refresh_from_db()
    assert item.is_scheduled
    assert not NewsItem.objects.published().filter(pk=item.pk).exists()


def test_an_uploaded_file_that_has_left_the_disk_does_not_stop_the_editor(editor):
    module = make_module()
    video = make_video(module, file=upload("film.mp4", MP4))
    video.file.storage.delete(video.file.name)

    response = editor.post(change_url(module), sent_by(editor.get(change_url(module))))

    assert response.status_code == 302


def test_a_file_may_have_a_long_name(editor):
    module = make_module()
    data = sent_by(editor.get(change_url(module)))
    add_part(data, "videos", title_en="Film", file=upload("كلمة" * 40 + ".mp4", MP4))

    response = editor.post(change_url(module), data)

    assert response.status_code == 302, response.context["errors"]
    assert module.videos.get().file


def test_a_draft_has_a_link_to_see_it_as_readers_will(editor):
    module = make_module(status=Status.DRAFT)

    page = editor.get(change_url(module)).text
    assert "See it as readers will" in page
    assert f'href="{module.get_absolute_url()}" class="viewsitelink"' in page
    assert "/admin/r/" not in page
    assert editor.get(module.get_absolute_url()).status_code == 200


def test_a_timeline_longer_than_one_save_may_add_keeps_every_event(editor):
    module = make_module()
    for year in range(1950, 2020):
        make_event(module, date=str(year))
    data = sent_by(editor.get(change_url(module)))
    data["events-69-title_en"] = "The last one"
    add_part(data, "events", kind="event", date="2025", title_en="One more")

    response = editor.post(change_url(module), data)

    assert response.status_code == 302, response.context["errors"]
    assert module.events.count() == 71
    assert module.events.filter(title_en="The last one").exists()


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Brazil; Norway", ["BR", "NO"]),
        ("br, NO", ["BR", "NO"]),
        (" brazil ;; Noruega\nالبرازيل؛ BR", ["BR", "NO"]),
        ("Bonaire, Sint Eustatius and Saba; Haiti", ["BQ", "HT"]),
        ("", []),
    ],
)
def test_countries_are_named_in_any_of_our_languages_or_by_code(editor, typed, codes):
    module = make_module()
    data = sent_by(editor.get(change_url(module)))
    add_part(data, "events", kind="event", date="2025", title_en="Visit", countries=typed)

    response = editor.post(change_url(module), data)

    assert response.status_code == 302, response.context["errors"]
    assert [country.code for country in module.events.get().countries] == codes


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_countries_are_shown_by_name_in_the_language_of_the_editor(editor, language):
    module = make_module()
    make_event(module, countries=["BR", "NO"])

    page = editor.get(change_url(module), headers={"accept-language": language})

    names = {"fr": "Brésil; Norvège", "ar": "البرازيل; النرويج"}
    assert sent_by(page)["events-0-countries"] == names[language]


def test_the_names_of_all_countries_stand_once_in_the_page(editor):
    module = make_module()
    for _number in range(3):
        make_event(module)

    assert editor.get(change_url(module)).text.count("Mozambique") == 1


@pytest.fixture
def two_pages(monkeypatch):
    """A module with three events, of which the form shows two at a time."""
    monkeypatch.setattr(EventInline, "per_page", 2)
    module = make_module()
    for year in (2001, 2002, 2003):
        make_event(module, date=str(year), title_en=f"In {year}")
    return module


def test_a_long_timeline_is_shown_in_pages(editor, two_pages):
    url = change_url(two_pages)

    first, second = editor.get(url), editor.get(f"{url}?events-page=2")

    assert "Numbers 1 to 2 of 3 are shown." in first.text
    assert "In 2003" not in first.text
    assert "In 2003" in second.text
    assert "In 2001" not in second.text


def test_events_on_another_page_stay_as_they_are(editor, two_pages):
    url = f"{change_url(two_pages)}?events-page=2"
    data = sent_by(editor.get(url)) | {"events-0-title_en": "Changed"}
    add_part(data, "events", kind="event", date="2004", title_en="New")

    response = editor.post(url, data)

    assert response.status_code == 302, response.context["errors"]
    titles = [event.title_en for event in two_pages.events.all()]
    assert titles == ["In 2001", "In 2002", "Changed", "New"]


def test_a_refused_page_of_events_comes_back_as_it_was_sent(editor, two_pages):
    url = f"{change_url(two_pages)}?events-page=2"

    response = editor.post(url, sent_by(editor.get(url)) | {"events-0-date": "never"})

    assert "Write a date such as 2007" in response.text
    assert "Numbers 3 to 3 of 3 are shown." in response.text
    assert 'value="In 2003"' in response.text
    assert 'value="In 2001"' not in response.text


def test_whoever_saves_and_goes_on_stays_on_the_page_of_events(editor, two_pages):
    url = f"{change_url(two_pages)}?events-page=2"

    response = editor.post(url, sent_by(editor.get(url)) | {"_continue": "1"})

    assert response.url == url
