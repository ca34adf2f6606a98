"""Uploaded files on their way out: never as a page, wherever they lie."""

import logging

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.utils._os import safe_join
from django.views.decorators.http import require_safe
from whitenoise.responders import NotARegularFileError, StaticFile

from sstc_academy.lib.files import content_headers, ending

logger = logging.getLogger(__name__)

_FOR_EVER = "public, max-age=31536000, immutable"
# Should a browser ever take a file for a page: without scripts, forms or our cookies.
_POLICY = "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
# Chromium shows no PDF in a sandbox.
_POLICY_OF_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"


@require_safe
def media(request, path):
    """A web server may take over from this by answering MEDIA_URL itself."""
    answer = _from_bucket if hasattr(default_storage, "signed_url") else _from_disk
    return answer(request, path)


def _from_disk(request, path) -> FileResponse:
    """In ranges, so that a video can be wound forward."""
    try:
        full_path = safe_join(settings.MEDIA_ROOT, path)
        file = StaticFile(full_path, [("Cache-Control", _FOR_EVER)])
    except (SuspiciousOperation, NotARegularFileError, OSError, ValueError):
        raise Http404 from None
    answer = file.get_response(request.method, request.META)
    response = FileResponse(answer.file or (), status=int(answer.status))
    del response["Content-Type"]
    for name, value in answer.headers:
        response[name] = value
    return _harmless(response, path)


def _from_bucket(request, path) -> HttpResponse:
    """Leads there; but captions come through us, since a video takes none from another origin."""
    try:
        default_storage.size(path)
        if ending(path) == ".vtt":
            response = HttpResponse(default_storage.read(path))
            response["Cache-Control"] = _FOR_EVER
            return _harmless(response, path)
    except (FileNotFoundError, SuspiciousOperation, ValueError):
        raise Http404 from None
    except OSError as error:
        logger.error("The storage of uploaded files does not answer: %s", error)
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    response = HttpResponseRedirect(default_storage.signed_url(path))
    # Half as long as the link is good.
    response["Cache-Control"] = "private, max-age=21600"
    return response


def _harmless(response, path):
    del response["Content-Disposition"]
    for name, value in content_headers(path).items():
        response[name] = value
    response["Content-Security-Policy"] = _POLICY_OF_PDF if ending(path) == ".pdf" else _POLICY
    return response
