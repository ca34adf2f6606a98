import os
import signal
import subprocess
import sys
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sstc_academy.management.commands.serve import require_free
from sstc_academy.serving import ENDINGS, endings_as_interrupts

_EMAIL = "facilitator@example.org"
# The server lets what still runs end first.
_SECONDS_TO_STOP = 15


class Command(BaseCommand):
    help = "Serve a throwaway copy of the Academy with a lively forum until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--posts", type=int, default=200)

    def handle(self, *, port, posts, **options):
        require_free(port, target="demo")
        with endings_as_interrupts(), TemporaryDirectory(prefix="academy-demo-") as folder:
            try:
                self._serve(Path(folder), port, posts)
            except KeyboardInterrupt:
                self.stdout.write("The copy is removed.")
            finally:
                # A second Ctrl-C would leave half of the folder.
                for ending in ENDINGS:
                    signal.signal(ending, signal.SIG_IGN)

    def _serve(self, folder: Path, port: int, posts: int) -> None:
        password = token_urlsafe(9)
        environment = os.environ | {
            "VAR_DIR": str(folder),
            "DATABASE_URL": "",
            # What a site in service has set would lead readers away from this copy.
            "HTTPS": "false",
            "SITE_URL": "",
            # Nor does a mail of it leave this machine.
            "EMAIL_HOST": "",
            "ANYMAIL_ESP": "",
            "DJANGO_SUPERUSER_EMAIL": _EMAIL,
            "DJANGO_SUPERUSER_DISPLAY_NAME": "Facilitator",
            "DJANGO_SUPERUSER_PASSWORD": password,
        }
        self._say("Preparing a copy of the Academy that is thrown away afterwards ...")
        _manage("prepare", environment=environment)
        _manage("seed_forum", "--module", "module-2", "--posts", posts, environment=environment)
        _manage("createsuperuser", "--noinput", "--verbosity", 0, environment=environment)
        _manage("make_facilitator", _EMAIL, environment=environment)
        self._say(
            f"The forum: http://127.0.0.1:{port}/en/modules/module-2/forum/\n"
            f"Administration: http://127.0.0.1:{port}/admin/ "
            f"with {_EMAIL} and the password {password}"
        )
        _manage("serve", "--port", port, environment=environment)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _hear_endings() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


def _manage(*arguments: str | int, environment: dict[str, str]) -> None:
    """Runs a command in a process of its own, since settings are read once."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *map(str, arguments)]
    # An ending that came while the process is started would leave one that nobody knows.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    process = subprocess.Popen(command, env=environment, preexec_fn=_hear_endings)  # noqa: S603
    try:
        _hear_endings()
        if process.wait():
            raise CommandError(f"The demo has ended, since {arguments[0]} failed; see above.")
    except KeyboardInterrupt:
        # Ctrl-C has reached it too, another signal has not.
        process.terminate()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
