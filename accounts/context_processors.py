from functools import partial

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode


def ways(request):
    """The way in, which leads back to this page."""
    return {"sign_in_url": SimpleLazyObject(partial(_sign_in_url, request))}


def _sign_in_url(request) -> str:
    path = reverse("account_login")
    here = request.get_full_path()
    # From one page of the account to another there is nothing to come back to.
    if here.startswith(path.removesuffix("login/")):
        here = request.GET.get("next", "")
    return f"{path}?{urlencode({'next': here})}" if here else path
