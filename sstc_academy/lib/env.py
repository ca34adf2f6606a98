"""Settings read from the environment.

A value that makes no sense ends the process with one line that names the variable and
says what it expects: an operator should never have to read a traceback for a typing error.
"""

import os
import re
from email.utils import parseaddr
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pkgutil import iter_modules
from urllib.parse import parse_qsl, unquote, urlsplit

import anymail.backends
import dj_database_url
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# Of a secret, which Django takes from 5 different characters on.
_SHORTEST_SECRET, _FEWEST_CHARACTERS = 50, 10
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
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


def domains(name: str) -> set[str]:
    """In small letters."""
    values = {value.lower() for value in listing(name, [])}
    for value in values:
        if not _DOMAIN.fullmatch(value):
            raise BadSetting(
                f'{name} has "{value}"; give domains such as mailinator.com, with commas.'
            )
    return values


def sender(name: str, default: str) -> str:
    """Of mails: an address, with or without a name before it."""
    value = text(name, default)
    try:
        validate_email(parseaddr(value)[1])
    except ValidationError:
        raise BadSetting(
            f'{name} is "{value}"; give an address such as SSTC Academy <academy@example.org>.'
        ) from None
    return value


def secret(name: str) -> str:
    """ "" when it is not set. Nothing of it is repeated."""
    value = text(name)
    return _strong(name, value) if value else ""


def secrets(name: str) -> list[str]:
    """With commas between."""
    return [_strong(name, value) for value in listing(name, [])]


def _strong(name: str, value: str) -> str:
    if is_weak(value):
        raise BadSetting(
            f"{name} has {len(value)} characters, {len(set(value))} of them different; "
            f"give at least {_SHORTEST_SECRET} random ones."
        )
    return value


def is_weak(value: str) -> bool:
    return (
        len(value) < _SHORTEST_SECRET
        or len(set(value)) < _FEWEST_CHARACTERS
        or value.startswith("django-insecure-")
    )


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
    # Only an IPv6 address has colons, and stands in brackets.
    is_host = bool(re.fullmatch(r"[\w.-]+|\[[0-9A-Fa-f:]+\]", host))
    if not is_host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise BadSetting(f'{name} is "{value}"; give host and port, such as {default}.')
    return value


def postgres(name: str) -> dict:
    """A database as settings.DATABASES describes it; {} when it is not set."""
    value = text(name)
    return postgres_at(value, name) if value else {}


def postgres_at(url: str, name: str) -> dict:
    """The same of an address that was given under this name.

    Nothing of a wrong value is repeated, since it may hold a password.
    """
    try:
        found = dj_database_url.parse(url)
        # A "/" or "@" of a password that was not encoded ends up in the name.
        is_clear = re.fullmatch(r"[^/@]+", found["NAME"])
    except ValueError:
        is_clear = False
    if not is_clear or found["ENGINE"] != "django.db.backends.postgresql":
        raise BadSetting(
            f"{name} cannot be read; give postgres://USER:PASSWORD@HOST:PORT/DATABASE, "
            "with every special character of the password percent-encoded."
        )
    # A server that cannot be reached must not hold a reader for minutes.
    found["OPTIONS"] = {"connect_timeout": 5} | found.get("OPTIONS", {})
    return found


def pair(first: str, second: str) -> tuple[str, str]:
    """Both values, or two empty ones."""
    names = first, second
    values = text(first), text(second)
    if bool(values[0]) != bool(values[1]):
        given, missing = names if values[0] else reversed(names)
        raise BadSetting(f"{given} is set and {missing} is not; give both, or neither.")
    return values


def one_flag(first: str, second: str) -> tuple[bool, bool]:
    """Both flags, of which one may be true."""
    values = flag(first), flag(second)
    if all(values):
        raise BadSetting(f"{first} and {second} are both true; give one of them.")
    return values


def with_prefix(prefix: str) -> dict[str, str]:
    """Every variable that begins so, without its beginning."""
    return {
        name.removeprefix(prefix): value.strip()
        for name, value in os.environ.items()
        if name.startswith(prefix) and value.strip()
    }


def host_name(name: str) -> str:
    """Of one server, without a port; "" when it is not set."""
    value = text(name)
    if value and not re.fullmatch(r"[\w.-]+", value, re.ASCII):
        raise BadSetting(f'{name} is "{value}"; give a host name such as mail.example.org.')
    return value


def mail_backend() -> str:
    """What delivers mails: a mail service, a mail server, or files when neither is named."""
    service = text("ANYMAIL_ESP")
    if not service:
        smtp = "django.core.mail.backends.smtp.EmailBackend"
        return smtp if text("EMAIL_HOST") else "accounts.mail.files.FileBackend"
    if text("EMAIL_HOST"):
        raise BadSetting("ANYMAIL_ESP and EMAIL_HOST are both set; give one of them.")
    known = sorted(
        module.name
        for module in iter_modules(anymail.backends.__path__)
        if not module.name.startswith("base") and module.name not in {"console", "test"}
    )
    return f"anymail.backends.{choice('ANYMAIL_ESP', '', allowed=tuple(known))}.EmailBackend"


def redis_server(name: str) -> str:
    """The address of a Redis or Valkey server, as redis-py takes it; "" when it is not set.

    Nothing of a wrong value is repeated, since it may hold a password.
    """
    value = re.sub(r"^valkey(s?)://", r"redis\1://", text(name))
    parts = _parts(value)
    is_clear = parts and parts.hostname and re.fullmatch(r"(/\d*)?", parts.path)
    if value and not (is_clear and parts.scheme in {"redis", "rediss"}):
        raise BadSetting(
            f"{name} cannot be read; give redis://:PASSWORD@HOST:PORT/NUMBER, with every special "
            "character of the password percent-encoded; rediss:// for TLS."
        )
    return value


def object_storage(name: str) -> dict:
    """A bucket, as django-storages takes it; {} when it is not set.

    Nothing of a wrong value is repeated, since it holds a secret.
    """
    value = text(name)
    if not value:
        return {}
    parts = _parts(value)
    options = dict(parse_qsl(parts.query)) if parts else {}
    bucket = parts.path.strip("/") if parts else ""
    is_clear = parts and parts.hostname and parts.username and parts.password
    is_known = options.keys() <= {"region"} and re.fullmatch(r"[a-z0-9][a-z0-9.-]+", bucket)
    schemes = {"s3": "https", "s3+http": "http"}
    if not is_clear or not is_known or parts.scheme not in schemes:
        raise BadSetting(
            f"{name} cannot be read; give s3://KEY:SECRET@HOST/BUCKET?region=REGION, with every "
            "special character of both percent-encoded."
        )
    require(name, "storages.backends.s3", "boto3", package="django-storages[s3]")
    return {
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "endpoint_url": f"{schemes[parts.scheme]}://{parts.netloc.rpartition('@')[2]}",
        "bucket_name": bucket,
        "region_name": options.get("region", "us-east-1"),
    }


def _parts(value: str):
    """None for what is no address."""
    try:
        parts = urlsplit(value)
        _port = parts.port
    except ValueError:
        return None
    return None if parts.fragment else parts


def require(name: str, *modules: str, package: str) -> None:
    """BadSetting when a module that only this setting needs is not installed."""
    for module in modules:
        # A module is looked for within its package, which may be missing, too.
        if not all(find_spec(part) for part in (module.split(".")[0], module)):
            raise BadSetting(f'{name} needs a package that is missing: pip install "{package}"')


def networks(name: str, default: list[str]) -> list[IPv4Network | IPv6Network]:
    values = listing(name, default)
    try:
        return [ip_network(value) for value in values]
    except ValueError:
        raise BadSetting(
            f'{name} is "{",".join(values)}"; give networks such as 10.0.0.0/8, with commas.'
        ) from None


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
    client_id, secret = pair(f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET")
    return [{"client_id": client_id, "secret": secret}] if client_id else []


def openid_apps(prefix: str) -> list[dict]:
    """The same for an OpenID Connect server, with PREFIX_SERVER_URL and PREFIX_NAME."""
    apps = social_apps(prefix)
    url = text(f"{prefix}_SERVER_URL")
    for name in (f"{prefix}_SERVER_URL", f"{prefix}_NAME"):
        if text(name) and not apps:
            raise BadSetting(f"{name} is set and {prefix}_CLIENT_ID is not; give both, or neither.")
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
