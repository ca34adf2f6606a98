"""Many people act at the same moment, in processes of their own (tests/forum/crowd.py)."""

import json

import pytest

from tests.academy import ready_site

PEOPLE = 8


@pytest.fixture
def crowd(tmp_path, ready_files):
    """Runs a function of tests/forum/crowd.py, and returns what it found afterwards."""
    with ready_site(tmp_path, ready_files) as site:
        yield lambda call: json.loads(
            site.run(f"import json; from tests.forum import crowd; print(json.dumps(crowd.{call}))")
        )


def test_two_hundred_replies_at_once_are_all_there_in_order_and_counted(crowd):
    found = crowd(f"replies(people={PEOPLE}, each=25)")

    assert found == {
        "numbers": list(range(1, 202)),
        "paths": 201,
        "replies": 200,
        "answer_count": 200,
        "last_number": 201,
        "faults": [],
    }


def test_a_form_sent_eight_times_at_once_makes_one_post_or_one_mail(crowd):
    found = crowd(f"same_forms(people={PEOPLE})")

    assert found == {
        "statuses": {"302": 3 * PEOPLE},
        "replies": 1,
        "conversations": 1,
        "waiting": 1,
        "mails": 1,
        "faults": [],
    }


def test_a_guest_who_confirms_eight_times_at_once_has_one_post(crowd):
    found = crowd(f"same_confirmation(people={PEOPLE})")

    assert len(found["replies"]) == 1
    assert found["published"] == found["replies"] * PEOPLE
    assert (found["waiting"], found["faults"]) == (0, [])


def test_a_mail_delivered_eight_times_at_once_is_one_post(crowd):
    found = crowd(f"same_mail(people={PEOPLE})")

    assert found["outcomes"] == {"posted": 1, "known already": PEOPLE - 1}
    assert (found["replies"], found["faults"]) == (1, [])


def test_replies_that_race_with_the_removal_of_what_they_answer_are_counted_exactly(crowd):
    found = crowd("replies_while_it_is_removed(people=3, times=40)")

    assert found["stored"] > 0
    assert found["refused"] > 0
    assert found["answers"] == found["stored"]
    assert found["answer_counts"] == [found["stored"] + 1, found["stored"]]
    assert found["faults"] == []
