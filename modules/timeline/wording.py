"""The names of kinds, lanes and countries, and how a list of them is written."""

import unicodedata
from textwrap import shorten

from django.utils.translation import gettext_lazy as _
from django_countries import countries

from modules.models.timeline import Kind, TimelineEvent
from sstc_academy.lib.languages import TranslatedText, translated

LABEL_LENGTH = 32

PLURALS = {
    Kind.AGREEMENT: _("agreements"),
    Kind.MEMORANDUM: _("memoranda"),
    Kind.PROGRAMME: _("programmes"),
    Kind.CONFERENCE: _("conferences"),
    Kind.EVENT: _("events"),
    Kind.DECLARATION: _("declarations"),
    Kind.COURSE: _("courses"),
    Kind.PLEDGE: _("pledges"),
}

# The lanes of the picture, by meaning. Translators: headings of the timeline's four lanes.
LANES = (
    (_("Signed"), (Kind.AGREEMENT, Kind.MEMORANDUM)),
    (_("At work"), (Kind.PROGRAMME,)),
    (_("Met"), (Kind.CONFERENCE, Kind.EVENT, Kind.DECLARATION)),
    (_("Learned, pledged"), (Kind.COURSE, Kind.PLEDGE)),
)


def country_name(code: str) -> str:
    """In the active language; the code itself when nobody knows it."""
    return str(countries.name(code) or code)


def alphabetical(name: str) -> str:
    """A key that files "États-Unis" under E and "الأردن" under its bare letters."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def short_label(event: TimelineEvent) -> TranslatedText:
    """What the picture writes beside the mark: a translated title beats an English label."""
    label, title = translated(event, "label"), translated(event, "title")
    if label and (label.is_translated or not title.is_translated):
        return label
    text = shorten(title.text, LABEL_LENGTH, placeholder="…")
    # A first word longer than the label leaves nothing but the placeholder.
    if text == "…":
        text = title.text[: LABEL_LENGTH - 1] + "…"
    return TranslatedText(text, title.language, title.is_translated)
