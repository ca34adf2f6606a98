from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from modules.pack import PackError, load_pack

DEFAULT_PACK = Path(__file__).resolve().parents[2] / "content"


class Command(BaseCommand):
    help = "Load the content pack. What a facilitator has edited or deleted is left alone."

    def add_arguments(self, parser):
        parser.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=DEFAULT_PACK,
            help="a folder with one folder a module",
        )

    def handle(self, *, folder, verbosity, **options):
        try:
            report = load_pack(folder)
        except PackError as error:
            raise CommandError(
                f"{error}\nNothing was changed. Mend the file and run this again."
            ) from None
        if verbosity:
            self.stdout.write(
                f"Content: {len(report.created)} created, {len(report.updated)} updated, "
                f"{len(report.left_alone)} left as facilitators have them."
            )
        if verbosity > 1:
            for name in report.left_alone:
                self.stdout.write(f"  left alone: {name}")
