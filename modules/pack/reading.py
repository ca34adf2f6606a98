"""YAML whose every value remembers where it stands, so that a fault names its file and line."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PackError(Exception):
    """A fault in a pack; str() is "file, line n: reason"."""

    def __init__(self, path: Path, line: int, reason: str):
        super().__init__(f"{path}, line {line}: {reason}")


def read_mapping(path: Path) -> "Mapping":
    """PackError when the file is missing, is not UTF-8 YAML, or is not a mapping."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError:
        raise PackError(path, 1, "this file is missing") from None
    except OSError as error:
        raise PackError(path, 1, f"this file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PackError(path, 1, "this file is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PackError(path, mark.line + 1 if mark else 1, error.problem or "bad YAML") from None
    except yaml.YAMLError as error:
        raise PackError(path, 1, str(error).splitlines()[0]) from None
    if node is None:
        raise PackError(path, 1, "this file is empty")
    return Mapping(path, node)


@dataclass(frozen=True)
class Place:
    path: Path
    line: int

    def error(self, reason: str) -> PackError:
        return PackError(self.path, self.line, reason)


class Mapping:
    """A mapping of a pack file. Every method raises PackError at the line of the fault."""

    def __init__(self, path: Path, node: yaml.Node):
        self.path = path
        self.place = Place(path, node.start_mark.line + 1)
        if not isinstance(node, yaml.MappingNode):
            raise self.place.error("expected names with values, such as “title: ...”")
        self._values: dict[str, yaml.Node] = {}
        self._places: dict[str, Place] = {}
        for key, value in node.value:
            place = Place(path, key.start_mark.line + 1)
            if not isinstance(key, yaml.ScalarNode):
                raise place.error("a name must be a plain word")
            if key.value in self._values:
                raise place.error(f"“{key.value}” stands here twice")
            self._values[key.value] = value
            self._places[key.value] = place

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self):
        return iter(self._values)

    def place_of(self, key: str) -> Place:
        """Where the key stands, or the mapping itself when the key is missing."""
        return self._places.get(key, self.place)

    def allow(self, keys) -> None:
        """A name that nobody reads is a typing error."""
        for key in self._values:
            if key not in keys:
                allowed = ", ".join(sorted(keys))
                raise self.place_of(key).error(f"“{key}” is unknown here; known are: {allowed}")

    def value(self, key: str, default=None):
        """The scalar or the list of scalars, as YAML understands it."""
        if key not in self._values:
            return default
        node = self._values[key]
        if isinstance(node, yaml.MappingNode):
            raise self.place_of(key).error(f"“{key}” must be a plain value")
        try:
            value = yaml.constructor.SafeConstructor().construct_document(node)
        except Exception:  # PyYAML meets a bad date, number or tag with exceptions of many kinds
            raise self.place_of(key).error(f"“{key}” is not a value that can be read") from None
        if isinstance(value, str) and not _can_be_stored(value):
            raise self.place_of(key).error(f"“{key}” has a character that no text may have")
        return default if value is None else value

    def text(self, key: str) -> str:
        """ "" when it is missing; a number or a date is an error, so that nothing is guessed."""
        value = self.value(key, "")
        if not isinstance(value, str):
            raise self.place_of(key).error(f"“{key}” must be text; put it in quotes")
        return value.strip()

    def short_text(self, key: str) -> str:
        """Text that may look like a number or a day, such as 31 or 2007-12-14."""
        value = self.value(key)
        return str(value) if type(value) in {int, date} else self.text(key)

    def whole_number(self, key: str) -> int:
        value = self.value(key)
        if type(value) is not int:  # a bool is an int, too
            raise self.place_of(key).error(f"“{key}” must be a whole number")
        return value

    def words(self, key: str) -> list[str]:
        value = self.value(key)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.place_of(key).error(
                f"“{key}” must be a list of words such as [en, fr]; put “NO” in quotes"
            )
        return value

    def day(self, key: str) -> date:
        value = self.value(key)
        try:
            return value if type(value) is date else date.fromisoformat(str(value))
        except ValueError:
            raise self.place_of(key).error(f"“{key}” must be a day such as 2021-06-10") from None

    def mapping(self, key: str) -> "Mapping":
        if key not in self._values:
            raise self.place.error(f"“{key}” is missing")
        return Mapping(self.path, self._values[key])

    def entries(self, key: str) -> list["Mapping"]:
        """A list of mappings; a bare word stands for a mapping with only that key."""
        if key not in self._values:
            return []
        node = self._values[key]
        if not isinstance(node, yaml.SequenceNode):
            raise self.place_of(key).error(f"“{key}” must be a list")
        return [Mapping(self.path, _keyed(item)) for item in node.value]


def _keyed(node: yaml.Node) -> yaml.Node:
    if not isinstance(node, yaml.ScalarNode):
        return node
    key = yaml.ScalarNode("tag:yaml.org,2002:str", "key", node.start_mark, node.end_mark)
    return yaml.MappingNode("tag:yaml.org,2002:map", [(key, node)], node.start_mark, node.end_mark)


def _can_be_stored(text: str) -> bool:
    """A database takes neither null characters nor halves of a surrogate pair."""
    return not re.search("[\0\ud800-\udfff]", text)
