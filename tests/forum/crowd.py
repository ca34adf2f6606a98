"""People who act at the same moment, each in a process of their own.

`tests/forum/test_concurrency.py` runs these where Django has the settings of a site in service.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from time import sleep, time
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMail
from forum import guests, languages
from forum.checking import check
from forum.models import Notice, PendingPost, Post, State
from forum.notices import announce_waiting
from forum.refusals import RefusedError
from forum.services import add_reply, change_state
from tests.factories import (
    began_earlier,
    make_guest,
    make_module,
    make_post,
    make_reply,
    make_subscription,
    make_user,
)
from tests.forum.arriving import REPLY_ADDRESS, arrives, make_subscriber, written

_PATIENCE = 120
# Seconds between two acts: who waits for SQLite asks again and again, and may never be lucky.
_BREATH = 0.01


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What the acts have returned, in no order. AssertionError when one of them failed."""
    # A connection cannot be shared with a process that is forked.
    connections.close_all()
    context = get_context("fork")
    start = context.Barrier(len(acts))
    answers = context.SimpleQueue()
    people = [context.Process(target=_act, args=(act, start, answers)) for act in acts]
    for person in people:
        person.start()
    for person in people:
        person.join(_PATIENCE)
    assert [person.exitcode for person in people] == [0] * len(acts)
    return [answers.get() for _act in acts]


def _act(act, start, answers) -> None:
    start.wait(_PATIENCE)
    answers.put(act())


def replies(people: int, each: int) -> dict:
    opening = make_post(make_module())
    at_once([partial(_reply_often, opening, each)] * people)
    posts = Post.objects.filter(root=opening)
    opening.refresh_from_db()
    return {
        "numbers": sorted(posts.values_list("number", flat=True)),
        "paths": posts.values("path").distinct().count(),
        "replies": posts.filter(state=State.PUBLISHED, in_reply_to=opening, level=1).count(),
        "answer_count": opening.answer_count,
        "last_number": opening.last_number,
        "faults": _faults(),
    }


def _reply_often(post: Post, times: int) -> None:
    for number in range(times):
        make_reply(post, make_guest(), text=f"Reply {number}")


def replies_until(stop: str, people: int) -> dict:
    """People answer until there is a file of this name; when each reply had been stored."""
    opening = make_post(make_module())
    stored = at_once([partial(_reply_until, opening, Path(stop))] * people)
    opening.refresh_from_db()
    return {"stored": dict(chain.from_iterable(stored)), "answer_count": opening.answer_count}


def _reply_until(post: Post, stop: Path) -> list[tuple[int, float]]:
    stored = []
    while not stop.exists():
        stored.append((make_reply(post, make_guest()).pk, time()))
        sleep(_BREATH)
    return stored


def same_forms(people: int) -> dict:
    """A member answers and opens a conversation, a guest answers; each form is sent many times."""
    opening = make_post(make_module())
    member = make_user()
    address = reverse("forum:reply", args=[opening.pk])
    guest = {"name": "Salma", "email": "salma@example.org", "began": began_earlier()}
    forms = [
        (member, address, {"text": "We meet the parents first."}),
        (member, reverse("forum:new", args=[opening.module.slug]), {"text": "Who pays?"}),
        (None, address, {"text": "We begin with the school.", **guest}),
    ]
    # What takes seconds the first time is shared by all who are forked.
    languages.find("en")
    Client(SERVER_NAME="localhost").get(address)
    statuses = []
    for user, path, values in forms:
        form = values | {"language": "en", "submission": str(uuid4())}
        statuses += at_once([partial(_send, user, path, form)] * people)
    return {
        "statuses": Counter(statuses),
        "replies": opening.answers.count(),
        "conversations": Post.objects.filter(in_reply_to=None).exclude(pk=opening.pk).count(),
        "waiting": PendingPost.objects.count(),
        "mails": OutgoingMail.objects.count(),
        "faults": _faults(),
    }


def _send(user, path: str, form: dict[str, str]) -> int:
    client = Client(SERVER_NAME="localhost")
    if user:
        client.force_login(user)
    return client.post(path, form).status_code


def same_confirmation(people: int) -> dict:
    opening = make_post(make_module())
    pending = PendingPost.objects.create(
        token="a-token",
        submission=uuid4(),
        module=opening.module,
        is_reply=True,
        in_reply_to=opening,
        name="Salma",
        email="salma@example.org",
        text="We begin with the school.",
        language="en",
        interface_language="en",
    )
    published = at_once([partial(_publish, pending)] * people)
    return {
        "published": published,
        "replies": list(opening.answers.values_list("pk", flat=True)),
        "waiting": PendingPost.objects.count(),
        "faults": _faults(),
    }


def _publish(pending: PendingPost) -> int:
    return guests.publish(pending).pk


def same_mail(people: int) -> dict:
    settings.REPLY_ADDRESS = REPLY_ADDRESS
    opening = make_post(make_module())
    subscriber = make_subscriber(make_user())
    text = "We begin with the school."
    data = written(opening, subscriber, text)
    # What takes seconds the first time is shared by all who are forked.
    languages.detect(text)
    outcomes = at_once([partial(_arrives, data)] * people)
    return {
        "outcomes": dict(Counter(outcomes)),
        "replies": opening.answers.count(),
        "faults": _faults(),
    }


def _arrives(data: bytes) -> str:
    return str(arrives(data))


def replies_while_it_is_removed(people: int, times: int) -> dict:
    opening = make_post(make_module())
    answered = make_reply(opening)
    replying = [partial(_reply_if_it_stands, answered, times)] * people
    counts = at_once([*replying, partial(_remove_and_restore, answered, times)])
    for post in (opening, answered):
        post.refresh_from_db()
    return {
        "stored": sum(counts),
        "refused": people * times - sum(counts),
        "answers": answered.answers.count(),
        "answer_counts": [opening.answer_count, answered.answer_count],
        "faults": _faults(),
    }


def _reply_if_it_stands(post: Post, times: int) -> int:
    """How many were stored."""
    stored = 0
    for _time in range(times):
        try:
            add_reply(in_reply_to=post, author=make_guest(), text="Yes.", language="en")
            stored += 1
        except RefusedError:
            pass
        sleep(_BREATH)
    return stored


def _remove_and_restore(post: Post, times: int) -> int:
    for _time in range(times):
        for state in (State.REMOVED, State.PUBLISHED):
            change_state(post, state)
            sleep(_BREATH)
    return 0


def same_announcements(people: int, posts: int, subscribers: int) -> dict:
    """Several workers put down at once who is told of the posts of one conversation."""
    module = make_module()
    for _number in range(subscribers):
        make_subscription(module=module)
    opening = make_post(module)
    for _number in range(posts - 1):
        make_reply(opening)
    at_once([_announce_all] * people)
    return {
        "waiting": Post.objects.filter(announced_at=None).count(),
        "notices": Notice.objects.count(),
        "mails": OutgoingMail.objects.count(),
        "mails_of_nothing": OutgoingMail.objects.filter(notices=None).count(),
        "told_twice": Notice.objects.count()
        - Notice.objects.values("post", "subscriber").distinct().count(),
    }


def _announce_all() -> int:
    return sum(iter(announce_waiting, 0))


def _faults() -> list[str]:
    return [str(fault) for fault in check().faults]
