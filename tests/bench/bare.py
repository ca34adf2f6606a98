"""What everything is measured against: Django without any middleware, and one view."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"], MIDDLEWARE=[], ROOT_URLCONF=__name__, SECRET_KEY="not used by any page"
)
_BODY = Path(os.environ["BENCH_BODY"]).read_bytes()
# Without the length gunicorn would send it in chunks, which takes longer.
_HEADERS = {"Content-Encoding": "gzip", "Content-Length": str(len(_BODY))}


def page(request):
    return HttpResponse(_BODY, headers=_HEADERS)


urlpatterns = [path("", page)]
application = get_wsgi_application()
