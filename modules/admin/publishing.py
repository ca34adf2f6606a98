"""What the lists and forms of modules, news and pledges have in common."""

from collections.abc import Callable
from functools import partial
from itertools import chain

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.forms import Script
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from modules.admin.filters import ReviewFilter, StatusFilter
from modules.admin.forms import PublishableForm
from modules.admin.languages import (
    LanguageFields,
    language_choices,
    missing_texts,
    translated_choices,
)
from modules.admin.widgets import country_names
from modules.models.publishing import Publishable, Status
from sstc_academy.lib import languages
from sstc_academy.lib.admin import AnyInput

PUBLICATION = (
    _("Publication"),
    {"fields": ["status", "published_at", "unreviewed_languages"]},
)
_CHANGED_BY_ACTIONS = ["status", "published_at", "unreviewed_languages"]
_REVIEWED = {
    "fr": _("Mark the French translation as reviewed"),
    "es": _("Mark the Spanish translation as reviewed"),
    "pt": _("Mark the Portuguese translation as reviewed"),
    "ar": _("Mark the Arabic translation as reviewed"),
}


class _PartsChangeList(ChangeList):
    def get_queryset(self, request, exclude_parameters=None):
        rows = super().get_queryset(request, exclude_parameters)
        # One query for each kind of part, however many rows the list has.
        return rows.prefetch_related(*self.model_admin.parts)


class PublishableAdmin(AnyInput, LanguageFields, TranslationAdmin):
    form = PublishableForm
    # Related names of the rows whose texts belong to the page.
    parts: tuple[str, ...] = ()
    list_filter = [StatusFilter, ReviewFilter]
    list_per_page = 50
    actions = ["publish_now", "take_back", "archive"]
    save_on_top = True

    class Media:
        js = [
            Script("js/admin-languages.js", defer=True),
            Script("js/admin-unsaved.js", defer=True),
        ]

    def get_changelist(self, request, **kwargs):
        return _PartsChangeList

    def view_on_site(self, row: Publishable) -> str:
        # Not by way of Django's redirection, which asks the sites framework for a domain.
        return row.get_absolute_url()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "published_at":
            date, time = field.widget.widgets
            date.attrs["aria-label"] = gettext("Publish at: date")
            time.attrs["aria-label"] = gettext("Publish at: time (UTC)")
        return field

    def get_actions(self, request):
        actions = super().get_actions(request)
        if self.has_change_permission(request):
            for code, description in _REVIEWED.items():
                name = f"reviewed_{code}"
                actions[name] = (partial(_mark_reviewed, language=code), name, description)
        return actions

    def render_change_form(self, request, context, *args, **kwargs):
        extra = {
            "content_languages": language_choices(),
            "country_names": country_names(languages.current()).values(),
            "files_were_chosen": bool(request.FILES),
        }
        return super().render_change_form(request, {**context, **extra}, *args, **kwargs)

    def response_change(self, request, obj):
        """Whoever goes on writing stays among the parts that were shown."""
        response = super().response_change(request, obj)
        if "_continue" in request.POST and request.GET:
            response["Location"] = request.get_full_path()
        return response

    @admin.display(description=_("publication"), ordering="published_at")
    def publication(self, row: Publishable) -> str:
        if row.is_draft:
            return Status.DRAFT.label
        moment = date_format(timezone.localtime(row.published_at), "SHORT_DATETIME_FORMAT")
        if row.is_scheduled:
            return format_html(
                "<strong>{}</strong>", gettext("Waits until %(moment)s") % {"moment": moment}
            )
        if row.is_archived:
            return Status.ARCHIVED.label
        return gettext("Published since %(moment)s") % {"moment": moment}

    @admin.display(description=_("translations"))
    def translations(self, row: Publishable) -> str:
        missing = missing_texts(
            [row, *chain.from_iterable(getattr(row, part).all() for part in self.parts)]
        )
        return format_html(
            '<ul class="translations">{}</ul>',
            format_html_join(
                "",
                '<li class="translations__{}">{}</li>',
                (_completeness(row, *language, missing) for language in translated_choices()),
            ),
        )

    @admin.action(description=_("Publish now"), permissions=["change"])
    def publish_now(self, request, queryset):
        now = timezone.now()

        def publish(row):
            row.status = Status.PUBLISHED
            if row.published_at is None or row.published_at > now:
                row.published_at = now

        self.change_rows(request, queryset, publish)

    @admin.action(description=_("Take back to draft"), permissions=["change"])
    def take_back(self, request, queryset):
        def take_back(row):
            row.status = Status.DRAFT

        self.change_rows(request, queryset, take_back)

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive(self, request, queryset):
        def archive(row):
            row.status = Status.ARCHIVED

        self.change_rows(request, queryset, archive)

    @transaction.atomic
    def change_rows(self, request, rows, change: Callable[[Publishable], None]) -> None:
        """Each row is saved by itself, so that whatever follows a change follows this one too."""
        count = 0
        for row in rows:
            before = {field: getattr(row, field) for field in _CHANGED_BY_ACTIONS}
            change(row)
            changed = [field for field in before if getattr(row, field) != before[field]]
            if not changed:
                continue
            row.save(update_fields=[*_CHANGED_BY_ACTIONS, "updated_at"])
            self.log_change(request, row, [{"changed": {"fields": self._names(changed)}}])
            count += 1
        text = ngettext("%(count)d entry was changed.", "%(count)d entries were changed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def _names(self, fields: list[str]) -> list[str]:
        # In English, as Django keeps them: whoever reads the history translates them.
        with override(None):
            return [capfirst(str(self.opts.get_field(field).verbose_name)) for field in fields]


def _mark_reviewed(model_admin, request, queryset, *, language: str):
    def review(row):
        row.unreviewed_languages = [code for code in row.unreviewed_languages if code != language]

    model_admin.change_rows(request, queryset, review)


def _completeness(row, code: str, name: str, missing) -> tuple[str, str]:
    """A class for the eye, and the words that say the same."""
    is_draft = code in row.unreviewed_languages
    if count := missing[code]:
        words = ngettext(
            "%(language)s: %(count)d text missing", "%(language)s: %(count)d texts missing", count
        )
        words %= {"language": name, "count": count}
        if is_draft:
            words = gettext("%(missing)s, draft translation") % {"missing": words}
        return "missing", words
    if is_draft:
        return "draft", gettext("%(language)s: draft translation") % {"language": name}
    return "complete", gettext("%(language)s: complete") % {"language": name}
