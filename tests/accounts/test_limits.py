"""The limits of signing in are exact, however many processes are asked at the same moment."""

import json

import pytest

from tests.academy import own_site

pytestmark = pytest.mark.long

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
