"""What the log of a SQLite database tells about writing, with real files."""

import os
import sqlite3
import time
from contextlib import closing

import pytest

from sstc_academy.lib.sqlite_log import state_of


@pytest.fixture
def database(tmp_path):
    path = str(tmp_path / "some.sqlite3")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE version (number)")
        connection.execute("INSERT INTO version VALUES (0)")
        yield path, connection


def rest(path: str) -> None:
    """As if the last writing lay some seconds back."""
    earlier = time.time() - 5
    os.utime(f"{path}-wal", (earlier, earlier))


def test_nothing_is_told_without_a_log(tmp_path):
    assert state_of(str(tmp_path / "nothing.sqlite3")) is None


def test_nothing_is_told_right_after_writing(database):
    path, connection = database
    connection.execute("UPDATE version SET number = 1")

    assert state_of(path) is None


def test_reading_leaves_the_state_and_a_commit_changes_it(database):
    path, connection = database
    rest(path)
    before = state_of(path)
    connection.execute("SELECT number FROM version").fetchall()
    assert state_of(path) == before is not None

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("UPDATE version SET number = 1")
    assert state_of(path) != before
    rest(path)
    assert state_of(path) != before


@pytest.mark.parametrize("pause", [0, 0.0005])
def test_who_trusts_the_state_never_reads_what_is_out_of_date(database, pause):
    path, connection = database
    known_state, known = None, None
    for number in range(300):
        connection.execute("UPDATE version SET number = ?", [number])
        # Written over from its beginning, the log does not grow.
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        time.sleep(pause)
        state = state_of(path)
        if state is None or state != known_state:
            known_state = state
            [known] = connection.execute("SELECT number FROM version").fetchone()
        assert known == number
