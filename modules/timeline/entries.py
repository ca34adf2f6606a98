"""The list of the timeline: every entry with the pieces of the tracks that run past it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import ngettext

from modules.models.timeline import Kind, TimelineEvent
from modules.timeline import wording
from sstc_academy.lib.languages import TranslatedText, current, listed, translated

MOST_TRACKS = 3

START, THROUGH, END, STUB, ARROW, CAP = "start", "through", "end", "stub", "arrow", "cap"


@dataclass(frozen=True)
class Piece:
    """What one entry draws of one track. A stub starts and ends with its entry."""

    track: int
    part: str


@dataclass(frozen=True)
class Entry:
    anchor: str
    kind: str
    kind_label: str
    when: str
    # As HTML's <time> takes it; empty for a range.
    datetime: str
    title: TranslatedText
    text: TranslatedText
    place: TranslatedText
    partners: TranslatedText
    source_name: str
    source_url: str
    pieces: tuple[Piece, ...]

    @property
    def is_translated(self) -> bool:
        return all(
            text.is_translated for text in (self.title, self.text, self.place, self.partners)
        )


@dataclass(frozen=True)
class Closing:
    """The last line: what still runs. Without text, it only draws the ends of the tracks."""

    text: str
    pieces: tuple[Piece, ...]


def list_entries(events: Sequence[TimelineEvent], today: date) -> tuple[tuple[Entry, ...], Closing]:
    """`events` in date order."""
    pieces, last_pieces = _pieces(events, today)
    entries = tuple(_entry(event, tuple(row)) for event, row in zip(events, pieces, strict=True))
    running = count_running(events, today)
    text = ""
    if running:
        text = ngettext(
            "Still running today: %(count)s programme",
            "Still running today: %(count)s programmes",
            running,
        ) % {"count": running}
    return entries, Closing(text, tuple(last_pieces))


def count_running(events: Sequence[TimelineEvent], today: date) -> int:
    return sum(event.kind == Kind.PROGRAMME and _runs(event, today) for event in events)


def _runs(event: TimelineEvent, today: date) -> bool:
    when = event.when
    return (
        when.is_range
        and when.starts_on <= today
        and (when.ends_on is None or when.ends_on >= today)
    )


def _entry(event: TimelineEvent, pieces: tuple[Piece, ...]) -> Entry:
    place = translated(event, "place")
    if not place:
        names = [wording.country_name(country.code) for country in event.countries]
        shown = listed(sorted(names, key=wording.alphabetical))
        place = TranslatedText(shown, current(), is_translated=True)
    return Entry(
        anchor=event.anchor,
        kind=event.kind,
        kind_label=event.get_kind_display(),
        when=str(event.when),
        datetime="" if event.when.is_range else event.date,
        title=translated(event, "title"),
        text=translated(event, "text"),
        place=place,
        partners=translated(event, "partners"),
        source_name=event.source_name,
        source_url=event.source_url,
        pieces=pieces,
    )


def _pieces(events: Sequence[TimelineEvent], today: date) -> tuple[list[list[Piece]], list[Piece]]:
    """The pieces of each entry, and those of the last line; in each, the lowest track first."""
    pieces: list[list[Piece]] = [[] for _event in events]
    closing: list[Piece] = []
    # On which entry each track was last drawn.
    taken_until = [-1] * MOST_TRACKS
    for first, event in enumerate(events):
        if event.kind != Kind.PROGRAMME or not event.when.is_range:
            continue
        track = next((i for i, last in enumerate(taken_until) if last < first), None)
        if track is None:
            continue
        last, leaves_list = _last_entry(events, first, today)
        taken_until[track] = len(events) if leaves_list else last
        for index in range(first, last + 1):
            is_first, is_last = index == first, index == last and not leaves_list
            part = (
                STUB if is_first and is_last else START if is_first else END if is_last else THROUGH
            )
            pieces[index].append(Piece(track + 1, part))
        if leaves_list:
            closing.append(Piece(track + 1, CAP if event.when.ends_on else ARROW))
    for row in (*pieces, closing):
        row.sort(key=lambda piece: piece.track)
    return pieces, closing


def _last_entry(events: Sequence[TimelineEvent], first: int, today: date) -> tuple[int, bool]:
    """The last entry that a programme runs past, and whether it runs on beyond the whole list."""
    ends_on = events[first].when.ends_on
    if ends_on is None:
        return len(events) - 1, True
    later = range(first + 1, len(events))
    last = next((i - 1 for i in later if events[i].when.starts_on > ends_on), len(events) - 1)
    return last, last == len(events) - 1 and ends_on >= today
