"""Uploaded files: as what they leave the server, and what happens when they have left the disk."""

from pathlib import PurePath

from django.db.models.fields.files import FieldFile

# A file that browsers may show in place; every other type is downloaded.
_SHOWN_IN_PLACE = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".vtt": "text/vtt; charset=utf-8",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".pdf": "application/pdf",
}


def ending(name: str) -> str:
    return PurePath(name).suffix.lower()


def content_headers(name: str) -> dict[str, str]:
    """By the ending that we chose, whatever the uploader said: never a page, never a script."""
    if shown := _SHOWN_IN_PLACE.get(ending(name)):
        return {"Content-Type": shown}
    return {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}


def size_of(file: FieldFile) -> int | None:
    """In bytes; None when the file is gone, which must not take a page down with it."""
    try:
        return file.size
    except OSError:
        return None
