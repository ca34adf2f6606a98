"""The five languages: their names and directions, and what to show for want of a translation."""

from dataclasses import dataclass

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language, get_language_info, pgettext

CODES = tuple(code for code, _name in settings.LANGUAGES)
SOURCE = settings.LANGUAGE_CODE


def current() -> str:
    language = get_language()
    return language if language in CODES else SOURCE


def direction(code: str) -> str:
    return "rtl" if get_language_info(code)["bidi"] else "ltr"


def own_name(code: str) -> str:
    """The language's name in itself, with a capital: "Français". An unknown code stays a code."""
    if code not in CODES:
        return code
    name = Locale(code).get_display_name(code)
    return name[:1].upper() + name[1:]


def names_in(code: str) -> dict[str, str]:
    """Each of our languages by its name in the language `code`."""
    names = Locale(code).languages
    return {language: names[language] for language in CODES}


def listed(words: list[str]) -> str:
    """The words one after the other, as the active language writes a list."""
    return pgettext("between the items of a list", ", ").join(words)


@dataclass(frozen=True)
class TranslatedText:
    """A text in the reader's language, or in English when nobody has translated it yet."""

    text: str
    language: str
    is_translated: bool

    @property
    def direction(self) -> str:
        return direction(self.language)

    def __str__(self):
        return self.text

    def __bool__(self):
        return bool(self.text)


def translated(instance, field: str) -> TranslatedText:
    """The field's text for the active language of a model that modeltranslation translates."""
    language = current()
    text = getattr(instance, f"{field}_{language}") or ""
    if text or language == SOURCE:
        return TranslatedText(text, language, is_translated=True)
    english = getattr(instance, f"{field}_{SOURCE}") or ""
    # An empty English text leaves nothing to translate.
    return TranslatedText(english, SOURCE, is_translated=not english)
