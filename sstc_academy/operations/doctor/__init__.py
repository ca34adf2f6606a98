"""Looks a deployment over, and says in plain words what is wrong and how to mend it."""

from collections.abc import Callable, Iterable

from django.db import DatabaseError

from sstc_academy.operations.doctor import services, settings
from sstc_academy.operations.doctor.verdict import Verdict, fault

Check = Callable[[], Verdict]

# In the order in which they are told; what a name stands for is one line of the report.
CHECKS: dict[str, Check] = {
    "debug": settings.debug,
    "address": settings.address,
    "https": settings.https,
    "hosts": settings.hosts,
    "proxies": settings.proxies,
    "secret key": settings.secret_key,
    "sender": settings.sender,
    "mail": services.mail,
    "folder": services.folder,
    "database": services.database,
    "migrations": services.migrations,
    "cache": services.cache_of_all_processes,
    "static files": services.static_files,
    "worker": services.worker,
    "waiting mails": services.waiting_mails,
    "languages": services.compiled_catalogues,
    "clock": services.clock,
    "second factors": services.second_factors,
    "facilitators": services.facilitators,
}
# These read everything there is, which may take minutes.
DEEP_CHECKS: dict[str, Check] = {
    "forum": services.forum,
    "uploaded files": services.uploaded_files,
}


def examine(checks: dict[str, Check]) -> Iterable[tuple[str, Verdict]]:
    for name, check in checks.items():
        try:
            verdict = check()
        except (DatabaseError, OSError) as error:
            reason = " ".join(str(error).split())
            verdict = fault(f"This could not be looked at: {reason}.", "Mend what is named above.")
        yield name, verdict
