from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from sstc_academy.operations import Refused
from sstc_academy.operations.archive import MEDIA
from sstc_academy.operations.restoring import has_key_of, restore


class Command(BaseCommand):
    help = "Bring a backup back into an instance that holds nothing yet."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="what manage.py backup has made")

    def handle(self, *, file, **options):
        try:
            manifest = restore(file)
        except (Refused, DatabaseError, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        files = sum(name.startswith(MEDIA) for name in manifest.members)
        self.stdout.write(
            f"Restored {sum(manifest.rows.values()):,} rows and {files:,} files, "
            f"saved on {manifest.made_at}. Every table has as many rows as it had then.\n"
            "Next: manage.py prepare"
        )
        if not has_key_of(manifest):
            self.stdout.write(
                "The secret key is another one than then: bring back your copy of it (SECRET_KEY, "
                "or VAR_DIR/secret_key), or everybody signs in anew, and apps that show codes "
                "must be set up again."
            )
