"""From one kind of database to the other, with nothing lost.

Tables are copied and not objects: a post is a row in each of three tables, and saving it would run
what belongs to a new one. Each value goes through its field, which knows how either database
writes it. All of it is one transaction of the new database, and it ends well only when every table
there reads as the old one does.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction

from sstc_academy.lib import env
from sstc_academy.operations import Refused
from sstc_academy.operations.contents import (
    all_models,
    applied_migrations,
    known_migrations,
    tables_in_use,
)

SOURCE, TARGET = DEFAULT_DB_ALIAS, "target"
# SQLite takes 32,766 values in a statement, and a row of ours has a hundred at most.
_ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class Table:
    """As it is in both databases."""

    name: str
    rows: int
    checksum: str


def move_to(url: str) -> list[Table]:
    """Copies everything to an empty database. Refused where that cannot be; then the old one is as
    it was, and the new one empty."""
    _name_target(url)
    source, target = connections[SOURCE], connections[TARGET]
    missing = known_migrations() - applied_migrations(source)
    if missing:
        raise Refused(f"{len(missing)} migrations have not run here; run: manage.py prepare")
    if tables := tables_in_use(target):
        raise Refused(f"The new database is in use: there are rows in {', '.join(tables[:3])}.")
    call_command("migrate", database=TARGET, interactive=False, verbosity=0)
    # What it has cached are ids of the new database.
    ContentType.objects.clear_cache()
    with transaction.atomic(SOURCE), transaction.atomic(TARGET):
        _hold(source)
        _empty(target)
        tables = [_copy(model) for model in all_models()]
        target.check_constraints()
        _set_sequences(source, target)
        copies = [read(model, TARGET) for model in all_models()]
        if different := [table.name for table in tables if table not in copies]:
            raise Refused(f"These tables would not be the same: {', '.join(different)}.")
    return tables


def _name_target(url: str) -> None:
    """Makes the new database known to Django. env.BadSetting when the address makes no sense."""
    if url.startswith("sqlite:///"):
        values = settings.SQLITE | {"NAME": url.removeprefix("sqlite:///")}
    else:
        values = env.postgres_at(url, "--to") | settings.POSTGRES
    connections.settings[TARGET] = values
    connections.configure_settings(connections.settings)
    try:
        connections[TARGET].ensure_connection()
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise Refused(f"The database of --to does not answer: {reason}") from None


def _hold(source) -> None:
    """Everything is read as it is at this moment. SQLite lets nobody write meanwhile, since our
    transactions begin by writing."""
    if source.vendor == "postgresql":
        with source.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _empty(target) -> None:
    """Of what migrations have put there."""
    tables = [model._meta.db_table for model in all_models()]
    with target.cursor() as cursor:
        for statement in target.ops.sql_flush(no_style(), tables, allow_cascade=True):
            cursor.execute(statement)


def _copy(model: type[models.Model]) -> Table:
    target = connections[TARGET]
    quote = target.ops.quote_name
    fields = model._meta.local_concrete_fields
    columns = ", ".join(quote(field.column) for field in fields)
    places = f"({', '.join('%s' for _field in fields)})"
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608
    reading = _Reading(model, SOURCE)
    with target.cursor() as cursor:
        for rows in reading.batches():
            try:
                values = chain.from_iterable(_adapted(fields, row, target) for row in rows)
                cursor.execute(insert + ", ".join([places] * len(rows)), [*values])
            except (DatabaseError, ValueError) as error:
                reason = " ".join(str(error).split())
                raise Refused(f"A row of {model._meta.db_table} is not taken: {reason}") from None
    return reading.table


def _adapted(fields, row: tuple, target) -> list[Any]:
    pairs = zip(fields, row, strict=True)
    return [field.get_db_prep_save(value, connection=target) for field, value in pairs]


def read(model: type[models.Model], alias: str) -> Table:
    reading = _Reading(model, alias)
    for _rows in reading.batches():
        pass
    return reading.table


class _Reading:
    """Of the model's own table, in the order of its keys; sums up what it has read."""

    def __init__(self, model: type[models.Model], alias: str):
        self._model, self._alias = model, alias
        self._count, self._digest = 0, hashlib.sha256()

    def batches(self) -> Iterator[list[tuple]]:
        names = [field.attname for field in self._model._meta.local_concrete_fields]
        # Past the managers, which leave out rows and translate columns.
        rows = models.QuerySet(self._model, using=self._alias).order_by("pk").values_list(*names)
        unread = rows.iterator(_ROWS_AT_ONCE)
        while batch := list(islice(unread, _ROWS_AT_ONCE)):
            self._count += len(batch)
            for row in batch:
                self._digest.update(_canonical(row))
            yield batch

    @property
    def table(self) -> Table:
        return Table(self._model._meta.db_table, self._count, self._digest.hexdigest())


def _canonical(row: tuple) -> bytes:
    """The same for equal values, whichever database they come from."""
    values = [value.astimezone(UTC) if isinstance(value, datetime) else value for value in row]
    return json.dumps(values, cls=_Encoder, sort_keys=True).encode() + b"\n"


class _Encoder(DjangoJSONEncoder):
    def default(self, value):
        if isinstance(value, bytes | memoryview):
            return bytes(value).hex()
        # Django's leaves out what is less than a millisecond.
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def _set_sequences(source, target) -> None:
    """New rows get ids that no row has or ever had, as if they had come to the old database."""
    for model in all_models():
        key = model._meta.pk
        if key in model._meta.local_fields and isinstance(key, models.AutoField):
            last = max(_last_id(source, model), _highest_id(model))
            if last:
                _set_last_id(target, model, last)


def _highest_id(model: type[models.Model]) -> int:
    return models.QuerySet(model, using=TARGET).aggregate(last=models.Max("pk"))["last"] or 0


def _last_id(connection, model: type[models.Model]) -> int:
    """That was ever given to a row; 0 when none was."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
            return row[0] if row else 0
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
        [sequence] = cursor.fetchone()
        cursor.execute(
            f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608
        )
        return cursor.fetchone()[0]


def _set_last_id(connection, model: type[models.Model], last: int) -> None:
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
        else:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [f'"{table}"', column, last]
            )
