"""An invented discussion: the same number and seed make the same one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from forum.models import DEEPEST_LEVEL
from forum.seeding.entries import Entry, Person
from forum.seeding.voices import Speaker, all_voices
from sstc_academy.lib.text import normal_text

_PERIOD = timedelta(days=150)
_SENTENCE_ENDS = (". ", "? ", "! ", "。", "？", "। ", "؟ ", "። ")
_LONGEST_QUOTE = 200
_MOST_LIKES = 30
# How likely the next post answers the last one, from a round of answers to a dialogue.
_SHAPES = (0.1, 0.3, 0.5, 0.75, 0.92)
_DIALOGUE = 0.95
# From this size on there is a dialogue in it, and a conversation that is longer than all others.
_LARGE_ENOUGH = 60


def invent(count: int, *, seed: int, until: datetime) -> list[Entry]:
    """In the order of posting, over the months before `until`."""
    random = Random(seed)  # noqa: S311 - no secret
    cast = _cast(count, random)
    drafts = []
    for size, shape in _plan(count, random):
        drafts += _conversation(size, shape, cast, random, until)
    return _in_order_of_posting(drafts, random)


def _cast(count: int, random: Random) -> dict[str, list[Speaker]]:
    """People by language; more of them the more is to be said."""
    return {
        voice.language: voice.speakers(max(3, count * voice.weight // 1000), random)
        for voice in all_voices()
    }


def _plan(count: int, random: Random) -> Iterator[tuple[int, float]]:
    """Sizes of conversations, which are `count` altogether, and their shapes."""
    left = count
    if count >= _LARGE_ENOUGH:
        size = min(count // 5, DEEPEST_LEVEL - 5)
        yield size, _DIALOGUE
        left -= size
        for _number in range(max(1, count // 4_000)):
            size = min(count // 6, random.randint(150, 450))
            yield size, random.choice(_SHAPES[:3])
            left -= size
    while left > 0:
        size = min(left, _usual_size(random))
        yield size, random.choice(_SHAPES)
        left -= size


def _usual_size(random: Random) -> int:
    share = random.random()
    if share < 0.3:
        return 1
    if share < 0.75:
        return random.randint(2, 8)
    if share < 0.95:
        return random.randint(9, 25)
    return random.randint(26, 90)


def _conversation(
    size: int, shape: float, cast: dict[str, list[Speaker]], random: Random, until: datetime
) -> list[Entry]:
    times = _times(size, random, until)
    speaker = _speaker(cast, random)
    title, text = speaker.voice.opening(speaker, random)
    entries = [_entry(None, speaker, text, times[0], title)]
    levels = {entries[0]: 0}
    said = {text}
    for moment in times[1:]:
        parent = _answered(entries, levels, shape, random)
        speaker = _speaker(cast, random, answering=parent)
        text = _something_new(speaker, parent, said, random)
        said.add(text)
        entry = _entry(parent, speaker, text, moment)
        levels[entry] = levels[parent] + 1
        entries.append(entry)
    return entries


def _entry(
    parent: Entry | None, speaker: Speaker, text: str, moment: datetime, title: str = ""
) -> Entry:
    return Entry(
        key="",
        parent=parent,
        person=speaker.person,
        text=normal_text(text),
        language=speaker.voice.language,
        posted_at=moment,
        title=title,
    )


def _times(size: int, random: Random, until: datetime) -> list[datetime]:
    start = until - _PERIOD * random.random() ** 1.3
    length = min(until - start, timedelta(hours=size * random.uniform(0.5, 20)))
    # Most answers come soon, some long after.
    times = sorted(start + length * random.random() ** 2 for _number in range(size - 1))
    return [moment.replace(microsecond=0) for moment in [start, *times]]


def _speaker(
    cast: dict[str, list[Speaker]], random: Random, answering: Entry | None = None
) -> Speaker:
    """Answers come in the same language more often than not, and hardly ever from oneself."""
    if answering and random.random() < 0.65:
        language = answering.language
    else:
        voices = all_voices()
        language = random.choices(voices, [voice.weight for voice in voices])[0].language
    people = cast[language]
    # Some write much more than others.
    chosen = int(len(people) * random.random() ** 2)
    if answering and people[chosen].person == answering.person:
        chosen = (chosen + 1) % len(people)
    return people[chosen]


def _answered(
    entries: list[Entry], levels: dict[Entry, int], shape: float, random: Random
) -> Entry:
    if random.random() < shape:
        parent = entries[-1]
    else:
        parent = entries[0] if random.random() < 0.5 else random.choice(entries)
    return parent if levels[parent] < DEEPEST_LEVEL else entries[0]


def _something_new(speaker: Speaker, parent: Entry, said: set[str], random: Random) -> str:
    """A text that nobody has posted in this conversation yet, if a few attempts find one."""
    for _attempt in range(4):
        text = speaker.voice.reply(speaker, random)
        if random.random() < 0.08 and (quote := _first_sentence(parent.text)):
            text = f"> {quote}\n\n{text}"
        if text not in said:
            break
    return text


def _first_sentence(text: str) -> str:
    """ "" when it is no sentence to quote."""
    line = text.split("\n", 1)[0]
    ends = [line.find(end) + len(end) for end in _SENTENCE_ENDS if end in line]
    sentence = line[: min(ends, default=len(line))].strip()
    is_plain = not sentence.startswith(">") and not sentence.endswith((":", "：", "፦"))
    return sentence if is_plain and len(sentence) <= _LONGEST_QUOTE else ""


def _in_order_of_posting(drafts: list[Entry], random: Random) -> list[Entry]:
    """With the place in this order as key. Sorting keeps an answer behind what it answers."""
    numbered = {}
    members = list(dict.fromkeys(draft.person for draft in drafts if draft.person.is_member))
    for number, draft in enumerate(sorted(drafts, key=lambda draft: draft.posted_at), start=1):
        numbered[draft] = replace(
            draft,
            key=str(number),
            parent=numbered[draft.parent] if draft.parent else None,
            likers=_likers(draft, members, random),
        )
    return list(numbered.values())


def _likers(draft: Entry, members: list[Person], random: Random) -> tuple[Person, ...]:
    """Most posts have none, what opens a conversation has more, a few have many."""
    count = int(random.paretovariate(1.6 if draft.parent is None else 2.2)) - 1
    found = random.sample(members, min(count, _MOST_LIKES, len(members)))
    return tuple(person for person in found if person != draft.person)
