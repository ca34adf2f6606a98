import json
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from forum.management.arguments import module_with
from forum.seeding import Entry, FaultyFileError, invent, read_json_lines, store
from modules.models import Module
from sstc_academy.lib.languages import SOURCE

_FAULTS_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Add many posts to a module's forum: invented ones, or those of a file. "
        "What stands there already is left alone."
    )

    def add_arguments(self, parser):
        parser.add_argument("--module", required=True, help="its address, such as module-2")
        parser.add_argument("--posts", type=int, default=200, help="how many to invent")
        parser.add_argument(
            "--seed", type=int, default=1, help="the same number makes the same discussion"
        )
        parser.add_argument(
            "--from",
            dest="source",
            type=Path,
            help="take the posts from JSON Lines: id, parent (null for an opening post), author, "
            "email, member (true or false), body, created; optional: title, language",
        )
        parser.add_argument(
            "--json", action="store_true", help="print the page's address, the ids and the counts"
        )

    def handle(self, *, module, posts, seed, source, **options):
        module = module_with(module)
        entries = _read(source) if source else _invent(posts, seed)
        ids = store(module, entries)
        page, counts = _page_of(module), _counts(entries)
        if options["json"]:
            report = {"page": page, "posts": ids, "counts": counts}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        self.stdout.write(
            f"Added {counts['posts']:,} posts in {counts['conversations']:,} conversations, "
            f"by {counts['members']:,} members and {counts['guests']:,} guests, "
            f"in {len(counts['languages'])} languages.\n"
            f"Read them at {page} of the running Academy."
        )


def _invent(posts: int, seed: int) -> list[Entry]:
    if posts < 1:
        raise CommandError(f"--posts is {posts}; give a whole number of at least 1.")
    # Whole days, so that two runs of a day make the same.
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return invent(posts, seed=seed, until=today)


def _read(source: Path) -> list[Entry]:
    try:
        return read_json_lines(source)
    except OSError as error:
        raise CommandError(
            f"{source} cannot be read ({error.strerror}). Give the path of a file."
        ) from None
    except FaultyFileError as error:
        lines = [f"  Line {number}: {reason}." for number, reason in error.faults.items()]
        if len(lines) > _FAULTS_SHOWN:
            lines[_FAULTS_SHOWN:] = [f"  And {len(lines) - _FAULTS_SHOWN} more."]
        raise CommandError(
            "\n".join([f"{source} has faults:", *lines])
            + "\nNothing was changed. Mend the file and run this again."
        ) from None


def _page_of(module: Module) -> str:
    with override(SOURCE):
        return settings.SITE_URL + reverse("forum:module", args=[module.slug])


def _counts(entries: list[Entry]) -> dict:
    people = {entry.person for entry in entries}
    members = {person.email.lower() for person in people if person.is_member}
    guests = {(person.name, person.email) for person in people if not person.is_member}
    return {
        "posts": len(entries),
        "conversations": sum(entry.parent is None for entry in entries),
        "members": len(members),
        "guests": len(guests),
        "languages": dict(Counter(entry.language for entry in entries).most_common()),
    }
