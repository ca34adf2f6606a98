"""Keys of second factors and sessions, stored so that the database alone gives none away."""

import base64
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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


_lost: ContextVar[list[LostKeyError] | None] = ContextVar("lost keys passed over", default=None)


def encrypt(text: str) -> str:
    return keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """LostKeyError when none of the keys opens it, but within `trying_every_factor`."""
    try:
        return keys().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        logger.error("A second factor cannot be read: SECRET_KEY_FALLBACKS lacks its key.")
        lost = _lost.get()
        if lost is None:
            raise LostKeyError from None
        lost.append(LostKeyError())
        return base64.b32encode(secrets.token_bytes(20)).decode()


@contextmanager
def trying_every_factor() -> Iterator[None]:
    """A factor whose key is lost takes no code, and others are still asked.

    allauth asks them in whatever order the database has them. When none takes the code,
    the loss is what the person is told.
    """
    lost: list[LostKeyError] = []
    token = _lost.set(lost)
    try:
        yield
    except ValidationError:
        if lost:
            raise lost[0] from None
        raise
    finally:
        _lost.reset(token)


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


def keys() -> MultiFernet:
    """What encrypts with SECRET_KEY, and opens what an earlier one has encrypted, too."""
    return MultiFernet(
        Fernet(_derived_from(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def _derived_from(secret_key: str) -> bytes:
    digest = salted_hmac("accounts.encryption", "", secret=secret_key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest)
