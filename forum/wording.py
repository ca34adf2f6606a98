"""How a page says who wrote, and when."""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from zlib import crc32

from babel.dates import format_timedelta
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from forum.models import HeldFor, ModerationRecord, Reason
from forum.refusals import RefusedError
from sstc_academy.lib import languages
from sstc_academy.lib.expiry import changes_at

AVATAR_COLOURS = 6
# In minutes; beyond it "tomorrow" is true enough.
_LONG_WAIT = 90
# The units of time in which ages are said, in seconds, and of how much of one Babel says "1".
_UNITS = (365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60)
_NEARLY_ONE = 0.85
# Day before month and a clock of 24 hours, as the timeline writes English.
_BABEL_LOCALES = {"en": "en_GB"}
_ARABIC_ARTICLE = re.compile(r"^ال(?=\w{2})")


def relative_time(moment: datetime) -> str:
    """ "3 days ago": by the minute in the first hour, then by the hour, the day, the week.

    So the text of a page, and with it its ETag, rests for as long as it can.
    """
    age = max(timezone.now() - moment, timedelta(minutes=1))
    # Whole seconds, a begun one counted, as Babel takes them.
    last = _last_second_of_words(-(-age // timedelta(seconds=1)))
    changes_at(moment + timedelta(seconds=last) + timedelta.resolution)
    return _age_in_words(last, _locale())


@lru_cache(maxsize=1024)
def _age_in_words(seconds: int, locale: str) -> str:
    return format_timedelta(
        -seconds,
        granularity="minute",
        threshold=_NEARLY_ONE,
        add_direction=True,
        locale=locale,
    )


def _last_second_of_words(age: int) -> int:
    """The greatest age that is said in the same words as `age`, both in seconds.

    Babel takes the largest unit of which there is nearly one, and rounds to whole ones.
    """
    upper = None
    for unit in _UNITS:
        # The least age that is said in this unit.
        least = ceil(unit * _NEARLY_ONE)
        if age >= least or unit == _UNITS[-1]:
            break
        upper = least - 1
    count = max(round(age / unit), 1)
    # Python rounds a half to the even neighbour.
    last = unit * (2 * count + 1) // 2 - count % 2
    return last if upper is None else min(last, upper)


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


def refusal(error: RefusedError) -> str:
    """What a person does next; the text that was sent stands below it."""
    if error.wait is None:
        return str(_REFUSALS[error.reason])
    minutes = max(1, ceil(error.wait / timedelta(minutes=1)))
    if minutes > _LONG_WAIT:
        return _("You have posted a lot today. Your text is still here: send it again tomorrow.")
    return ngettext(
        "Many posts came from you within a short time. Your text is still here: "
        "send it again in %(count)s minute.",
        "Many posts came from you within a short time. Your text is still here: "
        "send it again in %(count)s minutes.",
        minutes,
    ) % {"count": minutes}


_REFUSALS = {
    RefusedError.GONE: _lazy("That post has been removed meanwhile. Copy your text to keep it."),
    RefusedError.TOO_DEEP: _lazy(
        "This conversation cannot go deeper. Answer an earlier post; your text is here."
    ),
    RefusedError.CLOSED: _lazy("This forum takes no new posts now. Copy your text to keep it."),
    RefusedError.MEMBERS_ONLY: _lazy(
        "Only people with an account may write in this forum. Copy your text to keep it."
    ),
    RefusedError.BANNED: _lazy(
        "You cannot post in the forum now: a facilitator has decided so. Copy your text to keep it."
    ),
    RefusedError.TOO_MANY_MAILS: _lazy(
        "Many links went to this address. Open one of them, or send again in an hour."
    ),
    RefusedError.NOT_STORED: _lazy(
        "It could not be stored just now. What you wrote is still here: send it again in a moment."
    ),
    RefusedError.NO_ROOM: _lazy(
        "The Academy has no room left to store it; reading goes on. What you wrote is still here: "
        "copy it to keep it, or send it again later."
    ),
    RefusedError.TOO_MANY_ASKED: _lazy(
        "Many subscriptions were asked for from here within a short time. Send yours again later."
    ),
    RefusedError.TOO_MANY_PREVIEWS: _lazy(
        "Many previews were asked for from here within a short time. Your text is still here: "
        "send it, or look at it again later."
    ),
    RefusedError.REPEATED: _lazy(
        "You have posted this text already. If you want to add something, change it first."
    ),
    RefusedError.WORDS: _lazy(
        "Your text holds a word or a link that this forum does not take. Leave it out, please."
    ),
}


def reason_of(record: ModerationRecord) -> str:
    """Of a rule or of a person, in words."""
    return str(dict(HeldFor.choices + Reason.choices).get(record.reason, ""))
