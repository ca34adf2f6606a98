"""What is wrong with a deployment is said in plain words, each with its mend."""

import json
import os
import time
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.mail.models import OutgoingMail, WorkerBeat
from forum.models import Post
from modules.models import Video
from sstc_academy.operations.doctor import examine, services
from sstc_academy.operations.doctor import settings as settings_checks
from sstc_academy.operations.doctor.backups import newest_in
from sstc_academy.operations.doctor.verdict import FAULT, OK, WARNING
from tests.academy import free_port, ready_site
from tests.factories import make_facilitator, make_module, make_post, make_video

PUBLIC = {"SITE_URL": "https://academy.example.org", "HTTPS": True, "TRUSTED_PROXIES": 1}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, ready_files):
    with ready_site(tmp_path_factory.mktemp("deployed"), ready_files) as site:
        yield site


def test_a_laptop_is_well(prepared):
    said = prepared.manage("doctor", "--deep")

    lines = said.splitlines()
    assert [line for line in lines if line.startswith("ok ")] == [
        line for line in lines if "facilitators:" not in line
    ]
    assert "Sound: 0 posts in 0 conversations" in said


def test_a_public_site_with_the_settings_of_a_laptop_is_not(prepared):
    result = prepared.try_to_manage("doctor", HTTPS="true", DEBUG="true", TRUSTED_PROXIES="0")

    assert result.returncode == 1
    faults = [line for line in result.stdout.splitlines() if line.startswith("fault ")]
    names = [line.removeprefix("fault").strip().partition(":")[0] for line in faults]
    assert names == ["debug", "address", "hosts", "proxies", "sender", "mail", "worker"]
    assert all(line.endswith(".") for line in faults)


def test_a_program_reads_it_as_json(prepared):
    found = json.loads(prepared.manage("doctor", "--json"))

    assert {"check": "debug", "level": "ok", "text": "DEBUG is off.", "mend": ""} in found


def test_a_database_that_is_gone_is_one_of_the_things_told(prepared):
    result = prepared.try_to_manage(
        "doctor", DATABASE_URL="postgres://me:secret@/academy?host=/nowhere"
    )

    assert result.returncode == 1
    [line] = [line for line in result.stdout.splitlines() if " database: " in line]
    assert line.startswith("fault    database: The database does not answer: ")
    assert line.endswith("Start it, or mend DATABASE_URL or the permissions of VAR_DIR.")
    assert "ok       folder: " in result.stdout
    assert "secret@" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("check", "values", "level", "words"),
    [
        ("debug", {"DEBUG": True}, WARNING, "Take DEBUG out"),
        ("debug", PUBLIC | {"DEBUG": True}, FAULT, "Take DEBUG out"),
        ("address", PUBLIC, OK, ""),
        ("address", PUBLIC | {"SITE_URL": ""}, FAULT, "Set SITE_URL="),
        ("https", PUBLIC, OK, ""),
        ("https", PUBLIC | {"HTTPS": False}, FAULT, "set HTTPS=true"),
        ("https", PUBLIC | {"SITE_URL": "http://academy.example.org"}, FAULT, "with https"),
        ("hosts", PUBLIC | {"ALLOWED_HOSTS": ["academy.example.org"]}, OK, ""),
        ("hosts", PUBLIC | {"ALLOWED_HOSTS": ["*"]}, WARNING, "Name your hosts"),
        ("hosts", PUBLIC | {"ALLOWED_HOSTS": ["localhost"]}, FAULT, "Add the public host"),
        ("proxies", PUBLIC, OK, ""),
        ("proxies", PUBLIC | {"TRUSTED_PROXIES": 0}, FAULT, "number of your proxies"),
        ("proxies", {"HTTPS": False, "TRUSTED_PROXIES": 1}, WARNING, "Take it out"),
        ("sender", PUBLIC | {"DEFAULT_FROM_EMAIL": "Us <us@example.org>"}, OK, ""),
        ("sender", PUBLIC | {"DEFAULT_FROM_EMAIL": "us@localhost"}, FAULT, "your own domain"),
    ],
)
def test_settings_that_do_not_fit_the_place_are_told(settings, check, values, level, words):
    for name, value in values.items():
        setattr(settings, name, value)

    verdict = getattr(settings_checks, check)()

    assert verdict.level == level
    assert words in verdict.mend


@pytest.mark.parametrize(("mode", "level"), [(0o600, OK), (0o640, FAULT), (0o604, FAULT)])
def test_a_secret_key_that_others_may_read_is_told(settings, tmp_path, monkeypatch, mode, level):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    settings.VAR_DIR = tmp_path
    (tmp_path / "secret_key").write_text("x" * 50)
    (tmp_path / "secret_key").chmod(mode)

    assert settings_checks.secret_key().level == level


def test_a_mail_server_is_asked(settings):
    settings.MAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    before = services.mail()
    server = Controller(object(), hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.start()
    try:
        meanwhile = services.mail()
    finally:
        server.stop()

    assert (before.level, meanwhile.level) == (FAULT, OK)
    assert "Connection refused" in before.text


def test_a_public_site_without_a_worker_is_told(db, settings):
    assert services.worker().level == OK
    settings.SITE_URL = PUBLIC["SITE_URL"]
    assert services.worker().level == FAULT

    WorkerBeat.objects.create(worker="host-1")

    assert services.worker().text == "Workers that run: 1."


def test_mails_that_do_not_leave_are_told(db):
    assert services.waiting_mails().level == OK
    mail = OutgoingMail.objects.create(to="ana@example.org", state="parked")
    assert services.waiting_mails().text == "Parked, since it could not be sent: 1 mail."

    mail.state, mail.due_at = "waiting", timezone.now() - timedelta(minutes=20)
    mail.save(update_fields=["state", "due_at"])

    assert services.waiting_mails().level == FAULT


def test_a_mail_service_without_its_key_is_told(settings):
    settings.MAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    without = services.mail()
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token"}

    assert (without.level, services.mail().level) == (FAULT, OK)
    assert "POSTMARK_SERVER_TOKEN" in without.text


def test_a_missing_migration_is_told(db):
    assert services.migrations().level == OK
    MigrationRecorder(connection).record_unapplied("forum", "0001_initial")

    assert services.migrations().text == "Not run yet: 1 migration."


def test_the_database_of_a_newer_version_is_told(db):
    MigrationRecorder(connection).record_applied("forum", "9999_later")

    assert services.migrations().text.endswith("it has forum.9999_later.")


def test_a_cache_that_each_process_has_for_itself_is_told(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

    assert services.cache_of_all_processes().level == FAULT


def test_a_language_that_is_not_compiled_is_told(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text("")

    assert services.compiled_catalogues().text == "These languages are not compiled: fr."


def test_a_clock_that_is_behind_is_told(db):
    post = make_post(make_module())
    assert services.clock().level == OK
    Post.objects.filter(pk=post.pk).update(posted_at=timezone.now() + timedelta(days=1))

    assert "there are posts of a later time" in services.clock().text


def test_a_secret_key_that_was_changed_without_care_is_told(db, settings):
    make_facilitator()
    assert services.second_factors().level == OK
    settings.SECRET_KEY = "another key" * 6

    verdict = services.second_factors()

    assert verdict.text.startswith("1 apps or recovery codes were encrypted with another")
    assert "SECRET_KEY_FALLBACKS" in verdict.mend


def test_a_site_without_facilitators_is_told(db):
    assert services.facilitators().level == WARNING
    make_facilitator()

    assert services.facilitators().level == OK


def test_a_faulty_forum_and_a_file_that_is_gone_are_told(db):
    module = make_module()
    post = make_post(module)
    Video.objects.filter(pk=make_video(module).pk).update(file="videos/gone.mp4")
    Post.objects.filter(pk=post.pk).update(number=7)

    assert services.forum().mend == "Run: manage.py check_forum --repair"
    assert "such as videos/gone.mp4" in services.uploaded_files().text


def test_an_old_backup_is_told(tmp_path):
    assert newest_in(tmp_path).text == f"There is no backup in {tmp_path}."
    file = tmp_path / "academy.zip"
    file.touch()
    assert newest_in(tmp_path).level == OK
    two_days_ago = time.time() - 48 * 60 * 60
    os.utime(file, (two_days_ago, two_days_ago))

    verdict = newest_in(tmp_path)

    assert (verdict.level, "48 hours old" in verdict.text) == (FAULT, True)


def test_what_cannot_be_looked_at_is_told_and_the_rest_goes_on(tmp_path, settings):
    settings.VAR_DIR = tmp_path / "gone"

    found = dict(examine({"folder": services.folder, "debug": settings_checks.debug}))

    assert found["folder"].text.startswith("This could not be looked at: ")
    assert found["debug"].level == OK


def test_the_command_ends_with_1_when_there_is_a_fault(db, settings, capsys):
    settings.HTTPS, settings.SITE_URL = False, "https://academy.example.org"

    with pytest.raises(SystemExit) as ended:
        call_command("doctor")

    assert ended.value.code == 1
    assert "fault    https: HTTPS is off on a public address" in capsys.readouterr().out
