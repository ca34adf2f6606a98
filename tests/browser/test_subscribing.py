"""Subscribing in a browser: for everybody, without JavaScript, and what it adds."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.axe import faults

MEMBER = "joao@example.org"
MODULE = "modules/module-2/forum/"
# Somebody who follows a conversation and a forum, one who has yet to confirm, an announcement.
_FOLLOWERS = """
import json
from uuid import uuid4
from forum.authors import Author
from forum.models import Announcement, PendingSubscription
from forum.services import open_conversation
from forum.subscribing import choose, subscriber_at
from modules.models import Module

module = Module.objects.get(slug="module-2")
guest = Author(name="سلمى", email="salma@example.org")
opening = open_conversation(
    module=module, author=guest, title="كيف نبدأ؟", text="كيف نبدأ الحديث؟", language="ar"
)
follower = subscriber_at("salma@example.org", language="ar")
wanted = {"module": "weekly", "conversation": "at_once", "answers": "daily"}
choose(follower, wanted, module=module, conversation=opening)
pending = PendingSubscription.objects.create(
    submission=uuid4(), token=uuid4().hex, email="rui@example.org", language="pt", module=module,
    conversation=opening, frequencies={"conversation": "at_once", "answers": "daily"},
)
news = Announcement.objects.create(
    module=module, title_en="A webinar", text_en="Come **all**.", title_ar="ندوة",
    text_ar="تعالوا **جميعا**.",
)
print(json.dumps({
    "opening": opening.pk, "key": follower.key, "token": pending.token, "announcement": news.pk,
}))
"""


@pytest.fixture(scope="module")
def member(academy):
    return academy.session_of(MEMBER, "João Macuácua")


@pytest.fixture(scope="module")
def followers(academy):
    return json.loads(academy.run(_FOLLOWERS))


def pages_of(followers) -> dict[str, list[str]]:
    """Of a visitor and of a member, below the language."""
    opening, key = followers["opening"], followers["key"]
    return {
        "visitor": [
            "modules/module-2/forum/",
            f"forum/{opening}/",
            f"{MODULE}subscribe/",
            f"forum/{opening}/subscribe/",
            "forum/subscribe/sent/",
            f"forum/subscribe/{followers['token']}/",
            f"forum/subscriptions/{key}/",
            f"{MODULE}new/",
        ],
        "member": [f"forum/{opening}/subscribe/", "account/subscriptions/", f"{MODULE}new/"],
    }


@pytest.mark.long
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_axe_finds_nothing(chromium, academy, followers, member, language, scheme):
    complaints = []
    for who, addresses in pages_of(followers).items():
        context = chromium.new_context(
            base_url=academy.url,
            color_scheme=scheme,
            storage_state=member if who == "member" else None,
        )
        page = context.new_page()
        for path in addresses:
            page.goto(f"/{language}/{path}")
            found = Axe().run(page)
            if found.violations_count:
                complaints.append(f"{who} at {path}: {found.generate_report()}")
        context.close()

    assert complaints == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_wider_than_a_small_phone(chromium, academy, followers, member, language):
    for who, addresses in pages_of(followers).items():
        context = chromium.new_context(
            base_url=academy.url,
            viewport={"width": 320, "height": 640},
            storage_state=member if who == "member" else None,
        )
        page = context.new_page()
        for path in addresses:
            page.goto(f"/{language}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        context.close()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_an_arabic_guest_subscribes_confirms_changes_and_ends(open_page, academy, has_scripts):
    page = open_page(f"/ar/{MODULE}", java_script_enabled=has_scripts, timezone_id="Africa/Tunis")
    page.locator(".subscribe .button").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    name = f"mariam{has_scripts}@example.org".lower()
    page.locator("[name=module]").select_option("daily")
    page.locator("[name=email]").fill(name)
    # A person takes longer than this.
    page.wait_for_timeout(3_100)
    page.locator("form.form button[type=submit]").click()
    page.wait_for_url("**/ar/forum/subscribe/sent/")

    page.goto(academy.newest_link())
    expect(page.locator(".choices-made li")).to_have_count(1)
    page.locator("main form button").click()
    page.wait_for_url("**/ar/forum/subscriptions/*/")
    expect(page.locator(".subscriptions__item")).to_have_count(1)
    expect(page.locator(".subscriptions__item select")).to_have_value("daily")
    zone = academy.run(
        "from forum.models import Subscriber; "
        f"print(Subscriber.objects.get(email={name!r}).time_zone)"
    )
    assert zone == ("Africa/Tunis" if has_scripts else "")

    page.locator(".subscriptions__item select").select_option("weekly")
    page.locator(".form__actions button:not([name])").click()
    expect(page.locator(".subscriptions__item select")).to_have_value("weekly")
    page.locator("[name=end_all]").click()
    expect(page.locator(".subscriptions__item")).to_have_count(0)


_TOLD = """
from forum.models import Frequency
from forum.subscribing import subscribe, subscriber_at

told = subscriber_at("{language}@example.org", language="{language}")
subscribe(told, frequency=Frequency.AT_ONCE)
print(told.key)
"""


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_where_the_links_in_mails_lead(reader, academy, language):
    key = academy.run(_TOLD.format(language=language))
    found = []
    for path in (f"/u/{key}/all/", "/u/unknown/all/", f"/{language}/forum/subscriptions/unknown/"):
        reader.goto(path)
        found += faults(reader)
    reader.goto(f"/u/{key}/all/")
    reader.locator("main form button").click()
    expect(reader.locator("main form")).to_have_count(0)
    found += faults(reader)
    reader.goto(f"/{language}/forum/subscriptions/{key}/")
    found += faults(reader)

    assert found == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_one_click_is_one_key_without_scripts(open_page, academy, language):
    key = academy.run(_TOLD.format(language=language))
    page = open_page(f"/u/{key}/all/", java_script_enabled=False)
    expect(page.locator("html")).to_have_attribute("lang", language)

    page.locator("main form button").focus()
    page.keyboard.press("Enter")

    expect(page.locator("main form")).to_have_count(0)
    page.goto(f"/{language}/forum/subscriptions/{key}/")
    expect(page.locator(".subscriptions__item")).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_in_the_word_that_mail_came_back(open_page, academy, language):
    state = academy.session_of("rosa@example.org", "Rosa Quispe")
    academy.run("from accounts.mail import bounces; bounces.mark('rosa@example.org', '550')")

    page = open_page(f"/{language}/{MODULE}", storage_state=state)

    expect(page.locator("body")).to_contain_text("rosa@example.org")
    assert faults(page) == []


def test_one_is_ended_with_the_keyboard(open_page, followers):
    page = open_page(f"/en/forum/subscriptions/{followers['key']}/")
    rows = page.locator(".subscriptions__item")
    count = rows.count()

    rows.filter(has_text="Answers to my posts").get_by_role("button").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("The subscription is ended.")).to_be_visible()
    expect(rows).to_have_count(count - 1)


def test_a_member_ticks_the_box_and_finds_it_in_the_account(open_page, member):
    page = open_page(f"/en/{MODULE}new/", storage_state=member)
    page.get_by_role("textbox", name="Your text").fill(
        "How do you find the first witness of a case?"
    )
    page.get_by_label("Tell me by e-mail when somebody answers").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview-title")).to_be_visible()
    expect(page.get_by_label("Tell me by e-mail when somebody answers")).to_be_checked()
    page.get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url(re.compile(r"/en/forum/\d+/"))

    page.goto("/en/account/profile/")
    page.get_by_role("link", name="Subscriptions").click()

    expect(page.get_by_role("heading", name="Answers to my posts")).to_be_visible()


def test_a_facilitator_looks_at_the_mail_in_a_frame_and_sends_it(open_page, followers, signed_in):
    page = open_page(
        f"/admin/forum/announcement/{followers['announcement']}/send/?language=ar",
        storage_state=signed_in,
    )
    mail = page.frame_locator(".mail-preview")
    expect(mail.locator("html")).to_have_attribute("dir", "rtl")
    expect(mail.get_by_role("heading", name="ندوة")).to_have_css("font-size", "24px")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()

    page.get_by_role("button", name=re.compile("Send it to")).click()

    expect(page.get_by_text(re.compile("The announcement goes to"))).to_be_visible()
