"""What is refused before anything is begun, and the headers that every answer carries."""

import json
import logging
import time
from threading import Lock

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sstc_academy.lib import languages

logger = logging.getLogger(__name__)

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
# What no page of ours asks a browser for, and no page that it embeds may.
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "bluetooth",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)
_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": _PERMISSIONS,
}


def guard(get_response):
    def middleware(request):
        is_known = request.method in _METHODS
        response = get_response(request) if is_known else HttpResponse(status=501)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.method == "HEAD" and not response.streaming:
            # What is only asked about is not sent; the server would complain of it each time.
            response.content = b""
        return response

    return middleware


def refuse_large(get_response):
    """Before anything of the body is read, and after it is known what the reader speaks."""

    def middleware(request):
        most = _most_bytes(request.path_info)
        if _length(request) <= most:
            return get_response(request)
        language = languages.current()
        context = {
            "language": language,
            "direction": languages.direction(language),
            "most": most,
        }
        return HttpResponse(render_to_string("413.html", context), status=413)

    return middleware


def _length(request) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


def _most_bytes(path: str) -> int:
    """Only facilitators send files; a page of theirs may hold one video a module."""
    if path.startswith("/admin/"):
        return settings.MAX_VIDEO_MB * 1024 * 1024 + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return settings.MAX_FORM_BYTES


class _Budget:
    """So many within a minute, in this process. Safe for threads."""

    def __init__(self, per_minute: int):
        self._per_minute = per_minute
        self._lock = Lock()
        self._minute = self._spent = 0

    def take(self) -> bool:
        minute = int(time.monotonic() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._spent = minute, 0
            self._spent += 1
            return self._spent <= self._per_minute


_MOST_BYTES_OF_A_REPORT = 16 * 1024
_reports = _Budget(per_minute=30)


@csrf_exempt
@require_POST
def csp_report(request):
    """A browser tells what the security policy stopped: a fault of ours, or an attack.

    Anybody can send one, so it costs nothing but a line, and of lines there are only so many.
    """
    if _length(request) > _MOST_BYTES_OF_A_REPORT:
        return HttpResponse(status=413)
    if not _reports.take():
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    try:
        report = json.loads(request.body)["csp-report"]
        told = [str(report.get(name, ""))[:200] for name in _TOLD]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return HttpResponse(status=400)
    # Quoted, since they come from anybody.
    logger.warning("The security policy stopped %r on %r, by %r", *told)
    return HttpResponse(status=204)


_TOLD = ("blocked-uri", "document-uri", "effective-directive")
