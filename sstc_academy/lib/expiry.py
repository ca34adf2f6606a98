"""Lets code that shows something which changes by itself tell whoever keeps the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime


class Expiry:
    """Until when what was rendered stays as it is."""

    def __init__(self, moment: datetime):
        self.moment = moment


_current: ContextVar[Expiry | None] = ContextVar("expiry", default=None)


@contextmanager
def kept_until(latest: datetime) -> Iterator[Expiry]:
    """Collects what is told within: `moment` ends up as the earliest, or as `latest`."""
    expiry = Expiry(latest)
    before = _current.set(expiry)
    try:
        yield expiry
    finally:
        _current.reset(before)


def changes_at(moment: datetime) -> None:
    """The text just made is another one from this moment on. Costs nothing where nobody asks."""
    expiry = _current.get()
    if expiry and moment < expiry.moment:
        expiry.moment = moment
