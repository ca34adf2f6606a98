"""make demo: a copy of the Academy with a lively forum, of which nothing is left."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.long


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def demo(tmp_path):
    """The command at work, its log, and the folder where it makes its copy."""
    # A file, since a pipe would stay open for as long as any process of the demo lived.
    log = tmp_path / "log"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(free_port()), "--posts", "20"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"VAR_DIR": str(tmp_path / "var"), "TMPDIR": str(scratch)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    yield process, log, scratch
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_the_demo_serves_a_lively_forum_and_leaves_nothing_behind(tmp_path, demo):
    process, log, scratch = demo
    wait_for(log, "stops with Ctrl-C", process)
    assert list(scratch.glob("academy-demo-*/academy.sqlite3"))

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert "Added 20 posts" in log.read_text()
    assert "with facilitator@example.org and the password" in log.read_text()
    assert list(scratch.glob("academy-demo-*")) == []
    assert not (tmp_path / "var" / "academy.sqlite3").exists()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_however_the_demo_is_ended(demo, ending):
    process, log, scratch = demo
    wait_for(log, "Preparing a copy", process)

    process.send_signal(ending)

    assert process.wait(30) == 0
    assert "The copy is removed." in log.read_text()
    assert list(scratch.glob("academy-demo-*")) == []


def wait_for(log, text: str, process: subprocess.Popen) -> None:
    for _attempt in range(1800):
        if text in log.read_text():
            return
        assert process.poll() is None, log.read_text()
        with_patience(process)
    raise AssertionError(log.read_text())


def with_patience(process: subprocess.Popen) -> None:
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return


def test_a_port_in_use_is_refused_before_anything_is_prepared():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(CommandError, match="make demo PORT=8001"):
            call_command("demo", "--port", str(taken.getsockname()[1]))
