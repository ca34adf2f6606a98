"""What holds under a heavy load: the rate, every line, the memory, and what was written."""

import os
from collections.abc import Iterator
from itertools import chain, cycle, islice
from statistics import median

from tests.bench.copies import MIDDLE, MODULE, SMALL, Copies, run_test
from tests.bench.figure import Figure
from tests.bench.load import answer, answers, form, request, requests_per_second
from tests.processes import resident_megabytes, workers_of

ROUNDS, SECONDS_OF_A_TURN = 7, 1
CONNECTIONS = 200
SECONDS = int(os.environ.get("HOLD_SECONDS", "10"))
REQUESTS = int(os.environ.get("MEMORY_REQUESTS", "20000"))
MEASURES = 10
# Of one process, as sstc_academy.page_cache says; only a process with Django can read it there.
KEPT_BYTES = 10 * 1024 * 1024
MOST_MEGABYTES, MOST_GROWTH = 150, 5
KILLS = int(os.environ.get("KILLS", "100"))
PAGES = [
    f"/{language}/{path}"
    for language in ("en", "fr", "es", "pt", "ar")
    for path in ("", f"modules/{MODULE}/", f"modules/{MODULE}/forum/", "forum/", "news/")
]
MODULE_PAGE = f"/en/modules/{MODULE}/"
_TEXT = form(f"{MODULE_PAGE}forum/new/", preview="1", text="Nous commençons par **l'école**.")


def holds(copies: Copies) -> list[Figure]:
    """Many posts beneath a page, and many readers at once."""
    page = request(MODULE_PAGE)
    with copies.middle.served() as large, copies.small.served() as small:
        for port in (large, small):
            requests_per_second(port, page, status=200, seconds=SECONDS_OF_A_TURN)
        rounds = [_round(large, small, page) for _number in range(ROUNDS)]
        held = _held(large, page)
    share = median(many / few for many, few in rounds)
    many, few = (median(rates) for rates in zip(*rounds, strict=True))
    return [
        Figure(
            f"page of a module with {MIDDLE:,} posts, of the rate with {SMALL}",
            f"{share:.0%} ({many:,.0f} of {few:,.0f} requests/s)",
            "80% to 120%",
            0.8 <= share <= 1.2,
        ),
        held,
    ]


def _round(large: int, small: int, page: bytes) -> tuple[float, float]:
    """Both rates. One, the other twice, and the first again: what slows the machine down for a
    while slows down both."""
    rates = {large: 0.0, small: 0.0}
    for port in (large, small, small, large):
        rates[port] += requests_per_second(port, page, status=200, seconds=SECONDS_OF_A_TURN) / 2
    return rates[large], rates[small]


def _held(port: int, page: bytes) -> Figure:
    name = f"{CONNECTIONS} connections that ask for {SECONDS} s"
    try:
        rate = requests_per_second(port, page, status=200, seconds=SECONDS, connections=CONNECTIONS)
    except (OSError, RuntimeError) as error:
        return Figure(name, str(error), "no errors", is_met=False)
    return Figure(name, f"no errors ({rate:,.0f} requests/s)", "no errors")


def memory(copies: Copies) -> list[Figure]:
    """Of the largest web process: first as readers find it, then with all that it may load."""
    with copies.middle.served() as port:
        _exhaust(answers(port, islice(_for_readers(), 2_000)))
        workers = workers_of(port)
        with_readers = _largest(workers)
        _exhaust(answers(port, _pages_to_keep(port, len(workers))))
        _exhaust(answers(port, [_TEXT] * 20 * len(workers)))
        questions, measured = _for_all(), []
        for _number in range(MEASURES + 1):
            measured.append(_largest(workers))
            _exhaust(answers(port, islice(questions, REQUESTS // MEASURES)))
    growth = measured[-1] - measured[0]
    return [
        Figure(
            "memory of a web process that is read from",
            f"{with_readers:.0f} MB",
            f"< {MOST_MEGABYTES} MB",
            with_readers < MOST_MEGABYTES,
        ),
        Figure(
            "the same, full of kept pages, when people have written",
            f"{max(measured):.0f} MB",
            f"< {MOST_MEGABYTES} MB",
            max(measured) < MOST_MEGABYTES,
        ),
        Figure(
            f"the same: growth in {REQUESTS:,} requests",
            f"{growth:+.1f} MB ({' '.join(f'{each:.0f}' for each in measured)})",
            f"< {MOST_GROWTH} MB",
            growth < MOST_GROWTH,
        ),
    ]


def _largest(workers: list[int]) -> float:
    return max(map(resident_megabytes, workers))


def _pages_to_keep(port: int, workers: int) -> Iterator[bytes]:
    """More than all processes may keep; not compressed, so that few are enough."""

    def page(number: int) -> bytes:
        return request(f"{MODULE_PAGE}?number={number}", Accept_Encoding="identity")

    _head, body = answer(port, page(0))
    # Which process is asked is left to chance.
    return map(page, range(2 * workers * KEPT_BYTES // len(body)))


def _for_readers() -> Iterator[bytes]:
    """Mostly pages that are kept; some made for a reader alone."""
    kept = [request(path) for path in PAGES]
    alone = [request(path, Cookie="forum_guest=of-long-ago") for path in PAGES]
    return chain.from_iterable([*kept, each] for each in cycle(alone))


def _for_all() -> Iterator[bytes]:
    """The same, and a text now and then, whose language is found."""
    readers = _for_readers()
    while True:
        yield from islice(readers, 200)
        yield _TEXT


def _exhaust(iterator: Iterator) -> None:
    for _item in iterator:
        pass


def kills(copies: Copies) -> list[Figure]:
    """Of the suite's own test, with more kills."""
    test = "tests/site/test_killed.py"
    run_test(test, KILLS=str(KILLS))
    return [
        Figure(f"web process killed {KILLS} times while people write", "no post lost, no error")
    ]
