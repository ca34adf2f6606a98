"""Who may do what: every address of the forum is asked by everybody, and answers on the server.

A row that is missing here fails a test, so that no address is added without deciding this.
"""

from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from forum.authors import Author
from forum.models import Post, Restriction, State
from forum.services import add_reply, change_state, open_conversation
from forum.subscribing import subscriber_of
from tests.addresses import all_names
from tests.factories import (
    began_earlier,
    know_guest,
    make_facilitator,
    make_guest,
    make_module,
    make_user,
)

pytestmark = pytest.mark.django_db
ROLES = ("visitor", "guest", "member", "author", "facilitator", "banned")
SAID = {"text": "What I have to say here.", "language": "en"}
FORM = SAID | {"name": "Rui", "email": "rui@example.org"}
REPORT = {"reason": "spam"}
REMOVAL = {"decision": "remove", "reason": "spam"}


def all_of(code: int, **others: int) -> dict[str, int]:
    """The same status for every role but for those named."""
    return dict.fromkeys(ROLES, code) | others


def only(*roles: str, otherwise: int = 403, code: int = 200) -> dict[str, int]:
    return all_of(otherwise, **dict.fromkeys(roles, code))


# Address, which post it is about, method and what is sent: the status for each role.
TABLE = {
    ("latest", None, "get"): all_of(200),
    ("latest_feed", None, "get"): all_of(200),
    ("module", "module", "get"): all_of(200),
    ("module_feed", "module", "get"): all_of(200),
    ("module_news", "module", "get"): all_of(200),
    ("conversation", "published", "get"): all_of(200),
    ("conversation", "held", "get"): only("author", "facilitator", otherwise=404),
    ("conversation", "removed", "get"): only("author", "facilitator", otherwise=404),
    ("conversation_feed", "published", "get"): all_of(200),
    ("conversation_news", "published", "get"): all_of(200),
    ("conversation_news", "held", "get"): all_of(404),
    ("post", "published", "get"): all_of(302),
    ("post", "held", "get"): only("author", "facilitator", otherwise=404, code=302),
    ("new", "module", "get"): all_of(200),
    ("new", "module", "post"): all_of(302, banned=200),
    ("reply", "published", "get"): all_of(200),
    ("reply", "published", "post"): all_of(302, banned=200),
    ("reply", "held", "get"): all_of(404),
    # Only with what was typed, for copying.
    ("reply", "held", "post"): all_of(200),
    ("reply", "removed", "post"): all_of(200),
    ("edit", "published", "get"): only("author"),
    ("edit", "published", "post"): only("author", code=302),
    ("edit", "held", "get"): only("author", otherwise=404),
    ("edit", "held", "post"): only("author", otherwise=410, code=302),
    ("edit", "removed", "get"): all_of(404),
    ("edit", "removed", "post"): all_of(410),
    ("edit", "guests", "post"): only("guest", code=302),
    ("delete", "published", "get"): only("author"),
    ("delete", "published", "post"): only("author", code=302),
    ("delete", "held", "post"): only("author", otherwise=404, code=302),
    ("delete", "guests", "post"): only("guest", code=302),
    ("like", "published", "get"): all_of(405),
    ("like", "published", "post"): only("member", "facilitator", code=302),
    ("like", "held", "post"): all_of(404, visitor=403, guest=403),
    ("report", "published", "get"): all_of(200, author=302),
    ("report", "published", "post"): all_of(302, banned=200),
    ("report", "held", "post"): all_of(404),
    ("reported", "published", "get"): all_of(200),
    ("send_key", "published", "post"): all_of(404),
    ("send_key", "guests", "post"): all_of(302),
    ("send_key", "guests", "get"): all_of(405),
    ("key_sent", None, "get"): all_of(200),
    ("sent", None, "get"): all_of(200),
    ("confirm", "token", "get"): all_of(404),
    ("confirm", "token", "post"): all_of(404),
    ("subscribe_to_module", "module", "get"): all_of(200),
    ("subscribe_to_module", "module", "post"): all_of(302),
    ("subscribe_to_conversation", "published", "get"): all_of(200),
    ("subscribe_to_conversation", "published", "post"): all_of(302),
    ("subscribe_to_conversation", "held", "get"): all_of(404),
    ("subscribe_to_conversation", "removed", "get"): all_of(404),
    ("subscription_sent", None, "get"): all_of(200),
    ("confirm_subscription", "token", "get"): all_of(404),
    ("confirm_subscription", "token", "post"): all_of(404),
    # Whoever has the key, as it stands in the mails.
    ("subscriptions", "key", "get"): all_of(200),
    ("subscriptions", "key", "post"): all_of(302),
    ("subscriptions", "token", "get"): all_of(404),
    ("subscriptions", "token", "post"): all_of(404),
    ("own_subscriptions", None, "get"): all_of(200, visitor=302, guest=302),
    ("own_subscriptions", None, "post"): all_of(302),
    ("moderate", "published", "get"): only("facilitator"),
    ("moderate", "published", "post"): only("facilitator", code=302),
    ("moderate", "held", "post"): only("facilitator", code=302),
    ("moderate", "removed", "get"): only("facilitator"),
}
WANTED = {"conversation": "daily", "module": "weekly", "answers": "off", "email": "eve@example.org"}
SENT = {
    "subscribe_to_module": WANTED,
    "subscribe_to_conversation": WANTED,
    "subscriptions": {"end_all": "1"},
    "new": FORM,
    "reply": FORM,
    "edit": SAID,
    "like": {"like": "1"},
    "report": REPORT,
    "moderate": REMOVAL,
}


@pytest.fixture
def people():
    people = {role: make_user(display_name=role) for role in ("member", "author", "banned")}
    people["facilitator"] = make_facilitator()
    Restriction.objects.create(account=people["banned"])
    return people


@pytest.fixture
def browser_of(people):
    def browser(role: str) -> Client:
        client = Client()
        if role == "guest":
            know_guest(client)
        elif role != "visitor":
            client.force_login(people[role])
        return client

    return browser


@pytest.fixture
def arguments(people):
    """Of an address, by what it is about."""
    module = make_module(slug="talk")
    author = Author.member(people["author"])

    def opening(text: str, state: State = State.PUBLISHED) -> Post:
        post = open_conversation(module=module, author=author, text=text, language="en")
        change_state(post, state)
        return post

    published = opening("How do you begin?")
    guests = add_reply(in_reply_to=published, author=make_guest(), text="So.", language="en")
    return {
        None: [],
        "module": [module.slug],
        "token": ["no-such-token"],
        "key": [subscriber_of(people["author"]).key],
        "published": [published.pk],
        "guests": [guests.pk],
        "held": [opening("This one waits.", State.HELD).pk],
        "removed": [opening("This one is gone.", State.REMOVED).pk],
    }


@pytest.mark.parametrize("row", TABLE, ids=lambda row: "-".join(str(part) for part in row))
def test_every_address_answers_each_role_as_decided(browser_of, arguments, row):
    name, subject, method = row
    sent = SENT.get(name, {}) if method == "post" else {}
    sent |= {"submission": uuid4(), "began": began_earlier()} if sent else {}
    answers = {}

    for role in ROLES:
        browser = browser_of(role)
        # Nobody finds what the one before has changed.
        with transaction.atomic():
            address = reverse(f"forum:{name}", args=arguments[subject])
            answers[role] = getattr(browser, method)(address, sent).status_code
            transaction.set_rollback(True)

    assert answers == TABLE[row]


@pytest.mark.parametrize("row", [row for row in TABLE if row[2] == "post"])
def test_what_is_refused_changes_nothing(browser_of, arguments, row):
    name, subject, _method = row
    before = list(Post.objects.order_by("pk").values())

    for role in (role for role in ROLES if TABLE[row][role] in {403, 404, 405, 200}):
        browser_of(role).post(
            reverse(f"forum:{name}", args=arguments[subject]),
            SENT.get(name, {}) | {"submission": uuid4(), "began": began_earlier()},
        )

    assert list(Post.objects.order_by("pk").values()) == before


def test_no_address_of_the_forum_is_missing_in_the_table():
    found = {name.removeprefix("forum:") for name in all_names() if name.startswith("forum:")}

    assert found == {name for name, _subject, _method in TABLE}


@pytest.mark.parametrize("role", ROLES)
def test_the_forums_pages_of_the_administration_are_for_facilitators(browser_of, arguments, role):
    names = {
        name
        for name in all_names()
        if name.startswith("admin:forum_") and name.endswith(("_changelist", "_add"))
    }
    assert names
    browser = browser_of(role)

    for name in names:
        code = browser.get(reverse(name)).status_code
        if role == "facilitator":
            # Some things are made by the site alone.
            assert code in {200, 403} if name.endswith("_add") else code == 200
        else:
            assert code == 302
