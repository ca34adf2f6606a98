"""How gunicorn serves the Academy; `manage.py serve` and an operator's own command use it.

Each number says why; docs/operating.md says which of them to change for which machine.
"""

import ctypes
import gc
import os
import shutil
import signal
from contextlib import suppress

from prometheus_client import values

from sstc_academy.lib import env
from sstc_academy.settings import LOGGING, VAR_DIR

bind = env.socket_address("BIND", "127.0.0.1:8000")
# One process a core: Python runs one thread at a time in each.
workers = env.integer("WEB_WORKERS", 2, minimum=1)
# While one thread waits for the database or a slow line, another one goes on. Four are kept busy
# by one core; more would only hold more connections to the database.
worker_class = "gthread"
threads = env.integer("WEB_THREADS", 4, minimum=1)
# Lines that are open at once, most of them idle: these take a few kB each, and no thread.
worker_connections = 1_000
# Longer than proxies keep an idle line (nginx: 60 s), so that none writes into one just closed.
keepalive = 75
# A fresh process now and then, not all at once, so that a leak of any library stays small.
max_requests = 20_000
max_requests_jitter = 2_000
# A process that says nothing for this long hangs, and is replaced. One request may take longer.
timeout = 30
# What still runs when the server stops has this long to end; a browser may hold a line open.
graceful_timeout = 5
# The longest address and header that are read. Signed links by mail stay below; nobody can fill
# the memory with headers: 100 of 8 kB are all.
limit_request_line = 4_094
limit_request_fields = 100
limit_request_field_size = 8_190
# The code is loaded once and shared, which saves memory and says faults before serving.
preload_app = True
# By default each thread takes memory from a place of its own, and pages leave holes in all of
# them: 10 MB a process. Linux with glibc knows this call, others do without.
_M_ARENA_MAX = -8
with suppress(OSError, TypeError, AttributeError):
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
# Where processes say that they live: in memory, since a busy disk would look like a dead process.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# By default whoever comes from this machine, as a proxy does with what strangers sent, may name
# the scheme and the path under which we answer. Django itself reads what a proxy says.
forwarded_allow_ips = ""
forwarder_headers = ""
# Signals are enough to steer it; the socket for it would lie in somebody's home.
control_socket_disable = True
loglevel = "warning"
logconfig_dict = {
    "formatters": {"generic": LOGGING["formatters"]["line"]},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["error_console"], "propagate": False},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": False},
    },
}

# Each process writes what it counts into files here, and /metrics adds them up.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # where it is read again while it serves
    _metrics = VAR_DIR / "metrics" / bind.replace("/", "_")
    shutil.rmtree(_metrics, ignore_errors=True)
    _metrics.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics)
# By its place among the workers, which the next one takes over: a file for each process that ever
# was would fill the disk.
_place = "first"
values.ValueClass = values.MultiProcessValue(lambda: _place)


def pre_fork(server, worker):
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = min(set(range(len(taken) + 1)) - taken)


def post_fork(server, worker):
    global _place
    _place = str(worker.place)


def post_worker_init(worker):
    # Ctrl-C reaches every process of the terminal. The first one tells the others by another
    # signal; who gets both at once may hang until it is killed, `graceful_timeout` later.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def when_ready(server):
    # What is loaded by now stays; the collector would copy it into each process by looking at it.
    gc.freeze()
    host, port = bind.rsplit(":", 1)
    print(f"The Academy is at http://{host}:{port}/ and stops with Ctrl-C.", flush=True)
