from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.urls import reverse
from django.views.decorators.http import require_safe

from forum.models import State
from forum.reading import modules_with_forum, openings
from modules.models import Module, NewsItem, Pledge

LATEST_CONVERSATIONS = 1000


class _EveryLanguage(Sitemap):
    """Addresses with SITE_URL, or as the request reached us; what the sites framework says of
    this site is for comments only."""

    i18n = alternates = x_default = True

    def __init__(self, request):
        self._request = request

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme or super().get_protocol(protocol or "http")

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc or self._request.get_host()


class PageSitemap(_EveryLanguage):
    def items(self):
        return ["home", "modules:modules", "modules:news", "modules:pledges", "forum:latest"]

    def location(self, item):
        return reverse(item)


class ModuleSitemap(_EveryLanguage):
    def items(self):
        return Module.objects.published().order_by("number")

    def lastmod(self, item):
        return item.updated_at


class PledgeSitemap(_EveryLanguage):
    def items(self):
        return Pledge.objects.published()

    def lastmod(self, item):
        return item.updated_at


class NewsSitemap(_EveryLanguage):
    def items(self):
        return NewsItem.objects.published()

    def lastmod(self, item):
        return item.updated_at


class ForumSitemap(_EveryLanguage):
    def items(self):
        return modules_with_forum(Module.objects.published()).order_by("number")

    def location(self, item):
        return reverse("forum:module", args=[item.slug])


class ConversationSitemap(_EveryLanguage):
    """The latest only: each stands in five languages, and the lists lead to all the others."""

    def items(self):
        modules = modules_with_forum(Module.objects.published())
        posts = openings(modules).filter(state=State.PUBLISHED).order_by("-active_at", "-pk")
        return posts.only("pk", "active_at")[:LATEST_CONVERSATIONS]

    def location(self, item):
        return reverse("forum:conversation", args=[item.pk])

    def lastmod(self, item):
        return item.active_at


@require_safe
def sitemap(request):
    sitemaps = {
        "pages": PageSitemap(request),
        "modules": ModuleSitemap(request),
        "news": NewsSitemap(request),
        "pledges": PledgeSitemap(request),
        "forums": ForumSitemap(request),
        "conversations": ConversationSitemap(request),
    }
    return sitemap_view(request, sitemaps)
