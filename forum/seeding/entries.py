from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes. A member is known by the e-mail address, and gets an account if there is none."""

    name: str
    email: str
    is_member: bool
    language: str = "en"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A post that is yet to be stored; `key` is what its source calls it, `parent` None for an
    opening post. Texts as `normal_text` leaves them."""

    key: str
    parent: "Entry | None"
    person: Person
    text: str
    language: str
    posted_at: datetime
    title: str = ""
    # Members who like it, each once and nobody their own.
    likers: tuple[Person, ...] = ()
