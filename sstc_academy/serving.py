"""A server with a worker beside it, for a laptop; in service each is a process of its own."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from django.conf import settings

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WORKER = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_worker", "--with-parent"]
_SECONDS_BETWEEN_LOOKS = 0.5
# Until the worker begins, so that the first page is not kept waiting, and before it begins again.
_SECONDS_BEFORE_WORKER, _SECONDS_BEFORE_ANOTHER = 3, 5
# gunicorn lets what still runs end first, as the worker does with the mail in hand.
_SECONDS_TO_STOP = 10


def serve(command: list[str]) -> int:
    """Runs the command, and a worker as long as it runs; its exit code, or 0 after Ctrl-C."""
    with endings_as_interrupts():
        children = {"server": subprocess.Popen(command)}  # noqa: S603 - our own
        try:
            _keep_worker(children)
            return children["server"].returncode
        except KeyboardInterrupt:
            return 0
        finally:
            # A second Ctrl-C would leave some of them behind.
            for ending in ENDINGS:
                signal.signal(ending, signal.SIG_IGN)
            _stop(children.values())


def _keep_worker(children: dict[str, subprocess.Popen]) -> None:
    """Until the server has ended."""
    start_at = time.monotonic() + _SECONDS_BEFORE_WORKER
    while children["server"].poll() is None:
        worker = children.get("worker")
        if worker and worker.poll() is not None:
            print(
                f"The worker has ended ({worker.returncode}); it begins again in "
                f"{_SECONDS_BEFORE_ANOTHER} s.",
                file=sys.stderr,
                flush=True,
            )
            del children["worker"]
            start_at = time.monotonic() + _SECONDS_BEFORE_ANOTHER
        elif worker is None and time.monotonic() >= start_at:
            children["worker"] = subprocess.Popen(_WORKER)  # noqa: S603 - our own
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _stop(children) -> None:
    for child in children:
        # Ctrl-C has reached it too, another signal has not.
        child.send_signal(signal.SIGINT)
    for child in children:
        try:
            child.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def endings_as_interrupts():
    """However this process is asked to end, it is a KeyboardInterrupt."""
    before = {ending: signal.signal(ending, signal.default_int_handler) for ending in ENDINGS}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
