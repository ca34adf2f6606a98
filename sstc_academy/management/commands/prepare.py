import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from sstc_academy import catalogues
from sstc_academy.lib.turns import in_turn


class Command(BaseCommand):
    help = "Get ready to serve: messages, database, content, static files. Safe to run again."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--skip-static", action="store_true", help="runserver finds them itself"
        )

    def handle(self, *, skip_static, **options):
        _require_database()
        with in_turn(connection):
            catalogues.compile_all()
            call_command("migrate", interactive=False, verbosity=0)
            # The table of the cache, which counts tries; a migration cannot make it.
            call_command("createcachetable", verbosity=0)
            call_command("load_academy", verbosity=1, stdout=self.stdout)
            if not skip_static:
                _collect_static_files()


def _require_database() -> None:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        if connection.vendor == "sqlite":
            raise CommandError(
                f"VAR_DIR holds a database that cannot be opened: {reason}. Mend the permissions "
                f"of {connection.settings_dict['NAME']}, or restore a backup."
            ) from None
        raise CommandError(
            f"DATABASE_URL leads to no database that answers: {reason}. "
            "Start it, or mend the address."
        ) from None


def _collect_static_files() -> None:
    """Hashing and compressing takes seconds, so it is done when a file has changed."""
    if not static_files_are_current():
        call_command(
            "collectstatic",
            interactive=False,
            clear=True,
            # Hundreds of flags of django-countries, which no page shows.
            ignore_patterns=["flags"],
            verbosity=0,
        )
        _stamp().write_text(_static_digest())


def static_files_are_current() -> bool:
    """Whether those that were collected are those of this version."""
    return _stamp().exists() and _stamp().read_text() == _static_digest()


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def _static_digest() -> str:
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
