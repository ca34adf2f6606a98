"""Three people hold a conversation: a guest in Arabic, a facilitator, and a reader; no script."""

import email
import re
from email import policy

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

QUESTION = "كيف نبدأ الحديث مع طفل يعمل في السوق؟"
ANSWER = "Comece pela escola: em que classe está e quem o leva?"


def newest_link(academy) -> str:
    """The link in the newest mail, which lies in a file as an operator without a server sees it."""
    files = sorted((academy.var_dir / "mail").iterdir(), key=lambda path: path.stat().st_mtime)
    message = email.message_from_bytes(files[-1].read_bytes(), policy=policy.default)
    body = message.get_body(("plain",)).get_content()
    return re.search(r"https?://[^/\s]+(/\S+)", body)[1]


def test_a_guest_asks_and_a_facilitator_answers_without_javascript(open_page, academy, signed_in):
    page = open_page("/ar/modules/module-2/", java_script_enabled=False)
    page.locator("#forum a[href$='/forum/new/']").first.click()
    page.locator("[name=text]").fill(QUESTION)
    page.locator("[name=name]").fill("سلمى")
    page.locator("[name=email]").fill("salma@example.org")
    page.locator("form.form button:not([name])").click()

    page.goto(newest_link(academy))
    expect(page.get_by_text(QUESTION)).to_be_visible()
    page.locator("main form button").click()

    post = page.locator("article", has_text=QUESTION)
    expect(post).to_be_visible()
    address = page.url.split("#")[0].replace(academy.url, "").replace("/ar/", "/pt/")

    page = open_page(address, storage_state=signed_in, java_script_enabled=False)
    page.locator("a[href$='/reply/']").first.click()
    page.locator("[name=text]").fill(ANSWER)
    page.locator("button[name=preview]").click()
    expect(page.get_by_text("português").first).to_be_visible()
    page.locator("form.form button:not([name])").click()

    expect(page.locator("article", has_text=ANSWER)).to_be_visible()
    reader = open_page(address)
    found = Axe().run(reader)
    assert found.violations_count == 0, found.generate_report()
    answer = reader.locator("article", has_text=ANSWER)
    expect(answer.locator("[lang=pt]").first).to_be_visible()
    expect(reader.locator("article", has_text=QUESTION).locator("[lang=ar]").first).to_be_visible()
