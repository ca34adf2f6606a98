"""How often things may happen, counted in the database: every process and server sees the same,
and what a refused transaction counted is gone with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from forum.models import Trace
from sstc_academy.lib.addresses import client_address

SHORT, LONG = timedelta(minutes=10), timedelta(days=1)
# A network is often a whole office, a training room or a mobile operator.
_IPV6_OF_ONE_LINE = 64


@dataclass(frozen=True)
class Limit:
    """How many times within SHORT, and within LONG."""

    short: int
    long: int


@dataclass(frozen=True)
class Origin:
    """Whence something was sent; "" for what is not known."""

    browser: str
    network: str

    @classmethod
    def of(cls, request) -> "Origin":
        return cls(
            # The secret of the form's token: the one cookie of somebody who has not signed in.
            browser=request.META.get("CSRF_COOKIE", ""),
            network=_network(client_address(request)),
        )


def hashed(kind: str, value: str) -> str:
    """A key for `Trace` and for reports, from which nobody reads the value."""
    return salted_hmac("forum.limits", f"{kind}:{value}", algorithm="sha256").hexdigest()


def counts(keys: Iterable[str]) -> dict[str, "Counted"]:
    """How often each happened; in one query."""
    now = timezone.now()
    rows = (
        Trace.objects.filter(key__in=list(keys), at__gt=now - LONG)
        .order_by()
        .values("key")
        .annotate(
            long=Count("pk"),
            short=Count("pk", filter=Q(at__gt=now - SHORT)),
            first=Min("at"),
            first_short=Min("at", filter=Q(at__gt=now - SHORT)),
        )
    )
    return {row.pop("key"): Counted(**row) for row in rows}


@dataclass(frozen=True)
class Counted:
    long: int = 0
    short: int = 0
    # When the first of each came.
    first: datetime | None = None
    first_short: datetime | None = None

    def wait(self, limit: Limit) -> timedelta | None:
        """How long until it may happen again; None: it may now."""
        now = timezone.now()
        if self.long >= limit.long:
            return self.first + LONG - now
        if self.short >= limit.short:
            return self.first_short + SHORT - now
        return None


def count_or_wait(senders: list[tuple[str, Limit]]) -> timedelta | None:
    """Counts one more for each key; or none, and says how long until it may happen again."""
    found = counts([key for key, _limit in senders])
    for key, limit in senders:
        if key in found and (wait := found[key].wait(limit)):
            return wait
    trace([key for key, _limit in senders])
    return None


def trace(keys: Iterable[str]) -> None:
    now = timezone.now()
    Trace.objects.bulk_create(Trace(key=key, at=now) for key in keys)


def _network(address: str) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address):
        # A line has as many addresses as it likes.
        return str(ip_network(f"{ip}/{_IPV6_OF_ONE_LINE}", strict=False))
    return str(ip)
