"""How gunicorn serves the Academy; `manage.py serve` and an operator's own command use it."""

from sstc_academy.lib import env

bind = env.socket_address("BIND", "127.0.0.1:8000")
# Two processes use two cores; threads let a slow line wait without blocking the next reader.
workers = env.integer("WEB_WORKERS", 2, minimum=1)
threads = env.integer("WEB_THREADS", 4, minimum=1)
# A fresh process now and then, not all at once, so that a leak of any library stays small.
max_requests = 20_000
max_requests_jitter = 2_000
timeout = 30
# What still runs when the server stops has this long to end; a browser may hold a line open.
graceful_timeout = 5
loglevel = "warning"
# The code is loaded once and shared, which saves memory and says faults before serving.
preload_app = True


def when_ready(server):
    host, port = bind.rsplit(":", 1)
    print(f"The Academy is at http://{host}:{port}/ and stops with Ctrl-C.", flush=True)
