from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from modules import structured_data
from modules.arcs import build_arcs
from modules.models import Module, NewsItem, Pledge
from modules.pledge_filters import PledgeFilters
from modules.timeline import build_timeline

NEWS_PER_PAGE = 20
PLEDGES_PER_PAGE = 20


@require_safe
def module_list(request):
    modules = Module.objects.published().for_catalogue()
    return render(request, "modules/module_list.html", {"modules": modules})


@require_safe
def module(request, slug):
    module = get_object_or_404(Module.objects.visible_to(request.user).for_reading(), slug=slug)
    events = list(module.events.all())
    return render(
        request,
        "modules/module_detail.html",
        {
            "module": module,
            "arcs": build_arcs(events),
            "timeline": build_timeline(
                events,
                kind=request.GET.get("kind"),
                country=request.GET.get("country"),
                today=timezone.localdate(),
                path=request.path,
            ),
            "news": module.news.published()[:3],
            "pledges": module.pledges.published()[:3],
            "structured_data": structured_data.module(module, events, request),
        },
    )


@require_safe
def video(request, slug, pk):
    """The player on a page of its own: what the play button leads to without JavaScript."""
    module = get_object_or_404(Module.objects.visible_to(request.user), slug=slug)
    video = get_object_or_404(module.videos.all(), pk=pk)
    if not video.is_playable:
        raise Http404
    return render(
        request,
        "modules/video_detail.html",
        {
            "module": module,
            "video": video,
            "structured_data": structured_data.video(video, module, request),
        },
    )


@require_safe
def news(request):
    items = NewsItem.objects.published()
    return render(request, "modules/news_list.html", {"page": _page(request, items, NEWS_PER_PAGE)})


@require_safe
def news_item(request, slug):
    pledges = Pledge.objects.visible_to(request.user).prefetch_related("commitments")
    item = get_object_or_404(
        NewsItem.objects.visible_to(request.user).prefetch_related(
            Prefetch("pledge", queryset=pledges)
        ),
        slug=slug,
    )
    return render(request, "modules/news_detail.html", {"item": item})


@require_safe
def pledges(request):
    filters = PledgeFilters(Pledge.objects.published(), request.GET)
    pledges = filters.matches.prefetch_related("commitments")
    return render(
        request,
        "modules/pledge_list.html",
        {"filters": filters, "page": _page(request, pledges, PLEDGES_PER_PAGE)},
    )


@require_safe
def pledge(request, slug):
    pledge = get_object_or_404(
        Pledge.objects.visible_to(request.user).prefetch_related("commitments"), slug=slug
    )
    return render(request, "modules/pledge_detail.html", {"pledge": pledge})


def _page(request, items, per_page):
    """The page that ?page= asks for; a page that does not exist is a 404, as for any address."""
    paginator = Paginator(items, per_page)
    number = request.GET.get("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        raise Http404
    if not 1 <= int(number) <= paginator.num_pages:
        raise Http404
    return paginator.page(int(number))
