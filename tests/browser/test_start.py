"""`make run`: prepares, serves, keeps edits, and stops whole."""

import os
import signal
import subprocess

import pytest

from tests.browser.conftest import start, stop


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("first-start")


def process_group(pid: int) -> list[str]:
    listing = subprocess.run(
        ["ps", "-o", "pid=", "-g", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.split()


def test_first_start_prepares_everything_and_says_how_to_become_a_facilitator(var_dir):
    process, _academy = start(var_dir)
    stop(process)
    log = (var_dir / "log").read_text()

    assert "The Academy is at http://127.0.0.1:" in log
    assert "make facilitator EMAIL=" in log
    assert (var_dir / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (var_dir / "academy.sqlite3").exists()


def test_ctrl_c_stops_every_process_that_was_started(var_dir):
    process, _academy = start(var_dir)
    assert len(process_group(process.pid)) >= 3

    os.kill(process.pid, signal.SIGINT)
    process.wait(timeout=20)

    assert process_group(process.pid) == []


def test_second_start_serves_within_five_seconds(var_dir):
    process, academy = start(var_dir)
    stop(process)

    assert academy.seconds_to_start < 5


def test_a_taken_port_is_said_in_one_line(academy):
    port = academy.url.rsplit(":", 1)[1]
    result = subprocess.run(
        ["make", "run", f"PORT={port}"], capture_output=True, text=True, check=False
    )

    assert result.returncode != 0
    assert f"Port {port} cannot be used; choose another: make run PORT=8001" in result.stderr
