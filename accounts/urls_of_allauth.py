"""allauth's pages, which stand in a language; their names are allauth's own."""

from django.urls import include, path

from accounts import late_codes, lost_keys
from accounts.social import login_urls

urlpatterns = [
    # Before allauth's own of the same names.
    *late_codes.urlpatterns,
    *lost_keys.urlpatterns,
    path("", include("allauth.account.urls")),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("connections/", include("allauth.socialaccount.urls")),
    *login_urls,
]
