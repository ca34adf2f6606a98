"""Guessing from many processes at once; `tests/accounts/test_limits.py` runs it on a site of its
own, with the settings of one in service.
"""

from collections import Counter
from functools import partial

from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings

from tests.factories import PASSWORD, confirm, make_user
from tests.forum.crowd import at_once

OWNER = "ana@example.org"
WRONG = "a wrong guess"
# Without the collected ones, whose names hold a hash.
PLAIN_FILES = settings.STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}


def guesses_at_one_account(people: int, each: int) -> dict:
    """From as many network addresses as there are tries."""
    confirm(make_user(email=OWNER))
    answers = _counted([partial(_guess_one_account, number, each) for number in range(people)])
    # Neither does the right password help whoever comes now, by whatever address.
    return answers | {"right password": _sign_in(OWNER, "10.9.9.9", PASSWORD)}


def _guess_one_account(number: int, times: int) -> list[str]:
    return [_sign_in(OWNER, f"10.{number}.{i // 250}.{i % 250}") for i in range(times)]


def guesses_at_many_accounts(people: int, each: int) -> dict:
    """From one network address."""
    return _counted([partial(_guess_many_accounts, number, each) for number in range(people)])


def _guess_many_accounts(number: int, times: int) -> list[str]:
    return [_sign_in(f"person{number}-{i}@example.org", "10.0.0.1") for i in range(times)]


def codes_for_one_address(people: int, each: int) -> dict:
    """How many mails with a code are sent, whoever asks for them."""
    confirm(make_user(email=OWNER))
    return _counted([partial(_ask_for_codes, number, each) for number in range(people)])


def _ask_for_codes(number: int, times: int) -> list[str]:
    return [_sign_in(OWNER, f"10.{number}.{i // 250}.{i % 250}", "") for i in range(times)]


def _counted(acts: list) -> Counter:
    return sum(map(Counter, at_once(acts)), Counter())


@override_settings(STORAGES=PLAIN_FILES)
def _sign_in(email: str, network_address: str, password: str = WRONG) -> str:
    return answer_to(sign_in_from(network_address, email, password))


def sign_in_from(network_address: str, email: str, password: str) -> HttpResponse:
    """Without a password a code is asked for."""
    client = Client(SERVER_NAME="localhost", REMOTE_ADDR=network_address)
    return client.post("/en/account/login/", {"login": email, "password": password})


def answer_to(response: HttpResponse) -> str:
    """What the answer says, in a word."""
    if response.status_code != 200:
        return {302: "let in", 429: "stopped"}[response.status_code]
    says_so = "The e-mail address or the password is not right." in response.text
    return "tried" if says_so else _stopped(response.text)


def _stopped(text: str) -> str:
    assert "too many tries" in text or "too often" in text
    return "stopped"
