import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.arcs import build_arcs
from modules.models import Module, NewsItem, Pledge
from sstc_academy.lib import languages
from sstc_academy.lib.addresses import absolute

logger = logging.getLogger(__name__)


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
