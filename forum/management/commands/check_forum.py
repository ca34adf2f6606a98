import sys

from django.core.management.base import BaseCommand

from forum.checking import Report, check
from forum.management.arguments import module_with


class Command(BaseCommand):
    help = (
        "Verify the forum: places, numbers, counts and states of all posts. "
        "Names every fault, and ends with 1 if there is any."
    )

    def add_arguments(self, parser):
        parser.add_argument("--module", help="this module's forum only, such as module-2")
        parser.add_argument(
            "--repair", action="store_true", help="put right what follows from the rest"
        )

    def handle(self, *, module, repair, **options):
        module = module_with(module) if module else None
        report = check(module, mend=repair)
        if not (repair and report.faults):
            self._write(report)
            if report.faults:
                sys.exit(1)
            return
        left = check(module)
        for fault in report.faults:
            if fault.can_be_mended:
                self.stdout.write(f"{fault} Mended.")
        self._write(left)
        if left.faults:
            self.stdout.write("What is left does not follow from other rows: restore a backup.")
            sys.exit(1)

    def _write(self, report: Report) -> None:
        for fault in report.faults:
            self.stdout.write(str(fault))
        self.stdout.write(
            f"Checked {report.posts:,} posts in {report.conversations:,} conversations: "
            f"{_counted(len(report.faults))}."
        )


def _counted(faults: int) -> str:
    return "no faults" if not faults else "1 fault" if faults == 1 else f"{faults:,} faults"
