"""How a page says who wrote, and when."""

import re
from datetime import datetime, timedelta
from zlib import crc32

from babel.dates import format_date, format_time, format_timedelta
from django.utils import timezone
from django.utils.translation import gettext as _

from sstc_academy.lib import languages

AVATAR_COLOURS = 6
# Day before month and a clock of 24 hours, as the timeline writes English.
_BABEL_LOCALES = {"en": "en_GB"}
_ARABIC_ARTICLE = re.compile(r"^ال(?=\w{2})")


def relative_time(moment: datetime) -> str:
    """ "3 days ago": by the minute in the first hour, then by the hour, the day, the week.

    So the text of a page, and with it its ETag, rests for as long as it can.
    """
    age = max(timezone.now() - moment, timedelta(minutes=1))
    return format_timedelta(-age, granularity="minute", add_direction=True, locale=_locale())


def exact_time(moment: datetime) -> str:
    moment = timezone.localtime(moment)
    # Translators: a moment, as in "14 December 2007, 16:20 (UTC)".
    return _("%(date)s, %(time)s (%(zone)s)") % {
        "date": format_date(moment, "long", locale=_locale()),
        "time": format_time(moment, "short", locale=_locale()),
        "zone": moment.tzname(),
    }


def initials(name: str) -> str:
    """Two letters of any script: of the first and the last word, or the first two of the only one.

    The Arabic article is no part of a name's beginning.
    """
    words = [letters for word in name.split() if (letters := _letters(word))]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def _letters(word: str) -> str:
    return "".join(filter(str.isalnum, _ARABIC_ARTICLE.sub("", word)))


def colour(name: str) -> int:
    """From 1 to AVATAR_COLOURS, the same for the same name everywhere."""
    return crc32(name.encode()) % AVATAR_COLOURS + 1


def _locale() -> str:
    language = languages.current()
    return _BABEL_LOCALES.get(language, language)
