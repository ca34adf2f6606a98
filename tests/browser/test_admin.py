"""A facilitator at work in a real browser: what the scripts of the administration add."""

import re

import pytest
from playwright.sync_api import expect

MODULES = "/admin/modules/module/"


@pytest.fixture
def form(open_page, signed_in):
    """The page of Module 2."""
    page = open_page(MODULES, storage_state=signed_in, locale="en-GB")
    page.locator("#result_list tbody .field-number a").click()
    expect(page.locator("#language-bar")).to_be_visible()
    return page


def save(page) -> None:
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_one_language_shows_at_a_time_and_is_remembered(form):
    english, arabic = form.locator("#id_title_en"), form.locator("#id_title_ar")
    expect(english).to_be_visible()
    expect(arabic).to_be_hidden()

    form.locator("#language-bar label", has_text="Arabic").click()

    expect(arabic).to_be_visible()
    expect(english).to_be_hidden()
    form.reload()
    expect(arabic).to_be_visible()
    form.get_by_label("Also show: English").check()
    expect(english).to_be_visible()


def test_a_section_is_moved_with_the_keyboard_and_saved(form):
    titles = form.locator("#sections-group [data-part-title]")
    before = titles.all_inner_texts()

    form.locator("#sections-group [data-move=down]").first.focus()
    form.keyboard.press("Enter")

    moved = [before[1], before[0], *before[2:]]
    assert titles.all_inner_texts() == moved
    expect(form.locator("#admin-announcer")).to_contain_text("is now number 2 of")
    save(form)
    assert titles.all_inner_texts() == moved


def test_the_toolbar_makes_text_bold_and_the_preview_follows(form):
    section = form.locator("#sections-0")
    section.locator("summary").click()
    text = section.locator("#id_sections-0-body_en")
    text.fill("cooperation")
    text.select_text()

    section.locator("[data-format=bold]").first.click()

    expect(text).to_have_value("**cooperation**")
    preview = section.locator("[data-preview]").first
    expect(preview.locator("strong")).to_have_text("cooperation")


def test_an_event_with_its_countries_is_added_and_published(form):
    form.get_by_role("button", name="Add another timeline event").click()
    event = form.locator("#events-group [data-part]").last
    event.get_by_label("Date").fill("2024-05")
    event.get_by_label("Kind").select_option("conference")
    event.get_by_label("Title (English)").fill("A visit among neighbours")
    countries = event.get_by_label("Countries:", exact=True)
    for name in ("Brazil", "norw", "Haiti"):
        countries.fill(name)
        countries.press("Enter")
    event.get_by_role("button", name="Remove Haiti").click()
    assert event.locator(".countries__chosen li").all_inner_texts() == ["Brazil", "Norway"]
    countries.fill("Atlantis")
    countries.press("Enter")
    expect(event.get_by_text("There is no country of this name in the list.")).to_be_visible()
    countries.fill("")

    form.locator("#id_status").select_option("published")
    save(form)

    form.goto("/en/modules/module-2/")
    entry = form.locator("#timeline li", has_text="A visit among neighbours").first
    expect(entry).to_contain_text(re.compile("Brazil.*Norway"))


def test_a_country_that_was_not_chosen_is_refused_and_not_forgotten(form):
    event = form.locator("#events-0")
    event.locator("summary").click()
    countries = event.get_by_label("Countries:", exact=True)
    countries.fill("Atlantis")

    form.get_by_role("button", name="Save and continue editing").first.click()

    expect(form.locator("#events-0 .errorlist")).to_contain_text("“Atlantis” is neither")


def test_texts_that_are_folded_away_ask_for_no_preview(form):
    asked = []
    form.on("request", lambda request: asked.append(request.url))

    form.reload(wait_until="networkidle")

    assert [url for url in asked if "preview" in url] == []
