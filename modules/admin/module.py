from django.contrib import admin
from django.urls import path

from modules.admin.forms import ResourceForm
from modules.admin.parts import OrderedInline, PagedFormSet, PartInline
from modules.admin.preview import markdown_preview
from modules.admin.publishing import PUBLICATION, PublishableAdmin
from modules.models import Figure, Module, Resource, Section, TimelineEvent, Video
from sstc_academy.lib import languages


class FigureInline(OrderedInline):
    model = Figure
    fields = ["value", "label", "position"]


class SectionInline(OrderedInline):
    model = Section
    fields = ["title", "body", "position"]
    markdown_fields = ("body",)


class VideoInline(OrderedInline):
    model = Video
    fields = [
        "title",
        "description",
        "address",
        "file",
        "captions",
        "poster",
        "seconds",
        "megabytes",
        "transcript",
        "position",
    ]
    markdown_fields = ("transcript",)


class EventInline(PartInline):
    """Events stand in the order of their dates."""

    model = TimelineEvent
    formset = PagedFormSet
    per_page = 100
    fields = [
        "date",
        "kind",
        "title",
        "label",
        "text",
        "countries",
        "place",
        "partners",
        "source_name",
        "source_url",
        "editor_note",
    ]


class ResourceInline(OrderedInline):
    model = Resource
    form = ResourceForm
    fields = ["title", "url", "file", "kilobytes", "languages", "position"]


@admin.register(Module)
class ModuleAdmin(PublishableAdmin):
    inlines = [FigureInline, SectionInline, VideoInline, EventInline, ResourceInline]
    parts = ("figures", "sections", "videos", "events", "resources")
    list_display = ["number", "title", "publication", "translations"]
    list_display_links = ["number", "title"]
    search_fields = [f"title_{code}" for code in languages.CODES]
    ordering = ["number"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "number",
                    "slug",
                    "title",
                    "strapline",
                    "summary",
                    "lead",
                    "objectives",
                    "minutes",
                ]
            },
        ),
        PUBLICATION,
    ]

    def get_urls(self):
        preview = path(
            "markdown-preview/",
            self.admin_site.admin_view(markdown_preview),
            name="modules_markdown_preview",
        )
        return [preview, *super().get_urls()]
