"""What every server of the Academy depends on."""

import logging

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.mail.outbox import LATE_AFTER, queue_age
from accounts.mail.worker import ALIVE_FOR, workers_alive
from sstc_academy.lib.readiness import NotReadyError, register

logger = logging.getLogger(__name__)
_UNKNOWN = "unknown, since the database does not answer"


def database() -> None:
    """What a server says goes to the log: it may name hosts and users."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("The database does not answer: %s", error)
        raise NotReadyError("The database does not answer; the log says why") from None


def migrations() -> None:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        raise NotReadyError(_UNKNOWN) from None
    if pending:
        raise NotReadyError(f"{len(pending)} have not run; run: manage.py migrate")


def shared_cache() -> None:
    """Of a cache in the database the check of the database tells."""
    if hasattr(cache, "is_reached") and not cache.is_reached():
        raise NotReadyError("Redis does not answer; the database takes its place")


def worker() -> None:
    try:
        alive = workers_alive(timezone.now())
    except DatabaseError:
        raise NotReadyError(_UNKNOWN) from None
    if not alive:
        minutes = ALIVE_FOR.seconds // 60
        raise NotReadyError(
            f"none has been heard of for {minutes} minutes, so no mail leaves; "
            "run: manage.py run_worker"
        )


def mails() -> None:
    try:
        age = queue_age()
    except DatabaseError:
        raise NotReadyError(_UNKNOWN) from None
    if age > LATE_AFTER.total_seconds():
        raise NotReadyError(f"the oldest has waited for {age / 60:.0f} minutes")


def register_all() -> None:
    register("database", database, is_needed=True)
    register("migrations", migrations, is_needed=True)
    register("cache", shared_cache, is_needed=False)
    register("worker", worker, is_needed=False)
    register("mails", mails, is_needed=False)
