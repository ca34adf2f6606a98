import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import Error

from sstc_academy.lib import outages

_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """What somebody sent is not taken; `reason` is one of the codes below."""

    # For where it was meant to stand.
    GONE, TOO_DEEP, CLOSED, MEMBERS_ONLY = "gone", "too_deep", "closed", "members_only"
    # For who sent it, how often, and what.
    BANNED, TOO_FAST, TOO_MANY_MAILS = "banned", "too_fast", "too_many_mails"
    TOO_MANY_ASKED, TOO_MANY_PREVIEWS = "too_many_asked", "too_many_previews"
    REPEATED, WORDS = "repeated", "words"
    # For a while, whatever it is.
    NOT_STORED, NO_ROOM = "not_stored", "no_room"

    def __init__(self, reason: str, wait: timedelta | None = None):
        """`wait` is how long until it may be sent again."""
        super().__init__(reason)
        self.reason = reason
        self.wait = wait

    @property
    def status(self) -> int:
        """Of the page that says so."""
        return 503 if self.reason in {self.NOT_STORED, self.NO_ROOM} else 200


@contextmanager
def refused_unless_stored() -> Iterator[None]:
    """RefusedError when the database takes nothing just now, such as on a disk that is full."""
    try:
        yield
    except Error as error:
        if not outages.is_outage(error):
            raise
        _log.error("What somebody sent was not stored: %s", error)
        is_full = outages.is_full(error)
        reason = RefusedError.NO_ROOM if is_full else RefusedError.NOT_STORED
        raise RefusedError(reason) from error
