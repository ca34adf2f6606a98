"""Settings read from the environment.

A value that makes no sense ends the process with one line that names the variable and
says what it expects: an operator should never have to read a traceback for a typing error.
"""

import os


class BadSetting(SystemExit):
    """Ends the process; its text is what the operator reads."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f'{name} is "{value}"; give true or false.')


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < minimum:
        raise BadSetting(
            f'{name} is "{value}"; give a whole number of at least {minimum}, such as {default}.'
        )
    return int(value)


def listing(name: str, default: list[str]) -> list[str]:
    """Values separated by commas; empty ones are dropped."""
    values = [value.strip() for value in text(name).split(",")]
    return [value for value in values if value] or default


def choice(name: str, default: str, *, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise BadSetting(f'{name} is "{value}"; give one of {", ".join(allowed)}.')
    return value


def address(name: str) -> str:
    """An http(s) address without a trailing slash, or "" when it is not set."""
    value = text(name).rstrip("/")
    if value and not value.startswith(("http://", "https://")):
        raise BadSetting(
            f'{name} is "{value}"; give a whole address such as https://academy.example.org.'
        )
    return value
