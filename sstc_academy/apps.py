from django.apps import AppConfig
from django.contrib.admin import apps


class AcademyConfig(AppConfig):
    name = "sstc_academy"
    default = True

    def ready(self):
        from sstc_academy import readiness
        from sstc_academy.lib import slow_queries

        readiness.register_all()
        slow_queries.watch()


class AcademyAdminConfig(apps.AdminConfig):
    default = False
    default_site = "sstc_academy.admin.AcademyAdminSite"
