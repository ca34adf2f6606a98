"""Whether there is a backup, and of when."""

import time
from pathlib import Path

from sstc_academy.operations.doctor.verdict import Verdict, counted, fault, ok

_HOUR = 60 * 60
# A day, and what a backup of every night may be late.
_OLDEST = 26 * _HOUR


def newest_in(folder: Path) -> Verdict:
    ages = [time.time() - path.stat().st_mtime for path in folder.glob("*.zip")]
    mend = f"Run every night: manage.py backup {folder}/academy-$(date +%F).zip"
    if not ages:
        return fault(f"There is no backup in {folder}.", mend)
    text = f"The newest backup in {folder} is {counted(min(ages) / _HOUR, 'hour')} old."
    return fault(text, mend) if min(ages) > _OLDEST else ok(text)
