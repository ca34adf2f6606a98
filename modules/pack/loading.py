import hashlib
import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import override
from django_countries.fields import CountryField

from modules.models import PackEntry
from modules.models.publishing import Publishable, Status
from modules.pack.parts import COMMITMENT, EVERY_PART, MODULE, NEWS, PAGE_PARTS, PLEDGES, Part
from modules.pack.reading import Mapping, PackError, Place, read_mapping
from sstc_academy.lib import languages

_TRANSLATIONS = [code for code in languages.CODES if code != languages.SOURCE]


@dataclass
class Report:
    """What a load did, by the keys of the entries."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    # Changed or deleted by a facilitator, or there before the pack.
    left_alone: list[str] = field(default_factory=list)
    # Files that were put into the media storage.
    files: list[FieldFile] = field(default_factory=list)


def load_pack(folder: Path) -> Report:
    """Bring the modules below `folder` into the database, in one transaction.

    An entry is made once. A newer pack improves it as long as it still is what the pack made;
    what a facilitator has edited or deleted is never touched. PackError when a file is faulty:
    then nothing has changed.
    """
    folders = sorted(path.parent for path in folder.glob("*/module.yaml"))
    if not folders:
        raise PackError(folder, 1, "no folder with a module.yaml lies here")
    report = Report()
    try:
        # Words of the models (such as error messages) come in English, whoever runs the command.
        with transaction.atomic(), override(languages.SOURCE):
            modules = [_ModuleFolder(each, report) for each in folders]
            _refuse_twins(modules)
            for module in modules:
                _load_folder(module)
    except BaseException:
        # A transaction takes back rows, but not files.
        for file in report.files:
            file.storage.delete(file.name)
        raise
    return report


def _load_folder(module: "_ModuleFolder") -> None:
    digest = _folder_digest(module.folder)
    seen, _created = PackEntry.objects.get_or_create(key=module.folder.name)
    if seen.pack_digest != digest:
        module.load()
        seen.pack_digest = digest
        seen.save(update_fields=["pack_digest"])


class _ModuleFolder:
    """One module of the pack while it is loaded."""

    def __init__(self, folder: Path, report: Report):
        self.folder = folder
        self.report = report
        self.facts = read_mapping(folder / "module.yaml")
        self.texts: dict[str, Mapping] = {}

    def load(self) -> None:
        for code in languages.CODES:
            self.texts[code] = read_mapping(self.folder / f"text.{code}.yaml")
            self.texts[code].allow({part.name for part in EVERY_PART})
        part_names = {part.name for part in EVERY_PART} - {"module"}
        self.facts.allow({*MODULE.facts, *part_names})
        module = self._store(
            MODULE, self.facts, f"{self.folder.name}/module", self._texts("module"), {}
        )
        if module is None:
            return
        for part in PAGE_PARTS:
            self._load_list(part, module)
        pledges = self._load_list(PLEDGES, module)
        self._load_list(NEWS, module, pledges)

    def _load_list(self, part: Part, module, pledges=None) -> dict[str, models.Model | None]:
        loaded = {}
        entries = self.facts.entries(part.name)
        texts_by_key = self._texts_of_list(part, entries)
        for position, entry in enumerate(entries, start=1):
            entry.allow({"key", *part.facts, *part.special})
            key = entry.text("key")
            links = {"module": module}
            if part is NEWS:
                links["pledge"] = self._pledge(entry, pledges) if "pledge" in entry else None
            if _has_field(part.model, "position"):
                links["position"] = position
            name = f"{self.folder.name}/{part.name}/{key}"
            loaded[key] = self._store(part, entry, name, texts_by_key[key], links)
            if part.name == "pledges":
                self._load_commitments(entry, texts_by_key[key], loaded[key], name)
        return loaded

    def _load_commitments(self, entry: Mapping, texts, pledge, name: str) -> None:
        commitments = entry.entries("commitments")
        keys = _keys("commitments", commitments)
        if not keys:
            return
        words = {code: text.mapping("commitments") for code, text in texts.items()}
        for text in words.values():
            text.allow(keys)
        for position, (key, commitment) in enumerate(zip(keys, commitments, strict=True), start=1):
            commitment.allow({"key"})
            values = {f"text_{code}": text.text(key) for code, text in words.items()}
            places = {f"text_{code}": text.place_of(key) for code, text in words.items()}
            if pledge is not None:
                values |= {"pledge": pledge, "position": position}
                self._keep(COMMITMENT, f"{name}/{key}", values, {}, places, commitment.place)

    def _texts(self, *path: str) -> dict[str, Mapping]:
        found = self.texts
        for name in path:
            found = {code: mapping.mapping(name) for code, mapping in found.items()}
        return found

    def _texts_of_list(self, part: Part, entries: list[Mapping]) -> dict[str, dict[str, Mapping]]:
        """By key; each language must have just the entries that module.yaml lists."""
        keys = _keys(part.name, entries)
        if not keys:
            return {}
        lists = self._texts(part.name)
        for texts in lists.values():
            texts.allow(keys)
        return {key: {code: texts.mapping(key) for code, texts in lists.items()} for key in keys}

    def _pledge(self, entry: Mapping, pledges):
        key = entry.text("pledge")
        if key not in pledges:
            raise entry.place_of("pledge").error(f"no pledge has the key “{key}”")
        return pledges[key]

    def _store(self, part: Part, entry: Mapping, name: str, texts, links: dict):
        """The row of this entry; None when a facilitator has deleted it or made it before."""
        values, places = dict(links), {}
        for key, field_name in part.facts.items():
            values[field_name] = _fact(entry, key, part.model._meta.get_field(field_name))
            places[field_name] = entry.place_of(key)
        if "source" in part.special:
            source = entry.mapping("source") if "source" in entry else None
            if source:
                source.allow({"name", "url"})
            for key in ("name", "url"):
                values[f"source_{key}"] = source.text(key) if source else ""
                places[f"source_{key}"] = source.place_of(key) if source else entry.place
        nested = {"commitments"} if part is PLEDGES else set()
        for code, text in texts.items():
            text.allow({*part.texts, *nested})
            for key in part.texts:
                values[f"{key}_{code}"] = text.text(key)
                places[f"{key}_{code}"] = text.place_of(key)
        if issubclass(part.model, Publishable):
            if "status" not in entry:
                values["status"] = Status.PUBLISHED
            values["unreviewed_languages"] = _TRANSLATIONS
        if values.get("module") is None and "module" in links:
            return None
        files = self._files(part, entry, places)
        return self._keep(part, name, values, files, places, entry.place)

    def _files(self, part: Part, entry: Mapping, places) -> dict[str, Path | None]:
        """By field; None where the pack names no file. Adds their places."""
        keys = {"file": "file"} if "file" in part.special else {}
        if "captions" in part.special:
            keys |= {f"captions_{code}": "captions" for code in languages.CODES}
        files = {}
        for field_name, key in keys.items():
            code = field_name.removeprefix("captions_")
            name = entry.text(key).replace("{language}", code)
            places[field_name] = entry.place_of(key)
            files[field_name] = self._file(name, entry.place_of(key)) if name else None
        return files

    def _file(self, name: str, place: Place) -> Path:
        path = self.folder / name
        try:
            is_ours = path.is_file() and path.resolve().is_relative_to(self.folder.resolve())
        except OSError:  # such as a name that is too long
            is_ours = False
        if not is_ours:
            raise place.error(f"the file “{path.name}” is missing")
        return path

    def _keep(
        self,
        part: Part,
        name: str,
        values: dict,
        files: dict[str, Path | None],
        places: dict[str, Place],
        place: Place,
    ):
        digest = _digest(values, files)
        entry = PackEntry.objects.filter(key=name).first()
        if entry is None:
            return self._create(part, name, values, files, places, place, digest)
        row = part.model.objects.filter(pk=entry.object_id).first()
        if row is None:
            self.report.left_alone.append(name)
            return None
        if entry.pack_digest == digest:
            return row
        if _row_digest(row) != entry.row_digest:
            self.report.left_alone.append(name)
            return row
        self._fill(row, values, files, places, place)
        entry.pack_digest, entry.row_digest = digest, _row_digest(row)
        entry.save(update_fields=["pack_digest", "row_digest"])
        self.report.updated.append(name)
        return row

    def _create(self, part, name, values, files, places, place, digest):
        row = part.model()
        with _checked(places, place):
            _set(row, values)
            row.clean_fields()
        if _is_taken(row, values):
            self.report.left_alone.append(name)
            return None
        self._fill(row, values, files, places, place)
        PackEntry.objects.create(
            key=name, object_id=row.pk, pack_digest=digest, row_digest=_row_digest(row)
        )
        self.report.created.append(name)
        return row

    def _fill(self, row, values, files, places, place: Place) -> None:
        before = {name: getattr(row, name).name for name in files}
        kept = {name for name, path in files.items() if path and _holds(getattr(row, name), path)}
        with ExitStack() as opened:
            _set(row, values)
            for field_name in files.keys() - kept:
                path = files[field_name]
                file = path and File(opened.enter_context(path.open("rb")), path.name)
                setattr(row, field_name, file or "")
            with _checked(places, place):
                # What stays was checked when it came; the English captions have two names.
                row.full_clean(exclude=kept | {name.removesuffix("_en") for name in kept})
            try:
                row.save()
            finally:
                stored = [getattr(row, name) for name in files.keys() - kept if files[name]]
                self.report.files.extend(file for file in stored if file._committed)
        # What the database made of the values is what a later load compares with.
        row.refresh_from_db()
        for field_name in files.keys() - kept:
            if before[field_name]:
                storage = getattr(row, field_name).storage
                delete = partial(storage.delete, before[field_name])
                transaction.on_commit(delete, robust=True)


def _refuse_twins(modules: list[_ModuleFolder]) -> None:
    """PackError when two entries of the pack have the same address or number."""
    seen = set()
    for module in modules:
        entries = [("module", module.facts)]
        for part in (PLEDGES, NEWS):
            entries += [(part.name, entry) for entry in module.facts.entries(part.name)]
        for part_name, entry in entries:
            for key in ("slug", "number"):
                value = str(entry.value(key, ""))
                if (part_name, key, value) in seen:
                    raise entry.place_of(key).error(f"another {key} in this pack is “{value}”, too")
                if value:
                    seen.add((part_name, key, value))


def _keys(name: str, entries: list[Mapping]) -> list[str]:
    keys = [entry.text("key") for entry in entries]
    for number, key in enumerate(keys):
        if not key or key in keys[:number]:
            raise entries[number].place.error(f"each of “{name}” needs a key of its own")
    return keys


def _fact(entry: Mapping, key: str, field: models.Field):
    """The fact as its field needs it; the field's default when the pack does not name it."""
    if entry.value(key) is None:
        return field.get_default()
    if isinstance(field, models.DateField):
        return entry.day(key)
    if isinstance(field, models.IntegerField):
        return entry.whole_number(key)
    if isinstance(field, models.JSONField | CountryField):
        return entry.words(key)
    return entry.short_text(key)


def _holds(stored: FieldFile, path: Path) -> bool:
    """Whether the stored file has the same content."""
    if not stored or not stored.storage.exists(stored.name):
        return False
    with stored.storage.open(stored.name) as old, path.open("rb") as new:
        return _stream_digest(old) == _stream_digest(new)


def _set(row, values: dict) -> None:
    for field_name, value in values.items():
        setattr(row, field_name, value)


@contextmanager
def _checked(places: dict[str, Place], place: Place):
    """Turns a fault that a model finds into one that names the line of the value."""
    try:
        yield
    except ValidationError as error:
        field_name, messages = next(iter(error.message_dict.items()))
        reason = f"{field_name}: {' '.join(messages)}"
        # A translated text that is missing is reported under its name without a language.
        named = places.get(field_name) or places.get(f"{field_name}_{languages.SOURCE}", place)
        raise named.error(reason) from None


def _is_taken(row, values: dict) -> bool:
    """Whether a row with the same address or number was there before the pack."""
    return any(
        type(row).objects.filter(**{name: values[name]}).exists()
        for name in ("slug", "number")
        if name in values
    )


def _has_field(model, name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())


def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}\n".encode())
            try:
                digest.update(path.read_bytes())
            except OSError as error:
                raise PackError(path, 1, f"this file cannot be read: {error.strerror}") from None
    return digest.hexdigest()


def _digest(values: dict, files: dict[str, Path | None]) -> str:
    contents = {}
    for name, path in files.items():
        if path:
            with path.open("rb") as file:
                contents[name] = _stream_digest(file)
    return _json_digest(values | contents)


def _stream_digest(file) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _row_digest(row) -> str:
    unstable = {"id", "updated_at", "published_at"}
    return _json_digest(
        {
            each.attname: each.value_to_string(row)
            for each in row._meta.concrete_fields
            if each.name not in unstable
        }
    )


def _json_digest(values: dict) -> str:
    encoded = json.dumps(values, sort_keys=True, default=_plain)
    return hashlib.sha256(encoded.encode()).hexdigest()


def _plain(value):
    return value.pk if isinstance(value, models.Model) else str(value)
