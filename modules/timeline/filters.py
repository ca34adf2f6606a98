"""The links that narrow the timeline to a kind or a country."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from modules.models.timeline import Kind, TimelineEvent
from modules.timeline import wording
from sstc_academy.lib.choices import Choice


@dataclass(frozen=True)
class Filters:
    """What is chosen; a value that no event of the module has counts as not chosen."""

    path: str
    kind: str = ""
    country: str = ""

    def matching(self, events: Sequence[TimelineEvent]) -> list[TimelineEvent]:
        return [
            event
            for event in events
            if self.kind in ("", event.kind) and self.country in ("", *country_codes(event))
        ]

    def href(self, *, kind: str = "", country: str = "") -> str:
        chosen = {"kind": kind, "country": country}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{self.path}?{query}#timeline" if query else f"{self.path}#timeline"

    def kinds(self, events: Sequence[TimelineEvent]) -> tuple[Choice, ...]:
        """Only kinds that the module has, in the order of the model; "all" is first, unnamed."""
        within = Filters(self.path, country=self.country).matching(events)
        counts = Counter(event.kind for event in within)
        present = {event.kind for event in events}
        return self._choices(
            self.kind,
            len(within),
            [(kind.value, str(kind.label), counts[kind]) for kind in Kind if kind in present],
            lambda kind: self.href(kind=kind, country=self.country),
        )

    def countries(self, events: Sequence[TimelineEvent]) -> tuple[Choice, ...]:
        """In the alphabet of the active language; "all" is first, unnamed."""
        within = Filters(self.path, kind=self.kind).matching(events)
        counts = Counter(code for event in within for code in country_codes(event))
        names = {
            code: wording.country_name(code) for event in events for code in country_codes(event)
        }
        return self._choices(
            self.country,
            len(within),
            [
                (code, name, counts[code])
                for code, name in sorted(
                    names.items(), key=lambda item: wording.alphabetical(item[1])
                )
            ],
            lambda code: self.href(kind=self.kind, country=code),
        )

    @staticmethod
    def _choices(chosen, total, options, href) -> tuple[Choice, ...]:
        everything = Choice("", href(""), chosen == "", total)
        return (
            everything,
            *(
                Choice(label, href(value), chosen == value, count, value)
                for value, label, count in options
            ),
        )


def country_codes(event: TimelineEvent) -> list[str]:
    return [country.code for country in event.countries]


def filters_for(
    events: Sequence[TimelineEvent], *, path: str, kind: str | None, country: str | None
) -> Filters:
    kinds = {event.kind for event in events}
    codes = {code for event in events for code in country_codes(event)}
    return Filters(path, kind if kind in kinds else "", country if country in codes else "")
