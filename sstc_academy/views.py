import logging
import sys

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils._os import safe_join
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from whitenoise.responders import NotARegularFileError, StaticFile

from modules.arcs import build_arcs
from modules.models import Module, NewsItem, Pledge
from sstc_academy.lib import languages, outages
from sstc_academy.lib.addresses import absolute

logger = logging.getLogger(__name__)

_SECONDS_TO_WAIT = 5
# What people write at length, in any form of the site.
_TYPED = ("title", "text", "note")
_NEVER_SHOWN_AGAIN = {*_TYPED, "preview", "sign_in"}

# A file that browsers may show in place; every other type is downloaded.
_SHOWN_IN_PLACE = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".vtt": "text/vtt; charset=utf-8",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".pdf": "application/pdf",
}


@require_safe
def home(request):
    modules = list(Module.objects.published().for_catalogue())
    events = [event for module in modules[:1] for event in module.events.all()]
    return render(
        request,
        "home.html",
        {
            "modules": modules,
            "arcs": build_arcs(events),
            "news": NewsItem.objects.published()[:3],
            "pledges": Pledge.objects.published().prefetch_related("commitments")[:1],
        },
    )


@require_safe
def media(request, path):
    """Uploaded files, in ranges so that a video can be wound forward, and never as a page.

    For a laptop and small installations; a web server or an object store takes over from it by
    answering MEDIA_URL itself.
    """
    try:
        full_path = safe_join(settings.MEDIA_ROOT, path)
        file = StaticFile(full_path, [("Cache-Control", "public, max-age=31536000, immutable")])
    except (SuspiciousFileOperation, NotARegularFileError, OSError, ValueError):
        raise Http404 from None
    answer = file.get_response(request.method, request.META)
    response = FileResponse(answer.file or (), status=int(answer.status))
    del response["Content-Type"]
    for name, value in answer.headers:
        response[name] = value
    ending = path[path.rfind(".") :].lower()
    response["Content-Type"] = _SHOWN_IN_PLACE.get(ending, "application/octet-stream")
    if ending not in _SHOWN_IN_PLACE:
        response["Content-Disposition"] = "attachment"
    return response


@never_cache
@require_safe
def healthz(request):
    """The process is up; says nothing of what it depends on."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """The database answers and is migrated; else 503 and the reason, for a load balancer.

    What a database server says goes to the log: it may name hosts and users.
    """
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        logger.error("The database does not answer: %s", error)
        return _not_ready("The database does not answer; the log says why")
    if pending:
        return _not_ready(f"{len(pending)} migrations have not run; run: manage.py migrate")
    return HttpResponse("ok\n", content_type="text/plain")


def _not_ready(reason: str) -> HttpResponse:
    return HttpResponse(f"{reason}\n", status=503, content_type="text/plain")


@require_safe
def favicon(request):
    """Browsers ask for it here where a page (the admin's, an error's) names no icon."""
    return redirect(static("img/icon.svg"))


@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        # Each page links to them with its own address behind.
        *(f"Disallow: /{code}/account/" for code in languages.CODES),
        f"Sitemap: {absolute(request, reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def server_error(request):
    """Django's handler for what was not expected. While the database is away: a page that needs
    none, with what was typed."""
    error = sys.exc_info()[1]
    if not outages.is_outage(error):
        return defaults.server_error(request)
    data = request.POST if "text" in request.POST else {}
    language = languages.current()
    context = {
        "language": language,
        "direction": languages.direction(language),
        "is_full": outages.is_full(error),
        "is_sent": request.method not in {"GET", "HEAD"},
        "address": request.get_full_path(),
        "typed": {name: data[name] for name in _TYPED if name in data},
        "others": {name: data[name] for name in data if name not in _NEVER_SHOWN_AGAIN},
    }
    # Without the request, which the context processors would ask who is reading.
    page = render_to_string("503.html", context)
    return HttpResponse(page, status=503, headers={"Retry-After": str(_SECONDS_TO_WAIT)})
