"""Every way in, as a function that takes a browser through it.

Each takes a client and where to go afterwards, and returns the answer that signs in.
"""

from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts import passkeys
from tests.accounts.letters import code_in
from tests.factories import PASSWORD, TOTP_SECRET, confirm, make_user, totp_code

SIGN_IN = "/en/account/login/"
EMAIL = "ana@example.org"


def member(**fields) -> User:
    return confirm(make_user(email=EMAIL, display_name="Ana Lima", **fields))


def by_password(client, target: str):
    member()
    return client.post(SIGN_IN, {"login": EMAIL, "password": PASSWORD, "next": target})


def by_code(client, target: str):
    member()
    client.post(SIGN_IN, {"login": EMAIL, "next": target})
    return _type_code(client, f"{SIGN_IN}code/confirm/", target)


def by_signing_up(client, target: str):
    values = {"display_name": "Ana Lima", "email": EMAIL, "next": target}
    client.post("/en/account/signup/", values)
    return _type_code(client, "/en/account/confirm-email/", target)


def by_signing_up_with_a_passkey(client, target: str):
    values = {"display_name": "Ana Lima", "email": EMAIL, "next": target}
    client.post("/en/account/signup/passkey/", values)
    _type_code(client, "/en/account/confirm-email/", target)
    path = "/en/account/second-factor/webauthn/signup/"
    options = client.get(path).context["js_data"]["creation_options"]
    credential = passkeys.Passkey().created(options)
    return client.post(path, {"credential": credential, "next": target})


def by_passkey(client, target: str):
    elsewhere = Client()
    by_password(elsewhere, "")
    return passkeys.sign_in(client, passkeys.add(elsewhere), next=target)


def by_app(client, target: str):
    TOTP.activate(member(), TOTP_SECRET)
    client.post(SIGN_IN, {"login": EMAIL, "password": PASSWORD, "next": target})
    path = "/en/account/second-factor/authenticate/"
    return client.post(path, {"code": totp_code(), "next": target})


def by_reset_password(client, target: str):
    """Signs nobody in by itself; the new password does."""
    member()
    reset = "/en/account/password/reset/"
    client.post(reset, {"email": EMAIL, "next": target})
    client.post(f"{reset}confirm/", {"code": code_in(mail.outbox[-1]), "next": target})
    new = "another long passphrase"
    client.post(f"{reset}complete/", {"password1": new, "next": target})
    return client.post(SIGN_IN, {"login": EMAIL, "password": new, "next": target})


def _type_code(client, path: str, target: str):
    return client.post(path, {"code": code_in(mail.outbox[-1]), "next": target})


ALL = [
    by_password,
    by_code,
    by_signing_up,
    by_signing_up_with_a_passkey,
    by_passkey,
    by_app,
    by_reset_password,
]
