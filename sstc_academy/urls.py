from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from forum.views.unsubscribing import unsubscribe
from sstc_academy import views
from sstc_academy.defence import csp_report
from sstc_academy.mail_service import webhooks
from sstc_academy.media import media
from sstc_academy.metrics import metrics
from sstc_academy.sitemaps import sitemap

handler500 = "sstc_academy.views.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("csp-report", csp_report, name="csp_report"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("media/<path:path>", media, name="media"),
    path(
        # Where browsers and password managers look for it.
        ".well-known/change-password",
        RedirectView.as_view(pattern_name="account_change_password"),
    ),
    path("account/", include("accounts.urls_of_callbacks")),
    # Short, and in no language: it stands in the head of mails.
    path("u/<slug:key>/<slug:what>/", unsubscribe, name="forum_unsubscribe"),
    *webhooks(),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("account/", include("accounts.urls_of_allauth")),
        path("", include("accounts.urls")),
        path("", include("modules.urls")),
        path("", include("forum.urls")),
    ),
]
