"""The log tells what happened, and never to whom."""

import gzip
import json
import logging
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import brotli
import pytest
from django.conf import settings as site_settings
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client

from sstc_academy.lib import slow_queries
from sstc_academy.lib.logs import JSONFormatter, TextFormatter, request_id, without_personal_data
from tests.academy import Site
from tests.factories import make_module


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("Mail to ana.souza+x@example.org failed", "Mail to [e-mail] failed"),
        ("Key (email)=(ana@example.org) already exists.", "Key (email)=([e-mail]) already exists."),
        ("GET /en/forum/sent/?post=MTI:1abc:xyz now", "GET /en/forum/sent/?[query] now"),
        ("/en/forum/confirm/Zk3-xY_9aBcDeFgHiJkLmNoP/", "/en/forum/confirm/[token]/"),
        (
            "/en/news/south-south-cooperation-in-2026/",
            "/en/news/south-south-cooperation-in-2026/",
        ),
        ("from 203.0.113.9:443: refused", "from [address]:443: refused"),
        ("from ip=203.0.113.9: bad", "from ip=[address]: bad"),
        ("from 2001:db8::1, twice.", "from [address], twice."),
        ("postgres://academy:secret@db/academy", "postgres://[secret]@db/academy"),
        ("at 10:20:30 it took 1.5 s, version 5.2.19", "at 10:20:30 it took 1.5 s, version 5.2.19"),
        ("Where is it? Nowhere = lost", "Where is it? Nowhere = lost"),
    ],
)
def test_what_tells_of_a_person_is_left_out(text, logged):
    assert without_personal_data(text) == logged


def record_of(error: Exception, **extra) -> logging.LogRecord:
    try:
        raise error
    except type(error):
        exc_info = sys.exc_info()
    record = logging.LogRecord("site", 40, "x.py", 1, "Failed for %s", ("a@example.org",), exc_info)
    record.__dict__ |= extra
    return record


@pytest.mark.parametrize("formatter", [TextFormatter, JSONFormatter])
def test_nor_does_a_traceback_tell(formatter):
    line = formatter().format(record_of(ValueError("rosa@example.org is known")))

    assert "ValueError: [e-mail] is known" in line
    assert "example.org" not in line


def test_a_line_for_programs_is_one_object_with_known_fields_only():
    token = request_id.set("request-1")
    try:
        line = JSONFormatter().format(
            record_of(ValueError("two\nlines"), request="<WSGIRequest: secret>", fields={"ms": 7})
        )
    finally:
        request_id.reset(token)

    assert "\n" not in line
    fields = json.loads(line)
    assert fields.keys() == {"time", "level", "logger", "message", "request", "ms", "exception"}
    assert (fields["request"], fields["message"]) == ("request-1", "Failed for [e-mail]")


def test_a_request_without_a_proxy_is_named_by_us(client, db, settings):
    path, own = "/en/account/login/", {"x-request-id": "a-name-of-my-own"}

    assert len(client.get(path)["X-Request-ID"]) == 16
    assert client.get(path, headers=own)["X-Request-ID"] != "a-name-of-my-own"
    settings.TRUSTED_PROXIES = 1
    assert client.get(path, headers=own)["X-Request-ID"] == "a-name-of-my-own"
    assert len(client.get(path, headers={"x-request-id": "bad\tname"})["X-Request-ID"]) == 16


def test_a_page_that_is_kept_bears_no_name(client, db):
    make_module(slug="talk")

    assert "X-Request-ID" not in client.get("/en/modules/talk/")


def test_an_error_is_logged_under_the_name_of_its_request(db, caplog, monkeypatch):
    monkeypatch.setattr("sstc_academy.views.absolute", lambda *_arguments: 1 / 0)
    formatter, lines = JSONFormatter(), []
    # While the request goes on, as a handler would.
    got_request_exception.connect(
        receiver := lambda **_kwargs: lines.append(request_id.get()), weak=False
    )
    try:
        response = Client(raise_request_exception=False).get("/robots.txt?token=secret")
    finally:
        got_request_exception.disconnect(receiver)

    assert response.status_code == 500
    assert lines == [response["X-Request-ID"]]
    [record] = [record for record in caplog.records if record.name == "django.request"]
    assert "ZeroDivisionError" in formatter.format(record)
    assert "secret" not in formatter.format(record)


def test_who_looks_for_any_server_leaves_a_line_and_no_traceback(client, db, caplog):
    response = client.get("/en/", headers={"host": "203.0.113.9"})

    assert response.status_code == 400
    [record] = [record for record in caplog.records if "DisallowedHost" in record.name]
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "Invalid HTTP_HOST header: '[address]'" in TextFormatter().format(record)


def test_a_slow_query_is_named_without_what_was_asked(settings, db, caplog):
    settings.SLOW_QUERY_MS = 1
    connection.execute_wrappers.append(slow_queries._timed)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                "WHERE i < 200000) SELECT count(*), %s FROM n",
                ["rosa-x"],
            )
    finally:
        connection.execute_wrappers.remove(slow_queries._timed)

    [record] = caplog.records
    assert "WITH RECURSIVE" in record.getMessage()
    assert "%s" in record.getMessage()
    assert "rosa-x" not in record.getMessage()
    assert record.fields["ms"] >= 1


def test_no_query_is_timed_unless_asked_for(tmp_path):
    ask = "from django.db import connection as c; c.ensure_connection(); print(c.execute_wrappers)"

    assert Site(tmp_path).run(ask) == "[]"
    assert "_timed" in Site(tmp_path, own_settings={"SLOW_QUERY_MS": "5"}).run(ask)


class _Sentry(BaseHTTPRequestHandler):
    received: list[str] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        decompress = {"br": brotli.decompress, "gzip": gzip.decompress}
        body = decompress.get(self.headers.get("Content-Encoding"), bytes)(body)
        self.received.append(body.decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def sentry():
    with HTTPServer(("127.0.0.1", 0), _Sentry) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_error_reaches_sentry_without_who_caused_it(tmp_path, sentry):
    site = Site(
        tmp_path,
        own_settings={
            "SENTRY_DSN": f"http://public@127.0.0.1:{sentry.server_port}/1",
            "ALLOWED_HOSTS": "testserver",
        },
    )

    site.run(
        "import sentry_sdk; from django.test import Client; import sstc_academy.views as v\n"
        "def fail(*_): typed = 'rosa@example.org'; raise ValueError(typed)\n"
        "v.absolute = fail\n"
        "client = Client(raise_request_exception=False, REMOTE_ADDR='203.0.113.9')\n"
        "client.cookies['sessionid'] = 'stolen'\n"
        "assert client.get('/robots.txt?token=abc').status_code == 500\n"
        # Looking for any server is no fault of ours.
        "assert client.get('/', headers={'host': 'any.example.org'}).status_code == 400\n"
        "sentry_sdk.flush(10)"
    )

    [report] = [text for text in sentry.RequestHandlerClass.received if "ValueError" in text]
    assert not any("Invalid HTTP_HOST" in text for text in sentry.RequestHandlerClass.received)
    assert "[e-mail]" in report
    assert "robots.txt" in report
    for personal in ("rosa@", "203.0.113.9", "stolen", "token=abc"):
        assert personal not in report
    assert site_settings.SECRET_KEY not in report
