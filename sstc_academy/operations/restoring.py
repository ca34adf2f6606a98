"""From a backup to an instance that has nothing of its own yet."""

from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection

from sstc_academy.operations import Refused
from sstc_academy.operations.archive import MEDIA, Manifest, extract, verified_archive
from sstc_academy.operations.backup import fingerprint
from sstc_academy.operations.contents import (
    files_of_rows,
    known_migrations,
    media_files,
    row_counts,
    tables_in_use,
)
from sstc_academy.operations.dumps import dump_of_this_database


def restore(source: Path) -> Manifest:
    """Refused where something would be lost or does not fit; then nothing is changed."""
    before = _require_nothing_of_its_own()
    with verified_archive(source) as (archive, manifest):
        _require_fit(manifest)
        dump = dump_of_this_database()
        with TemporaryDirectory(dir=settings.VAR_DIR, prefix=".restore-") as name:
            database = Path(name) / dump.name
            extract(archive, dump.name, database)
            stored = []
            try:
                # Before the database, which names them.
                _store_media(archive, manifest, stored)
                dump.load(database)
            except BaseException:
                for media in stored:
                    default_storage.delete(media)
                raise
    # What `prepare` had stored for rows that have just been replaced.
    for media in before:
        default_storage.delete(media)
    _require_counts(manifest)
    return manifest


def has_key_of(manifest: Manifest) -> bool:
    """Whether what the key of then has signed or encrypted can be read here."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return manifest.key_fingerprint in map(fingerprint, keys)


def _require_nothing_of_its_own() -> list[str]:
    """The names of the files that `prepare` has stored."""
    if tables := tables_in_use(connection):
        raise Refused(
            f"This instance is in use: there are rows in {_listed(tables)}. "
            "Restore into a new one: another VAR_DIR, or an empty database."
        )
    files, known = list(media_files()), files_of_rows(connection)
    if strangers := [name for name in files if name not in known]:
        raise Refused(
            f"There are uploaded files already: {_listed(strangers)}. "
            "Move them away, or restore into a new place."
        )
    return files


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


def _require_fit(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise Refused(
            f"This is a backup of {manifest.database}, and the database here is "
            f"{connection.vendor}. Restore it with the other DATABASE_URL, then change over with: "
            "manage.py migrate_database --to URL"
        )
    unknown = {tuple(migration) for migration in manifest.migrations} - known_migrations()
    if unknown:
        raise Refused(
            "This backup was made by a newer Academy, with "
            f"{_listed(sorted(map('.'.join, unknown)))}; take that version to restore it."
        )


def _store_media(archive: ZipFile, manifest: Manifest, stored: list[str]) -> None:
    """Each name is added to `stored` before the next file is begun."""
    for member in manifest.members:
        if not member.startswith(MEDIA):
            continue
        name = member.removeprefix(MEDIA)
        with archive.open(member) as file:
            stored.append(default_storage.save(name, File(file, name)))
        if stored[-1] != name:
            raise Refused(f"{name} stands here already; restore into a new place.")


def _require_counts(manifest: Manifest) -> None:
    now = row_counts(connection)
    wrong = [table for table, count in manifest.rows.items() if now.get(table) != count]
    if wrong or now.keys() - manifest.rows.keys():
        raise Refused(
            f"What was restored is not what was saved: look at {_listed(wrong)}. Do not use it."
        )
