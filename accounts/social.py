"""The way to Google, Facebook, X or an OpenID Connect server, and back."""

import logging
from functools import wraps

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.facebook import views as facebook
from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.socialaccount.providers.twitter_oauth2 import views as x
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from requests import RequestException

from sstc_academy.lib import languages

logger = logging.getLogger(__name__)
# What comes of a service that does not answer, or leaves out what allauth reads from it.
_STRANGE_ANSWERS = (RequestException, KeyError, TypeError)


def _with_care(view, provider_id: str):
    """The view; a service that is down or answers nonsense is said in words."""

    @wraps(view)
    def careful(request, **kwargs):
        try:
            return view(request, **kwargs)
        except SocialApp.DoesNotExist:
            raise Http404 from None
        except _STRANGE_ANSWERS as error:
            identity = kwargs.get("provider_id", provider_id)
            # Not the error's text, which may hold an address with a token in it.
            logger.warning("%s did not answer as it should: %s", identity, type(error).__name__)
            provider = get_adapter().get_provider(request, identity)
            return render_authentication_error(request, provider, exception=error)

    return careful


def _leaving(view, provider_id: str):
    """Leaves by a page that goes on by itself, and remembers the language for the way back.

    A form's answer may not redirect to another site: the security policy allows forms to send to
    this one only, and browsers apply that to redirects, too.
    """
    view = _with_care(view, provider_id)

    @wraps(view)
    def leaving(request, **kwargs):
        response = view(request, **kwargs)
        target = response.get("Location", "")
        if not target.startswith(("https://", "http://")):
            return response
        response = render(request, "socialaccount/leaving.html", {"target": target})
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            languages.current(),
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
        return response

    return leaving


_VIEWS = (
    ("google/", "google", google.oauth2_login, google.oauth2_callback),
    ("facebook/", "facebook", facebook.oauth2_login, facebook.oauth2_callback),
    ("x/", "twitter_oauth2", x.oauth2_login, x.oauth2_callback),
    ("oidc/<provider_id>/", "openid_connect", openid_connect.login, openid_connect.callback),
)
# The way out stands in a language; the way back does not, so that a service is told one address.
login_urls = [
    path(f"{where}login/", _leaving(login, name), name=f"{name}_login")
    for where, name, login, _callback in _VIEWS
]
callback_urls = [
    path(f"{where}login/callback/", _with_care(callback, name), name=f"{name}_callback")
    for where, name, _login, callback in _VIEWS
]
