from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.urls import reverse
from django.views.decorators.http import require_safe

from modules.models import Module, NewsItem, Pledge


class _EveryLanguage(Sitemap):
    i18n = alternates = x_default = True

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme or super().get_protocol(protocol or "http")

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc or super().get_domain(site)


class PageSitemap(_EveryLanguage):
    def items(self):
        return ["home", "modules:modules", "modules:news", "modules:pledges"]

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


@require_safe
def sitemap(request):
    sitemaps = {
        "pages": PageSitemap,
        "modules": ModuleSitemap,
        "news": NewsSitemap,
        "pledges": PledgeSitemap,
    }
    return sitemap_view(request, sitemaps)
