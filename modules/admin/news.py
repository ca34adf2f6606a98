from django.contrib import admin

from modules.admin.parts import OrderedInline
from modules.admin.publishing import PUBLICATION, PublishableAdmin
from modules.models import Commitment, NewsItem, Pledge
from sstc_academy.lib import languages


@admin.register(NewsItem)
class NewsItemAdmin(PublishableAdmin):
    list_display = ["title", "organisation", "date", "publication", "translations"]
    search_fields = ["organisation", *(f"title_{code}" for code in languages.CODES)]
    markdown_fields = ("body",)
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "title",
                    "slug",
                    "organisation",
                    "date",
                    "module",
                    "pledge",
                    "summary",
                    "body",
                ]
            },
        ),
        PUBLICATION,
    ]


class CommitmentInline(OrderedInline):
    model = Commitment
    fields = ["text", "position"]


@admin.register(Pledge)
class PledgeAdmin(PublishableAdmin):
    inlines = [CommitmentInline]
    parts = ("commitments",)
    list_display = ["title", "organisation", "announced_on", "publication", "translations"]
    search_fields = ["organisation", *(f"title_{code}" for code in languages.CODES)]
    markdown_fields = ("report",)
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "title",
                    "slug",
                    "organisation",
                    "announced_on",
                    "progress",
                    "module",
                    "summary",
                    "countries",
                    "place",
                    "report",
                    "pledge_url",
                    "more_url",
                ]
            },
        ),
        PUBLICATION,
    ]
