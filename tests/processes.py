"""The web processes of a gunicorn on this machine, as Linux tells of them."""

import re
import time
from pathlib import Path

_SECONDS_TO_REPLACE = 30


def workers_of(port: int) -> list[int]:
    """The process that listens has been started by us; its children serve."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            children = (folder / "task" / folder.name / "children").read_text().split()
        except OSError:
            continue
        if f"BIND=127.0.0.1:{port}".encode() in environment.split(b"\0") and children:
            return [int(child) for child in children]
    raise AssertionError("nobody serves")


def wait_for_others(port: int, killed: set[int], count: int) -> None:
    """Until as many processes serve as before, none of which is one of those that were killed."""
    deadline = time.monotonic() + _SECONDS_TO_REPLACE
    while len(set(workers_of(port)) - killed) < count:
        assert time.monotonic() < deadline, "no other process came"
        time.sleep(0.02)


def resident_megabytes(pid: int) -> float:
    """What lies in memory, with what it shares with the other processes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.M)[1]) / 1024
