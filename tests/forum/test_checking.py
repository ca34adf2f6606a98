"""check_forum: every fault is named, and what follows from other rows is put right."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment

from accounts.models import User
from forum.authors import Author
from forum.checking import check
from forum.models import Post, State
from forum.services import add_reply, change_state, open_conversation
from tests.factories import make_module

pytestmark = pytest.mark.django_db
ANA = Author(name="Ana", email="ana@example.org")


@pytest.fixture
def talk():
    """Two conversations: 1 <- 2 <- 3, 1 <- 4 <- 5, and another one of two posts."""
    module = make_module(slug="talk")
    one = open_conversation(module=module, author=ANA, text="One", language="en")
    other = open_conversation(module=module, author=ANA, text="Other", language="en")
    two = answer(one, "Two")
    three = answer(two, "Three")
    four = answer(one, "Four")
    five = answer(four, "Five")
    return [one, two, three, four, five, other, answer(other, "Answer")]


def answer(post, text):
    return add_reply(in_reply_to=post, author=ANA, text=text, language="en")


def output_of(*arguments) -> tuple[str, int]:
    out, code = StringIO(), 0
    try:
        call_command("check_forum", *arguments, stdout=out)
    except SystemExit as end:
        code = end.code
    return out.getvalue(), code


def rows() -> list[dict]:
    return list(Post.objects.order_by("pk").values())


def told(faults) -> set[tuple[int, str]]:
    return {(fault.post_id, fault.field) for fault in faults}


def test_a_forum_made_by_posting_has_no_faults(talk):
    change_state(talk[1], State.REMOVED)
    change_state(talk[4], State.HELD)

    text, code = output_of()

    assert text == "Checked 7 posts in 2 conversations: no faults.\n"
    assert code == 0


CORRUPTIONS = {
    "path": {"path": "0000000777"},
    "path that is no path": {"path": "nonsense"},
    "path that is empty": {"path": None},
    "order": {"order": 77},
    "level": {"level": 5},
    "number": {"number": 99},
    "number zero": {"number": 0},
    "answer_count": {"answer_count": 9},
    "thread_id": {"thread_id": 0},
    "parent_id": {"parent_id": 0},
    "in_reply_to": {"in_reply_to": None},
    "root": {"root": None},
    "object_pk": {"object_pk": "0"},
    "state": {"state": "lost"},
    "is_public": {"is_public": False},
    "is_removed": {"is_removed": True},
}


@pytest.mark.parametrize("place", [1, 2, 4])
@pytest.mark.parametrize("values", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_each_fault_of_a_reply_is_named_once_and_mended(talk, values, place):
    before = rows()
    post = talk[place]
    Post.objects.filter(pk=post.pk).update(**values)

    text, code = output_of()
    (name,) = values
    assert code == 1
    assert f"Post {post.pk}: {name}" in text
    assert "7 posts in 2 conversations: 1 fault.\n" in text

    text, code = output_of("--repair")
    assert f"Post {post.pk}: {name}" in text
    assert "Mended." in text
    assert code == 0
    assert rows() == before


@pytest.mark.parametrize(
    "values",
    [
        {"last_number": 1},
        {"like_count": 7},
        {"active_at": F("active_at") - timedelta(days=3)},
        {"root": None},
        {"path": None},
        {"level": 2},
        {"order": 4},
        {"number": 8},
        {"thread_id": 0},
        {"parent_id": 0},
        {"answer_count": 0},
        {"object_pk": "0"},
        {"state": "lost"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_each_fault_of_an_opening_post_is_named_once_and_mended(talk, values):
    before = rows()
    Post.objects.filter(pk=talk[0].pk).update(**values)

    (fault,) = check().faults
    assert fault.post_id == talk[0].pk
    assert fault.field.removesuffix("_id") == next(iter(values)).removesuffix("_id")

    check(mend=True)
    assert rows() == before


def test_a_fault_says_what_is_and_what_should_be(talk):
    Post.objects.filter(pk=talk[1].pk).update(level=5)

    text, _code = output_of()

    assert f"Post {talk[1].pk}: level is 5, should be 1.\n" in text


@pytest.mark.parametrize("field", ["root", "in_reply_to"])
def test_a_post_that_strayed_into_another_conversation_comes_back(talk, field):
    before = rows()
    Post.objects.filter(pk=talk[3].pk).update(**{field: talk[5], "number": 4})

    assert told(check().faults) == {(talk[3].pk, f"{field}_id")}

    check(mend=True)
    assert rows() == before


def test_posts_with_each_others_numbers_and_paths_are_put_right(talk):
    before = rows()
    first, second = talk[1], talk[3]
    Post.objects.filter(pk=first.pk).update(number=99, path=None, order=second.number)
    Post.objects.filter(pk=second.pk).update(
        number=first.number, path=first.path, order=first.number
    )
    Post.objects.filter(pk=first.pk).update(number=second.number, path=second.path)

    check(mend=True)

    assert check().faults == []
    assert rows() == before


def test_a_post_under_another_module_comes_back(talk):
    before = rows()
    elsewhere = make_module()
    Post.objects.filter(pk=talk[2].pk).update(module=elsewhere, object_pk=str(elsewhere.pk))

    assert told(check().faults) == {(talk[2].pk, "module_id"), (talk[2].pk, "object_pk")}

    check(mend=True)
    assert rows() == before


def test_a_post_about_something_that_is_no_module_is_named(talk):
    wrong = ContentType.objects.get_for_model(User)
    Post.objects.filter(pk=talk[2].pk).update(content_type=wrong)

    assert told(check().faults) == {(talk[2].pk, "content_type_id")}


def test_a_wrong_count_far_below_does_not_hide_behind_a_removed_post(talk):
    change_state(talk[3], State.REMOVED)
    Post.objects.filter(pk=talk[0].pk).update(answer_count=F("answer_count") + 1)

    (fault,) = check().faults

    assert (fault.field, fault.actual, fault.expected) == ("answer_count", 4, 3)


def test_a_comment_without_its_other_rows_is_named_and_cannot_be_mended(talk):
    values = {
        field.attname: getattr(talk[0], field.attname)
        for field in Comment._meta.local_concrete_fields
        if not field.primary_key
    }
    bare = Comment.objects.create(**values)
    half = Comment.objects.create(**values)
    table = XtdComment._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (comment_ptr_id, thread_id, parent_id, level, followup, "  # noqa: S608
            '"order", nested_count) VALUES (%s, 0, 0, 0, %s, 1, 0)',
            [half.pk, False],
        )

    text, code = output_of("--repair")

    assert f"Post {bare.pk}: is only half written: {table} has no row." in text
    assert f"Post {half.pk}: is only half written: forum_post has no row." in text
    assert "restore a backup" in text
    assert code == 1


def test_an_orphan_and_what_hangs_on_it_are_named(talk):
    _one, two, three = talk[:3]
    fields = {"parent_id": 0, "path": None, "in_reply_to": three}
    Post.objects.filter(pk=two.pk).update(**fields)

    assert {fault.post_id for fault in check().faults if fault.problem} == {two.pk, three.pk}

    text, code = output_of("--repair")
    assert f"Post {two.pk}: answers nothing that exists" in text
    assert code == 1


def test_one_module_may_be_checked_alone(talk):
    make_module(slug="silent")
    Post.objects.filter(pk=talk[1].pk).update(level=5)

    assert output_of("--module", "silent") == (
        "Checked 0 posts in 0 conversations: no faults.\n",
        0,
    )
    assert output_of("--module", "talk")[1] == 1


def test_an_unknown_module_is_answered_with_those_there_are(talk):
    with pytest.raises(CommandError, match="Give one of: talk"):
        call_command("check_forum", "--module", "nowhere")
