"""Files that facilitators upload: checked by their content, kept under names that we choose."""

import re
from pathlib import PurePath
from uuid import uuid4

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _

# What may be uploaded as a resource: ending, and what its content must turn out to be.
RESOURCE_TYPES = {
    "pdf": {".pdf"},
    "docx": {".docx", ".zip"},
    "xlsx": {".xlsx", ".zip"},
    "pptx": {".pptx", ".zip"},
    "odt": {".odt", ".zip"},
    "ods": {".ods", ".zip"},
    "odp": {".odp", ".zip"},
    "zip": {".zip"},
    "jpg": {".jpg", ".jpeg", ".jfif"},
    "png": {".png"},
    "mp3": {".mp3"},
    "epub": {".epub", ".zip"},
}
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


def validate_video(file: File) -> None:
    _validate_size(file, settings.MAX_VIDEO_MB)
    head = _head(file)
    is_mp4 = head[4:8] == b"ftyp"
    is_webm = head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:128]
    if not (is_mp4 or is_webm):
        raise ValidationError(
            _(
                "This file is not a video in MP4 or WebM. "
                "Save it in one of these formats and try again."
            )
        )


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


def validate_resource(file: File) -> None:
    _validate_size(file, settings.MAX_FILE_MB)
    ending = PurePath(file.name).suffix.lower().removeprefix(".")
    try:
        found = {match.extension.lower() for match in puremagic.magic_string(_head(file))}
    except (puremagic.PureError, ValueError):
        found = set()
    if not found & RESOURCE_TYPES.get(ending, set()):
        raise ValidationError(
            _(
                "The content of this file is not what its name says (%(ending)s). "
                "Save it again and upload that."
            )
            % {"ending": ending or "?"}
        )


def _validate_size(file: File, megabytes: int) -> None:
    if file.size > megabytes * 1024 * 1024:
        raise ValidationError(
            _("This file is too large. It may have at most %(megabytes)s MB.")
            % {"megabytes": megabytes}
        )


def _head(file: File) -> bytes:
    file.seek(0)
    try:
        return file.read(_HEAD_BYTES)
    finally:
        file.seek(0)
