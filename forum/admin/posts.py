"""The moderation desk: the list of posts opens on those that need a look."""

from html import unescape

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum import desk, moderation
from forum.desk import Case
from forum.languages import name_of
from forum.models import Post, State
from forum.moderation_forms import LEAVE, REMOVE, DecisionForm, Outcome
from forum.reading import is_id
from sstc_academy.lib import languages
from sstc_academy.lib.admin import AnyInput

_LONGEST_BEGINNING = 140


class LookFilter(admin.SimpleListFilter):
    """Without a choice: what needs a look."""

    title = _("what is shown")
    parameter_name = "look"

    def lookups(self, request, model_admin):
        return [
            ("held", State.HELD.label),
            ("reported", _("Reported, and still to be seen")),
            ("removed", State.REMOVED.label),
            ("all", _("All posts")),
        ]

    def choices(self, changelist):
        unchosen, *others = super().choices(changelist)
        return [{**unchosen, "display": _("What needs a look")}, *others]

    def queryset(self, request, queryset):
        look = self.value()
        if look == "all":
            return queryset
        if look in {State.HELD, State.REMOVED}:
            return queryset.filter(state=look)
        return desk.reported(queryset) if look == "reported" else desk.waiting(queryset)


@admin.register(Post)
class PostAdmin(AnyInput, admin.ModelAdmin):
    """Facilitators decide about posts; nobody rewrites or wipes out what others have said."""

    list_display = ["beginning", "author", "why", "language_name", "where", "posted_at"]
    list_select_related = ["user", "module"]
    list_filter = [LookFilter, "module"]
    list_per_page = 50
    ordering = ["-pk"]
    search_fields = ["title", "comment", "user_name", "user__display_name", "guest_email"]
    search_help_text = _("A word of the text, a name, or the address of a guest.")
    actions = ["approve", "remove", "restrict"]

    def get_queryset(self, request):
        return desk.with_open_reports(super().get_queryset(request))

    def get_actions(self, request):
        actions = super().get_actions(request)
        # It would leave the counts of the conversation wrong.
        actions.pop("delete_selected", None)
        return actions

    def get_object(self, request, object_id, from_field=None):
        # The key leads to another table: Django does not see that a number is too large for it.
        return super().get_object(request, object_id, from_field) if is_id(object_id) else None

    def has_add_permission(self, request):
        return False

    def changelist_view(self, request, extra_context=None):
        title = {"title": gettext("Moderation desk")}
        return super().changelist_view(request, title | (extra_context or {}))

    def delete_view(self, request, object_id, extra_context=None):
        raise PermissionDenied

    @admin.display(description=_("text"))
    def beginning(self, post: Post) -> str:
        title = format_html("<strong>{}</strong> ", post.title) if post.title else ""
        text = " ".join(unescape(strip_tags(post.body_html)).split())
        return format_html(
            '<span class="desk__text" lang="{}" dir="auto">{}{}</span>',
            post.language,
            title,
            Truncator(text).chars(_LONGEST_BEGINNING) or "—",
        )

    @admin.display(description=_("author"))
    def author(self, post: Post) -> str:
        if not post.author_name:
            return "—"
        kind = gettext("Member") if post.user else gettext("Guest")
        return format_html('<bdi>{}</bdi><br><span class="quiet">{}</span>', post.author_name, kind)

    @admin.display(description=_("why"))
    def why(self, post: Post) -> str:
        lines = [] if post.state == State.PUBLISHED else [post.get_state_display()]
        if post.held_for:
            lines = [post.get_held_for_display()]
        if count := len(post.open_reports):
            sentence = ngettext("%(count)s report", "%(count)s reports", count)
            lines.append(sentence % {"count": count})
            lines += [
                # Translators: a reason, and how often it was given, as in "Spam: 2"
                gettext("%(reason)s: %(count)s") % {"reason": reason, "count": times}
                for reason, times in desk.reasons_of(post.open_reports)
            ]
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines)) or "—"

    @admin.display(description=_("module"), ordering="module__number")
    def where(self, post: Post) -> str:
        return gettext("Module %(number)s") % {"number": post.module.number}

    @admin.display(description=_("language"), ordering="language")
    def language_name(self, post: Post) -> str:
        return name_of(post.language, languages.current())

    @admin.action(
        description=_("Approve: publish, bring back, settle reports"), permissions=["change"]
    )
    def approve(self, request, queryset):
        posts = self._chosen(request)
        changed = moderation.approve_all(posts, by=request.user)
        self._tell(request, Outcome(changed=changed, left=len(posts) - changed))

    @admin.action(description=_("Remove …"), permissions=["change"])
    def remove(self, request, queryset):
        return self._ask(request, "remove", {"decision": REMOVE})

    @admin.action(description=_("Restrict or ban the authors …"), permissions=["restrict"])
    def restrict(self, request, queryset):
        return self._ask(request, "restrict", {"decision": LEAVE, "level": "held"})

    def has_restrict_permission(self, request) -> bool:
        return self.has_change_permission(request) and request.user.has_perm(
            "forum.add_restriction"
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """All that is known about a post, and the form to decide about it."""
        post = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, post):
            raise PermissionDenied
        if post is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        is_sent = request.method == "POST"
        form = None
        if self.has_change_permission(request, post):
            form = DecisionForm(request.POST if is_sent else None, posts=[post], by=request.user)
        elif is_sent:
            raise PermissionDenied
        if is_sent and form.is_valid():
            self._tell(request, form.save())
            return self.response_post_save_change(request, post)
        shown = Post.objects.of_readable_modules(request.user).exclude(state=State.DELETED)
        context = {"case": Case(post), "form": form, "title": gettext("Decide about a post")}
        context["is_readable"] = shown.filter(pk=post.pk).exists()
        return self._page(request, "admin/forum/post/case.html", context)

    def _chosen(self, request) -> list[Post]:
        """Also those that have left the list meanwhile, since another facilitator was quicker."""
        keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
        return list(self.get_queryset(request).filter(pk__in=keys).select_related("user"))

    def _ask(self, request, action: str, initial: dict):
        """The page between choosing posts and deciding about them."""
        posts = self._chosen(request)
        is_sent = "decided" in request.POST
        form = DecisionForm(
            request.POST if is_sent else None, posts=posts, by=request.user, initial=initial
        )
        if is_sent and form.is_valid():
            self._tell(request, form.save())
            return None
        count = len(posts)
        title = ngettext("Decide about %(count)s post", "Decide about %(count)s posts", count)
        context = {"posts": posts, "form": form, "action": action}
        context |= {"title": title % {"count": count}, "checkbox_name": ACTION_CHECKBOX_NAME}
        return self._page(request, "admin/forum/post/decide.html", context)

    def _page(self, request, template: str, context: dict):
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, template, {**shared, **context})

    def _tell(self, request, outcome: Outcome) -> None:
        level = messages.SUCCESS if outcome.has_changed else messages.WARNING
        for sentence in outcome.sentences:
            self.message_user(request, sentence, level)
