import hashlib
import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import override

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
            for each in folders:
                _load_folder(each, report)
    except BaseException:
        # A transaction takes back rows, but not files.
        for file in report.files:
            file.storage.delete(file.name)
        raise
    return report


def _load_folder(folder: Path, report: Report) -> None:
    digest = _folder_digest(folder)
    seen, _created = PackEntry.objects.get_or_create(key=folder.name)
    if seen.pack_digest != digest:
        _ModuleFolder(folder, report).load()
        seen.pack_digest = digest
        seen.save(update_fields=["pack_digest"])


class _ModuleFolder:
    """One module of the pack while it is loaded."""

    def __init__(self, folder: Path, report: Report):
        self.folder = folder
        self.report = report
        self.facts = read_mapping(folder / "module.yaml")
        self.texts = {code: read_mapping(folder / f"text.{code}.yaml") for code in languages.CODES}
        for texts in self.texts.values():
            texts.allow({part.name for part in EVERY_PART})

    def load(self) -> None:
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
            if part.name == "news" and "pledge" in entry:
                links["pledge"] = self._pledge(entry, pledges)
            if _has_field(part.model, "position"):
                links["position"] = position
            name = f"{self.folder.name}/{part.name}/{key}"
            loaded[key] = self._store(part, entry, name, texts_by_key[key], links)
            if part.name == "pledges":
                self._load_commitments(entry, texts_by_key[key], loaded[key], name)
        return loaded

    def _load_commitments(self, entry: Mapping, texts, pledge, name: str) -> None:
        keys = entry.entries("commitments")
        words = {code: text.mapping("commitments") for code, text in texts.items()}
        for position, commitment in enumerate(keys, start=1):
            key = commitment.text("key")
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
        keys = [entry.text("key") for entry in entries]
        for number, key in enumerate(keys):
            if not key or key in keys[:number]:
                raise entries[number].place.error(f"each of “{part.name}” needs a key of its own")
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
            if key in entry:
                values[field_name] = entry.day(key) if key in part.days else entry.value(key)
                places[field_name] = entry.place_of(key)
        if "source" in entry:
            source = entry.mapping("source")
            source.allow({"name", "url"})
            for key in ("name", "url"):
                values[f"source_{key}"] = source.text(key)
                places[f"source_{key}"] = source.place_of(key)
        nested = {"commitments"} if part is PLEDGES else set()
        for code, text in texts.items():
            text.allow({*part.texts, *nested})
            for key in part.texts:
                values[f"{key}_{code}"] = text.text(key)
                places[f"{key}_{code}"] = text.place_of(key)
        if issubclass(part.model, Publishable):
            values.setdefault("status", Status.PUBLISHED)
            values["unreviewed_languages"] = _TRANSLATIONS
        if values.get("module") is None and "module" in links:
            return None
        return self._keep(part, name, values, self._files(entry), places, entry.place)

    def _files(self, entry: Mapping) -> dict[str, Path]:
        files = {}
        if "file" in entry:
            files["file"] = self.folder / entry.text("file")
        if "captions" in entry:
            for code in languages.CODES:
                name = entry.text("captions").replace("{language}", code)
                files[f"captions_{code}"] = self.folder / name
        for path in files.values():
            if not path.is_file() or not path.resolve().is_relative_to(self.folder.resolve()):
                raise entry.place.error(f"the file “{path.name}” is missing")
        return files

    def _keep(
        self,
        part: Part,
        name: str,
        values: dict,
        files: dict[str, Path],
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
        with ExitStack() as opened:
            _set(row, values)
            for field_name, path in files.items():
                file = opened.enter_context(path.open("rb"))
                setattr(row, field_name, File(file, path.name))
            with _checked(places, place):
                row.full_clean()
            row.save()
        self.report.files.extend(getattr(row, field_name) for field_name in files)
        # What the database made of the values is what a later load compares with.
        row.refresh_from_db()


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
        raise places.get(field_name, place).error(reason) from None


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
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _digest(values: dict, files: dict[str, Path]) -> str:
    contents = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    return _json_digest(values | contents)


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
