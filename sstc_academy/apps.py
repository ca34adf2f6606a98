from django.apps import AppConfig
from django.contrib.admin import apps


class AcademyConfig(AppConfig):
    name = "sstc_academy"
    default = True


class AcademyAdminConfig(apps.AdminConfig):
    default = False
    default_site = "sstc_academy.admin.AcademyAdminSite"
