"""The pages of the forum in a browser: for everybody, and with the comfort of their scripts."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults

MEMBER = "joao@example.org"
SEND = "form.form button[type=submit]:not([name])"
# A conversation with more replies than a screen holds, and a guest's post that waits for its mail.
_CONVERSATION = f"""
import json
from django.contrib.auth import get_user_model
from forum.authors import Author
from forum.guests import new_key
from forum.models import PendingPost, State
from forum.services import add_reply, change_state, open_conversation
from modules.models import Module
from uuid import uuid4

user = get_user_model().objects.get(email={MEMBER!r})
member, guest = Author.member(user), Author(name="سلمى", email="salma@example.org")
module = Module.objects.get(slug="module-2")
opening = open_conversation(
    module=module, author=guest, title="Who begins?", text="كيف نبدأ الحديث؟", language="ar"
)
own = add_reply(in_reply_to=opening, author=member, text="Pela escola.", language="pt")
held = add_reply(in_reply_to=opening, author=member, text="Uma ideia.", language="pt")
change_state(held, State.HELD, "links")
for number in range(40):
    add_reply(in_reply_to=opening, author=guest, text=f"Reply {{number}}", language="en")
pending = PendingPost.objects.create(
    submission=uuid4(), token=new_key(), module=module, name="سلمى", email="salma@example.org",
    text="نعم", language="ar", interface_language="ar",
)
print(json.dumps({{"opening": opening.pk, "own": own.pk, "token": pending.token}}))
"""


@pytest.fixture(scope="module")
def member(academy):
    return academy.session_of(MEMBER, "João Macuácua")


@pytest.fixture(scope="module")
def talk(academy, member):
    """The ids of a long conversation: its opening, the member's own reply, a waiting post."""
    return json.loads(academy.run(_CONVERSATION))


def reply(academy, opening: int, text: str) -> None:
    academy.run(f"""
from forum.authors import Author
from forum.models import Post
from forum.services import add_reply

guest = Author(name="Lucía", email="lucia@example.org")
add_reply(
    in_reply_to=Post.objects.get(pk={opening}), author=guest, text={text!r}, language="en"
)
""")


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing(chromium, academy, talk, member, language):
    opening, own = talk["opening"], talk["own"]
    paths = {
        "visitor": [
            f"forum/{opening}/",
            f"forum/posts/{opening}/reply/",
            "forum/sent/",
            f"forum/confirm/{talk['token']}/",
            f"forum/posts/{opening}/report/",
            f"forum/{opening}/reported/",
            f"forum/posts/{opening}/edit/",
            f"forum/posts/{own}/edit/",
            "forum/link-sent/",
        ],
        "member": [
            f"forum/{opening}/",
            "modules/module-2/forum/",
            f"forum/posts/{own}/edit/",
            f"forum/posts/{own}/delete/",
        ],
    }
    found = []
    for who, addresses in paths.items():
        state = member if who == "member" else None
        context = chromium.new_context(base_url=academy.url, storage_state=state)
        page = context.new_page()
        for path in addresses:
            page.goto(f"/{language}/{path}")
            found += [(who, fault) for fault in faults(page)]
        context.close()

    assert found == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_wider_than_a_small_phone(open_page, talk, member, language):
    page = open_page("about:blank", viewport={"width": 320, "height": 640}, storage_state=member)

    for path in (
        f"forum/{talk['opening']}/",
        "modules/module-2/forum/",
        f"forum/posts/{talk['opening']}/reply/",
        f"forum/posts/{talk['own']}/edit/",
        f"forum/posts/{talk['opening']}/report/",
    ):
        page.goto(f"/{language}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_more_replies_come_in_their_place_and_get_the_focus(open_page, talk):
    page = open_page(f"/en/forum/{talk['opening']}/")
    posts = page.locator("article")
    shown = posts.count()
    address = page.url

    page.get_by_role("link", name=re.compile("Show .* more")).focus()
    page.keyboard.press("Enter")

    first_new = posts.nth(shown)
    expect(first_new).to_be_focused()
    expect(page.get_by_role("link", name=re.compile("Show .* more"))).to_have_count(0)
    assert page.url == address
    ids = posts.evaluate_all("all => all.map(post => post.id)")
    assert len(ids) == len(set(ids)) == 42


def test_a_conversation_unfolds_in_the_list(open_page, talk):
    page = open_page("/en/modules/module-2/forum/")
    conversation = page.locator("section.conversation", has_text="Who begins?")
    shown = conversation.locator("article").count()

    conversation.get_by_role("link", name=re.compile("Show .* more")).click()

    expect(conversation.locator("article").nth(shown)).to_be_focused()
    expect(page).to_have_url(re.compile("/en/modules/module-2/forum/$"))


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_like_is_given_and_taken_back(open_page, talk, member, has_scripts):
    page = open_page(
        f"/pt/forum/{talk['opening']}/", storage_state=member, java_script_enabled=has_scripts
    )
    like = page.locator(f"#like-{talk['opening']}")

    for pressed in ("true", "false"):
        like.focus()
        page.keyboard.press("Enter")
        expect(like).to_have_attribute("aria-pressed", pressed)

    if has_scripts:
        expect(like).to_be_focused()
        expect(page).to_have_url(re.compile(f"/pt/forum/{talk['opening']}/$"))
    else:
        expect(page).to_have_url(re.compile(f"post={talk['opening']}#post-{talk['opening']}$"))


def test_new_posts_are_told_and_shown_while_the_page_is_open(open_page, academy, talk):
    page = open_page("about:blank")
    page.clock.install()
    page.goto(f"/en/forum/{talk['opening']}/")
    news = page.locator("#news")
    expect(news).to_be_empty()

    reply(academy, talk["opening"], "The first one while you read.")
    reply(academy, talk["opening"], "The second one while you read.")
    page.clock.fast_forward("01:01")
    news.get_by_role("link", name="2 new posts, show them").press("Enter")

    expect(page.locator("article", has_text="The first one while you read.")).to_be_focused()
    expect(page.locator("article", has_text="The second one while you read.")).to_be_visible()
    expect(news).to_be_empty()
    # They are counted once.
    with page.expect_response(re.compile("/news/")):
        page.clock.fast_forward("01:01")
    expect(news).to_be_empty()


def test_who_looks_elsewhere_or_saves_data_asks_for_no_news(open_page, talk):
    for script in (
        "Object.defineProperty(document, 'hidden', { value: true })",
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })",
    ):
        page = open_page("about:blank")
        page.add_init_script(script)
        page.clock.install()
        page.goto(f"/en/forum/{talk['opening']}/")
        asked = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))

        page.clock.fast_forward("05:00")
        # An answer to whatever was asked meanwhile.
        page.evaluate("fetch('/healthz')")

        assert [url for url in asked if "news" in url] == []


def test_a_draft_outlives_a_reload_and_a_failed_sending_and_ends_with_the_post(
    open_page, talk, member
):
    page = open_page(f"/en/forum/posts/{talk['opening']}/reply/", storage_state=member)
    text = page.locator("[name=text]")
    text.fill("Half of a thought that I")

    page.reload()

    expect(text).to_have_value("Half of a thought that I")
    expect(page.get_by_text("We kept your text from before.")).to_be_visible()
    # Also in another language of the page.
    page.goto(f"/pt/forum/posts/{talk['opening']}/reply/")
    expect(text).to_have_value("Half of a thought that I")
    page.locator("#fold-language > summary").click()
    page.locator("[name=language]").fill("Klingonish")
    page.locator(SEND).click()
    expect(page.locator(".notice--error")).to_be_visible()
    page.goto(f"/en/forum/posts/{talk['opening']}/reply/")
    expect(text).to_have_value("Half of a thought that I")
    text.fill("The whole thought that I had in mind.")
    page.locator("#fold-language > summary").click()
    page.locator("[name=language]").fill("")
    page.locator(SEND).dblclick()
    expect(page.locator("article", has_text="The whole thought that I had in mind.")).to_have_count(
        1
    )
    page.goto(f"/en/forum/posts/{talk['opening']}/reply/")
    expect(text).to_have_value("")


def test_a_draft_is_thrown_away_when_asked(open_page, talk, member):
    page = open_page(f"/en/forum/posts/{talk['own']}/edit/", storage_state=member)
    text = page.locator("[name=text]")
    text.fill("Something else.")
    page.reload()

    page.get_by_role("button", name="Throw it away").click()

    expect(text).to_have_value("Pela escola.")
    expect(text).to_be_focused()
    page.reload()
    expect(text).to_have_value("Pela escola.")
    expect(page.locator(".kept-draft")).to_have_count(0)


def test_a_reply_with_the_keyboard_alone(open_page, talk, member):
    page = open_page(f"/en/forum/{talk['opening']}/", storage_state=member)
    page.locator(f"#post-{talk['opening']}").get_by_role("link", name="Reply to no. 1").focus()
    page.keyboard.press("Enter")
    bold = page.get_by_role("button", name="Bold")
    expect(bold).to_be_attached()
    bold.focus()
    # One stop for the toolbar; the arrow keys move inside it.
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("Tab")
    text = page.locator("[name=text]")
    expect(text).to_be_focused()
    page.keyboard.type("Typed by ")
    page.keyboard.press("Control+b")
    page.keyboard.type("hand")
    expect(text).to_have_value("Typed by **hand**")
    # Past the language, the box and the button that sends.
    for _stop in range(4):
        page.keyboard.press("Tab")
    preview = page.get_by_role("button", name="Preview")
    expect(preview).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Preview")).to_be_focused()
    expect(page.locator("#preview strong")).to_have_text("hand")
    # Its language can be corrected now, in the same field.
    expect(page.locator("#fold-language")).to_have_attribute("open", "")
    expect(page.locator("[name=language]")).to_have_count(1)
    expect(page).to_have_url(re.compile("/reply/$"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("article", has_text="Typed by hand")).to_be_visible()


def test_a_preview_that_cannot_be_says_why(open_page, talk, member):
    page = open_page(f"/en/forum/posts/{talk['opening']}/reply/", storage_state=member)

    page.get_by_role("button", name="Preview").click()

    expect(page.get_by_text("Write something first.", exact=True)).to_be_visible()


def test_the_length_is_said_near_its_limit(open_page, talk, member):
    page = open_page(f"/en/forum/posts/{talk['opening']}/reply/", storage_state=member)
    counter = page.locator("#counter")

    page.locator("[name=text]").fill("a" * 8_000)
    expect(counter).to_be_hidden()
    page.locator("[name=text]").fill("a" * 9_500)

    expect(counter).to_have_text("9,500 of 10,000 characters")
