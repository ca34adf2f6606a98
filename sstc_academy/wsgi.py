import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sstc_academy.settings")

application = get_wsgi_application()
# Before gunicorn forks: its processes share it, and the first reader waits less.
get_resolver().url_patterns  # noqa: B018 - imports the views

from sstc_academy.page_cache import KeptPages  # noqa: E402 - needs the models

# While developing, templates change without a new version of the content.
if not settings.DEBUG:
    application = KeptPages(application)
