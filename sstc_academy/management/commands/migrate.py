from django.core.management.commands import migrate
from django.db import connections

from sstc_academy.lib.turns import in_turn


class Command(migrate.Command):
    """Django's own, for servers that start at the same moment: the second one finds it done."""

    def handle(self, *args, database, **options):
        with in_turn(connections[database]):
            super().handle(*args, database=database, **options)
