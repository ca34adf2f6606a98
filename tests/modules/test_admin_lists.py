"""The lists say what is published, what waits, and what is not translated; actions change it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from modules.models import Module
from modules.models.publishing import Status
from tests.factories import (
    make_commitment,
    make_event,
    make_figure,
    make_module,
    make_news,
    make_pledge,
    make_resource,
    make_section,
    make_video,
)

LIST = "/admin/modules/module/"


@pytest.fixture
def editor(client_of, facilitator):
    return client_of(facilitator)


def act(editor, action, *rows, url=LIST):
    keys = [row.pk for row in rows]
    response = editor.post(url, {"action": action, "_selected_action": keys}, follow=True)
    for row in rows:
        row.refresh_from_db()
    return response


def test_the_list_says_what_is_missing_in_each_language(editor):
    module = make_module(title_fr="Titre", summary_fr="Résumé", unreviewed_languages=["fr", "ar"])
    make_section(module, title_fr="Section", body_fr="Texte")
    make_event(module, title_fr="Conférence", text_en="What happened")

    page = editor.get(LIST).text

    assert "French: 1 text missing, draft translation" in page
    assert "Portuguese: 6 texts missing<" in page
    assert "Arabic: 6 texts missing, draft translation" in page


def test_the_list_says_what_is_complete_and_what_is_a_draft_translation(editor):
    texts = {f"{name}_{code}": "Text" for name in ("title", "summary") for code in ("fr", "es")}
    make_module(**texts, unreviewed_languages=["es"])

    page = editor.get(LIST).text

    assert "French: complete" in page
    assert "Spanish: draft translation" in page


def test_the_list_says_what_is_published_and_what_waits(editor):
    make_module(status=Status.DRAFT)
    make_module(status=Status.ARCHIVED)
    make_module(published_at=timezone.now() - timedelta(days=1))
    make_module(published_at=timezone.now() + timedelta(days=1))

    page = editor.get(LIST).text

    for words in ("Published since", "Waits until", ">Draft<", ">Archived<"):
        assert words in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=draft", ["Draft"]),
        ("status=published", ["Public"]),
        ("status=scheduled", ["Waiting"]),
        ("unreviewed=fr", ["Waiting"]),
        ("unreviewed=ar", []),
        ("q=ublic", ["Public"]),
    ],
)
def test_filters_and_search_find_what_they_name(editor, query, found):
    make_module(title_en="Draft", status=Status.DRAFT)
    make_module(title_en="Public")
    tomorrow = timezone.now() + timedelta(days=1)
    make_module(title_en="Waiting", published_at=tomorrow, unreviewed_languages=["es", "fr"])

    response = editor.get(f"{LIST}?{query}")

    assert [row.title_en for row in response.context["cl"].result_list] == found


def _one_of_each():
    module = make_module()
    for make in (make_figure, make_section, make_video, make_event, make_resource):
        make(module)
    make_news()
    make_commitment(make_pledge())


@pytest.mark.parametrize("kind", ["module", "newsitem", "pledge"])
def test_a_list_costs_the_same_queries_for_one_row_as_for_twenty(
    editor, kind, django_assert_max_num_queries
):
    url = f"/admin/modules/{kind}/"
    _one_of_each()
    with django_assert_max_num_queries(15) as counted:
        editor.get(url)
    for _number in range(19):
        _one_of_each()

    with django_assert_max_num_queries(len(counted)):
        assert editor.get(url).context["cl"].result_count == 20


def test_drafts_and_waiting_pages_are_published_now(editor):
    tomorrow, yesterday = (timezone.now() + timedelta(days=days) for days in (1, -1))
    draft = make_module(status=Status.DRAFT)
    waiting = make_module(published_at=tomorrow)
    public = make_module(published_at=yesterday)

    response = act(editor, "publish_now", draft, waiting, public)

    assert set(Module.objects.published()) == {draft, waiting, public}
    assert public.published_at == yesterday
    assert "2 entries were changed." in response.text


def test_pages_are_taken_back_and_archived(editor):
    public, draft = make_module(), make_module(status=Status.DRAFT)

    act(editor, "take_back", public)
    act(editor, "archive", draft)

    assert public.is_draft
    assert draft.is_archived
    assert draft.published_at <= timezone.now()


def test_a_translation_is_marked_as_reviewed(editor):
    item = make_news(unreviewed_languages=["fr", "ar"])

    page = editor.get("/admin/modules/newsitem/").text
    assert "Mark the French translation as reviewed" in page
    act(editor, "reviewed_fr", item, url="/admin/modules/newsitem/")

    assert item.unreviewed_languages == ["ar"]


def test_an_action_is_kept_in_the_history_of_the_page(editor):
    module = make_module(status=Status.DRAFT)

    act(editor, "publish_now", module)

    assert "Status" in editor.get(f"{LIST}{module.pk}/history/").text
