"""Who may not post at will, and the record of every act of keeping order."""

from django.contrib import admin, messages
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from forum import moderation
from forum.models import ModerationRecord, Restriction
from forum.moderation_forms import RestrictionForm
from forum.wording import reason_of
from sstc_academy.lib.admin import AnyInput


class InForceFilter(admin.SimpleListFilter):
    title = _("in force")
    parameter_name = "force"

    def lookups(self, request, model_admin):
        return [("now", _("In force now")), ("expired", _("Expired"))]

    def queryset(self, request, queryset):
        expired = Q(until__lte=timezone.now())
        if self.value() == "now":
            return queryset.exclude(expired)
        return queryset.filter(expired) if self.value() == "expired" else queryset


@admin.register(Restriction)
class RestrictionAdmin(AnyInput, admin.ModelAdmin):
    """Made and lifted, each on record; never rewritten."""

    form = RestrictionForm
    list_display = ["__str__", "level", "reason", "in_force", "created_at", "by"]
    list_select_related = ["account", "by"]
    list_filter = ["level", InForceFilter]
    list_per_page = 50
    ordering = ["-pk"]
    search_fields = ["address", "account__display_name", "account__email"]
    search_help_text = _("A name, an address or a domain.")
    actions = ["lift"]

    def get_fields(self, request, obj=None):
        if obj:
            return ["account", "address", "level", "reason", "note", "until", "created_at", "by"]
        return ["address", "is_sure", "level", "reason", "note", "until"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        kwargs["fields"] = self.form.Meta.fields
        form = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    def get_actions(self, request):
        actions = super().get_actions(request)
        # "Lift" says what it does.
        actions.pop("delete_selected", None)
        return actions

    def has_change_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        saved = moderation.restrict(
            by=request.user,
            account=obj.account,
            address=obj.address,
            level=obj.level,
            reason=obj.reason,
            note=obj.note,
            until=obj.until,
        )
        obj.pk = saved.pk

    def delete_model(self, request, obj):
        moderation.lift(obj, by=request.user)

    @admin.display(description=_("until"), ordering="until")
    def in_force(self, restriction: Restriction) -> str:
        if restriction.until is None:
            return gettext("Until it is lifted")
        day = date_format(timezone.localtime(restriction.until), "DATE_FORMAT")
        if restriction.until <= timezone.now():
            return gettext("%(day)s (expired)") % {"day": day}
        return day

    @admin.action(description=_("Lift"), permissions=["delete"])
    def lift(self, request, queryset):
        count = moderation.lift_all(queryset, by=request.user)
        text = ngettext(
            "%(count)s restriction was lifted.", "%(count)s restrictions were lifted.", count
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


class FacilitatorFilter(admin.SimpleListFilter):
    title = _("facilitator")
    parameter_name = "by"

    def lookups(self, request, model_admin):
        return [("rule", _("A rule of the forum"))] + [
            (str(user.pk), user.display_name)
            for user in User.objects.filter(
                pk__in=ModerationRecord.objects.exclude(by=None).values("by")
            ).order_by("display_name")
        ]

    def queryset(self, request, queryset):
        if self.value() == "rule":
            return queryset.filter(by=None)
        if self.value() in dict(self.lookup_choices):
            return queryset.filter(by=self.value())
        return queryset


@admin.register(ModerationRecord)
class ModerationRecordAdmin(AnyInput, admin.ModelAdmin):
    """To be read by facilitators, and written by nobody."""

    list_display = ["at", "act", "subject", "excerpt", "reason_in_words", "words", "who"]
    list_select_related = ["by"]
    list_filter = ["act", FacilitatorFilter, "at"]
    list_per_page = 50
    ordering = ["-pk"]
    search_fields = ["subject", "excerpt", "note"]
    fields = ["at", "act", "subject", "post", "excerpt", "reason_in_words", "words", "who"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("reason"))
    def reason_in_words(self, record: ModerationRecord) -> str:
        return reason_of(record) or "—"

    @admin.display(description=_("note"))
    def words(self, record: ModerationRecord) -> str:
        """To the author of a post, or about a restriction to other facilitators."""
        return record.note or "—"

    @admin.display(description=_("facilitator"), ordering="by")
    def who(self, record: ModerationRecord) -> str:
        return str(record.by) if record.by else gettext("A rule of the forum")
