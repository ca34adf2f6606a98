"""Many posts at once: an invented discussion, or the posts of a file."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment

from accounts.models import User
from forum.authors import Author
from forum.checking import check
from forum.models import DEEPEST_LEVEL, Like, Post
from forum.seeding import Entry, Person, invent, store
from forum.services import add_reply, like, open_conversation
from tests.factories import make_module, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)
POINTERS = {"id", "comment_ptr_id", "xtdcomment_ptr_id", "root_id", "in_reply_to_id"}
THREAD = {"thread_id", "parent_id"}


def seed(*arguments) -> dict:
    out = StringIO()
    call_command("seed_forum", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def line(key, parent=None, **fields) -> dict:
    values = {
        "id": key,
        "parent": parent,
        "author": "Ana",
        "email": "ana@example.org",
        "member": False,
        "body": f"What I wanted to say, number {key}.",
        "created": "2026-03-31T14:05:00+00:00",
    }
    return values | fields


@pytest.fixture
def file_of(tmp_path):
    def written(*lines: dict | str | bytes) -> str:
        path = tmp_path / "posts.jsonl"
        sources = [json.dumps(one) if isinstance(one, dict) else one for one in lines]
        encoded = [one.encode() if isinstance(one, str) else one for one in sources]
        path.write_bytes(b"\n".join(encoded) + b"\n")
        return str(path)

    return written


def all_likes(module) -> list[tuple]:
    """The posts counted from the first of the module."""
    pks = list(Post.objects.filter(module=module).order_by("pk").values_list("pk", flat=True))
    likes = Like.objects.filter(comment__in=pks).values_list("comment", "user", "flag", "flag_date")
    return sorted((pks.index(post), *rest) for post, *rest in likes)


def all_columns(module) -> list[dict]:
    """The rows of the three tables, with ids counted from the first of them."""
    pks = list(Post.objects.filter(module=module).order_by("pk").values_list("pk", flat=True))
    rows = []
    for model in (Comment, XtdComment, Post):
        fields = [field.attname for field in model._meta.local_concrete_fields]
        for row in model._base_manager.filter(pk__in=pks).order_by("pk").values(*fields):
            for name in row.keys() & (POINTERS | THREAD):
                row[name] = None if row[name] is None else pks.index(row[name])
            if row.get("path"):
                steps = [row["path"][i : i + 10] for i in range(0, len(row["path"]), 10)]
                row["path"] = [pks.index(int(step)) for step in steps]
            row.pop("module_id", None)
            row.pop("object_pk", None)
            rows.append(row)
    return rows


def test_seeding_leaves_exactly_the_rows_that_posting_would_have_left():
    entries = invent(150, seed=7, until=NOW)
    seeded, posted = make_module(), make_module()
    store(seeded, entries)

    posts = {}
    for entry in entries:
        person = entry.person
        author = Author(name=person.name, email=person.email)
        if person.is_member:
            author = Author.member(User.objects.get(email=person.email))
        values = {
            "author": author,
            "text": entry.text,
            "language": entry.language,
            "posted_at": entry.posted_at,
        }
        if entry.parent is None:
            posts[entry] = open_conversation(module=posted, title=entry.title, **values)
        else:
            posts[entry] = add_reply(in_reply_to=posts[entry.parent], **values)
        for liker in entry.likers:
            user = User.objects.get(email=liker.email)
            like(posts[entry], user, liked_at=entry.posted_at)

    assert all_columns(seeded) == all_columns(posted)
    assert all_likes(seeded) == all_likes(posted)
    assert len(all_likes(seeded)) > 20


def test_people_may_post_after_a_seeding(module):
    seed("--module", "talk", "--posts", "30")

    post = open_conversation(
        module=module, author=Author(name="Ana"), text="I am new.", language="en"
    )

    assert post.pk == max(Post.objects.values_list("pk", flat=True))
    assert check().faults == []


def test_an_invented_discussion_has_many_languages_scripts_and_depths():
    entries = invent(1_000, seed=1, until=NOW)

    letters = "".join(entry.text for entry in entries)
    scripts = {unicodedata.name(c).split()[0] for c in set(letters) if c.isalpha()}
    assert len({entry.language for entry in entries}) >= 9
    assert {"LATIN", "ARABIC", "DEVANAGARI", "CJK", "CYRILLIC", "ETHIOPIC"} <= scripts
    levels, sizes = {}, {}
    for entry in entries:
        levels[entry] = levels[entry.parent] + 1 if entry.parent else 0
        root = entry
        while root.parent:
            root = root.parent
        sizes[root] = sizes.get(root, 0) + 1
    assert 20 <= max(levels.values()) <= DEEPEST_LEVEL
    assert max(sizes.values()) >= 100
    assert min(sizes.values()) == 1
    assert {bool(root.title) for root in sizes} == {True, False}
    assert {entry.person.is_member for entry in entries} == {True, False}
    assert all(entry.person.email.endswith("@example.org") for entry in entries)
    assert all(entry.person.email.isascii() for entry in entries)
    assert all(NOW - timedelta(days=151) < entry.posted_at <= NOW for entry in entries)


@pytest.mark.parametrize("count", [1, 2, 59, 60, 61, 200])
def test_as_many_posts_as_asked_for_are_invented(count):
    assert len(invent(count, seed=1, until=NOW)) == count


def test_the_same_seed_makes_the_same_discussion():
    def told(seed):
        entries = invent(300, seed=seed, until=NOW)
        return [(e.key, e.parent and e.parent.key, e.person, e.text, e.posted_at) for e in entries]

    assert told(5) == told(5)
    assert told(5) != told(6)


def test_members_have_accounts_that_nobody_can_sign_in_with(module):
    report = seed("--module", "talk", "--posts", "60")

    members = User.objects.all()
    assert len(members) == report["counts"]["members"] > 0
    assert not any(member.has_usable_password() for member in members)


def test_seeding_twice_adds_to_what_is_there_with_the_same_members(module):
    first = seed("--module", "talk", "--posts", "60")
    seed("--module", "talk", "--posts", "60")

    assert Post.objects.count() == 120
    assert User.objects.count() == first["counts"]["members"]
    assert check().faults == []


def test_the_report_names_the_page_the_ids_and_the_counts(module, file_of, client):
    report = seed("--module", "talk", "--from", file_of(line(1), line("b", parent=1)))

    assert report["page"] == "/en/modules/talk/forum/"
    assert set(report["posts"]) == {"1", "b"}
    assert Post.objects.get(pk=report["posts"]["b"]).in_reply_to_id == report["posts"]["1"]
    assert report["counts"] == {
        "posts": 2,
        "conversations": 1,
        "members": 0,
        "guests": 1,
        "languages": {"en": 2},
    }


def test_an_answer_may_stand_above_what_it_answers_in_the_file(module, file_of):
    path = file_of(
        line("c", parent="b", created="2026-01-03T00:00:00Z"),
        line("b", parent="a", created="2026-01-02T00:00:00Z"),
        line("a", created="2026-01-01T00:00:00Z"),
    )

    posts = seed("--module", "talk", "--from", path)["posts"]

    deepest = Post.objects.get(pk=posts["c"])
    assert (deepest.level, deepest.number, deepest.root_id) == (2, 3, posts["a"])
    assert check().faults == []


def test_an_answer_dated_before_what_it_answers_still_follows_it(module, file_of):
    path = file_of(
        line(1, created="2026-01-02T00:00:00"), line(2, parent=1, created="2026-01-01T00:00:00")
    )

    posts = seed("--module", "talk", "--from", path)["posts"]

    assert posts["1"] < posts["2"]


def test_a_file_brings_members_languages_and_normal_texts(module, file_of):
    maria = make_user(email="Maria@example.org", display_name="María")
    path = file_of(
        line(1, member=True, email="maria@example.org", author="Somebody else"),
        line(2, member=True, email="joao@example.org", author="João", language="pt"),
        line(3, body="\u202eCafe\u0301\x00 com leite, e mais nada por hoje.", title=" Um  título"),
    )

    posts = seed("--module", "talk", "--from", path)["posts"]
    first, second, third = (Post.objects.get(pk=posts[key]) for key in "123")

    assert (first.user, first.user_name) == (maria, "María")
    assert (second.user.display_name, second.user.language, second.language) == ("João", "pt", "pt")
    assert third.comment == "Café com leite, e mais nada por hoje."
    assert (third.language, third.title, third.user) == ("pt", "Um título", None)


@pytest.mark.parametrize(
    ("faulty", "reason"),
    [
        ("{", "is not JSON"),
        (b"\xff", "is not UTF-8"),
        ("[1]", "is no object"),
        (line(None), '"id" must be'),
        (line(1), "stands in a line above"),
        (line(2, parent="nobody"), "is the id of no line"),
        (line(2, parent=2), "leads in a circle"),
        (line(2, member="yes"), '"member" must be'),
        (line(2, member=True, email=""), '"email" has nothing'),
        (line(2, email="no address"), "is not an e-mail address"),
        (line(2, author=" \u200b "), '"author" has nothing'),
        (line(2, body="\u200b"), '"body" has nothing'),
        (line(2, body=None), '"body" must be a text'),
        (line(2, body="x" * 10_001), "at most 10000 fit"),
        (line(2, created="yesterday"), '"created" must be a time'),
        (line(2, created="0001-01-01T00:00:00+14:00"), '"created" must be a time'),
        (line(2, language="tlhlh"), '"language" must be'),
        (line(2, parent=1, title="A title"), '"title" is for opening posts'),
    ],
)
def test_a_faulty_line_is_named_and_nothing_is_stored(module, file_of, faulty, reason):
    with pytest.raises(CommandError, match=r"(?s)Line 2: .*Nothing was changed") as refusal:
        seed("--module", "talk", "--from", file_of(line(1), faulty, line(3, member=True)))

    assert reason in str(refusal.value)
    assert str(refusal.value).count("Line") == 1
    assert not Post.objects.exists()
    assert not User.objects.exists()


def test_posts_that_would_stand_too_deep_are_refused(module, file_of):
    chain = [line(0), *(line(n, parent=n - 1) for n in range(1, DEEPEST_LEVEL + 2))]

    with pytest.raises(CommandError, match=f"Line {DEEPEST_LEVEL + 2}: stands more than"):
        seed("--module", "talk", "--from", file_of(*chain))


def test_a_long_list_of_faults_is_cut(module, file_of):
    with pytest.raises(CommandError, match="And 10 more"):
        seed("--module", "talk", "--from", file_of(*["{"] * 30))


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--module", "nowhere"], "Give one of: talk"),
        (["--module", "talk", "--posts", "0"], "at least 1"),
        (["--module", "talk", "--from", "/nowhere.jsonl"], "Give the path of a file"),
    ],
)
def test_a_wrong_argument_is_answered_with_the_next_step(module, arguments, answer):
    with pytest.raises(CommandError, match=answer):
        seed(*arguments)


def test_without_any_module_the_command_says_how_to_load_them():
    with pytest.raises(CommandError, match="load_academy"):
        seed("--module", "module-2")


def test_hundreds_of_posts_cost_a_few_statements(django_assert_max_num_queries):
    module = make_module()
    person = Person(name="Ana", email="ana@example.org", is_member=False)
    entries = [Entry(str(n), None, person, "Hello", "en", NOW) for n in range(500)]

    with django_assert_max_num_queries(30):
        store(module, entries)
