"""Keeps the pages of readers without a session, and answers before anything else is begun.

Every process keeps its own, compressed and ready to send. An entry is good for as long as the
content has the version it was rendered from, which one small query tells at each request, and
until the moment at which something on the page changes by itself (`sstc_academy.lib.expiry`).
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from threading import Lock

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import Error
from django.http import HttpResponse
from django.http.response import ResponseHeaders
from django.middleware.gzip import re_accepts_gzip
from django.utils import timezone
from django.utils.cache import cc_delim_re
from prometheus_client import Counter

from modules.freshness import current_version, next_publication
from sstc_academy.lib import languages
from sstc_academy.lib.expiry import kept_until
from sstc_academy.middleware import KEPT_BY_ALL, PERSONAL_COOKIES

MOST_BYTES = 10 * 1024 * 1024
MOST_BYTES_OF_A_PAGE = 1024 * 1024
# Of the answers that no other middleware sees. Counting one takes some microseconds.
_KEPT = Counter("academy_kept_pages", "Answers from memory to readers without a session.")
# What an entry takes beside its body: headers, and a key of which gunicorn takes 4 kB at most.
_OVERHEAD = 8 * 1024

# Any other address (a file, the administration, what machines ask for) passes untouched.
_PAGES = tuple(f"/{code}/" for code in languages.CODES)
# What is part of the key, or keeps a request away from the store.
_VARIATIONS = {"cookie", "accept-encoding"}

Key = tuple[str, str, str, str, bool]


@dataclass(frozen=True)
class Page:
    version: str
    # From then on it shows something else.
    expires: datetime
    headers: ResponseHeaders
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + _OVERHEAD

    @cached_property
    def tag(self) -> str:
        """The ETag, in quotes, without the sign that it is weak."""
        return self.headers["ETag"].removeprefix("W/")

    @cached_property
    def headers_of_304(self) -> ResponseHeaders:
        return ResponseHeaders(
            {name: text for name, text in self.headers.items() if not name.startswith("Content-")}
        )


class Store:
    """The pages asked for last, up to a number of bytes. Safe for threads."""

    def __init__(self, most_bytes: int = MOST_BYTES):
        self._most_bytes = most_bytes
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._lock = Lock()
        self.bytes = 0

    def __len__(self):
        return len(self._pages)

    def get(self, key: Key, version: str) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.version != version or page.expires <= timezone.now():
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        if page.size > MOST_BYTES_OF_A_PAGE:
            return
        with self._lock:
            if former := self._pages.pop(key, None):
                self.bytes -= former.size
            self._pages[key] = page
            self.bytes += page.size
            while self.bytes > self._most_bytes:
                _key, oldest = self._pages.popitem(last=False)
                self.bytes -= oldest.size

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.bytes = 0


class PageCache:
    """The first middleware. All its instances in a process share one store."""

    store = Store()

    def __init__(self, get_response):
        if settings.DEBUG:
            # Templates change without a new version.
            raise MiddlewareNotUsed
        self._get_response = get_response
        # The moment of the next publication, and the version that it was asked for.
        self._schedule: tuple[str, datetime | None] = ("", None)

    def __call__(self, request):
        version = _version() if _is_for_all(request) else None
        if version is None:
            return self._get_response(request)
        key = _key(request)
        page = self.store.get(key, version)
        if page is None:
            if request.method == "HEAD":
                return self._get_response(request)
            response, page = self._render(request, version)
            if page is None:
                return response
            self.store.put(key, page)
        else:
            _KEPT.inc()
        return _answer(request, page)

    def _render(self, request, version: str) -> tuple[HttpResponse, Page | None]:
        """None for what must not be kept."""
        # Whole, whatever the reader has already: the next one may have nothing.
        condition = request.META.pop("HTTP_IF_NONE_MATCH", None)
        began = timezone.now()
        with kept_until(_next_midnight(began)) as expiry:
            response = self._get_response(request)
        if condition is not None:
            request.META["HTTP_IF_NONE_MATCH"] = condition
        if not _looks_the_same_to_all(response):
            return response, None
        try:
            publication = self._next_publication(version, began)
        except Error:
            return response, None
        return response, Page(
            version=version,
            expires=min(expiry.moment, publication) if publication else expiry.moment,
            headers=response.headers,
            body=response.content,
        )

    def _next_publication(self, version: str, after: datetime) -> datetime | None:
        known_for, moment = self._schedule
        if known_for != version or (moment and moment <= after):
            moment = next_publication(after)
            self._schedule = version, moment
        return moment


def _is_for_all(request) -> bool:
    """Whether every reader who asks for this without a session gets the same answer."""
    return (
        request.method in {"GET", "HEAD"}
        and request.path_info.startswith(_PAGES)
        and ("HTTP_COOKIE" not in request.META or PERSONAL_COOKIES.isdisjoint(request.COOKIES))
        # Nobody sends this one to read, and it asks for a comparison of its own.
        and "HTTP_IF_MATCH" not in request.META
    )


def _version() -> str | None:
    """None when there is nothing to compare with; what is wrong shows in the rest of the site."""
    try:
        return current_version()
    except Error:
        return None


def _key(request) -> Key:
    meta = request.META
    return (
        request.scheme,
        meta.get("HTTP_HOST") or meta["SERVER_NAME"],
        request.path_info,
        meta.get("QUERY_STRING", ""),
        bool(re_accepts_gzip.search(meta.get("HTTP_ACCEPT_ENCODING", ""))),
    )


def _looks_the_same_to_all(response) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and response.get("Cache-Control") == KEPT_BY_ALL
        and response.has_header("ETag")
        and _VARIATIONS.issuperset(cc_delim_re.split(response.get("Vary", "").lower()))
    )


def _answer(request, page: Page) -> HttpResponse:
    known = request.META.get("HTTP_IF_NONE_MATCH")
    # Quotes stand around a tag and never within: to look for it is the weak comparison.
    if known and (page.tag in known or known.strip() == "*"):
        answer = HttpResponse(status=304)
        answer.headers = page.headers_of_304
    else:
        answer = HttpResponse(page.body if request.method == "GET" else b"")
        answer.headers = page.headers
    # All answers share their headers: to set them takes longer than to look the page up, and
    # nobody stands before the first middleware who would change them.
    return answer


def _next_midnight(moment: datetime) -> datetime:
    """When pages that speak of today begin to speak of another day."""
    zone = timezone.get_current_timezone()
    tomorrow = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)
