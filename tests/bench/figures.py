"""The figures and their bars. What is compared is measured in turns, so that noise hits both."""

import os
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

from tests.academy import free_port
from tests.accounts.strangers import FORMS
from tests.bench.copies import LARGE, MIDDLE, MODULE, SMALL, Copies, Inside, gunicorn, run_test
from tests.bench.figure import Figure
from tests.bench.holding import holds, kills, memory
from tests.bench.load import answer, request, requests_per_second
from tests.mail_server import MailServer, listening

ROUNDS, SECONDS_OF_A_ROUND = 41, 0.25
TIMES = 60
SUBSCRIBERS, MAILS_OF_A_ROUND, MAIL_ROUNDS = 10_000, 500, 11
# Replies within minutes, of which one mail tells.
JOINED = 10
KILLING = "test_a_worker_killed_twenty_times_loses_no_mail_and_doubles_one_a_time_at_most"
MODULE_PAGE = f"/en/modules/{MODULE}/"
FIRST_SCREENS = {"forum of a module": f"{MODULE_PAGE}forum/", "page of a module": MODULE_PAGE}
MOST_QUERIES = {"visitor": 12, "member": 15}


def pages(copies: Copies) -> list[Figure]:
    """How many readers without a session are served, against a bare view with the same bytes."""
    whole = request(MODULE_PAGE)
    with copies.middle.served() as academy, NamedTemporaryFile() as body:
        head, page = answer(academy, whole)
        etag = next(
            line.split(": ", 1)[1]
            for line in head.decode().split("\r\n")
            if line.lower().startswith("etag:")
        )
        Path(body.name).write_bytes(page)
        log = Path(f"{body.name}.log")
        with gunicorn("tests.bench.bare", os.environ | {"BENCH_BODY": body.name}, log) as bare:
            log.unlink()
            return [
                _against_bare("page", academy, whole, 200, bare),
                _against_bare("304", academy, request(MODULE_PAGE, If_None_Match=etag), 304, bare),
            ]


def _against_bare(name: str, academy: int, asked: bytes, status: int, bare: int) -> Figure:
    def ours(seconds: float) -> float:
        return requests_per_second(academy, asked, status=status, seconds=seconds)

    def theirs(seconds: float) -> float:
        return requests_per_second(bare, request("/"), status=200, seconds=seconds)

    for measure in (ours, theirs):
        # Each thread of each worker has served by then.
        measure(1)
    rounds = [(ours(SECONDS_OF_A_ROUND), theirs(SECONDS_OF_A_ROUND)) for _number in range(ROUNDS)]
    share = median(mine / other for mine, other in rounds)
    mine, other = (median(rates) for rates in zip(*rounds, strict=True))
    return Figure(
        f"{name} of a module with {MIDDLE:,} posts, of a bare view's rate",
        f"{share:.0%} ({mine:,.0f} of {other:,.0f} requests/s)",
        ">= 85%",
        share >= 0.85,
    )


def lists(copies: Copies) -> list[Figure]:
    """First screens, made anew each time."""
    figures = []
    with copies.large.asked() as large, copies.small.asked() as small:
        for name, path in FIRST_SCREENS.items():
            for reader, most in MOST_QUERIES.items():
                asked = {"path": path, "reader": reader}
                many, few = _in_turns(
                    lambda: large.ask("page", **asked),  # noqa: B023 - called before the next
                    lambda: small.ask("page", **asked),  # noqa: B023
                )
                queries = large.ask("queries_of_page", **asked)
                figures += [
                    _ratio(f"{name}, {reader}: {LARGE:,} posts against {SMALL}", many, few, 1.3),
                    Figure(
                        f"{name}, {reader}: queries",
                        f"{queries} (of {SMALL} posts: {small.ask('queries_of_page', **asked)})",
                        f"<= {most}",
                        queries <= most,
                    ),
                ]
    return figures


def replies(copies: Copies) -> list[Figure]:
    """What it costs to store a reply."""
    with copies.large.asked() as large, copies.small.asked() as small:
        many, few = _in_turns(lambda: large.ask("reply"), lambda: small.ask("reply"))
        queries = [each.ask("queries_of_reply") for each in (large, small)]
    return [
        _ratio(f"reply: {LARGE:,} posts against {SMALL}", many, few),
        Figure(
            "reply: queries",
            f"{queries[0]} (of {SMALL} posts: {queries[1]})",
            "equal, <= 15",
            queries[0] == queries[1] <= 15,
        ),
    ]


def seeding(copies: Copies) -> list[Figure]:
    large = copies.large
    checking = large.manage("check_forum")
    took = copies.seeding[LARGE]
    return [
        Figure(f"seeding {LARGE:,} posts", f"{took:.0f} s", "< 120 s", took < 120),
        Figure(f"checking {LARGE:,} posts", f"{checking:.0f} s"),
    ]


def mail(copies: Copies) -> list[Figure]:
    """What it costs to tell thousands of people, and to lose a worker meanwhile."""
    port = free_port()
    server = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)}
    with (
        listening(MailServer(port)),
        copies.middle.asked(**server) as told,
        copies.small.asked() as untold,
    ):
        told.ask("subscribe", people=SUBSCRIBERS)
        with_many, with_none = _in_turns(lambda: told.ask("reply"), lambda: untold.ask("reply"))
        handed_over = [_built_against_ready(told, replies) for replies in (1, JOINED)]
    return [
        Figure(
            f"reply with {SUBSCRIBERS:,} subscribers: longer than with none",
            f"{with_many - with_none:.1f} ms ({with_many:.1f} and {with_none:.1f} ms)",
            "<= 20 ms",
            with_many - with_none <= 20,
        ),
        *handed_over,
        _killed(),
    ]


def _built_against_ready(told: Inside, replies: int) -> Figure:
    """By the same worker, of the same size; only the building differs."""
    waiting = told.ask("announce", replies=replies)
    rates = []
    for _number in range(MAIL_ROUNDS):
        # First those that are ready: they go before all others.
        told.ask("make_ready", mails=MAILS_OF_A_ROUND)
        ready = told.ask("hand_over", mails=MAILS_OF_A_ROUND)
        rates.append((told.ask("hand_over", mails=MAILS_OF_A_ROUND), ready))
    share = median(built / ready for built, ready in rates)
    built, ready = (median(values) for values in zip(*rates, strict=True))
    return Figure(
        f"mails of {replies} built and handed over, of the rate of ready ones ({waiting:,} waited)",
        f"{share:.0%} ({built:,.0f} of {ready:,.0f} mails/s)",
        ">= 80%",
        share >= 0.8,
    )


def _killed() -> Figure:
    """Of the suite's own test, with more mails."""
    test = "tests/accounts/test_mail_workers.py::" + KILLING
    run_test(test, MAILS=str(SUBSCRIBERS))
    return Figure(
        f"worker killed 20 times in {SUBSCRIBERS:,} mails", "none lost, <= 20 doubled", "", True
    )


def starts(copies: Copies) -> list[Figure]:
    """How soon an Academy that was prepared before is ready again."""
    again = median(copies.empty.manage("prepare") for _number in range(5))
    share = again / copies.first_preparation
    return [
        Figure(
            "preparing again, of the first time",
            f"{share:.0%} ({again:.1f} of {copies.first_preparation:.1f} s)",
            "<= 50%, < 5 s",
            share <= 0.5 and again < 5,
        )
    ]


def accounts(copies: Copies) -> list[Figure]:
    """Whether the time of an answer tells a stranger that there is an account."""
    figures = []
    with copies.small.asked() as copy:
        for form in FORMS:
            known, unknown = _in_turns(
                lambda: copy.ask("answer_to_stranger", form=form, is_known=True),  # noqa: B023
                lambda: copy.ask("answer_to_stranger", form=form, is_known=False),  # noqa: B023
                # A password takes half a second each time.
                times=20,
            )
            difference = abs(known - unknown)
            figures.append(
                Figure(
                    f"{form}: a known address against an unknown one",
                    f"{known / unknown:.2f} ({known:.1f} of {unknown:.1f} ms)",
                    "within 20% or 5 ms",
                    difference <= max(5, 0.2 * max(known, unknown)),
                )
            )
    return figures


def _in_turns(
    one: Callable[[], float], other: Callable[[], float], times: int = TIMES
) -> tuple[float, float]:
    """The medians of both."""
    one(), other()
    pairs = [(one(), other()) for _number in range(times)]
    return tuple(median(values) for values in zip(*pairs, strict=True))


def _ratio(name: str, many: float, few: float, most: float | None = None) -> Figure:
    """Of milliseconds."""
    measured = f"{many / few:.2f} ({many:.1f} of {few:.1f} ms)"
    return (
        Figure(name, measured, f"<= {most}", many / few <= most) if most else Figure(name, measured)
    )


# By the names that `make bench BENCH=` takes.
FIGURES = {
    "pages": pages,
    "lists": lists,
    "replies": replies,
    "seeding": seeding,
    "accounts": accounts,
    "starts": starts,
    "mail": mail,
    "holds": holds,
    "memory": memory,
    "kills": kills,
}
