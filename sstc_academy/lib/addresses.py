"""Addresses as the world sees them, and the same page in the other languages."""

import re

from django.conf import settings

from sstc_academy.lib import languages

_LANGUAGE_PREFIX = re.compile(rf"^/({'|'.join(languages.CODES)})(?=/)")


def absolute(request, path: str) -> str:
    """With SITE_URL, or as this request reached us; an address that is whole stays as it is."""
    if path.startswith(("http://", "https://")):
        return path
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else request.build_absolute_uri(path)


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
