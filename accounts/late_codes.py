"""A code that came too late is said to be late, where allauth only leads back to the beginning."""

from functools import wraps

from allauth.account import views
from allauth.account.utils import passthrough_next_redirect_url
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

_BEGINNINGS = ("account_login", "account_request_login_code")


def say_that_it_is_late(request) -> None:
    messages.error(request, _("This code is no longer good. A new one comes by mail."))


def _with_a_word(view):
    @wraps(view)
    def saying(request):
        response = view(request)
        beginnings = {reverse(name) for name in _BEGINNINGS}
        if "code" not in request.POST or response.get("Location") not in beginnings:
            return response
        # After too many tries allauth has said so itself.
        if not messages.get_messages(request).added_new:
            say_that_it_is_late(request)
        return redirect(passthrough_next_redirect_url(request, response["Location"], "next"))

    return saying


urlpatterns = [
    path(route, _with_a_word(view), name=name)
    for route, view, name in (
        ("login/code/confirm/", views.confirm_login_code, "account_confirm_login_code"),
        ("confirm-email/", views.email_verification_sent, "account_email_verification_sent"),
        (
            "password/reset/confirm/",
            views.confirm_password_reset_code,
            "account_confirm_password_reset_code",
        ),
    )
]
