"""What only real processes of gunicorn show: proxies in front, figures of all, lines of the log."""

import json
import os
import signal
import socket
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from tests.academy import Academy, own_site, start, stop
from tests.processes import wait_for_others, workers_of

pytestmark = pytest.mark.long

ME = "203.0.113.9"
OTHER = "198.51.100.7"
# What the form for a code answers; a refusal shows it again, and says why.
SENT, REFUSED = 302, 200


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with own_site(tmp_path_factory.mktemp("served")) as site:
        site.manage("prepare")
        yield site


@contextmanager
def served(site, **settings):
    process, academy = start(site, is_prepared=True, **settings)
    try:
        yield academy
    finally:
        stop(process)


def ask(academy: Academy, path: str, method="GET", body=None, **headers: str):
    """The answer, and its text."""
    connection = HTTPConnection(urlsplit(academy.url).netloc, timeout=20)
    names = {name.replace("__", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, names)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response, text


def status(*args, **headers) -> int:
    return ask(*args, **headers)[0].status


def try_code(academy: Academy, forwarded: str) -> int:
    """Asks for a code for signing in, as a visitor whom the proxies name like this."""
    path = "/en/account/login/code/"
    response, html = ask(academy, path)
    token = html.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    cookie = response.headers["Set-Cookie"].split(";")[0]
    form = urlencode({"csrfmiddlewaretoken": token, "email": f"{time.time()}@example.org"})
    return status(
        academy,
        path,
        "POST",
        form,
        Cookie=cookie,
        X__Forwarded__For=forwarded,
        Content__Type="application/x-www-form-urlencoded",
    )


@pytest.mark.parametrize(
    ("proxies", "mine", "forged"),
    [
        # No proxy: who is connected is who asks, whatever is said of others.
        (0, None, [ME, f"{ME}, {ME}"]),
        (1, ME, [f"{ME}, {OTHER}", OTHER]),
        (2, f"{ME}, 10.0.0.1", [f"{ME}, {OTHER}, 10.0.0.1", f"{OTHER}, {ME}"]),
    ],
)
def test_nobody_pretends_to_come_from_elsewhere(site, proxies, mine, forged):
    allowed = f"{ME}/32" if mine else "127.0.0.1"
    with served(site, TRUSTED_PROXIES=str(proxies), METRICS_NETWORKS=allowed) as academy:
        if mine:
            assert status(academy, "/metrics", X__Forwarded__For=mine) == 200
            for other in forged:
                assert status(academy, "/metrics", X__Forwarded__For=other) == 404
            assert status(academy, "/metrics") == 404
        else:
            for other in forged:
                assert status(academy, "/metrics", X__Forwarded__For=other) == 200

        # Twenty a minute of one address, however many others it says it came from.
        behind = f"198.51.100.{proxies}" + ", 10.0.0.1" * (proxies == 2)
        codes = [try_code(academy, f"192.0.2.{number}, {behind}") for number in range(21)]
        assert codes == [SENT] * 20 + [REFUSED]
        assert try_code(academy, mine or ME) == (SENT if proxies else REFUSED)


def test_a_stranger_moves_the_site_to_no_other_path_and_scheme(site):
    with served(site) as academy:
        _response, text = ask(
            academy, "/en/", SCRIPT_NAME="/evil", PATH_INFO="/fr/", X__Forwarded__Proto="https"
        )

        assert "/evil" not in text
        assert '<html lang="en"' in text
        assert "https://127.0.0.1" not in text


def counted(academy: Academy, name: str) -> float:
    _response, text = ask(academy, "/metrics")
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


def test_figures_are_of_all_processes_and_outlive_each(site):
    with served(site) as academy:
        for _number in range(40):
            ask(academy, "/robots.txt")
            ask(academy, "/en/")
        views = 'django_http_responses_total_by_status_view_method_total{method="GET"'
        robots = f'{views},status="200",view="robots"}}'
        assert counted(academy, robots) == 40
        kept = counted(academy, "academy_kept_pages_total")
        # Each process makes the page once.
        assert 38 <= kept < 40
        assert 'academy_check_ok{check="database"} 1.0' in ask(academy, "/metrics")[1]

        port = urlsplit(academy.url).port
        before = workers_of(port)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_for_others(port, {*before}, count=2)

        assert counted(academy, robots) == 40
        files = {path.name for path in (site.var_dir / "metrics").rglob("counter_*.db")}
        assert files <= {"counter_first.db", "counter_0.db", "counter_1.db"}


def log_since(site, position: int) -> str:
    return (site.var_dir / "log").read_text()[position:]


def test_a_line_of_the_log_is_an_object_with_the_name_of_the_request(site):
    position = (site.var_dir / "log").stat().st_size if (site.var_dir / "log").exists() else 0
    with served(site, LOG_LEVEL="INFO", TRUSTED_PROXIES="1") as academy:
        named, _text = ask(
            academy, "/en/account/login/?next=/secret", X__Request__ID="from-our-proxy-1"
        )
        made, _text = ask(academy, "/en/account/login/", X__Request__ID="<no name>")
        # gunicorn says itself when it cannot read a request.
        with socket.create_connection(urlsplit(academy.url).netloc.split(":")) as line:
            line.sendall(b"GET /en/?token=Secret HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n")
            line.recv(1000)

    assert named.headers["X-Request-ID"] == "from-our-proxy-1"
    assert len(made.headers["X-Request-ID"]) == 16
    log = log_since(site, position)
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    requests = {line["request"]: line for line in lines if line["logger"].endswith(".requests")}
    line = requests["from-our-proxy-1"]
    assert line["message"] == "GET /en/account/login/ 200"
    assert line["ms"] >= 0
    assert made.headers["X-Request-ID"] in requests
    assert any(line["logger"] == "gunicorn.error" for line in lines)
    assert "ecret" not in log
    assert "127.0.0.1" not in "".join(line["message"] for line in lines)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(site):
    with served(site) as academy:
        began = time.monotonic()
        with socket.create_connection(urlsplit(academy.url).netloc.split(":")) as line:
            line.sendall(
                b"POST /en/account/login/ HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Length: 5000000000\r\n\r\n"
            )
            assert line.recv(1000).startswith(b"HTTP/1.1 413")
        assert time.monotonic() - began < 5

        long = "/en/?" + "a" * 5000
        assert status(academy, long) == 414
        assert status(academy, "/en/", X__Long="a" * 10_000) in {400, 431}
        assert status(academy, "/en/", "EXPLOIT") == 501
