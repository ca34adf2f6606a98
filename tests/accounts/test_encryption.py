"""Keys of second factors and sessions are encrypted, and outlive a change of SECRET_KEY."""

from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.core.signing import get_cookie_signer
from django.test import Client

from accounts.encryption import encrypt
from accounts.session_store import SessionStore
from tests.accounts.letters import code_in
from tests.factories import (
    PASSWORD,
    TOTP_SECRET,
    confirm,
    make_facilitator,
    make_user,
    totp_code,
)

OLD, NEW = "o" * 50, "n" * 50
SIGN_IN = "/en/account/login/"
AUTHENTICATE = "/en/account/second-factor/authenticate/"
SESSIONS = "/en/account/sessions/"
CODES = "/en/account/second-factor/recovery-codes/"
ONLY_SIGNED = db.SessionStore()
SEED = "ab" * 40
KEPT = (("totp", "secret"), ("recovery_codes", "seed"))


@pytest.fixture(autouse=True)
def old_key(settings, db):
    cache.clear()
    settings.SECRET_KEY = OLD


@pytest.fixture
def rosa(old_key):
    rosa = confirm(make_facilitator(email="rosa@example.org"))
    RecoveryCodes.activate(rosa)
    return rosa


def stored() -> dict[str, dict]:
    return {factor.type: factor.data for factor in Authenticator.objects.all()}


def sign_in(rosa, code: str):
    client = Client()
    client.post(SIGN_IN, {"login": rosa.email, "password": PASSWORD})
    response = client.post(AUTHENTICATE, {"code": code})
    return client, response


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_the_database_holds_no_key_that_could_be_used(rosa):
    assert TOTP_SECRET not in str(stored())
    assert all(stored()[kind][name].startswith("gAAAA") for kind, name in KEPT)
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    assert len(codes) == len(set(codes)) == 10


def test_app_and_recovery_codes_outlive_a_new_secret_key(rosa, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    client, _response = sign_in(rosa, totp_code())
    assert is_in(client)
    recovery = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    client, _response = sign_in(rosa, recovery.get_unused_codes()[0])
    assert is_in(client)


def test_sessions_outlive_it_and_can_still_be_seen_and_ended(rosa, settings):
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    telephone, _response = sign_in(rosa, codes[0])
    tablet, _response = sign_in(rosa, codes[1])

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    assert tablet.get("/admin/").status_code == 200
    laptop, _response = sign_in(rosa, codes[2])
    assert telephone.get("/admin/").status_code == 200
    assert len(laptop.get(SESSIONS).context["sessions"]) == 3
    laptop.post(SESSIONS)
    for ended in (telephone, tablet):
        assert ended.get("/admin/").status_code == 302
    assert laptop.get("/admin/").status_code == 200


def test_a_code_that_waits_in_a_session_cannot_be_read_in_the_database(client):
    client.post(SIGN_IN, {"login": confirm(make_user()).email})
    stored = Session.objects.get().session_data
    code = code_in(mail.outbox[0])

    assert code in str(SessionStore().decode(stored))
    assert ONLY_SIGNED.decode(stored) == {}


def test_a_session_of_a_release_that_only_signed_it_goes_on(rosa):
    client, _response = sign_in(rosa, totp_code())
    signed = ONLY_SIGNED.encode(dict(client.session))
    Session.objects.filter(pk=client.session.session_key).update(session_data=signed)

    assert client.get("/admin/").status_code == 200


def test_what_was_signed_outlives_it_too(settings):
    signed = get_cookie_signer().sign("a")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    assert get_cookie_signer().unsign(signed) == "a"


def test_once_renewed_the_old_key_may_go(rosa, settings, capsys):
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    call_command("renew_encryption")
    settings.SECRET_KEY_FALLBACKS = []

    assert "Encrypted 2 second factors" in capsys.readouterr().out
    assert is_in(sign_in(rosa, totp_code())[0])
    renewed = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    assert renewed.get_unused_codes() == codes


def test_a_lost_key_is_said_to_the_person_and_to_the_operator(rosa, settings, caplog):
    settings.SECRET_KEY = NEW

    client, response = sign_in(rosa, totp_code())

    assert response.status_code == 200
    assert "No code can be checked at present." in response.text
    assert not is_in(client)
    assert "SECRET_KEY_FALLBACKS lacks its key" in caplog.text
    with pytest.raises(CommandError, match="Name the earlier SECRET_KEY in SECRET_KEY_FALLBACKS"):
        call_command("renew_encryption")


@pytest.mark.parametrize("page", ["", "generate/", "download/"])
def test_codes_whose_key_is_lost_are_explained_and_new_ones_can_be_made(rosa, settings, page):
    Authenticator.objects.filter(type="recovery_codes").delete()
    settings.SECRET_KEY = "l" * 50
    RecoveryCodes.activate(rosa)
    settings.SECRET_KEY = OLD
    client, _response = sign_in(rosa, totp_code())

    response = client.get(f"{CODES}{page}")

    assert response.status_code == 200
    assert "Your recovery codes cannot be read at present" in response.text
    client.post(f"{CODES}generate/")
    recovery = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    assert recovery.get_unused_codes()[0] in client.get(CODES).text


@pytest.mark.parametrize("lost", ["totp", "recovery_codes"])
def test_a_factor_whose_key_is_lost_does_not_stand_in_the_way_of_another(rosa, settings, lost):
    other = Authenticator.objects.exclude(type=lost).get()
    settings.SECRET_KEY = "l" * 50
    unreadable = {"secret": encrypt("a"), "seed": encrypt("a"), "used_mask": 0}
    Authenticator.objects.filter(type=lost).update(data=unreadable)
    settings.SECRET_KEY = OLD
    # The one that works comes last, whatever order the database has them in.
    other.delete()
    other.pk = None
    other.save()
    code = other.wrap().get_unused_codes()[0] if lost == "totp" else totp_code()

    assert is_in(sign_in(rosa, code)[0])
    wrong, response = sign_in(rosa, "000000")
    assert not is_in(wrong)
    assert "No code can be checked at present." in response.text


def test_keys_from_before_are_encrypted_by_the_migration_once_and_back(rosa):
    migration = import_module("accounts.migrations.0005_encrypt_second_factors")
    plain = {"totp": {"secret": TOTP_SECRET}, "recovery_codes": {"seed": SEED, "used_mask": 1}}
    for kind, data in plain.items():
        Authenticator.objects.filter(type=kind).update(data=data)

    migration.encrypt_all(apps, None)
    once = stored()
    migration.encrypt_all(apps, None)

    assert stored() == once
    assert TOTP_SECRET not in str(once)
    assert SEED not in str(once)
    assert once["recovery_codes"]["used_mask"] == 1
    assert is_in(sign_in(rosa, totp_code())[0])
    migration.decrypt_all(apps, None)
    assert stored() == plain
