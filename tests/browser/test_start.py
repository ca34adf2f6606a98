"""`make run`: prepares, serves, keeps edits, and stops whole."""

import os
import signal
import subprocess

import pytest

from tests.academy import own_site, start, stop

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with own_site(tmp_path_factory.mktemp("first-start")) as site:
        yield site


def is_running(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def started(site):
    process, academy = start(site)
    yield process, academy
    stop(process)


def test_first_start_prepares_everything_and_says_how_to_become_a_facilitator(site, started):
    log = (site.var_dir / "log").read_text()

    assert "The Academy is at http://127.0.0.1:" in log
    assert "make facilitator EMAIL=" in log
    assert (site.var_dir / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (site.var_dir / "academy.sqlite3").exists() == (not site.database_url)


def test_ctrl_c_stops_every_process_that_was_started(started):
    process, _academy = started
    assert is_running(process.pid)

    os.kill(process.pid, signal.SIGINT)
    process.wait(timeout=20)

    assert not is_running(process.pid)


# How much sooner it serves is measured by `make bench BENCH=starts`.
def test_what_is_prepared_already_is_not_prepared_again(site, started):
    collected = site.var_dir / "static" / ".collected"
    before = collected.stat().st_mtime_ns

    said = site.manage("prepare")

    assert collected.stat().st_mtime_ns == before
    assert "Content: 0 created, 0 updated" in said


def test_a_taken_port_is_said_in_one_line(academy):
    port = academy.url.rsplit(":", 1)[1]
    result = subprocess.run(
        ["make", "run", f"PORT={port}"], capture_output=True, text=True, check=False
    )

    assert result.returncode != 0
    assert f"Port {port} cannot be used; choose another: make run PORT=8001" in result.stderr


def test_a_worker_runs_beside_the_server_and_again_when_it_has_died(site, started):
    process, _academy = started
    first = worker_of(site)

    os.kill(first, signal.SIGKILL)
    second = worker_of(site, other_than=first)

    assert os.getpgid(second) == process.pid
    log = (site.var_dir / "log").read_text()
    assert "The worker has ended (-9); it begins again in 5 s." in log


def worker_of(site, other_than: int = 0) -> int:
    """The process of the worker that was alive last."""
    return int(site.run(_WAIT_FOR_A_WORKER.format(other_than)))


_WAIT_FOR_A_WORKER = """
import time
from datetime import timedelta
from django.utils import timezone
from accounts.models import WorkerBeat

began, pid = timezone.now(), 0
while pid in (0, {0}):
    assert timezone.now() - began < timedelta(seconds=60), "There is no worker."
    time.sleep(0.2)
    beat = WorkerBeat.objects.order_by("-at").first()
    pid = int(beat.worker.rpartition("-")[2]) if beat else 0
print(pid)
"""
