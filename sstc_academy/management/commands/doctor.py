import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from django.core.management.base import BaseCommand

from sstc_academy.operations.doctor import CHECKS, DEEP_CHECKS, examine
from sstc_academy.operations.doctor.backups import newest_in
from sstc_academy.operations.doctor.verdict import FAULT, OK


class Command(BaseCommand):
    help = (
        "Look this deployment over: a line for each thing, and how to mend what is wrong. "
        "Ends with 1 if there is a fault."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--deep", action="store_true", help="read every post and every file")
        parser.add_argument(
            "--backups", type=Path, metavar="DIR", help="where a backup of every night should be"
        )
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *, deep, backups, **options):
        checks = CHECKS | (DEEP_CHECKS if deep else {})
        if backups:
            checks["backups"] = partial(newest_in, backups)
        found = []
        for name, verdict in examine(checks):
            found.append((name, verdict))
            if not options["json"]:
                line = f"{verdict.level:8} {name}: {verdict.text}"
                self.stdout.write(line if verdict.level == OK else f"{line} {verdict.mend}")
                self.stdout.flush()
        if options["json"]:
            values = [{"check": name} | asdict(verdict) for name, verdict in found]
            self.stdout.write(json.dumps(values, indent=1))
        if any(verdict.level == FAULT for _name, verdict in found):
            sys.exit(1)
