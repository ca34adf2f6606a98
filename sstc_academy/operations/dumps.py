"""A whole database as one file, taken while people write, and back again."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from sstc_academy.operations import Refused
from sstc_academy.operations.contents import row_counts


class SQLiteDump:
    name = "database.sqlite3"
    is_packed = False

    def save(self, path: Path) -> dict[str, int]:
        """What each table of it holds."""
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            # In one step: nobody is kept from writing meanwhile, since there is a log.
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            return self._verified_counts(copy)

    def load(self, path: Path) -> None:
        """One transaction: it is loaded as a whole, or nothing is changed."""
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            self._verified_counts(copy)
            copy.backup(connection.connection)
        # What it remembers of the tables is of no use any more.
        connection.close()

    def _verified_counts(self, copy: sqlite3.Connection) -> dict[str, int]:
        [(verdict,)] = copy.execute("PRAGMA quick_check(1)")
        if verdict != "ok":
            raise Refused(f"The SQLite database is damaged ({verdict}); restore an older backup.")
        tables = copy.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%'"
            " ESCAPE '!'"
        ).fetchall()
        count = 'SELECT count(*) FROM "{}"'
        return {table: copy.execute(count.format(table)).fetchone()[0] for (table,) in tables}


class PostgresDump:
    name = "database.dump"
    # pg_dump does it itself.
    is_packed = True

    def save(self, path: Path) -> dict[str, int]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            [snapshot] = cursor.fetchone()
            # pg_dump sees what this transaction sees, so that the counts are those of the dump.
            self._run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={path}")
            return row_counts(connection)

    def load(self, path: Path) -> None:
        """One transaction: it is loaded as a whole, or nothing is changed."""
        script = path.with_suffix(".sql")
        # First as a file: what ends halfway would be taken for all there is.
        self._run(
            *("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", path),
            has_database=False,
        )
        # A prepared instance has tables, perhaps more of them than the backup.
        tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
        drop = [f"--command=DROP TABLE {tables} CASCADE"] if tables else []
        connection.close()
        self._run(
            *("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"),
            *drop,
            f"--file={script}",
        )

    def _run(self, program: str, *arguments: str | Path, has_database: bool = True) -> None:
        found = shutil.which(program)
        if found is None:
            raise Refused(
                f"{program} is not installed here; install PostgreSQL's client programs "
                "(on Debian: apt install postgresql-client)."
            )
        command, environment = [found, *map(str, arguments)], dict(os.environ)
        if has_database:
            parameters = connection.get_connection_params()
            # Not as an argument, which every user of this machine can see.
            environment |= {"PGPASSWORD": parameters.pop("password", "")}
            for name in ("cursor_factory", "context", "prepare_threshold", "client_encoding"):
                parameters.pop(name, None)
            command.append(f"--dbname={make_conninfo(**parameters)}")
        result = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            reason = " ".join(result.stderr.split())
            raise Refused(f"{program} failed, and nothing was changed: {reason}")


def dump_of_this_database() -> SQLiteDump | PostgresDump:
    return PostgresDump() if connection.vendor == "postgresql" else SQLiteDump()
