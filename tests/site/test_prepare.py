"""Servers that share a PostgreSQL database may start at the same moment."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.academy import own_site


@pytest.mark.parametrize("command", ["migrate", "prepare"])
def test_two_that_start_at_once_prepare_the_database_one_after_the_other(tmp_path, command):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite belongs to one machine, which starts one Academy.")
    with own_site(tmp_path) as site:
        starts = [
            subprocess.Popen(
                [sys.executable, "manage.py", command],
                cwd=settings.BASE_DIR,
                env=site.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _twice in range(2)
        ]
        for process in starts:
            output, _nothing = process.communicate(timeout=120)
            assert process.returncode == 0, output

        site.manage("migrate", "--check")
