"""Addresses as the world sees them, and the same page in the other languages."""

import re

from django.conf import settings

from sstc_academy.lib import languages

_LANGUAGE_PREFIX = re.compile(rf"^/({'|'.join(languages.CODES)})(?=/)")


def absolute(request, path: str) -> str:
    """With SITE_URL, or as this request reached us; an address that is whole stays as it is.

    Without a request, as in a mail, and without SITE_URL: the address of this machine.
    """
    if path.startswith(("http://", "https://")):
        return path
    if settings.SITE_URL or request is None:
        return (settings.SITE_URL or settings.LOCAL_URL) + path
    return request.build_absolute_uri(path)


def in_language(path: str, code: str) -> str:
    """The same page in another language; the home page for an address outside all languages."""
    if _LANGUAGE_PREFIX.match(path):
        return _LANGUAGE_PREFIX.sub(f"/{code}", path)
    return f"/{code}/"


def without_language(path: str) -> str:
    """The address that leads each visitor to the page in their own language."""
    return _LANGUAGE_PREFIX.sub("", path)


def canonical_path(request) -> str:
    """Without filters, which show a part of the same page, but with the number of the page."""
    number = request.GET.get("page", "")
    is_later_page = number.isascii() and number.isdigit() and number != "1"
    return f"{request.path}?page={number}" if is_later_page else request.path


def client_address(request) -> str:
    """Of the browser, as the outermost of our own proxies saw it; "" when that cannot be told.

    What stands further to the left in X-Forwarded-For is what the client says of itself. Who comes
    without this header has come past the proxies, as a monitor on the same machine does.
    """
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.TRUSTED_PROXIES and forwarded:
        addresses = forwarded.split(",")
        return addresses[-min(settings.TRUSTED_PROXIES, len(addresses))].strip()
    return request.META.get("REMOTE_ADDR", "")
