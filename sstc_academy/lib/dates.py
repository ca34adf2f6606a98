"""Partial dates and open ranges, written as EDTF and said in the reader's language.

EDTF is the Extended Date/Time Format of the Library of Congress (ISO 8601-2). We take what a
timeline of agreements needs: "2007", "2007-12", "2007-12-14" and ranges of these, whose end may
be open ("2014-10-14/.."). Uncertain dates, seasons and open beginnings are refused.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_skeleton, format_time
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from edtf import parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException
from edtf.parser.parser_classes import Date, Interval, UncertainOrApproximate

_DATE = r"\d{4}(?:-\d\d){0,2}"
_SHAPE = re.compile(rf"{_DATE}(?:/(?:{_DATE}|\.\.))?", re.ASCII)
YEAR, MONTH, DAY = "year", "month", "day"
# Day before month, as the international organisations write English.
_BABEL_LOCALES = {"en": "en_GB"}


class BadPartialDate(ValueError):
    """The text is not a date that we take; str() says why, in the active language."""


@dataclass(frozen=True)
class Moment:
    """One end of a range: its first and last day, and how exactly it is known."""

    first: date
    last: date
    precision: str


@dataclass(frozen=True)
class PartialDate:
    start: Moment
    # None: still running. The same as start: a single date.
    end: Moment | None

    @property
    def starts_on(self) -> date:
        return self.start.first

    @property
    def ends_on(self) -> date | None:
        return self.end.last if self.end else None

    @property
    def is_range(self) -> bool:
        return self.end != self.start

    def __str__(self):
        """The date in the active language: "December 2007", "since October 2014"."""
        start, end = self.start, self.end
        if end is None:
            shown = _month_at_most(start)
            return _("since %(date)s") % {"date": shown}
        if not self.is_range:
            return _long(start)
        if DAY == start.precision == end.precision:
            if (start.first.year, start.first.month) == (end.first.year, end.first.month):
                # Translators: a range of days within a month, as in "10–11 May 2010".
                return _("%(first_day)s–%(last_day)s %(month_and_year)s") % {
                    "first_day": start.first.day,
                    "last_day": end.first.day,
                    "month_and_year": _skeleton(start.first, "yMMMM"),
                }
            if start.first.year == end.first.year:
                return _range(_skeleton(start.first, "MMMMd"), _long(end))
            return _range(_long(start), _long(end))
        return _range(_month_at_most(start), _month_at_most(end))


@lru_cache(maxsize=4096)  # the parser takes milliseconds for each
def parse_partial_date(value: str) -> PartialDate:
    """BadPartialDate when `value` is not EDTF of the forms named above, or ends too early."""
    parsed = _parse(value.strip())
    if isinstance(parsed, Date):
        moment = _moment(parsed)
        return PartialDate(moment, moment)
    start, end = _moment(_certain(parsed.lower)), None
    if str(parsed.upper) != "..":
        end = _moment(_certain(parsed.upper))
        if end.last < start.first:
            raise BadPartialDate(
                _("The end lies before the beginning. Write the earlier date first.")
            )
    return PartialDate(start, end)


def _parse(value: str) -> Date | Interval:
    # On some texts of another shape the parser raises whatever it stumbles over.
    if _SHAPE.fullmatch(value):
        with suppress(EDTFParseException):
            parsed = parse_edtf(value)
            # "2010-21" has the shape of a date, but is a season.
            ends = [parsed.lower, parsed.upper] if "/" in value else [parsed]
            if all(_certain(end) or str(end) == ".." for end in ends):
                return parsed
    raise BadPartialDate(
        _(
            "Write a date such as 2007, 2007-12 or 2007-12-14, a range such as 2023-06-16/2027, "
            "or an open range such as 2014-10-14/.. when it still runs."
        )
    )


def _certain(end) -> Date | None:
    """The parser wraps both ends of an open range, as if they might be uncertain."""
    if isinstance(end, UncertainOrApproximate) and not end.ua:
        end = end.date
    # Seasons and such are kinds of Date, too.
    return end if type(end) is Date else None


def _moment(parsed: Date) -> Moment:
    precision = DAY if parsed.day else MONTH if parsed.month else YEAR
    try:
        first, last = (
            date(moment.tm_year, moment.tm_mon, moment.tm_mday)
            for moment in (parsed.lower_strict(), parsed.upper_strict())
        )
    except ValueError:
        raise BadPartialDate(_("Write a year between 1 and 9999.")) from None
    return Moment(first, last, precision)


def _range(start: str, end: str) -> str:
    # Translators: a range of dates, as in "27 February – 17 March 2023".
    return _("%(start)s – %(end)s") % {"start": start, "end": end}


def long_day(day: date) -> str:
    """ "14 December 2007" in the active language, as in the timeline."""
    return format_date(day, "long", locale=_locale())


def exact_time(moment: datetime) -> str:
    moment = timezone.localtime(moment)
    minute = moment.replace(second=0, microsecond=0, tzinfo=None)
    return _minute_in_words(minute, moment.tzname(), _locale())


@lru_cache(maxsize=4096)
def _minute_in_words(minute: datetime, zone: str, locale: str) -> str:
    # Translators: a moment, as in "14 December 2007, 16:20 (UTC)".
    return _("%(date)s, %(time)s (%(zone)s)") % {
        "date": format_date(minute, "long", locale=locale),
        "time": format_time(minute, "short", locale=locale),
        "zone": zone,
    }


def _long(moment: Moment) -> str:
    if moment.precision == DAY:
        return long_day(moment.first)
    return _month_at_most(moment)


def _month_at_most(moment: Moment) -> str:
    """A day says too much about something that runs for years."""
    return _skeleton(moment.first, "y" if moment.precision == YEAR else "yMMMM")


def _skeleton(day: date, skeleton: str) -> str:
    return format_skeleton(skeleton, day, locale=_locale())


def _locale() -> str:
    language = get_language() or "en"
    return _BABEL_LOCALES.get(language, language)
