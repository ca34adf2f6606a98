"""Where a mail service tells what has arrived and what has bounced."""

from anymail.urls import urlpatterns as of_all_services
from django.conf import settings
from django.urls import URLResolver, include, path


def webhooks() -> list[URLResolver]:
    """Of the service that is set up, once it has been given a secret; nobody else may tell us."""
    service = settings.ANYMAIL.get("ESP", "")
    if not service or "WEBHOOK_SECRET" not in settings.ANYMAIL:
        return []
    own = [each for each in of_all_services if (each.name or "").startswith(f"{service}_")]
    return [path("anymail/", include((own, "anymail")))]
