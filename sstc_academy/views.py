import sys

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.arcs import build_arcs
from modules.models import Module, NewsItem, Pledge
from sstc_academy.lib import languages, outages, readiness
from sstc_academy.lib.addresses import absolute

_SECONDS_TO_WAIT = 5
# What people write at length, in any form of the site.
_TYPED = ("title", "text", "note")
_NEVER_SHOWN_AGAIN = {*_TYPED, "preview", "sign_in"}


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
    """503 when this server can answer nobody, for a load balancer; each check on a line of its own.

    A line that is not "ok" in an answer of 200 wants an operator, and no other server.
    """
    findings = readiness.findings()
    is_ready = not any(finding.fault and finding.check.is_needed for finding in findings)
    text = "".join(f"{finding}\n" for finding in findings)
    return HttpResponse(text, status=200 if is_ready else 503, content_type="text/plain")


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
