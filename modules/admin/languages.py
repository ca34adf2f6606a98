"""Texts in five languages: which are missing, and how their fields say which language they hold."""

from collections import Counter
from collections.abc import Iterable

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries.fields import CountryField
from modeltranslation.translator import translator

from modules.admin.widgets import CountryNames, MarkdownTextarea
from sstc_academy.lib import languages

# Only what was translated can be missing or wait for a review.
TRANSLATED = [code for code in languages.CODES if code != languages.SOURCE]
_LONG_TEXT_ROWS = 3
_NO_COUNTRY = gettext_lazy(
    "“%(value)s” is neither the name nor the code of a country. Write a name such as Brazil or a "
    "code such as BR, with a semicolon between two countries."
)


def language_choices() -> list[tuple[str, str]]:
    """The site's languages, named in the active one."""
    names = languages.names_in(languages.current())
    return [(code, capfirst(name)) for code, name in names.items()]


def translated_choices() -> list[tuple[str, str]]:
    return [(code, name) for code, name in language_choices() if code in TRANSLATED]


def missing_texts(rows: Iterable[models.Model]) -> Counter:
    """How many English texts of these rows have no counterpart, by language code."""
    missing = Counter()
    for row in rows:
        for name in _text_fields(type(row)):
            if getattr(row, f"{name}_{languages.SOURCE}"):
                missing.update(code for code in TRANSLATED if not getattr(row, f"{name}_{code}"))
    return missing


def _text_fields(model: type[models.Model]) -> list[str]:
    # Captions are files, which only a file of one's own needs; they are not counted.
    return [
        name
        for name in translator.get_options_for_model(model).all_fields
        if not isinstance(model._meta.get_field(name), models.FileField)
    ]


def _least(db_field: models.IntegerField) -> dict[str, int]:
    limits = [
        validator.limit_value
        for validator in db_field.validators
        if isinstance(validator, MinValueValidator)
    ]
    return {"min_value": max(limits)} if limits else {}


class LanguageFields:
    """For a translation admin or inline: each text says its language to eye, voice and script."""

    markdown_fields: tuple[str, ...] = ()
    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        # What PostgreSQL keeps; SQLite would take numbers that no page can show.
        models.PositiveIntegerField: {"max_value": 2_147_483_647},
        models.PositiveSmallIntegerField: {"max_value": 32_767},
    }

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, CountryField):
            kwargs |= {"widget": CountryNames, "error_messages": {"invalid_choice": _NO_COUNTRY}}
        if isinstance(db_field, models.IntegerField):
            # Else Django's form says "at least 0" of every positive number.
            kwargs |= _least(db_field)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is None:
            return None
        if isinstance(db_field, models.FileField):
            # The file is kept under a name of ours, however long its own was.
            field.max_length = None
        if hasattr(db_field, "translated_field"):
            # Its widget is the one that modeltranslation took from the original field.
            self._say_language(field, db_field)
        elif db_field.name in self.markdown_fields:
            field.widget = MarkdownTextarea()
        elif isinstance(db_field, models.TextField):
            field.widget.attrs["rows"] = _LONG_TEXT_ROWS
        # A browser cuts what is pasted at maxlength without a word; the form says what is wrong.
        field.widget.attrs.pop("maxlength", None)
        return field

    def _say_language(self, field, db_field) -> None:
        code = db_field.language
        # Translators: the label of a field and the language of its text, as in "Title (French)".
        field.label = _("%(field)s (%(language)s)") % {
            "field": capfirst(db_field.translated_field.verbose_name),
            "language": dict(language_choices())[code],
        }
        field.widget.attrs |= {
            "data-language": code,
            "lang": code,
            "dir": languages.direction(code),
        }
