import os
import subprocess
import sys

# Each takes megabytes, in every process. On PostgreSQL psycopg is used, of course.
LARGE = {"numpy", "rest_framework", "docutils", "botocore", "psycopg"}
LOADED = """
import sys
import sstc_academy.wsgi
from django.template.loader import get_template

get_template("home.html")
print(*sys.modules)
"""


def test_a_web_process_loads_nothing_large_that_it_does_not_use():
    environment = os.environ | {"DATABASE_URL": ""}

    loaded = subprocess.run(
        [sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, check=True
    )

    assert "forum.views" in loaded.stdout.split()
    assert not LARGE.intersection(loaded.stdout.split())
