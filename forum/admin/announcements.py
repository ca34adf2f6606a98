"""Announcements: written in five languages, looked at as mails, and sent once."""

from collections import Counter

from csp.decorators import csp, csp_update
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms import Script
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from modeltranslation.admin import TranslationAdmin

from forum import announcing
from forum.models import Announcement
from forum.reading import is_id
from modules.admin.languages import LanguageFields, language_choices
from sstc_academy.lib import languages
from sstc_academy.lib.admin import AnyInput

# A mail has its styles in it; it stands in a frame of the page before it is sent.
_MAIL = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
}


@admin.register(Announcement)
class AnnouncementAdmin(AnyInput, LanguageFields, TranslationAdmin):
    fields = ["module", "title", "text"]
    markdown_fields = ("text",)
    change_form_template = "admin/forum/announcement/change_form.html"
    list_display = ["title", "module", "sending", "recipient_count", "created_by"]
    list_select_related = ["module", "created_by"]
    list_filter = ["module"]
    list_per_page = 50
    search_fields = [f"title_{code}" for code in languages.CODES]

    class Media:
        js = [
            Script("js/admin-languages.js", defer=True),
            Script("js/admin-unsaved.js", defer=True),
        ]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/send/",
                csp_update({"frame-src": ["'self'"]})(wrap(self.send_view)),
                name="forum_announcement_send",
            ),
            path(
                "<path:object_id>/mail/",
                csp(_MAIL)(xframe_options_sameorigin(wrap(self.mail_view))),
                name="forum_announcement_mail",
            ),
            *super().get_urls(),
        ]

    def has_change_permission(self, request, obj=None):
        """What has gone out stays as it was."""
        return super().has_change_permission(request, obj) and not (obj and obj.sent_at)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.sent_at)

    def get_actions(self, request):
        actions = super().get_actions(request)
        # It would take away what was sent.
        actions.pop("delete_selected", None)
        return actions

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "module" in form.base_fields:
            # It is chosen here, and neither made nor changed.
            widget = form.base_fields["module"].widget
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return form

    def render_change_form(self, request, context, *args, **kwargs):
        extra = {"content_languages": language_choices()}
        return super().render_change_form(request, {**context, **extra}, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    def response_post_save_add(self, request, obj):
        return redirect(_send_url(obj))

    def response_post_save_change(self, request, obj):
        return redirect(_send_url(obj))

    @admin.display(description=_("sent"), ordering="sent_at")
    def sending(self, announcement: Announcement) -> str:
        if announcement.sent_at is None:
            return gettext("Not sent yet")
        return date_format(localtime(announcement.sent_at), "SHORT_DATETIME_FORMAT")

    def send_view(self, request, object_id):
        """The mail as it will look, to how many it goes, and the button that sends it."""
        announcement = self._announcement(request, object_id)
        if request.method == "POST":
            if not super().has_change_permission(request):
                raise PermissionDenied
            self._send(request, announcement)
            return redirect("admin:forum_announcement_changelist")
        people = announcing.recipients(announcement.module) if not announcement.sent_at else []
        language = self._language(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": gettext("Look at it and send it"),
            "announcement": announcement,
            "count": len(people),
            "may_send": self.has_change_permission(request, announcement),
            "languages": self._languages(announcement, Counter(each.reads for each in people)),
            "language": language,
            "message": announcing.sample(announcement, language, to=request.user.email),
        }
        return TemplateResponse(request, "admin/forum/announcement/send.html", context)

    def mail_view(self, request, object_id):
        """What a mail program shows."""
        announcement = self._announcement(request, object_id)
        message = announcing.sample(announcement, self._language(request), to=request.user.email)
        return HttpResponse(message.alternatives[0].content)

    def _announcement(self, request, object_id: str) -> Announcement:
        key = unquote(object_id)
        announcement = self.get_object(request, key) if is_id(key) else None
        if not self.has_view_or_change_permission(request, announcement):
            raise PermissionDenied
        if announcement is None:
            raise Http404
        return announcement

    def _language(self, request) -> str:
        code = request.GET.get("language", "")
        return code if code in languages.CODES else languages.current()

    def _languages(self, announcement: Announcement, readers: Counter) -> list[dict]:
        return [
            {
                "code": code,
                "name": name,
                "count": readers[code],
                "is_translated": all(
                    getattr(announcement, f"{field}_{code}") for field in ("title", "text")
                ),
            }
            for code, name in language_choices()
        ]

    def _send(self, request, announcement: Announcement) -> None:
        count = announcing.send(announcement)
        if count is None:
            text = gettext("This announcement has been sent already. It was not sent again.")
            self.message_user(request, text, messages.WARNING)
            return
        # In English, as Django keeps it: whoever reads the history translates it.
        self.log_change(request, announcement, [{"changed": {"fields": ["Sent"]}}])
        text = ngettext(
            "The announcement goes to %(count)s subscriber.",
            "The announcement goes to %(count)s subscribers.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


def _send_url(announcement: Announcement) -> str:
    return reverse("admin:forum_announcement_send", args=[announcement.pk])
