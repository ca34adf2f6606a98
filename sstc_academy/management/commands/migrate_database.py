from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from sstc_academy.operations import Refused
from sstc_academy.operations.moving import move_to


class Command(BaseCommand):
    help = "Copy everything from this database to an empty one, such as from SQLite to PostgreSQL."

    def add_arguments(self, parser):
        parser.add_argument(
            "--to",
            required=True,
            metavar="URL",
            help="postgres://USER:PASSWORD@HOST:PORT/DATABASE, or sqlite:////path/to/file",
        )

    def handle(self, *, to, **options):
        try:
            tables = move_to(to)
        except (Refused, DatabaseError) as error:
            raise CommandError(f"Nothing was moved. {error}") from None
        width = max(len(table.name) for table in tables)
        self.stdout.write(f"{'table':{width}}  {'rows':>9}  checksum of both")
        for table in tables:
            self.stdout.write(f"{table.name:{width}}  {table.rows:>9,}  {table.checksum[:16]}")
        self.stdout.write(
            f"{sum(table.rows for table in tables):,} rows in {len(tables)} tables are the same in "
            "both databases. Next: set DATABASE_URL to the new one, then manage.py prepare"
        )
