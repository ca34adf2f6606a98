"""What the Academy stands on: mail, disk, database, cache, files that are made at the start."""

import shutil
import smtplib
import subprocess
import sys
from datetime import timedelta
from secrets import token_hex
from tempfile import TemporaryFile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.mfa.models import Authenticator
from anymail.backends.base import AnymailBaseBackend
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.models import Max
from django.utils import timezone

from accounts.encryption import SECRET_FIELDS, LostKeyError, decrypt
from accounts.mail.models import OutgoingMail
from accounts.mail.outbox import LATE_AFTER, queue_age
from accounts.mail.worker import workers_alive
from forum.checking import check as check_forum
from forum.models import Post
from sstc_academy import catalogues
from sstc_academy.management.commands.prepare import static_files_are_current
from sstc_academy.operations.contents import (
    applied_migrations,
    files_of_rows,
    known_migrations,
    media_files,
)
from sstc_academy.operations.doctor.settings import is_public
from sstc_academy.operations.doctor.verdict import Verdict, counted, fault, ok, warning

_GIGABYTE = 1_000_000_000
_LITTLE_ROOM, _NO_ROOM = 2 * _GIGABYTE, 0.2 * _GIGABYTE
_SECONDS_FOR_MAIL = 10
_OLDEST_POSTGRES = 15
_PREPARE = "Run: manage.py prepare"


def mail() -> Verdict:
    try:
        server = get_connection(settings.MAIL_BACKEND, timeout=_SECONDS_FOR_MAIL)
    except (ImproperlyConfigured, ImportError) as error:
        reason = " ".join(str(error).split())
        return fault(f"Mail cannot be sent: {reason}", "Mend the mail settings.")
    if isinstance(server, AnymailBaseBackend):
        return ok(f"Mails go through the mail service {server.esp_name}, which was not asked.")
    if not hasattr(server, "host"):
        text = f"No mail leaves: all lie in {settings.MAIL_DIR}."
        mend = "Name a mail server, or nobody can open an account or publish as a guest."
        return fault(text, mend) if is_public() else ok(text)
    try:
        server.open()
        server.close()
    except (OSError, smtplib.SMTPException) as error:
        return fault(
            f"The mail server {server.host}:{server.port} takes no mail: {error}.",
            "Compare host, port, user and password of the mail settings with what it expects.",
        )
    return ok(f"The mail server {server.host}:{server.port} answers.")


def worker() -> Verdict:
    count = workers_alive(timezone.now())
    if count:
        return ok(f"Workers that run: {count}.")
    text = "No worker runs: no mail leaves, and nothing is done daily."
    mend = "Run: manage.py run_worker, as a service of its own."
    return fault(text, mend) if is_public() else ok(f"{text} make run starts one.")


def waiting_mails() -> Verdict:
    age = queue_age()
    if age > LATE_AFTER.total_seconds():
        return fault(
            f"A mail should have left {counted(age / 60, 'minute')} ago.",
            "See that a worker runs and what its log says of the mail server.",
        )
    parked = OutgoingMail.objects.filter(state=OutgoingMail.State.PARKED).count()
    if parked:
        return warning(
            f"Parked, since it could not be sent: {counted(parked, 'mail')}.",
            "Look at them in the administration under outgoing mails: send them again.",
        )
    return ok("No mail waits that should have left.")


def folder() -> Verdict:
    with TemporaryFile(dir=settings.VAR_DIR) as file:
        file.write(b"written")
    free = shutil.disk_usage(settings.VAR_DIR).free
    text = f"{settings.VAR_DIR} can be written and has {free / _GIGABYTE:,.1f} GB left."
    mend = "Make room on this disk: without any, nothing can be posted."
    if free < _NO_ROOM:
        return fault(text, mend)
    return warning(text, mend) if free < _LITTLE_ROOM else ok(text)


def database() -> Verdict:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        return fault(
            f"The database does not answer: {reason}.",
            "Start it, or mend DATABASE_URL or the permissions of VAR_DIR.",
        )
    version = ".".join(map(str, connection.get_database_version()))
    if connection.vendor == "postgresql":
        if connection.get_database_version()[0] < _OLDEST_POSTGRES:
            return fault(f"PostgreSQL is {version}.", f"Take {_OLDEST_POSTGRES} or newer.")
        return ok(f"PostgreSQL {version} answers.")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        [mode] = cursor.fetchone()
    if mode != "wal":
        return fault(
            f"SQLite writes without a log (journal mode {mode}), so that readers wait for writers.",
            "Keep VAR_DIR on a local disk: network folders cannot hold the log.",
        )
    return ok(f"SQLite {version} answers, and writes with a log (WAL).")


def migrations() -> Verdict:
    applied, known = applied_migrations(connection), known_migrations()
    if missing := known - applied:
        return fault(f"Not run yet: {counted(len(missing), 'migration')}.", _PREPARE)
    # Packages may have replaced some of theirs; what is ours stays.
    apps = {app for app, _name in known}
    if unknown := sorted(".".join(key) for key in applied - known if key[0] in apps):
        return fault(
            f"The database is of a newer Academy: it has {unknown[0]}.", "Take that version."
        )
    return ok("All migrations have run.")


def cache_of_all_processes() -> Verdict:
    """Another process must find what this one has put there, or limits would not hold."""
    key, value = f"doctor.{token_hex(8)}", token_hex(8)
    cache.set(key, value, timeout=60)
    code = (
        "import django, sys; django.setup(); from django.core.cache import cache;"
        "sys.exit(cache.get(sys.argv[1]) != sys.argv[2])"
    )
    command = [sys.executable, "-c", code, key, value]
    result = subprocess.run(  # noqa: S603 - our own code
        command, cwd=settings.BASE_DIR, capture_output=True, check=False
    )
    cache.delete(key)
    if result.returncode:
        return fault(
            "Processes do not share the cache: limits of signing in do not hold.",
            f"{_PREPARE}, which makes its table; with CACHE_URL, see that its server answers.",
        )
    return ok("All processes share the cache.")


def static_files() -> Verdict:
    try:
        staticfiles_storage.url("css/site.css")
    except ValueError:
        return fault("Static files are not collected: no page can be shown.", _PREPARE)
    if not settings.DEBUG and not static_files_are_current():
        return fault("Static files are those of another version.", _PREPARE)
    return ok("Static files are collected.")


def compiled_catalogues() -> Verdict:
    if names := [path.parts[-3] for path in catalogues.to_compile()]:
        return fault(f"These languages are not compiled: {', '.join(names)}.", _PREPARE)
    return ok("All languages are compiled.")


def clock() -> Verdict:
    now = timezone.now()
    newest = Post.objects.aggregate(newest=Max("posted_at"))["newest"]
    moments = [newest] if newest else []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            moments += cursor.fetchone()
            if abs(moments[-1] - now) > timedelta(seconds=30):
                return fault(
                    f"The clocks of this machine ({now:%H:%M:%S}) and of the database "
                    f"({moments[-1]:%H:%M:%S}) differ.",
                    "Let both machines take the time from the network (NTP).",
                )
    if any(moment > now + timedelta(minutes=1) for moment in moments):
        return fault(
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, and there are posts of a later time.",
            "Let this machine take the time from the network (NTP).",
        )
    try:
        ZoneInfo("Africa/Maputo")
    except ZoneInfoNotFoundError:
        return fault("This machine knows no time zones.", "Run: pip install tzdata")
    return ok(f"The clock says {now:%Y-%m-%d %H:%M} UTC.")


def second_factors() -> Verdict:
    lost = 0
    for data in Authenticator.objects.values_list("data", flat=True).iterator():
        try:
            for name in SECRET_FIELDS & data.keys():
                decrypt(data[name])
        except LostKeyError:
            lost += 1
    if lost:
        return fault(
            f"{lost:,} apps or recovery codes were encrypted with another secret key: their "
            "owners cannot sign in with them.",
            "Bring back the former SECRET_KEY, or add it to SECRET_KEY_FALLBACKS.",
        )
    return ok("The secret key opens all that is encrypted.")


def facilitators() -> Verdict:
    people = get_user_model().objects.facilitators().filter(is_active=True)
    with_factor = people.filter(authenticator__isnull=False).distinct().count()
    if not with_factor:
        return warning(
            "No facilitator with a second factor: nobody can write or moderate.",
            "Run: make facilitator EMAIL=you@example.org, and sign in at /admin/.",
        )
    return ok(f"Able to write and moderate: {counted(with_factor, 'facilitator')}.")


def forum() -> Verdict:
    report = check_forum()
    posts = counted(report.posts, "post")
    if report.faults:
        return fault(
            f"{counted(len(report.faults), 'fault')} in {posts}, such as: {report.faults[0]}",
            "Run: manage.py check_forum --repair",
        )
    return ok(f"Sound: {posts} in {counted(report.conversations, 'conversation')}.")


def uploaded_files() -> Verdict:
    wanted = files_of_rows(connection)
    files = counted(len(wanted), "uploaded file")
    if missing := sorted(wanted - set(media_files())):
        return fault(
            f"Gone: {len(missing):,} of {files}, such as {missing[0]}.",
            f"Bring {settings.MEDIA_ROOT} back from a backup.",
        )
    return ok(f"Nothing is missing of {files}.")
