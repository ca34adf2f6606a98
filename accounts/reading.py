"""The languages that a person may say to read: those of the pages, and others widely read."""

from functools import cache

from babel import Locale

from sstc_academy.lib import languages

_OTHERS = "am bn de fa ha hi id it ja ko my ne ru sw ta th tr uk ur vi yo zh zu"
CODES = (*languages.CODES, *_OTHERS.split())


@cache
def own_name(code: str) -> str:
    """The language's name in itself: "Kiswahili". An unknown code stays a code."""
    if code not in CODES:
        return code
    name = Locale(code).get_display_name(code)
    return name[:1].upper() + name[1:]


def choices() -> list[tuple[str, str]]:
    return [(code, own_name(code)) for code in CODES]
