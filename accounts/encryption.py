"""The keys of second factors, stored so that the database alone gives none of them away."""

import base64
import logging

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

# What is secret in `Authenticator.data`; of passkeys only the public half is stored.
SECRET_FIELDS = {"secret", "seed"}


class LostKeyError(ValidationError):
    """Encrypted with a key that is neither SECRET_KEY nor one of SECRET_KEY_FALLBACKS.

    A form says it beside the code; a template shows nothing in its place.
    """

    silent_variable_failure = True

    def __init__(self):
        super().__init__(_("No code can be checked at present. Those who run the site know why."))


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """LostKeyError when none of the keys opens it."""
    try:
        return _keys().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        logger.error("A second factor cannot be read: SECRET_KEY_FALLBACKS lacks its key.")
        raise LostKeyError from None


@transaction.atomic
def renew() -> int:
    """Encrypts everything with the present SECRET_KEY, so that earlier ones may go; how many."""
    authenticators = Authenticator.objects.select_for_update().exclude(
        type=Authenticator.Type.WEBAUTHN
    )
    for authenticator in authenticators:
        for name in SECRET_FIELDS & authenticator.data.keys():
            authenticator.data[name] = encrypt(decrypt(authenticator.data[name]))
        authenticator.save(update_fields=["data"])
    return len(authenticators)


def _keys() -> MultiFernet:
    return MultiFernet(
        Fernet(_derived_from(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def _derived_from(secret_key: str) -> bytes:
    digest = salted_hmac("accounts.encryption", "", secret=secret_key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)
