"""One file holds everything, made while people write; it comes back only where nothing is lost."""

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from zipfile import ZipFile

import pytest

from sstc_academy.operations.archive import MANIFEST
from tests.academy import own_site

pytestmark = pytest.mark.long

TABLES = (
    "from django.db import connection; import json; from sstc_academy.operations import contents;"
    "print(json.dumps(contents.row_counts(connection)))"
)
CHECKSUMS = (
    "from sstc_academy.operations import contents, moving; import json;"
    "tables = [moving.read(model, 'default') for model in contents.all_models()];"
    "print(json.dumps([[table.name, table.rows, table.checksum] for table in tables]))"
)
A_MEMBER = (
    "from tests.factories import make_user, TOTP_SECRET; from allauth.mfa.totp.internal.auth import"
    " TOTP; TOTP.activate(make_user(email='rosa@example.org'), TOTP_SECRET)"
)


@pytest.fixture(scope="module")
def lively(tmp_path_factory):
    """A site with content, files, a forum and people; no test may change it."""
    with own_site(tmp_path_factory.mktemp("lively")) as site:
        site.manage("prepare", "--skip-static")
        site.manage("seed_forum", "--module", "module-2", "--posts", "60")
        site.run(A_MEMBER)
        yield site


@pytest.fixture(scope="module")
def backup(lively, tmp_path_factory):
    path = tmp_path_factory.mktemp("backups") / "academy.zip"
    lively.manage("backup", str(path))
    return path


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "new").mkdir()
    with own_site(tmp_path / "new") as site:
        yield site


def media_of(site) -> dict[str, str]:
    folder = site.var_dir / "media"
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def refusal(site, *command: str) -> str:
    """What a command that fails says, in one line."""
    result = site.try_to_manage(*command)
    assert result.returncode == 1, result.stdout
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_backup_comes_back_with_every_row_and_file(lively, backup, empty):
    said = empty.manage("restore", str(backup))

    assert "Every table has as many rows as it had then" in said
    assert "The secret key is another one than then" in said
    assert empty.run(CHECKSUMS) == lively.run(CHECKSUMS)
    assert media_of(empty) == media_of(lively)
    assert len(media_of(empty)) > 5
    assert "no faults" in empty.manage("check_forum")


def test_a_prepared_instance_takes_a_backup_and_keeps_nothing_of_its_own(lively, backup, empty):
    empty.manage("prepare", "--skip-static")

    key = empty.var_dir / "secret_key"
    key.write_text((lively.var_dir / "secret_key").read_text())

    said = empty.manage("restore", str(backup))

    assert "secret key" not in said
    assert empty.run(CHECKSUMS) == lively.run(CHECKSUMS)
    assert media_of(empty) == media_of(lively)
    # Nothing is left to do but what every start does.
    assert "0 created, 0 updated" in empty.manage("prepare", "--skip-static")


def test_only_its_owner_reads_a_backup_which_holds_no_secret_key(lively, backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    with ZipFile(backup) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        names = archive.namelist()
    key = (lively.var_dir / "secret_key").read_bytes()
    assert key not in backup.read_bytes()
    assert len([name for name in names if name.startswith("database.")]) == 1
    assert {*names} == {MANIFEST, *manifest["members"]}
    assert manifest["rows"]["forum_post"] == 60
    assert ["forum", "0001_initial"] in manifest["migrations"]


def test_no_file_is_overwritten_unless_asked(lively, tmp_path):
    path = tmp_path / "academy.zip"
    path.write_text("mine")

    assert "exists; choose another name" in refusal(lively, "backup", str(path))
    assert path.read_text() == "mine"

    lively.manage("backup", str(path), "--force")
    assert path.stat().st_size > 100_000
    assert [*tmp_path.iterdir()] == [path]


def test_while_people_write_a_backup_is_of_one_moment(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    path, stop = tmp_path / "academy.zip", tmp_path / "stop"
    with own_site(tmp_path / "old") as old, own_site(tmp_path / "new") as new:
        old.manage("prepare", "--skip-static")
        call = f"print(json.dumps(crowd.replies_until({str(stop)!r}, people=3)))"
        with ThreadPoolExecutor() as pool:
            crowd = pool.submit(old.run, f"import json; from tests.forum import crowd; {call}")
            wait_for_replies(old)
            began = time.time()
            old.manage("backup", str(path))
            ended = time.time()
            stop.touch()
            found = json.loads(crowd.result())
        new.manage("restore", str(path))

        posts = "from forum.models import Post; print(*Post.objects.values_list('pk', flat=True))"
        restored = {*new.run(posts).split()}
        times = found["stored"]
        assert found["answer_count"] == len(times)
        before = {pk for pk, moment in times.items() if moment < began}
        # People have gone on writing all the time.
        assert len(before) >= 5
        assert len([pk for pk, moment in times.items() if began < moment < ended]) >= 5
        assert before <= restored
        assert {pk for pk, moment in times.items() if moment > ended}.isdisjoint(restored)
        assert "no faults" in new.manage("check_forum")
        with ZipFile(path) as archive:
            rows = json.loads(archive.read(MANIFEST))["rows"]
        assert json.loads(new.run(TABLES)) == rows


def wait_for_replies(site) -> None:
    count = "from forum.models import Post; print(Post.objects.count())"
    deadline = time.monotonic() + 60
    while int(site.run(count)) < 10:
        assert time.monotonic() < deadline


def test_an_instance_in_use_is_left_alone(lively, backup):
    rows, media = lively.run(CHECKSUMS), media_of(lively)

    assert "This instance is in use: there are rows in" in refusal(lively, "restore", str(backup))

    assert (lively.run(CHECKSUMS), media_of(lively)) == (rows, media)


def test_uploaded_files_are_left_alone(empty, backup):
    file = empty.var_dir / "media" / "videos" / "ours.mp4"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"ours")

    said = refusal(empty, "restore", str(backup))

    assert "There are uploaded files already: videos/ours.mp4" in said
    assert media_of(empty) == {"videos/ours.mp4": hashlib.sha256(b"ours").hexdigest()}
    assert json.loads(empty.run(TABLES)) == {}


@pytest.mark.parametrize("damage", ["cut", "changed", "other", "exchanged", "empty"])
def test_a_damaged_backup_changes_nothing(empty, backup, tmp_path, damage):
    content = bytearray(backup.read_bytes())
    path = tmp_path / "damaged.zip"
    if damage == "cut":
        del content[-100:]
    elif damage == "changed":
        content[len(content) // 2] ^= 1
    elif damage == "other":
        content[:] = b"This is no backup."
    elif damage == "empty":
        content.clear()
    path.write_bytes(content)
    if damage == "exchanged":
        rewrite(backup, path, lambda name, data: data + b"!" if name.endswith(".vtt") else data)

    assert "is damaged, or is no backup" in refusal(empty, "restore", str(path))

    assert json.loads(empty.run(TABLES)) == {}
    assert media_of(empty) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"database": "oracle"}, "manage.py migrate_database --to URL"),
        ({"migrations": [["forum", "9999_later"]]}, "newer Academy, with forum.9999_later"),
        ({"format": 2}, "made by a newer Academy"),
    ],
)
def test_a_backup_that_does_not_fit_changes_nothing(empty, backup, tmp_path, change, reason):
    path = tmp_path / "other.zip"

    def changed(name, data):
        return json.dumps(json.loads(data) | change).encode() if name == MANIFEST else data

    rewrite(backup, path, changed)

    assert reason in refusal(empty, "restore", str(path))

    assert json.loads(empty.run(TABLES)) == {}
    assert media_of(empty) == {}


def rewrite(source, target, change) -> None:
    with ZipFile(source) as old, ZipFile(target, "w") as new:
        for info in old.infolist():
            new.writestr(info, change(info.filename, old.read(info)))
