"""Uploaded files, which may have left the disk since."""

from django.db.models.fields.files import FieldFile


def size_of(file: FieldFile) -> int | None:
    """In bytes; None when the file is gone, which must not take a page down with it."""
    try:
        return file.size
    except OSError:
        return None
