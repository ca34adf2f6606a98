"""What has left by mail and what could not, for superusers: a subject may tell of anybody."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.mail import bounces, outbox
from accounts.mail.models import BouncedAddress, OutgoingMail
from sstc_academy.lib.admin import AnyInput, SuperusersOnly


class OnlyLookedAt(AnyInput, SuperusersOnly):
    """Changed by actions only."""

    actions_on_top = True
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(OutgoingMail)
class OutgoingMailAdmin(OnlyLookedAt, admin.ModelAdmin):
    """Never shows a message: there may be a code in it."""

    list_display = ["to", "subject", "state", "error", "attempts", "due_at", "sent_at"]
    list_filter = ["state"]
    search_fields = ["to", "subject"]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False
    fields = ["to", "subject", "state", "error", "attempts", "created_at", "due_at", "sent_at"]
    actions = ["send_again"]

    @admin.action(description=_("Send again (parked mails)"))
    def send_again(self, request, queryset):
        count = outbox.send_again(queryset)
        text = ngettext("%(count)d mail is sent again.", "%(count)d mails are sent again.", count)
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, text % {"count": count}, level)


@admin.register(BouncedAddress)
class BouncedAddressAdmin(OnlyLookedAt, admin.ModelAdmin):
    list_display = ["address", "reason", "since"]
    search_fields = ["address"]
    ordering = ["-since", "-id"]
    actions = ["forget"]

    @admin.action(description=_("Mail may go there again"))
    def forget(self, request, queryset):
        addresses = list(queryset.values_list("address", flat=True))
        for address in addresses:
            bounces.forget(address)
        text = ngettext(
            "Mail goes to %(count)d address again.",
            "Mail goes to %(count)d addresses again.",
            len(addresses),
        )
        self.message_user(request, text % {"count": len(addresses)})
