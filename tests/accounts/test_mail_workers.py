"""Workers that are killed or race with each other (tests/accounts/mail_workers.py)."""

import json
import os

import pytest

from tests.academy import free_port, own_site
from tests.mail_server import MailServer, listening

pytestmark = pytest.mark.long

# `make bench BENCH=mail` takes 10,000.
MAILS = int(os.environ.get("MAILS", "600"))
KILLS = 20


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with own_site(tmp_path_factory.mktemp("workers")) as site:
        site.manage("migrate", "--verbosity", "0")
        yield site


@pytest.fixture
def workers(site):
    """Runs a function of tests/accounts/mail_workers.py: what it found, and what has arrived."""
    server = MailServer(free_port())
    site.own_settings = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(server.port)}

    def run(call: str):
        code = "import json; from tests.accounts import mail_workers as workers; "
        with listening(server):
            found = json.loads(site.run(f"{code}print(json.dumps(workers.{call}))"))
        return found, server.counts

    yield run
    site.run("from accounts.models import OutgoingMail; OutgoingMail.objects.all().delete()")


def test_a_worker_killed_twenty_times_loses_no_mail_and_doubles_one_a_time_at_most(workers):
    found, counts = workers(f"killed(mails={MAILS}, kills={KILLS})")

    assert found == {"sent": MAILS}
    assert len(counts) == MAILS
    assert counts.total() <= MAILS + KILLS


def test_workers_side_by_side_send_each_mail_once(workers):
    found, counts = workers("together(mails=450, workers=3)")

    # Whoever ends by itself says so.
    assert found == {"sent": 450, "beats": 0}
    assert (len(counts), counts.total()) == (450, 450)


def test_what_is_due_daily_is_done_by_one_of_many(workers):
    assert workers("clocks(workers=6)")[0] == 1
