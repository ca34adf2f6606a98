"""A member in Portuguese, a guest in Arabic and a facilitator hold a conversation."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FACILITATOR

FORUM = "/modules/module-2/forum/"
QUESTION = "Como se começa a conversa com uma criança que trabalha no mercado?"
ANSWER = "نبدأ بالحديث عن اللعب والأصدقاء، ثم نسأل عن المدرسة."
BETTER_ANSWER = "نبدأ بالحديث عن اللعب والأصدقاء، ثم نسأل عن المدرسة والأسرة."
THANKS = "Muito obrigada, vamos experimentar isso já na próxima visita."
SEND = "form.form button[type=submit]:not([name])"
# Whoever sends a form sooner is no person.
QUICKEST_GUEST = 3_100


@pytest.mark.parametrize("has_scripts", [False, True])
def test_three_people_hold_a_conversation(open_page, academy, has_scripts):
    # Nobody may say the same twice.
    run = " (JavaScript)" if has_scripts else ""
    question, first_answer, better_answer, thanks = (
        text + run for text in (QUESTION, ANSWER, BETTER_ANSWER, THANKS)
    )

    def browser_of(state: dict | None = None):
        return open_page("about:blank", java_script_enabled=has_scripts, storage_state=state)

    title = f"Quem começa?{run}"
    member = browser_of(academy.session_of("beatriz@example.org", "Beatriz Nogueira"))
    guest = browser_of()
    facilitator = browser_of(academy.session_of(FACILITATOR))

    # The member asks.
    member.goto(f"/pt{FORUM}")
    member.locator("a.compose").click()
    member.locator("[name=title]").fill(title)
    member.locator("[name=text]").fill(question)
    member.locator(SEND).click()
    asked = member.locator("article", has_text=question)
    expect(asked.locator(".pill")).to_contain_text("Português")
    conversation = re.search(r"/forum/(\d+)/", member.url)[1]

    # The guest answers, and publishes the answer with the link from the mail.
    guest.goto(f"/ar{FORUM}")
    guest.get_by_role("link", name=title).click()
    guest.locator("article", has_text=question).locator("a[href$='/reply/']").click()
    guest.locator("[name=text]").fill(first_answer)
    guest.locator("[name=name]").fill("سلمى بن يوسف")
    guest.locator("[name=email]").fill(f"salma{int(has_scripts)}@example.org")
    guest.wait_for_timeout(QUICKEST_GUEST)
    guest.locator(SEND).click()
    expect(guest).to_have_url(re.compile("/ar/forum/sent/"))
    guest.goto(academy.newest_link())
    expect(guest.get_by_text(first_answer)).to_be_visible()
    guest.locator("main form button").click()
    answer = guest.locator("article", has_text=first_answer)
    expect(answer.locator(".badge--dashed")).to_be_visible()
    expect(answer.locator(".post__text")).to_have_attribute("lang", "ar")

    # The member likes it and thanks.
    member.goto(f"/pt/forum/{conversation}/")
    answer = member.locator("article", has_text=first_answer)
    answer.locator("[name=like]").click()
    expect(answer.locator("[name=like]")).to_have_attribute("aria-pressed", "true")
    answer.locator("a[href$='/reply/']").click()
    member.locator("[name=text]").fill(thanks)
    member.locator("[name=preview]").click()
    expect(member.locator("#preview")).to_contain_text(thanks)
    member.locator(SEND).click()
    expect(member.locator("article", has_text=thanks)).to_be_visible()

    # The guest is known in this browser: changes the answer, and reports what the member said.
    guest.goto(f"/ar/forum/{conversation}/")
    answer = guest.locator("article", has_text=first_answer)
    expect(answer.locator("a[href$='/report/']")).to_have_count(0)
    answer.locator("a[href$='/edit/']").click()
    guest.locator("[name=text]").fill(better_answer)
    guest.locator(SEND).click()
    answer = guest.locator("article", has_text=better_answer)
    expect(answer.locator(".post__fact", has_text="عُدّلت")).to_be_visible()
    guest.locator("article", has_text=thanks).locator("a[href$='/report/']").click()
    guest.locator("[name=reason][value=off_topic]").check()
    guest.locator("main form button").click()
    expect(guest).to_have_url(re.compile(f"/ar/forum/{conversation}/reported/$"))

    # The facilitator removes it; its author reads why, and nobody else sees it.
    facilitator.goto(f"/en/forum/{conversation}/")
    facilitator.locator("article", has_text=thanks).get_by_role("link", name="Moderate").click()
    facilitator.get_by_label("Remove").check()
    facilitator.locator("[name=reason]").select_option("off_topic")
    facilitator.locator("[name=note]").fill("Just like it, please.")
    facilitator.locator("main form button").first.click()
    member.goto(f"/pt/forum/{conversation}/")
    expect(member.locator("article", has_text="Just like it, please.")).to_be_visible()
    expect(member.get_by_text(thanks)).to_have_count(0)
    guest.goto(f"/ar/forum/{conversation}/")
    expect(guest.locator("article")).to_have_count(2)

    # Who deletes what others have answered leaves a line; what nobody answered goes.
    guest.locator("article", has_text=better_answer).locator("a[href$='/delete/']").click()
    expect(guest.get_by_text(better_answer)).to_be_visible()
    guest.locator("main form button").click()
    expect(guest).to_have_url(re.compile(f"/ar/forum/{conversation}/$"))
    expect(guest.locator("article")).to_have_count(1)
    member.goto(f"/pt/forum/{conversation}/")
    expect(member.get_by_text(better_answer)).to_have_count(0)
