"""Whatever is sent to an address of the site, the fault is never ours (500).

A walk over the URL configuration: an address that is added is driven, too. More examples take
longer and find more: FUZZ_EXAMPLES=200 .venv/bin/python -m pytest tests/site/test_fuzz.py
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import html5lib
import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings as site
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.urls.resolvers import RegexPattern
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.authors import Author
from forum.models import BlockedTerm, Policy, Post, Restriction
from modules.models import Module, NewsItem, Pledge, Video
from tests.factories import (
    MP4,
    make_commitment,
    make_event,
    make_facilitator,
    make_figure,
    make_module,
    make_news,
    make_pledge,
    make_post,
    make_reply,
    make_resource,
    make_section,
    make_user,
    make_video,
    upload,
)

pytestmark = pytest.mark.long

bounded = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "4")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ROLES = ("visitor", "member", "facilitator")

# What programs stumble over.
NASTY = [
    "a\x00b",
    "",
    "0",
    "-1",
    "9" * 400,
    "1e999",
    "NaN",
    "٣",
    "2026-13-45",
    "0000-00-00T99:99",
    "'\"<script>&;--",
    "%",
    "%s %(name)s {0}",
    "[]",
    "null",
    "../../etc/passwd",
    "//evil.example",
    "http://[",
    "a@b",
    "\u202e\u200f\ufeff",
    "🎉" * 300,
    "é" * 5000,
    "\r\nSet-Cookie: a=b",
]
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(exclude_categories=["Cs"])))


def _names_asked_for() -> list[str]:
    """The parameters of addresses that our own code reads, and those of Django's lists."""
    read = re.compile(r"""(?:GET|params|query)\.get(?:list)?\(\s*"(\w+)"|GET\["(\w+)"\]""")
    sources = [
        path.read_text(encoding="utf-8")
        for app in ("accounts", "modules", "forum", "sstc_academy")
        for path in (Path(site.BASE_DIR) / app).rglob("*.py")
    ]
    found = {name for source in sources for pair in read.findall(source) for name in pair if name}
    return sorted(found | {"q", "p", "o", "e", "all", "_popup", "_to_field", "id__in", "next"})


names = st.one_of(st.sampled_from(_names_asked_for()), texts)
queries = st.lists(st.tuples(names, texts), min_size=1, max_size=5)


def _addresses(patterns, spaces=(), converters=()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each name that `reverse` knows, and what it takes."""
    for pattern in patterns:
        taken = (*converters, *_taken(pattern.pattern))
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield ":".join([*spaces, pattern.name]), taken
        else:
            own = [pattern.namespace] if pattern.namespace else []
            yield from _addresses(pattern.url_patterns, (*spaces, *own), taken)


def _taken(pattern) -> tuple[str, ...]:
    if isinstance(pattern, RegexPattern):
        return tuple(pattern.regex.groupindex)
    return tuple(pattern.converters)


ADDRESSES = dict(_addresses(get_resolver().url_patterns))
OPEN = sorted(name for name in ADDRESSES if not name.startswith("admin:"))
# Where people have accounts, a facilitator is a member like others.
OPEN_TO = [
    (role, name)
    for name in OPEN
    for role in ROLES
    if role != "facilitator" or name.startswith(("home", "forum:", "modules:", "accounts:member"))
]
ADMIN = sorted(name for name in ADDRESSES if name.startswith("admin:"))


@pytest.fixture(scope="module")
def academy(django_db_setup, django_db_blocker):
    """One of everything, small so that many examples are soon tried, and who is signed in."""
    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)
        member, facilitator = make_user(), make_facilitator()
        module = make_module(slug="talk")
        make_section(module)
        make_figure(module)
        make_event(module)
        make_resource(module)
        make_video(module, file=upload("film.mp4", MP4))
        make_commitment(make_pledge())
        make_news()
        make_reply(make_post(module, Author.member(member)))
        Policy.objects.get_or_create(module=module)
        BlockedTerm.objects.create(term="spam")
        yield {
            "visitor": None,
            "member": _session_of(member),
            "facilitator": _session_of(facilitator),
        }
        call_command("flush", interactive=False, verbosity=0)


def _session_of(user) -> str:
    client = Client()
    client.force_login(user)
    session = client.session
    # As somebody who has just typed their password: nothing is asked again before it is open.
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session.save()
    return session.session_key


@pytest.fixture
def client_of_role(academy, db):
    def of(role: str) -> Client:
        client = Client()
        if key := academy[role]:
            client.cookies[site.SESSION_COOKIE_NAME] = key
        return client

    return of


def _path(name: str) -> str:
    """With the ids of what is there, and otherwise with ids of nothing."""
    model = next((kind for kind in _KINDS if f"_{kind._meta.model_name}_" in name), Post)
    row = model.objects.first()
    values = {
        "slug": {
            "modules:news_item": NewsItem.objects.first().slug,
            "modules:pledge": Pledge.objects.first().slug,
        }.get(name, Module.objects.first().slug),
        "pk": Video.objects.first().pk if name == "modules:video" else Post.objects.first().pk,
        "object_id": row.pk if row else 1,
        "path": "videos/nothing.mp4",
        "app_label": "modules",
        "content_type_id": 1,
    }
    kwargs = {each: values.get(each, "abc-123") for each in ADDRESSES[name]}
    for these in (kwargs, dict.fromkeys(kwargs, 1)):
        try:
            return reverse(name, kwargs=these)
        except NoReverseMatch:
            continue
    raise AssertionError(f"{name} takes {kwargs}, which this test does not know how to give")


_KINDS = (Module, NewsItem, Pledge, Post, Policy, BlockedTerm, Restriction)


def _fields(html: str) -> dict[str, tuple[str, str]]:
    """Kind and value of each field of the forms of a page, by name."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return {
        field.get("name"): (field.get("type", field.tag), field.get("value") or "")
        for kind in ("input", "textarea", "select", "button")
        for field in tree.iter(kind)
        if field.get("name")
    }


@st.composite
def filled_in(draw, fields: dict[str, tuple[str, str]]) -> dict:
    """Some fields as they were, some broken, some missing, some twice, some that nobody knows."""
    data = {name: value for name, (_kind, value) in fields.items()}
    changed = draw(st.lists(st.sampled_from(sorted(fields)), max_size=6)) if fields else []
    for name in changed:
        kind, _value = fields[name]
        if kind == "file":
            data[name] = upload(draw(st.sampled_from(FILE_NAMES)), draw(st.binary(max_size=200)))
        else:
            data[name] = draw(st.one_of(texts, st.lists(texts, max_size=3)))
    for name in draw(st.lists(st.sampled_from(sorted(data)), max_size=3)) if data else []:
        data.pop(name, None)
    return data | dict(draw(st.lists(st.tuples(names, texts), max_size=2)))


FILE_NAMES = ["a.pdf", "a.mp4", "a.vtt", "a.png", "a.zip", "a.html", "a", "\u202egpj.exe"]


def _drive(client: Client, path: str, query: list, data) -> None:
    """Asks for the page, and sends what stands in its forms. Nothing stays of it, so that each
    example stands for itself."""
    asked = f"{path}?" + "&".join(f"{quote(name)}={quote(value)}" for name, value in query)
    with transaction.atomic():
        page = client.get(asked)
        is_page = not page.streaming and "html" in page.get("Content-Type", "")
        form = data.draw(filled_in(_fields(page.text) if is_page else {}))
        answer = client.post(path, form)
        transaction.set_rollback(True)
    for response, sent in ((page, asked), (answer, form)):
        # To the end, where the client closes what it has; to close it here would be once too
        # often, and would take the connection to the database along.
        response.getvalue()
        assert response.status_code < 500, f"{path}: {sent}"


@pytest.mark.parametrize(("role", "name"), OPEN_TO)
@bounded
@given(query=queries, data=st.data())
def test_nothing_sent_breaks_a_page(client_of_role, name, role, query, data):
    _drive(client_of_role(role), _path(name), query, data)


@pytest.mark.parametrize("name", ADMIN)
@bounded
@given(query=queries, data=st.data())
def test_nothing_sent_breaks_the_administration(client_of_role, name, query, data):
    _drive(client_of_role("facilitator"), _path(name), query, data)


def test_every_address_of_the_site_is_driven():
    assert len(OPEN) > 60
    assert len(ADMIN) > 40
    assert {"home", "account_login", "forum:new", "modules:module", "csp_report"} <= set(OPEN)
