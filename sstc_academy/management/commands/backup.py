from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from sstc_academy.operations import Refused
from sstc_academy.operations.archive import MEDIA
from sstc_academy.operations.backup import make_backup


class Command(BaseCommand):
    help = "Save the database and all uploaded files as one file, while people read and write."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="such as academy.zip; it must not exist yet")
        parser.add_argument("--force", action="store_true", help="replace a file of this name")

    def handle(self, *, file, force, **options):
        try:
            manifest = make_backup(file, replace=force)
        except (Refused, DatabaseError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from None
        files = sum(name.startswith(MEDIA) for name in manifest.members)
        self.stdout.write(
            f"Saved {sum(manifest.rows.values()):,} rows and {files:,} files in {file} "
            f"({file.stat().st_size / 1_000_000:,.1f} MB)."
        )
