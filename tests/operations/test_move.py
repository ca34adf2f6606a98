"""From the laptop's SQLite to PostgreSQL, and back: everything arrives, or nothing changes."""

import json
import re

import pytest

from tests import postgres
from tests.academy import Site, own_site
from tests.operations.test_backup import A_MEMBER, CHECKSUMS

pytestmark = pytest.mark.long

# The last post of all is deleted, and its id must not come back; a text in every odd form.
AFTER_A_WHILE = """
from forum.services import delete_post
from accounts.mail.models import OutgoingMail
from tests.factories import make_post, make_reply, make_guest
from modules.models import Module

text = "\\u202bسلام\\u202c 😀 'a' \\\\ %s"
opening = make_post(Module.objects.get(slug="module-2"), make_guest(), text=text)
delete_post(make_reply(opening, make_guest(name="O'Neil")))
OutgoingMail.objects.create(to="rosa@example.org", message=bytes(range(256)))
"""
NEW_POST = (
    "from tests.factories import *; from modules.models import Module;"
    "print(make_post(Module.objects.get(slug='module-2'), make_guest()).pk)"
)
HIGHEST_POST = (
    "from forum.models import Post; from django.db.models import Max;"
    "print(Post.objects.aggregate(last=Max('pk'))['last'])"
)
SECRET = (
    "from allauth.mfa.models import Authenticator as A;"
    "print(A.objects.get(user__email='rosa@example.org').data['secret'])"
)
FILES = (
    "from modules.models import Video; from sstc_academy.operations.contents import *;"
    "from django.db import connection; print(sorted(files_of_rows(connection)))"
)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server, on whatever database the tests run."""
    with postgres.server_of_the_run() as url:
        yield url


@pytest.fixture(scope="module")
def laptop(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("laptop"))
    site.manage("prepare", "--skip-static")
    site.manage("seed_forum", "--module", "module-2", "--posts", "60")
    site.run(A_MEMBER)
    site.run(AFTER_A_WHILE)
    return site


@pytest.fixture
def empty(server, laptop):
    """An empty PostgreSQL database, with the files of the laptop."""
    with own_site(laptop.var_dir, server) as site:
        yield site


def test_everything_arrives(laptop, empty):
    said = laptop.manage("migrate_database", "--to", empty.database_url)

    assert re.search(r"^forum_post +61  [0-9a-f]{16}$", said, re.M)
    assert "rows in " in said
    assert empty.run(CHECKSUMS) == laptop.run(CHECKSUMS)
    assert empty.run(SECRET) == laptop.run(SECRET)
    assert empty.run(FILES) == laptop.run(FILES)
    assert "videos/" in empty.run(FILES)
    assert "no faults" in empty.manage("check_forum")
    assert "0 created, 0 updated" in empty.manage("prepare", "--skip-static")
    # A new post comes after the last one there is, and after the one that was deleted.
    assert int(empty.run(NEW_POST)) == int(laptop.run(HIGHEST_POST)) + 2


def test_everything_comes_back(laptop, empty, tmp_path):
    laptop.manage("migrate_database", "--to", empty.database_url)
    empty.run(NEW_POST)

    empty.manage("migrate_database", "--to", f"sqlite:///{tmp_path / 'academy.sqlite3'}")

    again = Site(tmp_path)
    assert again.run(CHECKSUMS) == empty.run(CHECKSUMS)
    assert int(again.run(NEW_POST)) == int(empty.run(HIGHEST_POST)) + 1
    assert "no faults" in again.manage("check_forum")


def test_a_database_in_use_is_left_alone(laptop, empty):
    empty.manage("prepare", "--skip-static")
    empty.run(A_MEMBER)
    before = empty.run(CHECKSUMS)

    result = laptop.try_to_manage("migrate_database", "--to", empty.database_url)

    assert result.returncode == 1
    assert "The new database is in use: there are rows in accounts_user" in result.stderr
    assert empty.run(CHECKSUMS) == before


def test_what_the_new_database_does_not_take_leaves_it_empty(laptop, empty):
    """SQLite keeps texts of any length in a column, PostgreSQL does not."""
    lengthen = "from accounts.models import User; u = User.objects.filter(country=country)"
    change = f"country = '{{}}'; {lengthen}; print(u.update(country='{{}}'))"
    laptop.run(change.format("", "Mozambique"))
    try:
        result = laptop.try_to_manage("migrate_database", "--to", empty.database_url)
    finally:
        laptop.run(change.format("Mozambique", ""))

    assert result.returncode == 1
    assert "A row of accounts_user is not taken: value too long" in result.stderr
    assert result.stderr.count("\n") == 1
    tables = {name: rows for name, rows, _checksum in json.loads(empty.run(CHECKSUMS))}
    assert (tables["accounts_user"], tables["forum_post"]) == (0, 0)
    # Once it is mended, the same command goes through.
    laptop.manage("migrate_database", "--to", empty.database_url)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("mysql://me:secret@db.example.org/academy", "--to cannot be read; give postgres://"),
        ("postgres://me:secret@/academy?host=/nowhere", "database of --to does not answer"),
        ("sqlite:////nowhere/academy.sqlite3", "database of --to does not answer"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_in_one_line(laptop, address, reason):
    result = laptop.try_to_manage("migrate_database", "--to", address)

    assert result.returncode == 1
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr
