"""Whether a SQLite database in WAL mode has been written to, without asking it.

A look at the log's entry in its folder does not make the other threads of a process take turns, as
each step of a query does; under load that is most of what a small query costs.
"""

import os
import time

# Of files' times: two commits within one tick of the kernel's clock may look alike.
_TICK_NS = 50_000_000

State = tuple[int, int, int]


def state_of(database: str) -> State | None:
    """Equal states mean that nothing was committed in between. None when that cannot be told:
    there is no log, or it has been written to only just now.
    """
    try:
        status = os.stat(f"{database}-wal")  # noqa: PTH116 - a Path takes as long again
    except OSError:
        return None
    if time.time_ns() - status.st_mtime_ns <= _TICK_NS:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
