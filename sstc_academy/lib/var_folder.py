"""The folder in which an instance keeps what is its own, and the key that is made there."""

import os
from contextlib import suppress
from errno import EACCES
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.utils import get_random_secret_key

from sstc_academy.lib import env


def make(folder: Path) -> None:
    """With what is in it; BadSetting when that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("media", "mail", "static"):
            (folder / name).mkdir(exist_ok=True)
        for place in (folder, *(folder / name for name in ("media", "mail", "static"))):
            if not os.access(place, os.W_OK | os.X_OK):
                raise PermissionError(EACCES, os.strerror(EACCES), str(place))
    except OSError as error:
        raise env.BadSetting(
            f'VAR_DIR is "{folder}", which cannot be written ({error.strerror}: '
            f"{error.filename}); give a folder that this user owns."
        ) from None


def secret_key(folder: Path) -> str:
    """SECRET_KEY, or a key generated once and kept in the folder, readable by its owner only."""
    if key := env.secret("SECRET_KEY"):
        return key
    path = folder / "secret_key"
    try:
        if not path.exists():
            # Linked into place when complete: another process never reads half a key.
            with NamedTemporaryFile("w", dir=folder) as file:  # which makes it with mode 0600
                file.write(get_random_secret_key())
                file.flush()
                with suppress(FileExistsError):
                    path.hardlink_to(file.name)
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise env.BadSetting(f"SECRET_KEY cannot be kept in {path}: {error}.") from None
    if env.is_weak(key):
        raise env.BadSetting(
            f"SECRET_KEY in {path} is damaged; put back your copy of that file, or delete it: "
            "then everybody signs in anew and sets up second factors again."
        )
    return key
