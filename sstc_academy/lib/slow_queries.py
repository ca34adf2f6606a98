"""Names the statements that take long, without what was asked for in them."""

import logging
import time

from django.conf import settings
from django.db.backends.signals import connection_created

logger = logging.getLogger(__name__)


def watch() -> None:
    """Each connection from now on, when SLOW_QUERY_MS says what is slow."""
    if settings.SLOW_QUERY_MS:
        connection_created.connect(_watch_connection)


def _watch_connection(connection, **_kwargs) -> None:
    # A connection that was lost and comes back keeps its wrappers.
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(execute, sql, params, many, context):
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        milliseconds = round((time.perf_counter() - began) * 1000)
        if milliseconds >= settings.SLOW_QUERY_MS:
            logger.warning(
                "A query took %s ms: %s", milliseconds, sql, extra={"fields": {"ms": milliseconds}}
            )
