"""Where a moment stands on the axis. Time is in decimal years, places are shares of the width."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from itertools import count

# The narrowest plot that is drawn, in px: what a window of 1140 px leaves beside the headings.
PLOT = 920
# Before the break, years are drawn this many times narrower.
NARROWING = 3
# The shortest distance between two labels of the axis, in px.
TICK_DISTANCE = 44


def decimal_year(day: date, *, at_end: bool = False) -> float:
    """2007.0 is the beginning of 1 January 2007; `at_end` gives the end of the day."""
    days = day.timetuple().tm_yday - (0 if at_end else 1)
    return day.year + days / (366 if isleap(day.year) else 365)


@dataclass(frozen=True)
class Scale:
    first: float
    last: float
    # None: every year is as wide as the next.
    break_year: int | None
    first_year: int
    last_year: int

    def place(self, moment: float) -> float:
        """0.0 at the beginning of the axis, 1.0 at its end, whatever the direction of the page."""
        return self._width(self.first, moment) / self._width(self.first, self.last)

    def _width(self, start: float, end: float) -> float:
        """In years of full width."""
        if self.break_year is None:
            return end - start
        early = min(end, self.break_year) - min(start, self.break_year)
        late = max(end, self.break_year) - max(start, self.break_year)
        return early / NARROWING + late


def scale_for(years: list[int], last_year: int, today: date) -> Scale:
    """`years`: in which the events begin, in order; `last_year`: the last one that is named."""
    first = years[0] - 1.5
    last = float(max(last_year + 1, today.year + 2))
    # The latest year that leaves at most an eighth of the events before it.
    break_year = years[len(years) // 8]
    worth_breaking = years[0] < break_year and break_year - first >= (last - first) / 3
    return Scale(first, last, break_year if worth_breaking else None, years[0], last_year)


@dataclass(frozen=True)
class Tick:
    place: float
    # Empty: a line without a year, too near to "Today".
    label: str
    is_major: bool


def ticks(scale: Scale, today: float, plot: float = PLOT) -> list[Tick]:
    """Decades, and every second year where years are wide; fewer when they would touch."""
    minor = _step(scale, plot, narrowing=1)
    years = set(
        range(_first_multiple(scale.break_year or scale.first, minor), int(scale.last), minor)
    )
    if scale.break_year is not None:
        step = max(10, _step(scale, plot, narrowing=NARROWING))
        early = range(_first_multiple(scale.first, step), scale.break_year, step)
        # The line of the break is drawn in any case; a year on its heels would hide it.
        years = set(early) | {year for year in years if year > scale.break_year}
    found = []
    for year in sorted(years):
        place = scale.place(year)
        is_free = abs(place - scale.place(today)) * plot >= TICK_DISTANCE
        found.append(Tick(place, str(year) if is_free else "", year % 10 == 0))
    return found


def _step(scale: Scale, plot: float, *, narrowing: int) -> int:
    """Every how many years a label has room: 2, 5, 10, 20, 50 ...; 1 where all is within reach."""
    # A place is a share of the width, so the width of a late year is the last one's.
    year = (scale.place(scale.last) - scale.place(scale.last - 1)) * plot / narrowing
    if year >= 2 * TICK_DISTANCE:
        return 1
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    return next(step for step in steps if step > 1 and step * year >= TICK_DISTANCE)


def _first_multiple(moment: float, step: int) -> int:
    return -int(-moment // step) * step
