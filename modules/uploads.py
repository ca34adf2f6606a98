"""Files that facilitators upload: checked by their content, kept under names that we choose."""

import re
from collections.abc import Callable
from functools import wraps
from pathlib import PurePath
from uuid import uuid4
from zipfile import ZipFile

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

# What puremagic calls the content of such a file.
_MAGIC = {"pdf": {".pdf"}, "jpg": {".jpg", ".jpeg", ".jfif"}, "png": {".png"}}
# The folder that the archive of such a document has, and the content of its entry "mimetype".
_OFFICE_FOLDERS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_MIMETYPES = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
    "odp": b"application/vnd.oasis.opendocument.presentation",
    "epub": b"application/epub+zip",
}
# The endings of what may be uploaded as a resource.
RESOURCE_TYPES = (*_MAGIC, *_OFFICE_FOLDERS, *_MIMETYPES, "zip", "mp3")
_HEAD_BYTES = 16_384
_TIME = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
_CUE_TIME = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?$", re.MULTILINE)


def _own_name(folder: str, filename: str) -> str:
    # The ending has passed the field's validator; nothing else of the name is kept.
    ending = PurePath(filename).suffix.lower()[:6]
    return f"{folder}/{uuid4().hex}{ending}"


def video_name(_instance, filename: str) -> str:
    return _own_name("videos", filename)


def captions_name(_instance, filename: str) -> str:
    return _own_name("captions", filename)


def poster_name(_instance, filename: str) -> str:
    return _own_name("posters", filename)


def resource_name(_instance, filename: str) -> str:
    return _own_name("resources", filename)


def _once(validate: Callable[[File], None]) -> Callable[[File], None]:
    """A file that is stored has passed: to read it again at each save of what it belongs to would
    fetch a whole video from a bucket."""

    @wraps(validate)
    def unless_stored(file: File) -> None:
        if not getattr(file, "_committed", False):
            validate(file)

    return unless_stored


@_once
def validate_video(file: File) -> None:
    _validate_size(file, settings.MAX_VIDEO_MB)
    head = _head(file)
    if head[4:8] == b"ftyp":
        found = "mp4"
    elif head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:128]:
        found = "webm"
    else:
        raise ValidationError(
            _(
                "This file is not a video in MP4 or WebM. "
                "Save it in one of these formats and try again."
            )
        )
    if found != _ending(file):
        raise _mismatch(file)


@_once
def validate_captions(file: File) -> None:
    _validate_size(file, 1)
    file.seek(0)
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    finally:
        file.seek(0)
    first_line, _newline, rest = text.replace("\r\n", "\n").partition("\n")
    if not re.match(r"^WEBVTT(?:[ \t].*)?$", first_line) or not _CUE_TIME.search(rest):
        raise ValidationError(
            _(
                "This is not a WebVTT file with captions. Its first line reads WEBVTT, "
                "and each caption has a time such as 00:00:01.000 --> 00:00:04.000."
            )
        )


@_once
def validate_picture(file: File) -> None:
    _validate_size(file, settings.MAX_FILE_MB)
    head = _head(file)
    is_webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    if not (head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or is_webp):
        raise ValidationError(
            _(
                "This file is not a picture in JPEG, PNG or WebP. "
                "Save it in one of these formats and try again."
            )
        )


@_once
def validate_resource(file: File) -> None:
    _validate_size(file, settings.MAX_FILE_MB)
    ending = _ending(file)
    if ending in _MAGIC:
        is_right = bool(_MAGIC[ending] & _magic(file))
    elif ending == "mp3":
        is_right = _is_mp3(file)
    else:
        is_right = _is_archive(file, ending)
    if not is_right:
        raise _mismatch(file)


def _magic(file: File) -> set[str]:
    try:
        return {match.extension.lower() for match in puremagic.magic_string(_head(file))}
    except (puremagic.PureError, ValueError):
        return set()


def _is_mp3(file: File) -> bool:
    """Whether a frame of MPEG audio, layer III, follows the ID3 tag, if there is one."""
    head, start = _head(file), 0
    if head.startswith(b"ID3") and len(head) >= 10:
        # The size of the tag stands in seven bits of each of four bytes.
        start = 10 + sum(byte << 7 * (3 - place) for place, byte in enumerate(head[6:10]))
    # Some programs fill up the room after the tag.
    frame = _head(file, start).lstrip(b"\0")
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
        return False
    return frame[1] & 0x18 != 0x08 and frame[2] & 0xF0 != 0xF0 and frame[2] & 0x0C != 0x0C


def _is_archive(file: File, ending: str) -> bool:
    """Whether it is a ZIP archive, and holds what a document with this ending holds."""
    if not _head(file).startswith(b"PK\x03\x04"):
        return False
    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
            if ending in _OFFICE_FOLDERS:
                folder = _OFFICE_FOLDERS[ending]
                return "[Content_Types].xml" in names and any(n.startswith(folder) for n in names)
            if ending in _MIMETYPES:
                with archive.open("mimetype") as entry:
                    return entry.read(100).strip() == _MIMETYPES[ending]
            return ending == "zip"
    except Exception:  # zipfile meets broken archives with exceptions of many kinds
        return False
    finally:
        file.seek(0)


def _ending(file: File) -> str:
    return PurePath(file.name).suffix.lower().removeprefix(".")


def _mismatch(file: File) -> ValidationError:
    return ValidationError(
        _(
            "The content of this file is not what its name says (%(ending)s). "
            "Save it again and upload that."
        )
        % {"ending": _ending(file) or "?"}
    )


def _validate_size(file: File, megabytes: int) -> None:
    if file.size > megabytes * 1024 * 1024:
        raise ValidationError(
            _("This file is too large. It may have at most %(megabytes)s MB.")
            % {"megabytes": megabytes}
        )


def _head(file: File, start: int = 0) -> bytes:
    file.seek(start)
    try:
        return file.read(_HEAD_BYTES)
    finally:
        file.seek(0)
