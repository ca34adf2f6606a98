"""The message catalogues in locale/, made and checked without GNU gettext on the machine.

Babel extracts, merges and compiles; Django turns templates into what an extractor reads.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from importlib import resources
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from sstc_academy.lib import languages

_SOURCE_FOLDERS = ("accounts", "forum", "modules", "sstc_academy", "templates")
_KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_noop": None,
    "gettext_lazy": None,
    "_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Where a package has a language of ours under another code only; Django would show English.
_BORROWED = {"pt": ("allauth", "pt_PT")}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@dataclass(frozen=True)
class Fault:
    path: Path
    message: str
    reason: str

    def __str__(self):
        shown = self.message if len(self.message) < 70 else f"{self.message[:67]}..."
        return f"{self.path.relative_to(settings.BASE_DIR)}: “{shown}” {self.reason}"


def update() -> None:
    """Bring every catalogue up to date with the source; new entries wait for a translator."""
    template = _extracted()
    for code in languages.CODES:
        catalogue = _read(code)
        created = catalogue.creation_date
        # A copy, since the catalogue takes the template's new messages as its own.
        catalogue.update(deepcopy(template), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        # The day of the last extraction says nothing, and would change every file each time.
        catalogue.creation_date = created
        if code == languages.SOURCE:
            for message in catalogue:
                if message.id:
                    message.string = message.id
        path = _po_path(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=0, sort_by_file=True, include_lineno=False)


def faults() -> Iterator[Fault]:
    """What is missing, fuzzy, left over or has lost a placeholder, in any of the five."""
    template = _extracted()
    wanted = {_key(message) for message in template if message.id}
    for code in languages.CODES:
        path, catalogue = _po_path(code), _read(code)
        found = {_key(message): message for message in catalogue if message.id}
        for key in sorted(wanted - found.keys(), key=str):
            yield Fault(path, str(key[0]), "is missing; run: make messages")
        for key in sorted(found.keys() - wanted, key=str):
            yield Fault(path, str(key[0]), "is no longer used; run: make messages")
        for message in found.values():
            if reason := _fault_of(message, catalogue):
                yield Fault(path, _first(message.id), reason)


def compile_all() -> None:
    """Write each .mo file that is older than its .po file."""
    for source in to_compile():
        code = source.parts[-3]
        catalogue = _read(code)
        if code in _BORROWED:
            _borrow(catalogue, *_BORROWED[code])
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


def to_compile() -> list[Path]:
    """Each .po file that is newer than its .mo file."""
    sources = (_po_path(code) for code in languages.CODES)
    return [
        source
        for source in sources
        if source.exists() and not _is_newer(source.with_suffix(".mo"), source)
    ]


def _borrow(catalogue: Catalog, package: str, code: str) -> None:
    """Take the words of a package's catalogue, but for those that are our own."""
    path = f"locale/{code}/LC_MESSAGES/django.po"
    with resources.files(package).joinpath(path).open("rb") as file:
        for message in read_po(file, locale=code):
            if not message.id or message.fuzzy or catalogue.get(message.id, message.context):
                continue
            catalogue.add(message.id, message.string, context=message.context)


def _is_newer(target: Path, source: Path) -> bool:
    return target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns


def _fault_of(message: Message, catalogue: Catalog) -> str:
    if message.fuzzy:
        return "is fuzzy"
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    if message.pluralizable and len(strings) != catalogue.num_plurals:
        return f"needs {catalogue.num_plurals} plural forms"
    if not all(strings):
        return "is not translated"
    allowed = _placeholders("".join(message.id) if message.pluralizable else message.id)
    for string in strings:
        extra = _placeholders(string) - allowed
        # Some plural forms say "one" or "two" in words; the last, for the many, says the number.
        lost = allowed - _placeholders(string) if string == strings[-1] else set()
        if extra or lost:
            return f"has other placeholders: {', '.join(sorted(extra | lost))}"
    return ""


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def _first(message_id) -> str:
    return message_id[0] if isinstance(message_id, tuple) else message_id


def _key(message: Message):
    return message.id, message.context


def _extracted() -> Catalog:
    catalogue = Catalog()
    for path in _source_files():
        name = str(path.relative_to(settings.BASE_DIR))
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Without its indentation, which the reader of Python would take for blocks.
            lines = templatize(source, origin=name).splitlines()
            source = "\n".join(line.lstrip() for line in lines)
        messages = extract(
            "python", BytesIO(source.encode()), _KEYWORDS, ["Translators:"], {"encoding": "utf-8"}
        )
        for line, message, comments, context in messages:
            catalogue.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalogue


def _source_files() -> Iterator[Path]:
    for folder in _SOURCE_FOLDERS:
        for path in sorted((settings.BASE_DIR / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def _po_path(code: str) -> Path:
    return settings.LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.po"


def _read(code: str) -> Catalog:
    path = _po_path(code)
    if not path.exists():
        return Catalog(
            locale=code,
            header_comment=f"# {languages.own_name(code)}: the words of the SSTC Academy's pages.",
            project="SSTC Academy",
            version="1",
            msgid_bugs_address="",
            last_translator="SSTC Academy",
            language_team="SSTC Academy",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=code)
