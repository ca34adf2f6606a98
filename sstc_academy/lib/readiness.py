"""What a server depends on: each app registers its own checks in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass


class NotReadyError(Exception):
    """Its text is answered to whoever asks: it names no host and no person."""


@dataclass(frozen=True)
class Check:
    name: str
    # Raises NotReadyError.
    run: Callable[[], None]
    # Without this the server can answer nobody, and a load balancer leaves it out. What is not
    # needed is told all the same, and is not a reason to send readers away.
    is_needed: bool


@dataclass(frozen=True)
class Finding:
    check: Check
    # "" when it is well.
    fault: str

    def __str__(self):
        return f"{self.check.name}: {self.fault or 'ok'}"


_checks: dict[str, Check] = {}


def register(name: str, run: Callable[[], None], *, is_needed: bool) -> None:
    _checks[name] = Check(name, run, is_needed)


def findings() -> list[Finding]:
    """In the order in which they were registered."""
    return [Finding(check, _fault(check)) for check in _checks.values()]


def _fault(check: Check) -> str:
    try:
        check.run()
    except NotReadyError as error:
        return str(error)
    return ""
