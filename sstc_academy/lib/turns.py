from collections.abc import Iterator
from contextlib import contextmanager

# Any number will do that nobody else locks in this database.
_LOCK = 1_726_550_017


@contextmanager
def in_turn(connection) -> Iterator[None]:
    """One process at a time of all that share a PostgreSQL database; one may take it twice.

    SQLite, which one machine uses by itself, is not locked.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
