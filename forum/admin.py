from django.contrib import admin, messages
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forum.models import Policy, Post, State
from forum.services import change_state
from sstc_academy.lib.admin import AnyInput


@admin.register(Policy)
class PolicyAdmin(AnyInput, admin.ModelAdmin):
    list_display = ["module", "mode"]
    list_filter = ()


@admin.register(Post)
class PostAdmin(AnyInput, admin.ModelAdmin):
    """Facilitators keep order: they remove and restore; nobody rewrites what others have said."""

    list_display = ["posted_at", "author_name", "beginning", "language", "state", "module"]
    list_select_related = ["user", "module"]
    list_filter = ["state", "module"]
    list_per_page = 50
    ordering = ["-pk"]
    search_fields = ["comment", "user_name", "user__display_name"]
    actions = ["remove", "restore"]
    fields = readonly_fields = [
        "module",
        "in_reply_to",
        "author_name",
        "user_email",
        "posted_at",
        "language",
        "title",
        "comment",
        "state",
    ]

    def has_add_permission(self, request):
        return False

    @admin.display(description=_("text"))
    def beginning(self, post: Post) -> str:
        return str(post)

    @admin.action(description=_("Remove"), permissions=["change"])
    def remove(self, request, queryset):
        self._change(request, queryset.filter(state=State.PUBLISHED), State.REMOVED)

    @admin.action(description=_("Restore"), permissions=["change"])
    def restore(self, request, queryset):
        self._change(request, queryset.filter(state=State.REMOVED), State.PUBLISHED)

    @transaction.atomic
    def _change(self, request, posts, state: State) -> None:
        count = 0
        for post in posts:
            change_state(post, state)
            self.log_change(request, post, [{"changed": {"fields": ["State"]}}])
            count += 1
        text = ngettext("%(count)d post was changed.", "%(count)d posts were changed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
