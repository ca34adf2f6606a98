"""Settings of a site in service whose SQLite database cannot grow by a single page."""

from sstc_academy.settings import *  # noqa: F403
from sstc_academy.settings import SQLITE

# SQLite takes the size that there is for the least; what it answers then is "disk is full".
_options = SQLITE["OPTIONS"]
_init_command = _options["init_command"] + "PRAGMA max_page_count=1;"
DATABASES = {"default": SQLITE | {"OPTIONS": _options | {"init_command": _init_command}}}
