"""Partial dates and open ranges, and how they read in each language."""

from datetime import date

import pytest
from django.utils.translation import override

from sstc_academy.lib.dates import BadPartialDate, parse_partial_date


@pytest.mark.parametrize(
    ("value", "starts_on", "ends_on"),
    [
        ("1987", date(1987, 1, 1), date(1987, 12, 31)),
        ("2007-12", date(2007, 12, 1), date(2007, 12, 31)),
        ("2007-12-14", date(2007, 12, 14), date(2007, 12, 14)),
        ("2010-05-10/2010-05-11", date(2010, 5, 10), date(2010, 5, 11)),
        ("2023-06-16/2027", date(2023, 6, 16), date(2027, 12, 31)),
        ("2014-10-14/..", date(2014, 10, 14), None),
        ("2012-12/..", date(2012, 12, 1), None),
    ],
)
def test_first_and_last_day_follow_from_what_is_known(value, starts_on, ends_on):
    when = parse_partial_date(value)

    assert (when.starts_on, when.ends_on) == (starts_on, ends_on)


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("en", "2007-12", "December 2007"),
        ("en", "2007-12-14", "14 December 2007"),
        ("en", "2010-05-10/2010-05-11", "10–11 May 2010"),
        ("en", "2023-02-27/2023-03-17", "27 February – 17 March 2023"),
        ("en", "2014-10-14/..", "since October 2014"),
        ("fr", "2014-10-14/..", "depuis octobre 2014"),
        ("es", "2010-05-10/2010-05-11", "10–11 de mayo de 2010"),
        ("pt", "2007-12-14", "14 de dezembro de 2007"),
        ("pt", "2014-10-14/..", "desde outubro de 2014"),
        # A dash between digits would turn round in Arabic, so that it says the range in words.
        ("ar", "2010-05-10/2010-05-11", "من 10 إلى 11 مايو 2010"),
        ("ar", "2014-10-14/..", "منذ أكتوبر 2014"),
    ],
)
def test_a_date_reads_naturally_in_the_readers_language(language, value, words):
    with override(language):
        assert str(parse_partial_date(value)) == words


@pytest.mark.parametrize(
    "value",
    ["", "abc", "2010-13", "2010-02-30", "14.12.2007", "2010~", "../2010", "2010/", "2010-21"]
    + [
        "Y12345",
        "0000",
        "-0044",
        "2010\x00",
        "2" * 5000,
        "٢٠١٠",
        "2010/2011/2012",
        "/..6",
        "-6242-X4 ]u-, +2X74",
    ],
)
def test_any_other_text_is_refused_with_a_sentence(value):
    with pytest.raises(BadPartialDate, match=r"^Write a .*\.$"):
        parse_partial_date(value)


def test_a_range_that_ends_before_it_starts_is_refused():
    with pytest.raises(BadPartialDate, match="The end lies before the beginning"):
        parse_partial_date("2023/2020")
