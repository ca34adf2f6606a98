"""The picture of the timeline, ready to be drawn.

Across, places are percentages of the plot as text ("62.4%", never "62,4%"), counted from its left
edge, so that the page's direction is settled here; down, and beside a mark, they are px.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import ngettext

from modules.models.timeline import Kind, TimelineEvent
from modules.timeline import rows, scale, wording
from modules.timeline.rows import AFTER, BEFORE, INSIDE, OVERVIEW, PICTURE, Arrangement, Figure
from modules.timeline.scale import Scale, decimal_year
from sstc_academy.lib.dates import YEAR
from sstc_academy.lib.languages import current, direction, listed, translated

# Shorter things are a mark, longer ones a bar; in days.
SHORTEST_BAR = 60
# Marks the run of a text that is written in the other direction than the page.
LEFT_TO_RIGHT, END_OF_RUN = "\u2066", "\u2069"


@dataclass(frozen=True)
class Label:
    text: str
    # None: the page's own.
    language: str | None
    x: str
    dx: int
    y: int
    # Of the page's direction: "start" or "end".
    anchor: str
    is_inside: bool
    is_on_past: bool


@dataclass(frozen=True)
class Shape:
    """A mark or a bar with its link; `y` is its middle."""

    kind: str
    is_bar: bool
    is_ghost: bool
    href: str
    name: str
    y: int
    x: str
    # More than one: a disc with this number.
    count: int
    whisker: tuple[str, str] | None
    # Of a bar; `planned` is where its hatched part begins and how wide it is.
    width: str
    top: int
    height: int
    planned: tuple[str, str] | None
    arrow: str
    arrow_x: str
    label: Label | None


@dataclass(frozen=True)
class Lane:
    title: str
    kinds: str
    # In the overview: the base line of the lane's heading, and the top of the strip it stands on.
    y: int
    strip: int
    height: int
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class AxisTick:
    x: str
    label: str
    is_major: bool
    anchor: str = "middle"


@dataclass(frozen=True)
class Ground:
    """What lies under the lanes."""

    today: str
    # The part whose years are drawn narrower: left edge, width, and the line at its end.
    past: tuple[str, str, str] | None
    ticks: tuple[AxisTick, ...]


@dataclass(frozen=True)
class Overview:
    height: int
    # The edge where the headings begin.
    start: str
    ground: Ground
    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class Picture:
    ground: Ground
    lanes: tuple[Lane, ...]
    overview: Overview
    has_planned: bool
    has_whisker: bool
    is_narrowed: bool


@dataclass(frozen=True)
class Plane:
    """Turns shares of the axis into percentages from the left edge."""

    is_rtl: bool

    @property
    def forward(self) -> int:
        """The sign of a px offset towards the future."""
        return -1 if self.is_rtl else 1

    def x(self, place: float) -> str:
        return _percent(1 - place if self.is_rtl else place)

    def span(self, start: float, end: float) -> tuple[str, str]:
        """The left edge and the width."""
        return self.x(end if self.is_rtl else start), _percent(end - start)


def draw(events: Sequence[TimelineEvent], matches: set[int], axis: Scale, today: date) -> Picture:
    """`events`: at least one, in date order; `matches`: the keys of those that are not ghosts."""
    plane = Plane(is_rtl=direction(current()) == "rtl")
    # By the month, so that a kept page is right for as long.
    now = axis.place(decimal_year(today.replace(day=15)))
    lanes = [
        (
            str(title),
            kinds,
            [_figure(e, axis, now, e.pk in matches) for e in events if e.kind in kinds],
        )
        for title, kinds in wording.LANES
    ]
    lanes = [lane for lane in lanes if lane[2]]
    drawn = tuple(_lane(title, kinds, figures, plane, axis) for title, kinds, figures in lanes)
    shapes = [shape for lane in drawn for shape in lane.shapes]
    ticks = tuple(
        AxisTick(plane.x(tick.place), tick.label, tick.is_major)
        for tick in scale.ticks(axis, decimal_year(today.replace(day=15)))
    )
    return Picture(
        ground=_ground(axis, plane, now, ticks),
        lanes=drawn,
        overview=_overview(lanes, axis, plane, now),
        has_planned=any(shape.planned for shape in shapes),
        has_whisker=any(shape.whisker for shape in shapes),
        is_narrowed=axis.break_year is not None,
    )


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"


def _figure(event: TimelineEvent, axis: Scale, now: float, is_match: bool) -> Figure:
    when = event.when
    start = axis.place(decimal_year(when.start.first))
    end = axis.place(decimal_year(when.end.last, at_end=True)) if when.end else 1.0
    is_long = when.ends_on is None or (when.ends_on - when.starts_on).days >= SHORTEST_BAR
    year_only = not when.is_range and when.start.precision == YEAR
    return Figure(
        events=(event,),
        start=start,
        end=end,
        is_match=is_match,
        is_bar=when.is_range and (is_long or event.kind == Kind.PROGRAMME),
        is_open=when.end is None,
        whisker=(start, end) if year_only else None,
        done=now,
        label=wording.short_label(event).text if is_match else "",
    )


def _ground(axis: Scale, plane: Plane, now: float, ticks: tuple[AxisTick, ...]) -> Ground:
    past = None
    if axis.break_year is not None:
        place = axis.place(axis.break_year)
        past = (*plane.span(0, place), plane.x(place))
    return Ground(plane.x(now), past, ticks)


def _lane(title: str, kinds: tuple, figures: list[Figure], plane: Plane, axis: Scale) -> Lane:
    arrangement = rows.arrange(figures, PICTURE)
    pitch, bar = (24, 14) if arrangement.is_dense else (38, 28)
    present = {figure.events[0].kind for figure in figures}
    return Lane(
        title=title,
        kinds=listed([str(wording.PLURALS[kind]) for kind in kinds if kind in present]),
        y=0,
        strip=0,
        height=max(96, 28 + pitch * arrangement.row_count),
        shapes=_shapes(arrangement, plane, axis, top=14, pitch=pitch, bar=bar),
    )


def _overview(lanes: list, axis: Scale, plane: Plane, now: float) -> Overview:
    drawn, y = [], 30
    for title, _kinds, figures in lanes:
        unlabelled = [replace(figure, label="") for figure in figures]
        arrangement = rows.arrange(unlabelled, OVERVIEW)
        shapes = _shapes(arrangement, plane, axis, top=y + 29, pitch=13, bar=7)
        drawn.append(Lane(title, "", y + 16, y, 0, shapes))
        y += 34 + max(34, 14 + 13 * arrangement.row_count)
    return Overview(
        y, plane.x(0), _ground(axis, plane, now, _overview_ticks(axis, plane)), tuple(drawn)
    )


def _overview_ticks(axis: Scale, plane: Plane) -> tuple[AxisTick, ...]:
    """The first and the last year, the break and as many decades as have room."""
    distance = 1.1 * scale.TICK_DISTANCE / OVERVIEW.plot
    taken = [0.0, 1.0]
    found = [AxisTick(plane.x(0), str(axis.first_year), True, "start")]
    if axis.last_year > axis.first_year:
        found.append(AxisTick(plane.x(1), str(axis.last_year), True, "end"))
    decades = [tick for tick in range(axis.first_year, axis.last_year) if tick % 10 == 0]
    for year in [axis.break_year or 0, *reversed(decades)]:
        place = axis.place(year)
        if all(abs(place - other) >= distance for other in taken):
            taken.append(place)
            found.append(AxisTick(plane.x(place), str(year), False))
    return tuple(found)


def _shapes(
    arrangement: Arrangement, plane: Plane, axis: Scale, *, top: int, pitch: int, bar: int
) -> tuple[Shape, ...]:
    return tuple(
        _shape(figure, plane, axis, y=top + pitch // 2 + pitch * figure.row, bar=bar)
        for figure in arrangement.figures
    )


def _shape(figure: Figure, plane: Plane, axis: Scale, *, y: int, bar: int) -> Shape:
    kinds = {event.kind for event in figure.events}
    x, width = plane.x(figure.centre), ""
    planned, arrow = None, ""
    if figure.is_bar:
        x, width = plane.span(figure.start, figure.end)
        if figure.end > figure.done:
            planned = plane.span(max(figure.start, figure.done), figure.end)
        if figure.is_open:
            half = bar // 2
            arrow = f"M0 {-half} {plane.forward * max(5, half - 2)} 0 0 {half}z"
    return Shape(
        kind=kinds.pop() if len(kinds) == 1 else "several",
        is_bar=figure.is_bar,
        is_ghost=not figure.is_match,
        href=f"#{figure.events[0].anchor}",
        name=_name(figure),
        y=y,
        x=x,
        count=len(figure.events),
        whisker=figure.whisker and (plane.x(figure.whisker[0]), plane.x(figure.whisker[1])),
        width=width,
        top=y - bar // 2,
        height=bar,
        planned=planned,
        arrow=arrow,
        arrow_x=plane.x(1) if arrow else "",
        label=_label(figure, plane, axis, y) if figure.side else None,
    )


def _name(figure: Figure) -> str:
    """What a screen reader says of the link."""
    if len(figure.events) > 1:
        years = [event.when.starts_on.year for event in figure.events]
        return ngettext(
            "%(count)s event, %(first)s to %(last)s",
            "%(count)s events, %(first)s to %(last)s",
            len(years),
        ) % {"count": len(years), "first": min(years), "last": max(years)}
    event = figure.events[0]
    title = translated(event, "title").text
    # Who speaks to a computer says what stands in the picture.
    shown = [figure.label] if figure.label.rstrip("…").casefold() not in title.casefold() else []
    return listed([*shown, title, str(event.when), event.get_kind_display()])


def _label(figure: Figure, plane: Plane, axis: Scale, y: int) -> Label:
    label = wording.short_label(figure.events[0])
    is_foreign = not label.is_translated
    text = label.text
    if is_foreign and plane.is_rtl:
        text = f"{LEFT_TO_RIGHT}{text}{END_OF_RUN}"
    if figure.is_bar:
        place = figure.end if figure.side == AFTER else figure.start
        offset = {INSIDE: 12, AFTER: 20 if figure.is_open else 10, BEFORE: -10}[figure.side]
    else:
        place, offset = figure.centre, -16 if figure.side == BEFORE else 16
        if figure.whisker:
            place = figure.whisker[0 if figure.side == BEFORE else 1]
            offset = -8 if figure.side == BEFORE else 8
            # A year of the narrow part is hardly wider than its mark.
            if abs(place - figure.centre) * PICTURE.plot < 10:
                place, offset = figure.centre, -16 if figure.side == BEFORE else 16
    return Label(
        text=text,
        language=label.language if is_foreign else None,
        x=plane.x(place),
        dx=plane.forward * offset,
        y=y + 5,
        anchor="end" if figure.side == BEFORE else "start",
        is_inside=figure.side == INSIDE,
        is_on_past=axis.break_year is not None and place < axis.place(axis.break_year),
    )
