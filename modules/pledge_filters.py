"""Filters of the page of pledges: plain links with counts, that work without JavaScript."""

from collections import Counter
from functools import cached_property
from urllib.parse import urlencode

from django_countries import countries

from modules.models import Pledge
from sstc_academy.lib.choices import Choice


class PledgeFilters:
    """What the address asks for; values that mean nothing are ignored."""

    def __init__(self, pledges, query):
        self._pledges = pledges
        progress, country = query.get("progress"), query.get("country")
        self.progress = progress if progress in Pledge.Progress.values else ""
        self.country = country if country in self._all_country_counts else ""

    @property
    def matches(self):
        pledges = self._pledges
        if self.progress:
            pledges = pledges.filter(progress=self.progress)
        if self.country:
            # Codes of two letters with commas between: one never matches across two.
            pledges = pledges.filter(countries__contains=self.country)
        return pledges

    @property
    def are_used(self) -> bool:
        return bool(self.progress or self.country)

    @property
    def country_name(self) -> str:
        return countries.name(self.country)

    @cached_property
    def progress_choices(self) -> list[Choice]:
        counts = Counter(
            progress for progress, codes in self._facts if not self.country or self.country in codes
        )
        everything = self._choice("", "", counts.total())
        return [everything] + [
            self._choice(value, label, counts[value])
            for value, label in Pledge.Progress.choices
            if counts[value] or value == self.progress
        ]

    def _choice(self, value: str, label: str, count: int) -> Choice:
        return Choice(label, self._href(progress=value), self.progress == value, count, value)

    @cached_property
    def country_choices(self) -> list[Choice]:
        counts = Counter(
            code
            for progress, codes in self._facts
            if not self.progress or progress == self.progress
            for code in codes
        )
        return [
            Choice(name, self._href(country=code), self.country == code, counts[code], code)
            for code, name in countries
            if counts[code] or code == self.country
        ]

    @property
    def all_countries_href(self) -> str:
        return self._href(country="")

    @cached_property
    def _facts(self) -> list[tuple[str, list[str]]]:
        """(progress, country codes) of each pledge, from one query."""
        rows = self._pledges.order_by().values_list("progress", "countries")
        return [(progress, codes.split(",") if codes else []) for progress, codes in rows]

    @cached_property
    def _all_country_counts(self) -> Counter:
        return Counter(code for _progress, codes in self._facts for code in codes)

    def _href(self, **changes) -> str:
        query = {"progress": self.progress, "country": self.country} | changes
        query = {key: value for key, value in query.items() if value}
        return f"?{urlencode(query)}" if query else "?"
