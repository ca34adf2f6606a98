"""Where in the administration somebody wanted to go, while they set up a second factor first."""

from allauth.account.utils import get_next_redirect_url
from django.urls import reverse

_SESSION_KEY = "accounts_administration"


def remember_the_way(request) -> None:
    """From the parameter `next`; an address elsewhere is no way."""
    request.session[_SESSION_KEY] = get_next_redirect_url(request)


def the_way(request) -> str:
    return request.session.get(_SESSION_KEY) or reverse("admin:index")
