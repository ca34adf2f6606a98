"""How names and times are put."""

from datetime import timedelta

import pytest
from babel.dates import format_timedelta
from django.utils import timezone, translation

from forum.wording import AVATAR_COLOURS, colour, initials, relative_time
from sstc_academy.lib.dates import exact_time
from sstc_academy.lib.expiry import kept_until


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Lucía Fernández", "LF"),
        ("joão da silva macuácua", "JM"),
        ("خالد المنصوري", "خم"),
        ("王小明", "王小"),
        ("አበበ ቢቂላ", "አቢ"),
        ("Ana", "AN"),
        ("x", "X"),
        ("😀 !", "?"),
        ("", "?"),
    ],
)
def test_initials_are_at_most_two_letters_of_any_script(name, letters):
    assert initials(name) == letters


def test_a_name_has_one_colour_everywhere():
    assert colour("Rosa Quispe") == colour("Rosa Quispe")
    assert {colour(f"Person {number}") for number in range(99)} == set(range(1, AVATAR_COLOURS + 1))


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-30), "1 minute ago"),
        (timedelta(seconds=3), "1 minute ago"),
        (timedelta(minutes=40), "40 minutes ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=3, hours=1), "3 days ago"),
        (timedelta(days=21), "3 weeks ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_relative_times_grow_coarser_with_age(age, words):
    assert relative_time(timezone.now() - age) == words


def test_exact_times_name_their_zone():
    moment = timezone.datetime.fromisoformat("2007-12-14T16:20:00+00:00")

    assert exact_time(moment) == "14 December 2007, 16:20 (UTC)"
    with translation.override("es"):
        assert "14 de diciembre de 2007" in exact_time(moment)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_age_says_until_when_its_words_hold(language, monkeypatch):
    posted = timezone.now()
    age = timedelta(0)
    with translation.override(language):
        while age < timedelta(days=3 * 365):
            monkeypatch.setattr(timezone, "now", lambda age=age: posted + age)
            with kept_until(posted + timedelta(days=9999)) as expiry:
                words = relative_time(posted)
            assert words == by_babel(age, language)
            age = expiry.moment - posted
            assert by_babel(age - timedelta.resolution, language) == words
            assert by_babel(age, language) != words


def by_babel(age: timedelta, language: str) -> str:
    locale = "en_GB" if language == "en" else language
    age = -max(age, timedelta(minutes=1))
    return format_timedelta(age, granularity="minute", add_direction=True, locale=locale)
