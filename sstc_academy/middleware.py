from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers, set_response_etag

from forum.guests import COOKIE as GUEST_COOKIE

# Whoever sends one of these is known here, and may see pages of their own.
PERSONAL_COOKIES = {settings.SESSION_COOKIE_NAME, GUEST_COOKIE, CookieStorage.cookie_name}
# Of a page that is the same for every reader without a session.
KEPT_BY_ALL = "public, no-cache"


class PageGZipMiddleware(GZipMiddleware):
    """Compresses pages, and no files: a part of a video must stay the part that was asked for."""

    def process_response(self, request, response):
        return response if response.streaming else super().process_response(request, response)


def cache_policy(get_response):
    """Lets any cache keep the page of a reader who is not known, and nobody any other page.

    "no-cache" means: keep it, but ask before showing it again. The ETag makes the answer to that
    question a short 304, so that an edit shows at once and an unchanged page costs nothing.
    """

    def middleware(request):
        response = get_response(request)
        if response.streaming:
            # A file is the same in every language.
            del response["Vary"], response["Content-Language"]
            return response
        # Also on a 304, from which a cache takes over what a page varies by.
        patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
        if response.has_header("Cache-Control"):
            return response
        if response.status_code >= 500:
            response["Cache-Control"] = "no-store"
            return response
        is_for_all = PERSONAL_COOKIES.isdisjoint(request.COOKIES)
        if is_for_all and request.method in {"GET", "HEAD"} and not response.cookies:
            response["Cache-Control"] = KEPT_BY_ALL
        else:
            response["Cache-Control"] = "private, no-cache"
        # Django's middleware does it for GET only.
        return set_response_etag(response) if request.method == "HEAD" else response

    return middleware
