"""Gives each request a name under which the log tells of it."""

import logging
import re
import time
from secrets import token_hex

from django.conf import settings

from sstc_academy.lib.logs import request_id
from sstc_academy.middleware import KEPT_BY_ALL

logger = logging.getLogger("sstc_academy.requests")

_HEADER = "X-Request-ID"
_ACCEPTABLE = re.compile(r"[\w-]{8,64}", re.ASCII)


def named_requests(get_response):
    """Answers the name back, but for pages that are kept: the next reader is of another request."""

    def middleware(request):
        name = _name(request)
        token = request_id.set(name)
        began = time.perf_counter()
        try:
            response = get_response(request)
            if response.get("Cache-Control") != KEPT_BY_ALL:
                response[_HEADER] = name
            logger.info("%s", _line(request, response), extra={"fields": _fields(began)})
            return response
        finally:
            request_id.reset(token)

    return middleware


def _name(request) -> str:
    """What our own proxy calls it; what anybody else says is not taken."""
    given = request.headers.get(_HEADER, "") if settings.TRUSTED_PROXIES else ""
    return given if _ACCEPTABLE.fullmatch(given) else token_hex(8)


def _line(request, response) -> str:
    """By the pattern of the address, in which nobody's name or token stands."""
    match = request.resolver_match
    return f"{request.method} /{match.route if match else ''} {response.status_code}"


def _fields(began: float) -> dict:
    return {"ms": round((time.perf_counter() - began) * 1000)}
