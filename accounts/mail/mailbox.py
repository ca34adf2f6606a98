"""The mails that lie in files, as a mailbox: on the machine itself, and for nobody else."""

import email
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.mail import files

SHOWN = 100
# Whoever sends one of these asks for somebody else.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
# The page of a mail: its own styles and no script, in a frame without rights but to follow links.
_RIGHTS = "allow-top-navigation-by-user-activation"
_POLICY = (
    f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox {_RIGHTS}"
)


def is_open(request) -> bool:
    """Whether mails lie in files, no proxy stands in front, and the browser is on this machine."""
    site = urlsplit(settings.SITE_URL).hostname
    return (
        settings.MAIL_BACKEND == files.BACKEND
        and not settings.HTTPS
        and not settings.TRUSTED_PROXIES
        and (site is None or _is_this_machine(site))
        and _is_this_machine(request.META.get("REMOTE_ADDR", ""))
        # Of a page elsewhere whose name leads to this machine, the name remains.
        and _is_this_machine(split_domain_port(request.get_host())[0])
        and not any(name in request.headers for name in _FORWARDED)
    )


def address(request) -> str:
    """Of the mailbox, for who may open it; otherwise ""."""
    return reverse("accounts:mailbox") if is_open(request) else ""


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class _Mail:
    name: str
    at: datetime
    message: email.message.EmailMessage

    @classmethod
    def at_path(cls, path: Path) -> "_Mail":
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return cls(
            path.name, at, email.message_from_bytes(path.read_bytes(), policy=policy.default)
        )

    @property
    def to(self) -> str:
        return self.message["To"] or ""

    @property
    def subject(self) -> str:
        return self.message["Subject"] or ""

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content() if part else ""


@never_cache
@require_safe
def mailbox(request):
    newest = sorted(_folder(request).glob("*.eml"), reverse=True)[:SHOWN]
    mails = [_Mail.at_path(path) for path in newest]
    return render(request, "accounts/mailbox.html", {"mails": mails})


@never_cache
@require_safe
@csp_replace({"frame-src": ["'self'"]})
def mail(request, name):
    return render(request, "accounts/mail.html", {"mail": _mail(request, name), "rights": _RIGHTS})


@never_cache
@require_safe
@xframe_options_sameorigin
def mail_page(request, name):
    """As its HTML says, for a frame; links lead out of it."""
    html = _mail(request, name).html
    response = HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
    response["Content-Security-Policy"] = _POLICY
    return response


def _folder(request) -> Path:
    if not is_open(request):
        raise Http404
    return Path(settings.MAIL_DIR)


def _mail(request, name: str) -> _Mail:
    for path in _folder(request).glob("*.eml"):
        if path.name == name:
            return _Mail.at_path(path)
    raise Http404
