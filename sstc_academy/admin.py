from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _

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
