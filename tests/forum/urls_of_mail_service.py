"""The Academy's addresses with those of a mail service, which are there once it is set up."""

from django.test import override_settings

from sstc_academy import urls
from sstc_academy.mail_service import webhooks

SECRET = "academy:a-long-random-password"
ANYMAIL = {"ESP": "postmark", "WEBHOOK_SECRET": SECRET}

with override_settings(ANYMAIL=ANYMAIL):
    urlpatterns = [*webhooks(), *urls.urlpatterns]
