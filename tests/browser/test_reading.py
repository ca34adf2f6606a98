"""A learner reads Module 2: on a phone, with the keyboard, without JavaScript, on paper."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults

PHONE = {"viewport": {"width": 320, "height": 640}}
PAGES = [
    "/{}/",
    "/{}/modules/",
    "/{}/modules/module-2/",
    "/{}/modules/module-2/?kind=programme",
    "/{}/news/",
    "/{}/news/icmpd-joins-the-2021-action-pledges/",
    "/{}/pledges/",
    "/{}/pledges/icmpd-evidence-on-child-trafficking/",
    "/{}/modules/module-2/videos/1/",
    "/{}/forum/",
    "/{}/modules/module-2/forum/",
    "/{}/modules/module-2/forum/new/",
    "/{}/nothing/",
]
MOST_BYTES = 60_000
MOST_REQUESTS = 6


def bytes_and_requests(page, path: str) -> tuple[int, list[str]]:
    """What a first view with an empty cache puts on the wire, as the browser counts it."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes, urls = [], []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on("Network.requestWillBeSent", lambda event: urls.append(event["request"]["url"]))
    page.goto(path, wait_until="networkidle")
    # A drawing inside a style sheet costs no request.
    return int(sum(sizes)), [url for url in urls if not url.startswith("data:")]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_first_view_stays_light_and_asks_nobody_else(open_page, academy, language):
    page = open_page("about:blank", viewport={"width": 390, "height": 800})

    size, urls = bytes_and_requests(page, f"/{language}/modules/module-2/")

    assert size <= MOST_BYTES
    assert len(urls) <= MOST_REQUESTS
    assert [url for url in urls if not url.startswith(academy.url)] == []
    assert page.context.cookies() == []


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(reader, path, language):
    reader.goto(path.format(language))

    assert faults(reader) == []


def test_axe_looks_at_colours_in_light_and_in_dark(reader):
    reader.goto("about:blank")
    reader.set_content("""
        <!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1>
        <style>body { background: #fff; color: #000 } .pale { color: #ddd; background: #fff }
        @media (prefers-color-scheme: dark) { .pale { color: #000 } .dim { color: #ddd } }</style>
        <p class="pale">Too pale in light</p><p class="dim">Too pale in dark</p></main>
    """)

    found = faults(reader)

    assert len(found) == 2
    assert "in light: color-contrast" in found[0]
    assert "Too pale in light" in found[0]
    assert "in dark: color-contrast" in found[1]
    assert "Too pale in dark" in found[1]


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar"])
@pytest.mark.parametrize("path", ["/{}/", "/{}/modules/module-2/", "/{}/pledges/"])
def test_nothing_is_wider_than_a_small_phone(open_page, path, language):
    page = open_page(path.format(language), **PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_clip_plays_in_its_place_with_captions_in_the_readers_language(open_page):
    page = open_page("/ar/modules/module-2/")
    requests = []
    page.on("request", lambda request: requests.append(request.url))

    page.locator("[data-play]").first.click()

    has_played = (
        "video => new Promise(done => video.ontimeupdate = () => video.currentTime && done())"
    )
    page.locator("video").evaluate(has_played)
    shown = (
        "[...document.querySelector('video').textTracks].find(t => t.mode == 'showing').language"
    )
    assert page.evaluate(shown) == "ar"
    assert any(url.endswith(".mp4") for url in requests)


def test_without_javascript_the_clip_plays_on_its_own_page(open_page):
    page = open_page("/fr/modules/module-2/", java_script_enabled=False)

    page.locator("[data-play]").first.click()

    expect(page).to_have_url(re.compile("/fr/modules/module-2/videos/[0-9]+/$"))
    expect(page.locator("video track[srclang=fr][default]")).to_have_count(1)


def test_timeline_filters_work_without_javascript(open_page):
    page = open_page("/en/modules/module-2/", java_script_enabled=False)

    page.get_by_role("link", name="Programme 4").click()

    expect(page.locator("#timeline li[id^=event-]")).to_have_count(4)


def test_a_mark_of_the_picture_leads_to_its_event(open_page):
    page = open_page("/en/modules/module-2/", viewport={"width": 1280, "height": 900})

    mark = page.locator("#timeline svg a").first
    target = mark.get_attribute("href")
    mark.focus()
    page.keyboard.press("Enter")

    assert page.evaluate("location.hash") == target
    expect(page.locator(target)).to_be_in_viewport()


def test_the_keyboard_reaches_the_content_first(open_page):
    page = open_page("/en/modules/module-2/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    assert page.evaluate("location.hash") == "#main"


def test_the_language_switch_keeps_the_page_and_is_remembered(open_page):
    page = open_page("/en/modules/module-2/?kind=programme", locale="fr-FR")

    page.get_by_role("link", name="العربية").click()

    assert page.url.endswith("/ar/modules/module-2/?kind=programme")
    page.goto("/")
    assert page.url.endswith("/ar/")


def test_on_paper_the_content_is_there_and_the_controls_are_not(open_page):
    page = open_page("/en/modules/module-2/")
    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.locator(".main-nav")).to_be_hidden()
    expect(page.locator(".site-footer")).to_be_hidden()
