"""Recovery codes whose key is lost: said in words, and new ones can be made."""

from functools import wraps

from allauth.mfa.recovery_codes import views
from django.shortcuts import render
from django.urls import path

from accounts.encryption import LostKeyError


def _without_their_key(view):
    @wraps(view)
    def saying(request):
        try:
            return view(request)
        except LostKeyError:
            return render(request, "mfa/recovery_codes/lost.html")

    return saying


urlpatterns = [
    path(f"second-factor/recovery-codes/{route}", _without_their_key(view), name=name)
    for route, view, name in (
        ("", views.view_recovery_codes, "mfa_view_recovery_codes"),
        ("generate/", views.generate_recovery_codes, "mfa_generate_recovery_codes"),
        ("download/", views.download_recovery_codes, "mfa_download_recovery_codes"),
    )
]
