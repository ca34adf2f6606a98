"""Throwaway copies of the Academy, each with a database and processes of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SMALL, MIDDLE, LARGE = 100, 10_000, 100_000
MODULE = "module-2"


class Copy:
    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "sstc_academy.settings",
            "VAR_DIR": str(self.folder),
            # What a site in service has set would change what is measured.
            "HTTPS": "false",
            "SITE_URL": "",
            "DEBUG": "false",
        }

    def manage(self, *arguments: str) -> float:
        """The seconds that the command took."""
        began = time.perf_counter()
        run([sys.executable, "manage.py", *arguments], self.environment)
        return time.perf_counter() - began

    @contextmanager
    def served(self) -> Iterator[int]:
        """The port on which gunicorn answers, as on a laptop."""
        with gunicorn("sstc_academy.wsgi", self.environment, self.folder / "log") as port:
            yield port

    @contextmanager
    def asked(self, **settings_of_it: str) -> Iterator["Inside"]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.inside"],
            cwd=ROOT,
            env=self.environment | settings_of_it,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            yield Inside(process)
            process.stdin.close()


class Inside:
    """A process in which one copy measures itself; see `tests.bench.inside`."""

    def __init__(self, process: subprocess.Popen):
        self._process = process

    def ask(self, what: str, **arguments) -> float:
        self._process.stdin.write(json.dumps([what, arguments]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The copy could not tell {what}; see above.")
        return json.loads(answer)


class Copies:
    """The copies that the figures share, each made when the first asks for it."""

    def __init__(self, folder: Path):
        self._folder = folder
        # Seconds by number of posts.
        self.seeding: dict[int, float] = {}
        # Seconds to prepare it when there is nothing yet.
        self.first_preparation: float | None = None

    @cached_property
    def small(self) -> Copy:
        return self._with_posts(SMALL)

    @cached_property
    def middle(self) -> Copy:
        return self._with_posts(MIDDLE)

    @cached_property
    def large(self) -> Copy:
        return self._with_posts(LARGE)

    @cached_property
    def empty(self) -> Copy:
        folder = self._folder / "empty"
        folder.mkdir()
        copy = Copy(folder)
        self.first_preparation = copy.manage("prepare")
        return copy

    def _with_posts(self, posts: int) -> Copy:
        copy = Copy(shutil.copytree(self.empty.folder, self._folder / str(posts)))
        self.seeding[posts] = copy.manage("seed_forum", "--module", MODULE, "--posts", str(posts))
        return copy


@contextmanager
def gunicorn(application: str, environment: dict[str, str], log: Path) -> Iterator[int]:
    """With the project's own settings for it, but for workers that live to the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings_of_gunicorn = ["--config", "python:sstc_academy.gunicorn", "--max-requests", "0"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *settings_of_gunicorn, application],
            cwd=ROOT,
            env=environment | {"BIND": f"127.0.0.1:{port}"},
            stdout=output,
            stderr=output,
        )
    try:
        _wait_for(port, process, log)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    for _attempt in range(600):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError(f"gunicorn did not start:\n{log.read_text()}")


def run(command: list[str], environment: dict[str, str]) -> None:
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")


def run_test(test: str, **environment: str) -> None:
    """One of the suite's own, which takes long with the numbers of a bar."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "long", test]
    run(command, os.environ | {"DATABASE_URL": ""} | environment)
