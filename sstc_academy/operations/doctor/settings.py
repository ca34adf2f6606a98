"""Settings that make sense each by itself, and not for where this Academy stands."""

import os
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from sstc_academy.operations.doctor.verdict import Verdict, fault, ok, warning

_LOCAL = {"localhost", "127.0.0.1", "[::1]", "::1"}
_PUBLIC = "https://academy.example.org"


def is_public() -> bool:
    """Whether the settings say that people come from elsewhere."""
    host = urlsplit(settings.SITE_URL).hostname
    return settings.HTTPS or bool(host and host not in _LOCAL)


def debug() -> Verdict:
    if not settings.DEBUG:
        return ok("DEBUG is off.")
    text = "DEBUG is on: whoever meets an error sees parts of the code and of the settings."
    report = fault if is_public() else warning
    return report(text, "Take DEBUG out of the environment and restart.")


def address() -> Verdict:
    if not is_public():
        return ok("SITE_URL names no public address: this Academy is for this machine.")
    if not settings.SITE_URL:
        return fault(
            "SITE_URL is missing: links in mails lead to this machine.", f"Set SITE_URL={_PUBLIC}."
        )
    return ok(f"SITE_URL is {settings.SITE_URL}.")


def https() -> Verdict:
    if not is_public():
        return ok("HTTPS is off, as is right on one's own machine.")
    if not settings.HTTPS:
        return fault(
            "HTTPS is off on a public address: anybody on the way can read passwords and sessions.",
            "Put a proxy that speaks TLS in front and set HTTPS=true.",
        )
    if settings.SITE_URL.startswith("http://"):
        return fault("HTTPS is on, but SITE_URL begins with http.", "Begin SITE_URL with https.")
    return ok("HTTPS is on.")


def hosts() -> Verdict:
    names = set(settings.ALLOWED_HOSTS)
    if "*" in names:
        return warning(
            "ALLOWED_HOSTS takes every name: a stranger's name could get into links.",
            "Name your hosts, such as ALLOWED_HOSTS=academy.example.org.",
        )
    if is_public() and names <= _LOCAL:
        return fault(
            "ALLOWED_HOSTS has names of this machine only: visitors get error 400.",
            "Add the public host, such as ALLOWED_HOSTS=academy.example.org.",
        )
    return ok(f"ALLOWED_HOSTS is {', '.join(settings.ALLOWED_HOSTS)}.")


def proxies() -> Verdict:
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        return fault(
            "TRUSTED_PROXIES is 0, but a proxy stands in front: all visitors count as one "
            "against the limits.",
            "Set it to the number of your proxies, mostly 1.",
        )
    if settings.TRUSTED_PROXIES and not settings.HTTPS:
        return warning(
            "TRUSTED_PROXIES is set without HTTPS: without a proxy in front, anybody may claim "
            "any address.",
            "Take it out, or set HTTPS=true behind your proxy.",
        )
    return ok(f"Addresses of visitors are taken behind {settings.TRUSTED_PROXIES} proxies.")


def secret_key() -> Verdict:
    if os.environ.get("SECRET_KEY"):
        return ok("SECRET_KEY comes from the environment.")
    path = settings.VAR_DIR / "secret_key"
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return fault(
            f"Others on this machine may read {path} (mode {mode:o}), and so become anybody.",
            f"Run: chmod 600 {path}",
        )
    return ok(f"The secret key lies in {path}; no backup holds it, so keep a copy elsewhere.")


def sender() -> Verdict:
    found = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if is_public() and found.rpartition("@")[2] in {*_LOCAL, "localhost.localdomain"}:
        return fault(
            f"Mails come from {found}, which no other mail server takes.",
            "Set DEFAULT_FROM_EMAIL to an address of your own domain.",
        )
    return ok(f"Mails come from {found}.")
