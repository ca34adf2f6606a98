"""A backup: the database and the uploaded files of one moment, in one file."""

import platform
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from sstc_academy.operations import Refused
from sstc_academy.operations.archive import MEDIA, Manifest, add, add_manifest, new_archive
from sstc_academy.operations.contents import applied_migrations, media_files
from sstc_academy.operations.dumps import dump_of_this_database


def make_backup(target: Path, *, replace: bool = False) -> Manifest:
    """Refused where a file stands already, unless it may be replaced."""
    if target.exists() and not replace:
        raise Refused(f"{target} exists; choose another name, or replace it with --force.")
    if not target.parent.is_dir():
        raise Refused(f"{target.parent} is no folder; make it first.")
    dump = dump_of_this_database()
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as name:
        database = Path(name) / dump.name
        rows = dump.save(database)
        manifest = Manifest(
            made_at=timezone.now().isoformat(timespec="seconds"),
            versions=_versions(),
            database=connection.vendor,
            migrations=sorted(map(list, applied_migrations(connection))),
            rows=rows,
            key_fingerprint=fingerprint(settings.SECRET_KEY),
        )
        with new_archive(target) as archive:
            with database.open("rb") as file:
                add(archive, manifest, dump.name, file, pack=not dump.is_packed)
            # After the database: a file is stored before the row that names it.
            for media in media_files():
                _add_media(archive, manifest, media)
            add_manifest(archive, manifest)
    return manifest


def _add_media(archive, manifest: Manifest, name: str) -> None:
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        # Deleted since it was listed.
        return
    with file:
        add(archive, manifest, MEDIA + name, file, pack=False)


def fingerprint(key: str) -> str:
    return salted_hmac("sstc_academy.backup", "", secret=key, algorithm="sha256").hexdigest()[:16]


def _versions() -> dict[str, str]:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return {
        "academy": project["version"],
        "python": platform.python_version(),
        "django": django.get_version(),
        connection.vendor: ".".join(map(str, connection.get_database_version())),
    }
