"""What every answer says to browsers, whatever kind of answer it is."""

from html import escape, unescape

import pytest
from django.template.defaultfilters import filesizeformat
from django.test import Client
from django.test.utils import override_settings
from django.utils import translation

from sstc_academy import defence
from tests.factories import make_module, make_resource, upload

REPORT = {
    "csp-report": {
        "document-uri": "https://academy.example.org/en/?token=secret",
        "blocked-uri": "https://evil.example/x.js",
        "effective-directive": "script-src-elem",
    }
}


@pytest.fixture
def secure():
    """The site as a proxy with TLS serves it."""
    with override_settings(
        SECURE_SSL_REDIRECT=True,
        SECURE_HSTS_SECONDS=31_536_000,
        SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
        SECURE_HSTS_PRELOAD=True,
    ):
        yield


@pytest.fixture
def answer_of(secure, db, facilitator):
    """An answer of each kind."""
    visitor, editor = (Client(raise_request_exception=False) for _number in range(2))
    editor.force_login(facilitator)
    resource = make_resource(
        make_module(slug="talk"), url="", file=upload("notes.zip", b"PK\x03\x04")
    )

    def of(kind: str):
        match kind:
            case "page" | "kept page":
                visitor.get("/en/modules/talk/", secure=True)
                return visitor.get("/en/modules/talk/", secure=True)
            case "not changed":
                etag = visitor.get("/en/", secure=True)["ETag"]
                return visitor.get("/en/", secure=True, headers={"if-none-match": etag})
            case "form":
                return visitor.get("/en/account/login/", secure=True)
            case "administration":
                return editor.get("/admin/modules/module/", secure=True)
            case "media":
                return visitor.get(resource.file.url, secure=True)
            case "static file":
                return visitor.get("/static/js/site.js", secure=True)
            case "not found":
                return visitor.get("/en/nothing/", secure=True)
            case "redirect":
                return visitor.get("/", secure=True)
            case "redirect to https":
                return visitor.get("/en/")
            case "too large":
                return visitor.post("/en/", b"x" * 2_000_000, "text/plain", secure=True)
            case "for machines":
                return visitor.get("/robots.txt", secure=True)

    return of


EXPECTED = {
    "page": 200,
    "kept page": 200,
    "not changed": 304,
    "form": 200,
    "administration": 200,
    "media": 200,
    "static file": 200,
    "not found": 404,
    "redirect": 302,
    "redirect to https": 301,
    "too large": 413,
    "for machines": 200,
}
# Answered before the policy is made: neither holds anything that a browser could run.
WITHOUT_POLICY = {"static file", "redirect to https", "not changed"}


@pytest.mark.parametrize("kind", EXPECTED)
def test_every_kind_of_answer_carries_the_headers(answer_of, kind, settings):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = kind == "static file"
    response = answer_of(kind)

    assert response.status_code == EXPECTED[kind]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    if kind != "redirect to https":
        age = "max-age=31536000; includeSubDomains; preload"
        assert response["Strict-Transport-Security"] == age
    policy = response.get("Content-Security-Policy", "")
    assert bool(policy) == (kind not in WITHOUT_POLICY)
    if policy and kind != "media":
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "report-uri /csp-report" in policy
    response.close()


# What browsers report


@pytest.fixture
def reports(monkeypatch):
    """As in a minute in which nothing has been reported yet."""
    monkeypatch.setattr(defence, "_reports", defence._Budget(per_minute=30))


def send(client, body, content_type="application/csp-report"):
    return client.post("/csp-report", body, content_type)


def test_what_the_policy_stopped_is_logged(client, reports, caplog):
    response = Client(enforce_csrf_checks=True).post(
        "/csp-report", REPORT, content_type="application/json"
    )

    assert response.status_code == 204
    [record] = caplog.records
    assert "evil.example" in record.getMessage()
    assert "script-src-elem" in record.getMessage()


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"7", b"null", b'{"csp-report": 7}', b"\xff", b"[" * 10_000, b"{}"],
)
def test_a_report_that_is_none_is_refused(client, reports, caplog, body):
    assert send(client, body).status_code == 400
    assert not caplog.records


def test_no_line_of_the_log_is_forged_and_none_is_long(client, reports, caplog):
    send(
        client,
        {"csp-report": {"blocked-uri": "x\n2026 ERROR all is lost" + "y" * 5000}},
        "application/json",
    )

    [record] = caplog.records
    assert "\n" not in record.getMessage()
    assert len(record.getMessage()) < 1000


def test_reports_are_bounded_in_size_and_number(client, reports, caplog):
    assert send(client, b"x" * 17_000).status_code == 413

    answers = [send(client, REPORT, "application/json").status_code for _number in range(31)]
    assert answers == [204] * 30 + [429]
    assert len([record for record in caplog.records if record.name == defence.__name__]) == 30


# What is refused before anything is begun


def test_only_facilitators_may_send_much(client, db, settings):
    body = b"x" * (settings.MAX_FORM_BYTES + 1)

    assert client.post("/en/account/login/", body, "text/plain").status_code == 413
    assert client.post("/admin/login/", body, "text/plain").status_code != 413
    settings.MAX_VIDEO_MB = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 0
    assert client.post("/admin/login/", body, "text/plain").status_code == 413


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt", "ar"])
def test_who_sends_too_much_reads_why_and_how_much_is_taken(client, db, language):
    body = b"text=" + b"x" * 2_000_000

    response = client.post(f"/{language}/account/login/", body, "application/x-www-form-urlencoded")

    assert response.status_code == 413
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in response.text
    with translation.override(language):
        assert escape(filesizeformat(1024 * 1024)) in response.text


def test_a_text_that_is_too_long_for_a_post_is_refused_by_its_form_and_kept(client_of, learner):
    module = make_module(slug="talk")
    text = "We begin with the school. " * 20_000

    response = client_of(learner).post(f"/en/modules/{module.slug}/forum/new/", {"text": text})

    assert response.status_code == 200
    assert text.strip() in unescape(response.text)
    assert "too long" in response.text


def test_a_method_that_nobody_knows_is_refused(client, db):
    assert client.generic("EXPLOIT", "/en/").status_code == 501
