import os
import socket
import sys

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from sstc_academy.serving import serve


class Command(BaseCommand):
    help = "Prepare the Academy and serve it on this machine, with a worker, until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--dev", action="store_true", help="with autoreload and not with gunicorn"
        )

    def handle(self, *, port, dev, **options):
        require_free(port)
        call_command("prepare", skip_static=dev, stdout=self.stdout)
        if not get_user_model().objects.facilitators().exists():
            self.stdout.write(
                "Nobody can edit yet. To become a facilitator, run in a second window:\n"
                "  make facilitator EMAIL=you@example.org"
            )
        self.stdout.flush()
        os.environ["BIND"] = f"127.0.0.1:{port}"
        connections.close_all()
        sys.exit(serve(_development_server(port) if dev else _GUNICORN))


_GUNICORN = [
    *(sys.executable, "-m", "gunicorn", "--config", "python:sstc_academy.gunicorn"),
    "sstc_academy.wsgi",
]


def _development_server(port: int) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "runserver", str(port)]


def require_free(port: int, *, target: str = "run") -> None:
    """CommandError when nobody can listen there; `target` of the Makefile asked for it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise CommandError(
                f"Port {port} cannot be used; choose another: make {target} PORT=8001"
            ) from None
