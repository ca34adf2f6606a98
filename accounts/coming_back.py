"""What a visitor had typed waits while they sign in.

A view that takes text from visitors offers a button "Sign in and post" (name="sign_in"), and:

    if request.method == "POST" and "sign_in" in request.POST:
        return coming_back.sign_in_first(request)
    data = coming_back.typed_before(request) if request.user.is_authenticated else None

`data` is what request.POST was; once it is stored: coming_back.forget(request).
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

_SESSION_KEY = "accounts_typed_before"
_NEVER_KEPT = ("csrfmiddlewaretoken", "sign_in")


def sign_in_first(request: HttpRequest, *, way: str = "account_login") -> HttpResponseRedirect:
    """Keeps what was sent, and leads to signing in and from there back to this address.

    `way`: the page to begin with, "account_signup" or "account_login"; each leads to the other.
    A name and an e-mail address among what was sent are filled in on either, as far as asked.
    """
    typed = request.POST.copy()
    for name in _NEVER_KEPT:
        typed.pop(name, None)
    path = request.get_full_path()
    request.session[_SESSION_KEY] = {"path": path, "typed": typed.urlencode()}
    return redirect(f"{reverse(way)}?{urlencode({'next': path})}")


def is_waiting(request: HttpRequest) -> bool:
    return _SESSION_KEY in request.session


def typed_before(request: HttpRequest) -> QueryDict | None:
    """What was typed at this address before signing in, until it is forgotten."""
    kept = request.session.get(_SESSION_KEY)
    if kept is None or kept["path"] != request.get_full_path():
        return None
    return QueryDict(kept["typed"])


def forget(request: HttpRequest) -> None:
    """What was typed at this address has been stored."""
    if typed_before(request) is not None:
        del request.session[_SESSION_KEY]


def names_typed_before(request: HttpRequest) -> dict[str, str]:
    """Name and address of who had filled in a guest's form, for the form of sign-up."""
    typed = QueryDict(request.session.get(_SESSION_KEY, {}).get("typed", ""))
    return {"display_name": typed.get("name", ""), "email": typed.get("email", "")}
