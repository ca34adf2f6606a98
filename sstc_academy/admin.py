from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.admin import AdminSite
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts import administration
from forum import desk
from forum.models import Post


class AcademyAdminSite(AdminSite):
    site_title = site_header = _("SSTC Academy")
    index_title = _("Write, translate and publish")
    # There are a few kinds of pages: the breadcrumbs lead to them, and the forms need the room.
    enable_nav_sidebar = False

    def index(self, request, extra_context=None):
        """With the number of posts that need a look; None for who may not see them."""
        waiting = None
        if request.user.has_perm("forum.view_post"):
            waiting = desk.waiting(Post.objects.all()).count()
        return super().index(request, {"waiting_posts": waiting, **(extra_context or {})})

    def has_permission(self, request):
        """Nobody without a second factor: a stolen password opens nothing here."""
        return super().has_permission(request) and is_mfa_enabled(request.user)

    def login(self, request, extra_context=None):
        """The site's own sign-in, with its limits; it leads staff to their second factor first."""
        if super().has_permission(request) and not is_mfa_enabled(request.user):
            administration.remember_the_way(request)
            return redirect("mfa_index")
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")
