"""Keeps the pages of readers without a session, and answers before Django begins.

Every process keeps its own, compressed and ready to send. An entry is good for as long as the
content has the version it was rendered from, which one small query tells at each request, and
until the moment at which something on the page changes by itself (`sstc_academy.lib.expiry`).
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from threading import Lock

from django.db import Error, connection
from django.http import HttpResponse, parse_cookie
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
# Of the answers that no middleware sees. Counting one takes some microseconds.
_KEPT = Counter("academy_kept_pages", "Answers from memory to readers without a session.")
# What an entry takes beside its body: headers, and a key of which gunicorn takes 4 kB at most.
_OVERHEAD = 8 * 1024

# Any other address (a file, the administration, what machines ask for) passes untouched.
_PAGES = tuple(f"/{code}/" for code in languages.CODES)
# What is part of the key, or keeps a request away from the store.
_VARIATIONS = {"cookie", "accept-encoding"}

Key = tuple[str, str, str, str, str, bool]
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    version: str
    # From then on it shows something else.
    expires: datetime
    headers: Headers
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + _OVERHEAD

    @cached_property
    def tag(self) -> str:
        """The ETag, in quotes, without the sign that it is weak."""
        return dict(self.headers)["ETag"].removeprefix("W/")

    @cached_property
    def headers_of_304(self) -> Headers:
        return [header for header in self.headers if not header[0].startswith("Content-")]


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


class KeptPages:
    """A WSGI application before Django's: neither a request nor any middleware is made for a page
    that is kept."""

    def __init__(self, application):
        self._application = application
        self.store = Store()
        # The moment of the next publication, and the version that it was asked for.
        self._schedule: tuple[str, datetime | None] = ("", None)

    def __call__(self, environ, start_response):
        version = _version() if _is_for_all(environ) else None
        if version is None:
            return self._application(environ, start_response)
        key = _key(environ)
        page = self.store.get(key, version)
        if page:
            _KEPT.inc()
            return _answer(environ, start_response, page)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self._application(environ, start_response)
        return self._make(environ, start_response, key, version)

    def _make(self, environ, start_response, key: Key, version: str):
        # Whole, whatever the reader has already: the next one may have nothing.
        condition = environ.pop("HTTP_IF_NONE_MATCH", None)
        started = []
        began = timezone.now()
        with kept_until(_next_midnight(began)) as expiry:
            response = self._application(environ, lambda *line: started.extend(line))
        if condition is not None:
            environ["HTTP_IF_NONE_MATCH"] = condition
        page = self._page_of(response, version, began, expiry.moment)
        if page is None:
            start_response(*started)
            return response
        response.close()
        self.store.put(key, page)
        return _answer(environ, start_response, page)

    def _page_of(self, response, version: str, made: datetime, expires: datetime) -> Page | None:
        """None for what must not be kept."""
        if not _looks_the_same_to_all(response):
            return None
        try:
            publication = self._next_publication(version, made)
        except Error:
            return None
        if publication:
            expires = min(expires, publication)
        return Page(version, expires, list(response.items()), response.content)

    def _next_publication(self, version: str, after: datetime) -> datetime | None:
        known_for, moment = self._schedule
        if known_for != version or (moment and moment <= after):
            moment = next_publication(after)
            self._schedule = version, moment
        return moment


def _is_for_all(environ) -> bool:
    """Whether every reader who asks for this without a session gets the same answer."""
    return (
        environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        and environ["PATH_INFO"].startswith(_PAGES)
        and (
            "HTTP_COOKIE" not in environ
            or PERSONAL_COOKIES.isdisjoint(parse_cookie(environ["HTTP_COOKIE"]))
        )
        # Nobody sends this one to read, and it asks for a comparison of its own.
        and "HTTP_IF_MATCH" not in environ
    )


def _version() -> str | None:
    """None when there is nothing to compare with; what is wrong shows in the rest of the site."""
    try:
        # As at the beginning of a request.
        connection.close_if_unusable_or_obsolete()
        return current_version()
    except Error:
        return None


def _key(environ) -> Key:
    return (
        environ["wsgi.url_scheme"],
        # What a proxy says of it, where one stands in front.
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
        environ.get("HTTP_HOST") or environ["SERVER_NAME"],
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        bool(re_accepts_gzip.search(environ.get("HTTP_ACCEPT_ENCODING", ""))),
    )


def _looks_the_same_to_all(response) -> bool:
    return (
        isinstance(response, HttpResponse)
        and response.status_code == 200
        and not response.cookies
        and response.get("Cache-Control") == KEPT_BY_ALL
        and response.has_header("ETag")
        and _VARIATIONS.issuperset(cc_delim_re.split(response.get("Vary", "").lower()))
    )


def _answer(environ, start_response, page: Page) -> list[bytes]:
    known = environ.get("HTTP_IF_NONE_MATCH")
    # Quotes stand around a tag and never within: to look for it is the weak comparison.
    if known and (page.tag in known or known.strip() == "*"):
        start_response("304 Not Modified", page.headers_of_304.copy())
        return []
    # A copy, to which some servers add.
    start_response("200 OK", page.headers.copy())
    return [page.body] if environ["REQUEST_METHOD"] == "GET" else []


def _next_midnight(moment: datetime) -> datetime:
    """When pages that speak of today begin to speak of another day."""
    zone = timezone.get_current_timezone()
    tomorrow = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)
