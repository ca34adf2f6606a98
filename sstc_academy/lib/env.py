"""Settings read from the environment.

A value that makes no sense ends the process with one line that names the variable and
says what it expects: an operator should never have to read a traceback for a typing error.
"""

import os
import re

import dj_database_url

_HOST_NAME = re.compile(r"\*|\.?[\w.-]+|\[[0-9a-fA-F:]+\]", re.ASCII)
_CREDENTIALS = re.compile(r"[^\s:]+:\S{16,}")
# Of a mail server: room for a token behind it, in the 64 letters that the part before "@" may have.
_REPLY_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._-]{0,15}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ORIGIN = re.compile(r"https?://(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?", re.ASCII)


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


def host_names(name: str, default: list[str]) -> list[str]:
    """Host names as Django takes them: no scheme, no path; ".example.org" for all below it."""
    values = listing(name, default)
    for value in values:
        if not _HOST_NAME.fullmatch(value):
            raise BadSetting(
                f'{name} has "{value}"; give host names such as academy.example.org, with commas.'
            )
    return values


def origin(name: str) -> str:
    """Scheme and host, without a trailing slash; "" when it is not set."""
    value = text(name).rstrip("/")
    if value and not _ORIGIN.fullmatch(value):
        raise BadSetting(
            f'{name} is "{value}"; give scheme and host only, such as https://academy.example.org.'
        )
    return value


def reply_address(name: str) -> str:
    """An address behind whose name "+TOKEN" fits, in small letters; "" when it is not set."""
    value = text(name)
    if value and not _REPLY_ADDRESS.fullmatch(value.lower()):
        raise BadSetting(
            f'{name} is "{value}"; give an address with at most 16 letters before the "@" and no '
            '"+", such as forum@talk.example.org.'
        )
    return value.lower()


def socket_address(name: str, default: str) -> str:
    """Where a server listens, as host:port."""
    value = text(name, default)
    host, _colon, port = value.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise BadSetting(f'{name} is "{value}"; give host and port, such as {default}.')
    return value


def postgres(name: str) -> dict:
    """A database as settings.DATABASES describes it; {} when it is not set.

    Nothing of a wrong value is repeated, since it may hold a password.
    """
    value = text(name)
    if not value:
        return {}
    try:
        found = dj_database_url.parse(value)
        # A "/" or "@" of a password that was not encoded ends up in the name.
        is_clear = re.fullmatch(r"[^/@]+", found["NAME"])
    except ValueError:
        is_clear = False
    if not is_clear or found["ENGINE"] != "django.db.backends.postgresql":
        raise BadSetting(
            f"{name} cannot be read; give postgres://USER:PASSWORD@HOST:PORT/DATABASE, "
            "with every special character of the password percent-encoded."
        )
    return found


def with_prefix(prefix: str) -> dict[str, str]:
    """Every variable that begins so, without its beginning."""
    return {
        name.removeprefix(prefix): value.strip()
        for name, value in os.environ.items()
        if name.startswith(prefix) and value.strip()
    }


def require_credentials(name: str) -> None:
    """That it is not set, or has a name and a long password as HTTP takes them."""
    if text(name) and not _CREDENTIALS.fullmatch(text(name)):
        raise BadSetting(
            f"{name} cannot be read; give a name, a colon and a random password of at least 16 "
            "letters, such as academy:PASSWORD."
        )


def social_apps(prefix: str) -> list[dict]:
    """This site's id and secret at a service, from PREFIX_CLIENT_ID and PREFIX_CLIENT_SECRET, as
    django-allauth takes them; none when they are not set.
    """
    names = f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET"
    client_id, secret = map(text, names)
    if bool(client_id) != bool(secret):
        given, missing = names if client_id else reversed(names)
        raise BadSetting(f"{given} is set and {missing} is not; give both, or neither.")
    return [{"client_id": client_id, "secret": secret}] if client_id else []


def openid_apps(prefix: str) -> list[dict]:
    """The same for an OpenID Connect server, with PREFIX_SERVER_URL and PREFIX_NAME."""
    apps = social_apps(prefix)
    url = text(f"{prefix}_SERVER_URL")
    if apps and not url.startswith(("https://", "http://")):
        raise BadSetting(
            f'{prefix}_SERVER_URL is "{url}"; give the address of the server, such as '
            "https://login.example.org/realms/staff."
        )
    name = text(f"{prefix}_NAME", "OpenID Connect")
    return [
        app | {"provider_id": "openid", "name": name, "settings": {"server_url": url}}
        for app in apps
    ]
