"""Everything that the templates of the timeline draw, from the events of one module."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.models.timeline import TimelineEvent
from modules.timeline.entries import Closing, Entry, count_running, list_entries
from modules.timeline.filters import Filters, filters_for
from modules.timeline.picture import Picture, draw
from modules.timeline.scale import Scale, scale_for
from modules.timeline.wording import country_name
from sstc_academy.lib.choices import Choice


@dataclass(frozen=True)
class Timeline:
    # Of the module, and of these the ones that match the filters.
    total: int
    shown: int
    # "18", or "4 of 18" when filtered.
    count_label: str
    kinds: tuple[Choice, ...]
    countries: tuple[Choice, ...]
    country_name: str
    # None when nothing matches.
    picture: Picture | None
    caption: str
    # Empty when every year is as wide as the next.
    scale_sentence: str
    entries: tuple[Entry, ...]
    closing: Closing
    # Empty unless the filters leave nothing.
    empty_sentence: str
    show_all_label: str
    show_all_href: str

    @property
    def has_tracks(self) -> bool:
        return any(entry.pieces for entry in self.entries)

    @property
    def is_translated(self) -> bool:
        return all(entry.is_translated for entry in self.entries)


def build_timeline(
    events: Sequence[TimelineEvent],
    *,
    kind: str | None,
    country: str | None,
    today: date,
    path: str,
) -> Timeline:
    """`events`: all those of a module; `kind` and `country`: as the address has them, unchecked.

    Texts and the direction of the picture are those of the active language. No query is made.
    """
    events = sorted(events, key=lambda event: (event.when.starts_on, event.pk))
    filters = filters_for(events, path=path, kind=kind, country=country)
    matching = filters.matching(events)
    axis = _axis(events, today) if matching else None
    entries, closing = list_entries(matching, today)
    total = len(events)
    return Timeline(
        total=total,
        shown=len(matching),
        count_label=_count_label(len(matching), total),
        kinds=filters.kinds(events),
        countries=filters.countries(events),
        country_name=country_name(filters.country) if filters.country else "",
        picture=draw(events, {event.pk for event in matching}, axis, today) if axis else None,
        caption=_caption(matching, total, axis, today) if axis else "",
        scale_sentence=_scale_sentence(axis) if axis else "",
        entries=entries,
        closing=closing,
        empty_sentence="" if matching or not events else _empty_sentence(filters),
        show_all_label=ngettext("Show %(count)s event", "Show all %(count)s", total)
        % {"count": total},
        show_all_href=filters.href(),
    )


def _axis(events: Sequence[TimelineEvent], today: date) -> Scale:
    years = [event.when.starts_on.year for event in events]
    last = max((event.when.ends_on or event.when.start.last).year for event in events)
    return scale_for(years, last, today)


def _count_label(shown: int, total: int) -> str:
    if shown == total:
        return str(total)
    # Translators: such as "4 of 18", how many events the filter leaves.
    return _("%(shown)s of %(total)s") % {"shown": shown, "total": total}


def _caption(matching: Sequence[TimelineEvent], total: int, axis: Scale, today: date) -> str:
    """The picture in words."""
    values = {
        "count": len(matching),
        "total": total,
        "first": axis.first_year,
        "last": axis.last_year,
    }
    if len(matching) < total:
        sentence = ngettext(
            "%(count)s of %(total)s event, %(first)s to %(last)s.",
            "%(count)s of %(total)s events, %(first)s to %(last)s.",
            total,
        )
    elif axis.first_year == axis.last_year:
        sentence = ngettext(
            "%(count)s event in %(first)s.", "%(count)s events in %(first)s.", total
        )
    else:
        sentence = ngettext(
            "%(count)s event, %(first)s to %(last)s.",
            "%(count)s events, %(first)s to %(last)s.",
            total,
        )
    running = count_running(matching, today)
    if not running:
        return sentence % values
    runs = ngettext(
        "%(count)s programme runs today.", "%(count)s programmes run today.", running
    ) % {"count": running}
    return f"{sentence % values} {runs}"


def _scale_sentence(axis: Scale) -> str:
    if axis.break_year is None:
        return ""
    return _("Scale: %(first)s to %(last)s drawn three times narrower.") % {
        "first": axis.first_year,
        "last": axis.break_year - 1,
    }


def _empty_sentence(filters: Filters) -> str:
    # Each filter alone leaves something, or it would not be offered.
    return _("No event of this kind in %(country)s.") % {"country": country_name(filters.country)}
