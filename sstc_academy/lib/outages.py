"""Tells what passes by itself, or once an operator has acted, from faults of ours."""

import errno
import sqlite3

from django.db import InterfaceError, OperationalError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# As PostgreSQL says it. To name the exception, psycopg would be loaded beside SQLite too.
_DISK_FULL = "53100"


def is_outage(error: BaseException | None) -> bool:
    """The database does not answer, or nothing can be stored; the same request may do later."""
    if isinstance(error, OperationalError | InterfaceError):
        # SQLite gives this code to a statement that makes no sense.
        return getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return is_full(error)


def is_full(error: BaseException | None) -> bool:
    """There is no room left on a disk."""
    if isinstance(error, OperationalError):
        cause = error.__cause__
        is_sqlites = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        return is_sqlites or getattr(cause, "sqlstate", None) == _DISK_FULL
    return isinstance(error, OSError) and error.errno in _NO_ROOM
