from functools import partial

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from accounts import administration, coming_back
from accounts.mail import mailbox


def ways(request):
    """The way in, which leads back to this page, the way to the administration for who works
    there, whether something typed waits meanwhile, and the mailbox of a laptop.
    """
    return {
        "sign_in_url": SimpleLazyObject(partial(_sign_in_url, request)),
        "administration_url": SimpleLazyObject(partial(administration.the_way, request)),
        "has_text_waiting": SimpleLazyObject(partial(coming_back.is_waiting, request)),
        "mailbox_url": SimpleLazyObject(partial(mailbox.address, request)),
    }


def _sign_in_url(request) -> str:
    path = reverse("account_login")
    here = request.get_full_path()
    # From one page of the account to another there is nothing to come back to.
    if here.startswith(path.removesuffix("login/")):
        here = request.GET.get("next", "")
    return f"{path}?{urlencode({'next': here})}" if here else path
