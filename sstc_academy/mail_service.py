"""Where a mail service tells what has arrived and what has bounced."""

import logging
from functools import wraps
from importlib import import_module

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import URLPattern, URLResolver, include, path

_log = logging.getLogger(__name__)


def webhooks() -> list[URLResolver]:
    """Of the service that is set up, once it has been given a secret; nobody else may tell us."""
    service = settings.ANYMAIL.get("ESP", "")
    if not service or "WEBHOOK_SECRET" not in settings.ANYMAIL:
        return []
    # Only now: they bring what each service needs, such as 10 MB for Amazon's.
    of_all_services = import_module("anymail.urls").urlpatterns
    own = [_careful(each) for each in of_all_services if each.name.startswith(f"{service}_")]
    return [path("anymail/", include((own, "anymail")))]


def _careful(pattern: URLPattern) -> URLPattern:
    """The same; django-anymail raises over mail whose letters or addresses are none."""
    view = pattern.callback

    @wraps(view)
    def careful(request) -> HttpResponse:
        try:
            return view(request)
        except ValueError as error:
            _log.warning("What the mail service told cannot be read: %s", type(error).__name__)
            return HttpResponseBadRequest()

    return URLPattern(pattern.pattern, careful, pattern.default_args, pattern.name)
