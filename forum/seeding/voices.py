"""The languages of an invented discussion: who speaks them, and what is said; see `texts/`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml
from django.utils.text import slugify

from forum.seeding.entries import Person

_TEXTS = Path(__file__).parent / "texts"
_SHARE_OF_MEMBERS = 0.65


@dataclass(frozen=True, slots=True)
class Speaker:
    person: Person
    voice: "Voice"
    place: str


@dataclass(frozen=True, eq=False)
class Voice:
    language: str
    weight: int
    places: list[str]
    given: list[str]
    family: list[str]
    greetings: list[str]
    openings: list[dict[str, str]]
    leads: list[str]
    points: list[str]
    closings: list[str]
    short: list[str]
    long: list[str]
    # Between two sentences.
    joint: str = " "
    family_first: bool = False

    def speakers(self, count: int, random: Random) -> list[Speaker]:
        """At most `count` people, each with another name and e-mail address."""
        names = [(given, family) for given in self.given for family in self.family]
        random.shuffle(names)
        return [self._speaker(given, family, random) for given, family in names[:count]]

    def _speaker(self, given: str, family: str, random: Random) -> Speaker:
        names, latin = zip(_name(given), _name(family), strict=True)
        is_member = random.random() < _SHARE_OF_MEMBERS
        person = Person(
            name="".join(reversed(names)) if self.family_first else " ".join(names),
            email=f"{'.'.join(latin)}.{self.language}@example.org",
            is_member=is_member,
            language=self.language,
        )
        return Speaker(person, self, random.choice(self.places))

    def opening(self, speaker: Speaker, random: Random) -> tuple[str, str]:
        """A title, which may be empty, and a text."""
        chosen = random.choice(self.openings)
        text = chosen["body"]
        if random.random() < 0.7:
            # Most greet in a line of their own, some go straight on.
            between = random.choice(["\n\n", "\n\n", self.joint])
            text = random.choice(self.greetings) + between + text
        if random.random() < 0.3:
            text = f"{text}\n\n{random.choice(self.closings)}"
        return chosen["title"], text.format(place=speaker.place)

    def reply(self, speaker: Speaker, random: Random) -> str:
        length = random.random()
        if length < 0.12:
            text = random.choice(self.short)
        elif length < 0.18:
            text = f"{random.choice(self.leads)}\n\n{random.choice(self.long)}"
        else:
            text = self._put_together(random)
        return text.format(place=speaker.place)

    def _put_together(self, random: Random) -> str:
        sentences = [random.choice(self.leads)] if random.random() < 0.6 else []
        sentences += random.sample(self.points, k=random.choice([1, 1, 1, 2, 2, 3]))
        if random.random() < 0.45:
            sentences.append(random.choice(self.closings))
        if len(sentences) > 3:
            first, rest = sentences[:2], sentences[2:]
            return f"{self.joint.join(first)}\n\n{self.joint.join(rest)}"
        return self.joint.join(sentences)


@cache
def all_voices() -> list[Voice]:
    voices = []
    for path in sorted(_TEXTS.glob("*.yaml")):
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        voices.append(Voice(language=path.stem, **values))
    return voices


def _name(text: str) -> tuple[str, str]:
    """The name and its Latin letters: "李/li" says both, "Núñez" stands for itself."""
    name, _slash, latin = text.partition("/")
    return name, latin or slugify(name)
