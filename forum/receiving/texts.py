"""What a mail says, as text: of several forms the plain one, else what its HTML shows."""

import codecs
import re
from collections.abc import Iterator
from email.message import Message

from forum.receiving.from_html import text_of_html
from forum.receiving.reading import Incoming, leaves

# No person writes more; what is longer is cut, and refused as too long for a post later on.
MOST_TEXT = 200_000
# The codecs of Python are many, and some of them slow or none of letters.
_CHARSET = re.compile(
    r"(us-)?ascii|utf|iso|latin|windows|cp\d|koi8|gb|hz|big5|euc|ks|shift|x-sjis|mac|tis",
    re.IGNORECASE,
)
# One letter is one byte in these; UTF-8 under their name is a common fault of mail programs.
_SINGLE_BYTES = re.compile(r"(us-)?ascii|iso-?8859|latin|windows-125|cp125|koi8|mac", re.IGNORECASE)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949"}
_LAST_RESORT = "windows-1252"
_SIGNATURE = "-- "


def text_of(mail: Incoming) -> str:
    """ "" when it holds no text, such as files only."""
    plain, html = [], []
    for part in _shown_parts(mail.message):
        kind = part.get_content_type()
        if kind == "text/plain":
            plain.append(_plain(part))
        elif kind == "text/html":
            html.append(text_of_html(_decoded(part)))
    text = _joined(plain) or _joined(html)
    # What no database takes.
    return text[:MOST_TEXT].replace("\x00", "").encode(errors="replace").decode()


def has_files(mail: Incoming) -> bool:
    return any(not part.get_content_type().startswith("text/") for part in leaves(mail.message))


def _joined(texts: list[str]) -> str:
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


def _shown_parts(message: Message) -> Iterator[Message]:
    for part in leaves(message):
        if part.get_content_disposition() != "attachment":
            yield part


def _plain(part: Message) -> str:
    text = _decoded(part).replace("\r\n", "\n").replace("\r", "\n")
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    return _unflowed(text, deletes_space=str(part.get_param("delsp", "")).lower() == "yes")


def _decoded(part: Message) -> str:
    """In the charset that it names, where that can be true."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    data = data[: MOST_TEXT * 4]
    named = str(part.get_param("charset", "")).strip().lower()
    charset = _WIDER.get(named, named) if _CHARSET.match(named) else ""
    is_doubtful = not charset or _SINGLE_BYTES.match(charset)
    tried = ["utf-8", charset] if is_doubtful and not data.isascii() else [charset, "utf-8"]
    for name in tried:
        try:
            return codecs.decode(data, name)
        except (LookupError, ValueError):
            continue
    try:
        return codecs.decode(data, charset or _LAST_RESORT, "replace")
    except (LookupError, ValueError):
        return data.decode(_LAST_RESORT, "replace")


def _unflowed(text: str, *, deletes_space: bool) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one of the same quotation."""
    lines: list[str] = []
    depth_before, is_open = 0, False
    for line in text.split("\n"):
        said = line.lstrip(">")
        depth = len(line) - len(said)
        said = said.removeprefix(" ")
        if is_open and depth == depth_before and said != _SIGNATURE:
            lines[-1] += said
        else:
            lines.append(f"{'>' * depth} {said}" if depth else said)
        is_open = said.endswith(" ") and said != _SIGNATURE
        if is_open and deletes_space:
            lines[-1] = lines[-1][:-1]
        depth_before = depth
    return "\n".join(lines)
