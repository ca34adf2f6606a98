"""Caddy, when it is installed, with the file of deploy/ before two web servers of ours."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPSConnection, RemoteDisconnected
from pathlib import Path

import pytest
from django.conf import settings

from tests.academy import free_port, ready_site, start, stop

CADDYFILE = Path(settings.BASE_DIR) / "deploy" / "Caddyfile"
CADDY = shutil.which("caddy")
SECONDS_TO_START = 30

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CADDY is None, reason="needs caddy; none was found on PATH"),
]
# No certificate of ours is known to anybody.
ANY_CERTIFICATE = ssl._create_unverified_context()  # noqa: S323


class Proxy:
    def __init__(self, port: int, port_of_http: int):
        self.port, self.port_of_http = port, port_of_http

    def ask(self, path: str, **headers: str):
        """Status, headers and body."""
        connection = HTTPSConnection("localhost", self.port, context=ANY_CERTIFICATE, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def config_of(upstreams: list[str], proxy: Proxy) -> dict:
    """As Caddy reads the file; on ports of ours, and without a word to the rest of the machine."""
    for buffers in ("buffers", "old_buffers"):
        environment = os.environ | {
            "SITE_HOST": "localhost",
            "UPSTREAMS": " ".join(upstreams),
            "BUFFERS": buffers,
        }
        adapted = subprocess.run(
            [CADDY, "adapt", "--config", CADDYFILE, "--adapter", "caddyfile"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if adapted.returncode == 0:
            break
    assert adapted.returncode == 0, adapted.stderr
    config = json.loads(adapted.stdout)
    [server] = config["apps"]["http"]["servers"].values()
    server["listen"] = [f"127.0.0.1:{proxy.port}"]
    config["apps"]["http"] |= {"http_port": proxy.port_of_http, "https_port": proxy.port}
    config["apps"]["pki"] = {"certificate_authorities": {"local": {"install_trust": False}}}
    return config | {"admin": {"disabled": True}}


@contextmanager
def proxied(upstreams: list[str], folder: Path):
    proxy = Proxy(free_port(), free_port())
    file = folder / "caddy.json"
    file.write_text(json.dumps(config_of(upstreams, proxy)))
    with (folder / "caddy.log").open("w") as log:
        process = subprocess.Popen(
            [CADDY, "run", "--config", file],
            env=os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        # Until both have been found well.
        while not is_served(proxy):
            assert time.monotonic() < deadline, (folder / "caddy.log").read_text()
            time.sleep(0.2)
        yield proxy
    finally:
        stop(process)


def is_served(proxy: Proxy) -> bool:
    with suppress(OSError, RemoteDisconnected):
        return proxy.ask("/healthz")[0] == 200
    return False


@pytest.fixture
def site(tmp_path, ready_files):
    with ready_site(tmp_path / "var", ready_files) as site:
        yield site


@pytest.fixture
def servers(site):
    """Two, each with one thread, so that one slow line would hold it."""
    behind_proxy = {"HTTPS": "true", "WEB_WORKERS": "1", "WEB_THREADS": "1"}
    started = []
    try:
        for _number in range(2):
            started.append(start(site, is_prepared=True, **behind_proxy))
        yield started
    finally:
        for process, _academy in started:
            stop(process)


@pytest.fixture
def proxy(servers, tmp_path):
    upstreams = [academy.url.removeprefix("http://") for _process, academy in servers]
    with proxied(upstreams, tmp_path) as proxy:
        yield proxy


def test_the_proxy_speaks_tls_hides_what_is_ours_and_outlives_a_server(servers, proxy):
    status, headers, body = proxy.ask("/en/")
    assert status == 200
    assert b"Academy" in body
    assert "max-age=" in headers["Strict-Transport-Security"]
    assert proxy.ask("/metrics")[0] == proxy.ask("/readyz")[0] == 404
    with socket.create_connection(("localhost", proxy.port_of_http)) as line:
        line.sendall(b"GET /en/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert line.recv(1000).startswith(b"HTTP/1.1 308")

    process, _academy = servers[0]
    stop(process)
    assert {proxy.ask("/en/")[0] for _number in range(20)} == {200}


def test_slow_lines_hold_no_thread_behind_the_proxy(proxy):
    with ExitStack() as stack:
        for _number in range(10):
            line = ANY_CERTIFICATE.wrap_socket(
                socket.create_connection(("localhost", proxy.port)), server_hostname="localhost"
            )
            stack.enter_context(line).sendall(
                b"POST /en/account/login/ HTTP/1.1\r\n"
                b"Host: localhost\r\nContent-Length: 1000\r\n\r\nx"
            )
        # All of them have come to the proxy by then.
        time.sleep(1)
        began = time.monotonic()

        statuses = [proxy.ask(f"/{language}/account/login/")[0] for language in ("en", "fr", "ar")]

        assert statuses == [200, 200, 200]
        assert time.monotonic() - began < 10
