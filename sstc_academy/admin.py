from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class AcademyAdminSite(AdminSite):
    site_title = site_header = _("SSTC Academy")
    index_title = _("Write, translate and publish")
    # There are a few kinds of pages: the breadcrumbs lead to them, and the forms need the room.
    enable_nav_sidebar = False
