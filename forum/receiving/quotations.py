"""What somebody wrote in a mail, without what their program put around it: the mail that is
answered, the line that introduces it, and signatures.

Libraries for this know no Portuguese and no Arabic, and cut from "Thanks," on. Here text of a
person is rather left too much than too little: what was trimmed can be seen by facilitators only.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from django.utils import translation
from django.utils.translation import gettext

from sstc_academy.lib import languages

# Invisible marks of direction, with which mail programs surround names in Arabic.
_MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_QUOTED = re.compile(r"\s{0,3}>")
_DEPTH = re.compile(r"(?:\s{0,3}>)+ ?")
# How "X wrote:" goes on in the five languages, and in those of some neighbours.
_WROTE = re.compile(
    r"\bwrote\b|\ba écrit\b|\bescribi[óo]\b|\bescreveu\b|كتب|تمت كتابة ما يلي بواسطة|جاء من"
    r"|\bschrieb\b|\bha scritto\b|\bskrev\b|\bschreef\b|\bnapisał|написал|пишет|писал|ने लिखा"
    r"|aliandika|menulis|写道|寫道",
    re.IGNORECASE,
)
# How an introduction begins, with the day.
_BEGINNING = re.compile(
    r"\s*(on|le|el|em|no dia|às|a las|في|بتاريخ|am|il|op|den)\b.*[\d٠-٩۰-۹]", re.IGNORECASE
)
_MOMENT_OR_ADDRESS = re.compile(r"[\d٠-٩۰-۹]{1,2}[:.hH][\d٠-٩۰-۹]{2}|\S@\S")
_MOST_LINES_OF_INTRODUCTION = 4
_LONGEST_INTRODUCTION = 400
# So many lines that may begin a quotation are looked at; nobody's own text has as many.
_MOST_TRIES = 100
# The heads of a mail as Outlook writes them above what it quotes without marks.
_HEADS = (
    re.compile(r"[*\s]*(from|de|من|von|da|van)\s*:", re.IGNORECASE),
    re.compile(
        r"[*\s]*(sent|date|envoyé|enviado|enviada|enviado el|enviado em|enviada em|fecha|data"
        r"|تاريخ الإرسال|تم الإرسال|التاريخ|أرسلت|gesendet|datum|inviato|verzonden)(\s+\w+)?\s*:",
        re.IGNORECASE,
    ),
    re.compile(r"[*\s]*(to|à|para|إلى|الى|an|a|aan)\s*:", re.IGNORECASE),
    re.compile(
        r"[*\s]*(subject|objet|asunto|assunto|الموضوع|betreff|oggetto|onderwerp)\s*:",
        re.IGNORECASE,
    ),
)
_MOST_LINES_OF_HEADS = 8
# "-----Original Message-----" in any language, or a line alone.
_RULE = re.compile(r"\s*(?:[-_–—=]{5,}|[-–—]{3,}\s?\S.{3,60}\S\s?[-–—]{3,})\s*")
_LONGEST_RULE = 120
_SIGNATURE = re.compile(r"--\s?")
_DEVICE = re.compile(
    r"(sent from|get outlook for|envoyé de(puis)?|télécharge[rz]|obten(ez|ir) outlook|enviado desde"
    r"|enviado do|enviado a partir|enviado con|enviado com|obtener outlook|obtenha o outlook"
    r"|أرسلت من|أُرسلت من|تم الإرسال من|مرسل من|الحصول على outlook)\b",
    re.IGNORECASE,
)
_LONGEST_DEVICE = 100
# Of what is quoted before an answer within it, so much is kept, that the answer has a sense.
_MOST_LINES_OF_CONTEXT = 6
# The widths at which mail programs break lines.
_NARROWEST, _WIDEST = 60, 80
_OWN_LINE = re.compile(r"\s*(?:[-*+•>#|]|\d+[.)]\s)|\s{4}")


def marker(language: str) -> str:
    """Stands at the top of a mail that can be answered; what is below it is never posted."""
    with translation.override(language):
        # Translators: stands at the top of a mail; the answer is written above this line.
        words = gettext("Write your answer above this line")
    return f"— {words} —"


@cache
def _markers() -> frozenset[str]:
    return frozenset(_letters(marker(code)) for code in languages.CODES)


@dataclass
class _Piece:
    """Lines one after the other that a person wrote, or that are quoted."""

    is_quoted: bool
    lines: list[str]

    @property
    def has_text(self) -> bool:
        return any(line.strip() for line in self.lines)


def own_text(text: str) -> str:
    """ "" when all of it is quoted."""
    lines = _MARKS.sub("", text).replace("\u00a0", " ").split("\n")
    lines = _above_marker(lines)
    lines = _without_heads(lines)
    lines = _without_introductions(lines)
    pieces = _pieces(lines)
    for piece in pieces:
        if not piece.is_quoted:
            piece.lines = _unwrapped(_without_signature(piece.lines))
    pieces = [piece for piece in pieces if piece.has_text]
    own = [piece for piece in pieces if not piece.is_quoted]
    if len(own) > 1:
        return _woven(pieces)
    return "\n".join(own[0].lines).strip("\n") if own else ""


def _letters(line: str) -> str:
    return "".join(filter(str.isalnum, line)).casefold()


def _is_quoted(line: str) -> bool:
    return bool(_QUOTED.match(line))


def _above_marker(lines: list[str]) -> list[str]:
    """Up to the line in our mails, unless it is quoted as a whole: then it is one quoted line."""
    for i, line in enumerate(lines):
        if _is_quoted(line):
            continue
        # A program may have broken it into two.
        after = lines[i + 1] if i + 1 < len(lines) else ""
        two = line if _is_quoted(after) else line + after
        if _letters(line) in _markers() or _letters(two) in _markers():
            return lines[:i]
    return lines


def _without_heads(lines: list[str]) -> list[str]:
    """Up to what Outlook quotes: heads, and below them the mail without any marks."""
    firsts = (i for i, line in enumerate(lines) if _HEADS[0].match(line) and not _is_quoted(line))
    for i in islice(firsts, _MOST_TRIES):
        end = _end_of_heads(lines, i)
        if end is None:
            continue
        above = lines[:i]
        while above and (not above[-1].strip() or _is_rule(above[-1])):
            above.pop()
        return [*above, "", *lines[end:]] if _is_quoted(_next_said(lines, end)) else above
    return lines


def _is_rule(line: str) -> bool:
    return len(line) <= _LONGEST_RULE and bool(_RULE.fullmatch(line))


def _end_of_heads(lines: list[str], start: int) -> int | None:
    """None when fewer than three of them stand together, as they may in what somebody writes."""
    window = lines[start : start + _MOST_LINES_OF_HEADS]
    found = [
        max((i for i, line in enumerate(window) if head.match(line)), default=None)
        for head in _HEADS
    ]
    there = [i for i in found if i is not None]
    return start + max(there) + 1 if len(there) >= 3 else None


def _next_said(lines: list[str], start: int) -> str:
    """The first line from there on that is not empty; "" when none follows."""
    return next((line for line in islice(lines, start, None) if line.strip()), "")


def _without_introductions(lines: list[str]) -> list[str]:
    """Without "On Sunday X wrote:", and without what follows it where that is not marked."""
    kept: list[str] = []
    tries = 0
    for i, line in enumerate(lines):
        kept.append(line)
        if not line.rstrip().endswith((":", "：")) or _is_quoted(line) or tries == _MOST_TRIES:
            continue
        tries += 1
        below = _next_said(lines, i + 1)
        is_followed = _is_quoted(below) or not below
        length = _length_of_introduction(kept, is_followed=is_followed)
        if length:
            kept = kept[:-length]
            if not is_followed:
                break
    return kept


def _length_of_introduction(lines: list[str], *, is_followed: bool) -> int:
    """How many of the last lines introduce what follows; 0 when they are somebody's own.

    `is_followed`: by a quotation, or by nothing.
    """
    last = []
    for line in reversed(lines[-_MOST_LINES_OF_INTRODUCTION:]):
        if not line.strip() or _is_quoted(line):
            break
        last.insert(0, line.strip())
    least = 0
    for length in range(1, len(last) + 1):
        said = " ".join(last[-length:])
        if len(said) > _LONGEST_INTRODUCTION:
            break
        has_beginning = bool(_BEGINNING.match(last[-length]))
        is_whole = bool(_WROTE.search(said) and _MOMENT_OR_ADDRESS.search(said))
        is_whole = is_whole or (is_followed and "@" in said)
        if is_whole and has_beginning:
            return length
        if is_whole and is_followed and not least:
            least = length
    return least


def _pieces(lines: list[str]) -> list[_Piece]:
    pieces: list[_Piece] = []
    for i, line in enumerate(lines):
        if not line.strip() and pieces:
            pieces[-1].lines.append(line)
            continue
        is_quoted = _is_quoted(line) or _is_overflow(lines, i)
        if not pieces or pieces[-1].is_quoted != is_quoted:
            pieces.append(_Piece(is_quoted, []))
        pieces[-1].lines.append(line)
    return pieces


def _is_overflow(lines: list[str], i: int) -> bool:
    """The end of a quoted line that some program has broken once more."""
    if not 0 < i < len(lines) - 1:
        return False
    before, after = lines[i - 1], lines[i + 1]
    return _is_quoted(before) and len(before) >= _NARROWEST and _is_quoted(after)


def _without_signature(lines: list[str]) -> list[str]:
    for i, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line):
            lines = lines[:i]
            break
    lines = list(lines)
    while lines and (not lines[-1].strip() or _is_device(lines[-1])):
        lines.pop()
    return lines


def _is_device(line: str) -> bool:
    """ "Sent from my telephone"."""
    return len(line) <= _LONGEST_DEVICE and bool(_DEVICE.match(line.strip()))


def _unwrapped(lines: list[str]) -> list[str]:
    """Paragraphs in one line again, where a program has broken them; never what a person broke."""
    width = max(map(len, lines), default=0)
    if not _NARROWEST <= width <= _WIDEST:
        return lines
    joined: list[str] = []
    # The length of the line before, as it came.
    before = 0
    for line in lines:
        first_word = line.split(" ", 1)[0]
        had_no_room = before and before + 1 + len(first_word) > width
        if had_no_room and line.strip() and not _OWN_LINE.match(line):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line)
        before = len(line.rstrip())
    return joined


def _woven(pieces: list[_Piece]) -> str:
    """Answers within the quoted mail, each below the paragraph that it answers."""
    parts: list[str] = []
    context: list[str] = []
    for piece in pieces:
        if piece.is_quoted:
            context = _last_paragraph(piece.lines)
            continue
        if context:
            parts.append("\n".join(f"> {line}" for line in context))
        parts.append("\n".join(piece.lines).strip("\n"))
        context = []
    return "\n\n".join(parts)


def _last_paragraph(quoted: list[str]) -> list[str]:
    """Of what stood above the signature; ours begins what stands below each of our mails."""
    said = [_DEPTH.sub("", line).rstrip() for line in quoted]
    said = [line for line in said if _letters(line) not in _markers()]
    end = next((i for i, line in enumerate(said) if _SIGNATURE.fullmatch(line)), len(said))
    if end < len(said):
        return []
    while said and not said[-1]:
        said.pop()
    start = max((i + 1 for i, line in enumerate(said) if not line), default=0)
    return said[start:][-_MOST_LINES_OF_CONTEXT:]
