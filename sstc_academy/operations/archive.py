"""The file that a backup is: a ZIP with the database, the uploaded files and a manifest.

The manifest names every member with its size and its SHA-256, so that a damaged file is found
before anything is done with it.
"""

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sstc_academy.operations import Refused

MANIFEST = "manifest.json"
MEDIA = "media/"
# Of what this file describes; a change that older code cannot read makes it 2.
FORMAT = 1
_CHUNK = 1024 * 1024
_DAMAGES = (
    *(BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(KeyError, TypeError, ValueError, NotImplementedError, RuntimeError),
)


@dataclass
class Manifest:
    made_at: str
    # Of the Academy, of Python, Django and the database.
    versions: dict[str, str]
    # As Django calls it: "sqlite" or "postgresql".
    database: str
    # App and name of each that had been applied.
    migrations: list[list[str]]
    rows: dict[str, int]
    # Tells whether a key is the one of then, and nothing about it.
    key_fingerprint: str
    # Size in bytes and SHA-256 of each member of the archive.
    members: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT


@contextmanager
def new_archive(target: Path) -> Iterator[ZipFile]:
    """Takes its place when it is whole, and leaves nothing behind when that fails."""
    # Which makes it with mode 0600: it holds addresses, and secrets of second factors.
    file = NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False)  # noqa: SIM115
    try:
        with file:
            with ZipFile(file, "w") as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(target)
    except BaseException:
        Path(file.name).unlink(missing_ok=True)
        raise


def add(archive: ZipFile, manifest: Manifest, name: str, source: BinaryIO, *, pack: bool) -> None:
    """`pack` for what becomes smaller by it, which a video does not."""
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED if pack else ZIP_STORED
    info.external_attr = 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as member:
        manifest.members[name] = _copy(source, member)


def add_manifest(archive: ZipFile, manifest: Manifest) -> None:
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1), ZIP_DEFLATED)


@contextmanager
def verified_archive(path: Path) -> Iterator[tuple[ZipFile, Manifest]]:
    """Refused unless every byte is as it was written."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}); give a backup's path.") from None
    with file:
        try:
            archive = ZipFile(file)
            manifest = _verify(archive)
        except _DAMAGES:
            raise Refused(
                f"{path} is damaged, or is no backup of the Academy; take another copy of it."
            ) from None
        yield archive, manifest


def _verify(archive: ZipFile) -> Manifest:
    """ValueError, or whatever a damaged archive makes of reading it."""
    values = json.loads(archive.read(MANIFEST))
    if values["format"] > FORMAT:
        raise Refused("This backup was made by a newer Academy; take that version to restore it.")
    manifest = Manifest(**values)
    names = archive.namelist()
    if sorted(names) != sorted([MANIFEST, *manifest.members]):
        raise ValueError("Members are missing, or there are more of them.")
    for name, (size, digest) in manifest.members.items():
        with archive.open(name) as member:
            if _copy(member) != (size, digest):
                raise ValueError(f"{name} has changed.")
    return manifest


def extract(archive: ZipFile, name: str, target: Path) -> None:
    with archive.open(name) as member, target.open("wb") as file:
        _copy(member, file)


def _copy(source: BinaryIO, target: BinaryIO | None = None) -> tuple[int, str]:
    """How many bytes it were, and their SHA-256."""
    size, digest = 0, hashlib.sha256()
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        digest.update(chunk)
        if target:
            target.write(chunk)
    return size, digest.hexdigest()
