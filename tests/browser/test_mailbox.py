"""A guest on a laptop without a mail server publishes a post with the link from the mailbox."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_conversation_of_three import FORUM, QUICKEST_GUEST, SEND


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_guest_finds_the_link_in_the_mailbox(open_page, has_scripts):
    text = f"نبدأ بالمدرسة {has_scripts}."
    page = open_page(f"/ar{FORUM}", locale="ar", java_script_enabled=has_scripts)
    page.locator("a.compose").click()
    page.locator("[name=title]").fill(f"من أين نبدأ؟ {has_scripts}")
    page.locator("[name=text]").fill(text)
    page.locator("[name=name]").fill("سلمى بن يوسف")
    page.locator("[name=email]").fill(f"mailbox{int(has_scripts)}@example.org")
    page.wait_for_timeout(QUICKEST_GUEST)
    page.locator(SEND).click()
    page.locator("a[href='/ar/mailbox/']").click()

    # The worker lays it down a second or two later.
    newest = page.locator("tr", has_text=f"mailbox{int(has_scripts)}@example.org").first
    for _second in range(30):
        if newest.is_visible():
            break
        page.wait_for_timeout(1000)
        page.reload()
    newest.get_by_role("link").click()
    page.frame_locator("iframe").get_by_role("link").first.click()

    expect(page).to_have_url(re.compile("/ar/forum/confirm/"))
    page.locator("main form button").click()
    expect(page.locator("article", has_text=text)).to_be_visible()
