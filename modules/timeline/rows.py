"""Which figure of a lane stands in which row, so that none touches another.

Lengths are px on a plot of a fixed width, read in the direction of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from modules.models.timeline import TimelineEvent
from modules.timeline.scale import PLOT

CHARACTER = 7.2
ARABIC_CHARACTER = 6.9
LABEL_PADDING = 8
# What a label needs to stand inside its bar, beyond its own width.
BAR_PADDING = 30
# From the middle of a mark to its label.
LABEL_DISTANCE = 16
MOST_ROWS = 8
MOST_SINGLE_MARKS = 60
MOST_BAR_ROWS = 24


@dataclass(frozen=True)
class Measure:
    """The sizes of one drawing."""

    plot: int
    half_mark: int
    gap: int
    # Marks that are nearer than this are joined where there are too many.
    join: int


PICTURE = Measure(plot=PLOT, half_mark=8, gap=12, join=12)
# In the narrowest window, of 320 px.
OVERVIEW = Measure(plot=240, half_mark=5, gap=2, join=6)

INSIDE, AFTER, BEFORE = "inside", "after", "before"


@dataclass(frozen=True)
class Figure:
    """One or more events as one mark or bar; places are shares of the axis, 0.0 to 1.0."""

    events: tuple[TimelineEvent, ...]
    start: float
    end: float
    is_match: bool
    is_bar: bool = False
    is_open: bool = False
    # Of a mark: the year within which it lies, when no more is known.
    whisker: tuple[float, float] | None = None
    # Of a bar: how much of it has passed.
    done: float = 1.0
    label: str = ""
    # One of INSIDE, AFTER, BEFORE; empty without a label.
    side: str = ""
    row: int = 0

    @property
    def centre(self) -> float:
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class Arrangement:
    figures: tuple[Figure, ...]
    row_count: int
    # Too many for labels: rows are lower.
    is_dense: bool


def arrange(figures: Sequence[Figure], measure: Measure) -> Arrangement:
    """First fit in the order given: with labels if that takes few rows, else ever more plainly."""
    if any(figure.label for figure in figures):
        labelled = _first_fit([_with_side(figure, measure) for figure in figures], measure)
        if labelled.row_count <= MOST_ROWS and len(figures) <= MOST_SINGLE_MARKS:
            return labelled
    plain = [replace(figure, label="") for figure in figures]
    single = _first_fit(plain, measure)
    if single.row_count <= MOST_ROWS and len(plain) <= MOST_SINGLE_MARKS:
        return replace(single, is_dense=any(figure.label for figure in figures))
    marks_joined = _first_fit(_joined(plain, measure), measure)
    if marks_joined.row_count <= MOST_BAR_ROWS:
        return replace(marks_joined, is_dense=True)
    # So many programmes at once that their lengths would say nothing: their beginnings do.
    starts = [replace(figure, is_bar=False, is_open=False, end=figure.start) for figure in plain]
    return replace(_first_fit(_joined(starts, measure), measure), is_dense=True)


def _with_side(figure: Figure, measure: Measure) -> Figure:
    if not figure.label:
        return figure
    width = label_width(figure.label)
    if figure.is_bar:
        solid = (min(figure.end, figure.done) - figure.start) * measure.plot
        if solid >= width + BAR_PADDING:
            return replace(figure, side=INSIDE)
        fits_before = figure.start * measure.plot - LABEL_DISTANCE - width >= 0
        return replace(figure, side=BEFORE if fits_before else AFTER)
    after = _mark_span(figure, measure)[1] + LABEL_DISTANCE + width
    return replace(figure, side=AFTER if after <= measure.plot else BEFORE)


def label_width(label: str) -> float:
    is_arabic = any("\u0600" <= character <= "\u06ff" for character in label)
    return len(label) * (ARABIC_CHARACTER if is_arabic else CHARACTER) + LABEL_PADDING


def _mark_span(figure: Figure, measure: Measure) -> tuple[float, float]:
    if figure.is_bar:
        return figure.start * measure.plot, figure.end * measure.plot
    centre = figure.centre * measure.plot
    half = measure.half_mark + (5 if len(figure.events) > 1 else 0)
    start, end = centre - half, centre + half
    if figure.whisker:
        start = min(start, figure.whisker[0] * measure.plot)
        end = max(end, figure.whisker[1] * measure.plot)
    return start, end


def _span(figure: Figure, measure: Measure) -> tuple[float, float]:
    start, end = _mark_span(figure, measure)
    reach = LABEL_DISTANCE - measure.half_mark + label_width(figure.label)
    if figure.side == AFTER:
        end += reach
    elif figure.side == BEFORE:
        start -= reach
    return start, end


def _first_fit(figures: Sequence[Figure], measure: Measure) -> Arrangement:
    rows: list[list[tuple[float, float]]] = []
    placed = []
    for figure in figures:
        start, end = _span(figure, measure)
        row = next(
            (i for i, taken in enumerate(rows) if _is_free(taken, start, end, measure.gap)), None
        )
        if row is None:
            row = len(rows)
            rows.append([])
        rows[row].append((start, end))
        placed.append(replace(figure, row=row))
    return Arrangement(tuple(placed), len(rows), is_dense=False)


def _is_free(taken: list[tuple[float, float]], start: float, end: float, gap: int) -> bool:
    return all(
        end + gap <= other_start or other_end + gap <= start for other_start, other_end in taken
    )


def _joined(figures: Sequence[Figure], measure: Measure) -> list[Figure]:
    """Marks close to the first of them become one; a ghost is never joined with a match."""
    found: list[Figure] = []
    heads: dict[bool, int] = {}
    for figure in figures:
        if figure.is_bar:
            found.append(figure)
            continue
        head = heads.get(figure.is_match)
        if head is not None:
            first = found[head]
            if abs(figure.centre - first.centre) * measure.plot < measure.join:
                found[head] = replace(first, events=first.events + figure.events, whisker=None)
                continue
        heads[figure.is_match] = len(found)
        found.append(figure)
    return found
