"""The limits of signing in are exact, however many processes are asked at the same moment."""

import json
import os
import time
from collections import Counter

import pytest
from django.core import mail
from django.core.cache import cache

from tests.academy import own_site
from tests.accounts.crowd import OWNER, answer_to, sign_in_from
from tests.factories import PASSWORD, confirm, make_user

pytestmark = pytest.mark.long

TRIES = int(os.environ.get("TRIES", "500"))
FIVE_MINUTES = 300

PEOPLE = 8
EACH = 15


@pytest.fixture
def crowd(tmp_path):
    """Runs a function of tests/accounts/crowd.py, and returns what it has counted."""
    with own_site(tmp_path) as site:
        site.manage("migrate", "--verbosity", "0")
        site.manage("createcachetable")
        yield lambda name: json.loads(
            site.run(
                "import json; from tests.accounts import crowd; "
                f"print(json.dumps(crowd.{name}(people={PEOPLE}, each={EACH})))"
            )
        )


def test_five_passwords_are_tried_at_one_account_whoever_tries(crowd):
    assert crowd("guesses_at_one_account") == {
        "tried": 5,
        "stopped": PEOPLE * EACH - 5,
        "right password": "stopped",
    }


def test_ten_passwords_are_tried_from_one_network_address_whatever_account(crowd):
    assert crowd("guesses_at_many_accounts") == {"tried": 10, "stopped": PEOPLE * EACH - 10}


def test_three_codes_are_mailed_to_one_address_whoever_asks(crowd):
    assert crowd("codes_for_one_address") == {"let in": 3, "stopped": PEOPLE * EACH - 3}


def test_thousands_of_tries_are_answered_in_words_and_the_owner_gets_in_by_mail(db):
    cache.clear()
    confirm(make_user(email=OWNER))
    began = time.monotonic()

    answers = Counter(
        answer_to(sign_in_from(f"10.0.{number // 250}.{number % 250}", OWNER, f"guess {number}"))
        for number in range(TRIES)
    )

    spans = 1 + (time.monotonic() - began) // FIVE_MINUTES
    assert answers.total() == TRIES
    assert set(answers) == {"tried", "stopped"}
    assert answers["tried"] <= 5 * spans
    assert answer_to(sign_in_from("10.9.9.9", OWNER, PASSWORD)) == "stopped"
    assert answer_to(sign_in_from("10.9.9.9", OWNER, "")) == "let in"
    assert len(mail.outbox) == 1
