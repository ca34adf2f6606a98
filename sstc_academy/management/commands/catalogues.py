from django.core.management.base import BaseCommand, CommandError

from sstc_academy import catalogues


class Command(BaseCommand):
    help = "Update, check or compile the message catalogues in locale/."
    requires_system_checks = []

    def add_arguments(self, parser):
        action = parser.add_mutually_exclusive_group(required=True)
        action.add_argument(
            "--update", action="store_true", help="take up the strings of the source"
        )
        action.add_argument(
            "--check", action="store_true", help="fail when an entry is missing or fuzzy"
        )
        action.add_argument("--compile", action="store_true", help="write the .mo files")

    def handle(self, *, update, check, **options):
        if update:
            catalogues.update()
        if check:
            faults = list(catalogues.faults())
            for fault in faults:
                self.stderr.write(str(fault))
            if faults:
                raise CommandError(
                    f"{len(faults)} faults in the catalogues; translate them in locale/."
                )
        else:
            catalogues.compile_all()
