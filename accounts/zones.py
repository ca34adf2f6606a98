"""Time zones by their names in the IANA database, such as "Africa/Luanda"."""

import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def names() -> list[str]:
    """Places of people: without the database's aliases for offsets and whole countries."""
    areas = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/")
    places = {*zoneinfo.available_timezones()}
    return sorted(name for name in places if name.startswith((*areas, "Pacific/")))


def find(name: str) -> zoneinfo.ZoneInfo | None:
    return zoneinfo.ZoneInfo(name) if name in names() else None


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Grouped by part of the world, as a select shows them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in names():
        area, _slash, place = name.partition("/")
        groups.setdefault(area, []).append((name, place.replace("_", " ")))
    return list(groups.items())


def validate(name: str) -> None:
    if find(name) is None:
        raise ValidationError(_("Choose a time zone from the list."))
