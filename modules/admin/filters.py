from django.contrib.admin import SimpleListFilter
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from modules.admin.languages import translated_choices
from modules.models.publishing import Status


class StatusFilter(SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [*Status.choices, ("scheduled", _("Waits for its moment"))]

    def queryset(self, request, queryset):
        waits = models.Q(published_at__gt=timezone.now()) & ~models.Q(status=Status.DRAFT)
        if self.value() == "scheduled":
            return queryset.filter(waits)
        if self.value() in Status.values:
            return queryset.filter(status=self.value()).exclude(waits)
        return queryset


class ReviewFilter(SimpleListFilter):
    title = _("draft translation")
    parameter_name = "unreviewed"

    def lookups(self, request, model_admin):
        return translated_choices()

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        # As text, since SQLite cannot look into a JSON list.
        as_text = Cast("unreviewed_languages", models.TextField())
        return queryset.alias(unreviewed=as_text).filter(unreviewed__contains=f'"{self.value()}"')
