"""E-mail addresses that nobody keeps."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

REFUSED = _("Throw-away addresses are not taken. Use one that you keep.")


def refuse_throw_away(email: str) -> None:
    """ValidationError for an address in one of REFUSED_EMAIL_DOMAINS, or in a domain below it."""
    domain = email.rpartition("@")[2].lower()
    parents = {domain.split(".", level)[-1] for level in range(domain.count(".") + 1)}
    if parents & settings.REFUSED_EMAIL_DOMAINS:
        raise ValidationError(REFUSED)
