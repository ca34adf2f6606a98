"""The drawing of countries that work together: north to south on a line, an arc for each pair.

All lengths are px in a drawing of `width` times `height`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from modules.latitudes import LATITUDES
from modules.models.timeline import TimelineEvent
from modules.timeline.wording import country_name
from sstc_academy.lib.languages import current, direction

# Members of the OECD's Development Assistance Committee (without the European Union), as of 2025:
# oecd.org, "Development Assistance Committee"; Latvia joined as the latest on 19 March 2025.
_NORTH = """
AT AU BE CA CH CZ DE DK EE ES FI FR GB GR HU IE
IS IT JP KR LT LU LV NL NO NZ PL PT SE SI SK US
"""
NORTH = frozenset(_NORTH.split())

FEWEST_COUNTRIES = 3
MOST_COUNTRIES = 12
# That two countries were among the forty of a conference does not say that they work together.
MOST_COUNTRIES_OF_AN_EVENT = 8

MARGIN = 16
ROW = 36
# The Equator has more room than a row.
EQUATOR_ROW = 68
DEPTH = 0.6
SMALLEST_RADIUS, RADIUS_PER_ARC, LARGEST_RADIUS = 3.5, 0.75, 10
NAME_DISTANCE = 18
CHARACTER = 7.2
# What the word "Equator" takes beside the widest arc.
EQUATOR_LABEL = 56


@dataclass(frozen=True)
class Node:
    name: str
    y: int
    radius: str
    is_north: bool
    is_most_connected: bool


@dataclass(frozen=True)
class Arc:
    path: str
    # A partner from the North takes part.
    is_partner: bool


@dataclass(frozen=True)
class Arcs:
    width: int
    height: int
    # Where the dots stand, and where their names begin.
    x: int
    name_x: int
    # None when all countries lie on one side of it; its label begins at `start`.
    equator: int | None
    start: int
    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]

    @property
    def has_partner(self) -> bool:
        return any(arc.is_partner for arc in self.arcs)


def build_arcs(events: Sequence[TimelineEvent]) -> Arcs | None:
    """None when too few countries share an event. Names are in the active language."""
    pairs = _strongest(_pairs(events))
    codes = sorted(
        {code for pair in pairs for code in pair}, key=lambda code: (-LATITUDES[code], code)
    )
    if len(codes) < FEWEST_COUNTRIES:
        return None
    heights = _heights(codes)
    degrees = Counter(code for pair in pairs for code in pair)
    most_connected = max(codes, key=lambda code: degrees[code])
    names = {code: country_name(code) for code in codes}
    depth = max(abs(heights[a] - heights[b]) for a, b in pairs) * DEPTH
    reach = round(depth) + EQUATOR_LABEL
    name_width = round(max(map(len, names.values())) * CHARACTER)
    width = reach + NAME_DISTANCE + name_width
    is_rtl = direction(current()) == "rtl"
    x = width - reach if is_rtl else reach
    north_count = sum(LATITUDES[code] >= 0 for code in codes)
    equator = None
    if 0 < north_count < len(codes):
        equator = heights[codes[north_count]] - EQUATOR_ROW // 2
    return Arcs(
        width=width,
        height=max(heights.values()) + MARGIN,
        x=x,
        name_x=x - NAME_DISTANCE if is_rtl else x + NAME_DISTANCE,
        equator=equator,
        start=width if is_rtl else 0,
        nodes=tuple(
            Node(
                name=names[code],
                y=heights[code],
                radius=f"{min(LARGEST_RADIUS, SMALLEST_RADIUS + RADIUS_PER_ARC * degrees[code]):g}",
                is_north=code in NORTH,
                is_most_connected=code == most_connected,
            )
            for code in codes
        ),
        arcs=tuple(
            Arc(_path(x, heights[a], heights[b], is_rtl=is_rtl), not NORTH.isdisjoint((a, b)))
            for a, b in sorted(pairs, key=lambda pair: abs(heights[pair[0]] - heights[pair[1]]))
        ),
    )


def _pairs(events: Sequence[TimelineEvent]) -> Counter[tuple[str, str]]:
    """How many events each pair shares; two partners from the North are no pair."""
    pairs: Counter[tuple[str, str]] = Counter()
    for event in events:
        codes = sorted({country.code for country in event.countries} & LATITUDES.keys())
        if len(codes) <= MOST_COUNTRIES_OF_AN_EVENT:
            pairs.update(pair for pair in combinations(codes, 2) if not NORTH.issuperset(pair))
    return pairs


def _strongest(pairs: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs among the most connected countries; which are these depends on nothing but them."""
    degrees: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    for pair, count in pairs.items():
        for code in pair:
            degrees[code] += 1
            shared[code] += count
    ranked = sorted(degrees, key=lambda code: (-degrees[code], -shared[code], code))
    chosen = set(ranked[:MOST_COUNTRIES])
    return [pair for pair in pairs if chosen.issuperset(pair)]


def _heights(codes: Sequence[str]) -> dict[str, int]:
    """From north to south, one row each, with a wider step across the Equator."""
    heights, y, previous = {}, MARGIN, None
    for code in codes:
        latitude = LATITUDES[code]
        if previous is not None:
            y += EQUATOR_ROW if previous >= 0 > latitude else ROW
        heights[code], previous = y, latitude
    return heights


def _path(x: int, y1: int, y2: int, *, is_rtl: bool) -> str:
    """Half an ellipse on the side where the page begins."""
    top, bottom = sorted((y1, y2))
    half, depth = (bottom - top) / 2, (bottom - top) * DEPTH
    return f"M{x} {top}A{depth:g} {half:g} 0 0 {int(is_rtl)} {x} {bottom}"
