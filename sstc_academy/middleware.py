from django.conf import settings
from django.utils.cache import patch_vary_headers


def cache_policy(get_response):
    """Lets any cache keep the page of a reader without a session, and nobody any other page.

    "no-cache" means: keep it, but ask before showing it again. The ETag makes the answer to that
    question a short 304, so that an edit shows at once and an unchanged page costs nothing.
    """

    def middleware(request):
        response = get_response(request)
        if response.has_header("Cache-Control"):
            return response
        if response.status_code >= 500:
            response["Cache-Control"] = "no-store"
            return response
        anonymous = settings.SESSION_COOKIE_NAME not in request.COOKIES
        if anonymous and request.method in {"GET", "HEAD"} and not response.cookies:
            response["Cache-Control"] = "public, no-cache"
        else:
            response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Cookie"])
        return response

    return middleware
