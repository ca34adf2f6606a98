"""Posts from a file of JSON Lines; a faulty file is refused as a whole."""

import heapq
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import User
from forum import languages
from forum.models import DEEPEST_LEVEL, LONGEST_POST, Post
from forum.seeding.entries import Entry, Person
from sstc_academy.lib.text import normal_text

_LONGEST_NAME = User._meta.get_field("display_name").max_length
_LONGEST_EMAIL = User._meta.get_field("email").max_length
_LONGEST_TITLE = Post._meta.get_field("title").max_length
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class FaultyFileError(Exception):
    """`faults` are the reasons by number of the line, from 1."""

    def __init__(self, faults: dict[int, str]):
        super().__init__(f"{len(faults)} faulty lines")
        self.faults = dict(sorted(faults.items()))


class _Fault(ValueError):
    """Why a line cannot be taken."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    key: str
    parent_key: str | None
    person: Person
    text: str
    title: str
    language: str
    posted_at: datetime

    def entry(self, parent: Entry | None) -> Entry:
        return Entry(
            key=self.key,
            parent=parent,
            person=self.person,
            text=self.text,
            language=self.language,
            posted_at=self.posted_at,
            title=self.title,
        )


def read_json_lines(path: Path) -> list[Entry]:
    """In the order of posting, which is that of `created` save that answers follow what they
    answer. OSError, or FaultyFileError with every fault that was found."""
    lines, known, faults = {}, set(), {}
    with path.open("rb") as file:
        for number, source in enumerate(file, start=1):
            source = source.removeprefix(_BYTE_ORDER_MARK) if number == 1 else source
            if not source.strip():
                continue
            try:
                values = _values(source)
                key = _key(values, "id")
                if key in known:
                    raise _Fault(f'"id" {key!r} stands in a line above already')
                # Also when the rest is faulty: then its answers are not to blame.
                known.add(key)
                lines[key] = _line(number, key, values)
            except _Fault as fault:
                faults[number] = str(fault)
    entries = _threaded(lines, known, faults)
    if faults:
        raise FaultyFileError(faults)
    return entries


def _threaded(lines: dict[str, _Line], known: set[str], faults: dict[int, str]) -> list[Entry]:
    """Finds the parents, wherever they stand in the file, and adds to `faults`."""
    answers, waiting = defaultdict(list), []
    for line in lines.values():
        if line.parent_key in lines:
            answers[line.parent_key].append(line)
            continue
        if line.parent_key is not None and line.parent_key not in known:
            faults[line.number] = f'"parent" {line.parent_key!r} is the id of no line'
        waiting.append((line.posted_at, line.number, 0, line, None))
    heapq.heapify(waiting)
    entries = {}
    while waiting:
        _moment, number, level, line, parent = heapq.heappop(waiting)
        if level > DEEPEST_LEVEL:
            faults[number] = f"stands more than {DEEPEST_LEVEL} answers below its opening post"
        entries[line.key] = entry = line.entry(parent)
        for answer in answers[line.key]:
            following = (answer.posted_at, answer.number, level + 1, answer, entry)
            heapq.heappush(waiting, following)
    for line in lines.values():
        if line.key not in entries:
            faults[line.number] = '"parent" leads in a circle and never to an opening post'
    return list(entries.values())


def _values(source: bytes) -> dict:
    try:
        values = json.loads(source.decode())
    except UnicodeDecodeError:
        raise _Fault("is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _Fault(f"is not JSON ({error})") from None
    if not isinstance(values, dict):
        raise _Fault('is no object such as {"id": 1, ...}')
    return values


def _line(number: int, key: str, values: dict) -> _Line:
    parent_key = None if values.get("parent") is None else _key(values, "parent")
    is_member = values.get("member")
    if not isinstance(is_member, bool):
        raise _Fault('"member" must be true or false')
    text = _text(values, "body", LONGEST_POST)
    title = _text(values, "title", _LONGEST_TITLE, is_one_line=True, is_optional=True)
    if title and parent_key is not None:
        raise _Fault('"title" is for opening posts only')
    language = _language(values, text)
    person = Person(
        name=_text(values, "author", _LONGEST_NAME, is_one_line=True),
        email=_email(values, is_optional=not is_member),
        is_member=is_member,
        language=language,
    )
    return _Line(number, key, parent_key, person, text, title, language, _moment(values))


def _key(values: dict, name: str) -> str:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise _Fault(f'"{name}" must be a number or a text')
    return str(value)


def _text(
    values: dict, name: str, longest: int, *, is_one_line: bool = False, is_optional: bool = False
) -> str:
    value = values.get(name)
    if value is None and is_optional:
        return ""
    if not isinstance(value, str):
        raise _Fault(f'"{name}" must be a text')
    text = normal_text(value, is_one_line=is_one_line)
    if not (text or is_optional):
        raise _Fault(f'"{name}" has nothing that can be read')
    if len(text) > longest:
        raise _Fault(f'"{name}" has {len(text)} characters; at most {longest} fit')
    return text


def _email(values: dict, *, is_optional: bool) -> str:
    email = _text(values, "email", _LONGEST_EMAIL, is_one_line=True, is_optional=is_optional)
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise _Fault(f'"email" {email!r} is not an e-mail address') from None
    return email


def _language(values: dict, text: str) -> str:
    """As it is given, or found by itself as in a post that somebody writes."""
    given = values.get("language")
    if given is None:
        return languages.detect(text)
    code = languages.find(given) if isinstance(given, str) else None
    if code is None:
        raise _Fault('"language" must be a code such as "pt"')
    return code


def _moment(values: dict) -> datetime:
    """A time without an offset is in UTC."""
    value = values.get("created")
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        raise _Fault('"created" must be a time such as "2026-03-31T14:05:00+00:00"') from None
