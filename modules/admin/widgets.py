import re
from functools import cache

from django.contrib.admin.widgets import AdminTextareaWidget
from django.forms import CheckboxSelectMultiple, Media, Script, TextInput
from django.urls import reverse
from django.utils.translation import override
from django_countries import countries

from sstc_academy.lib import languages

_MARKDOWN_ROWS = 12
# Also as they are written in Arabic.
_SEMICOLON = re.compile("[;؛\n]")
_COMMA = re.compile("[,،]")


class MarkdownTextarea(AdminTextareaWidget):
    """A plain text area, to which a script adds a toolbar and the preview that our server renders.

    The words of the toolbar stand once in the page: modules/admin/markdown_toolbar.html.
    """

    template_name = "modules/admin/markdown.html"

    def __init__(self, attrs=None):
        super().__init__(attrs={**(attrs or {}), "rows": _MARKDOWN_ROWS})

    @property
    def media(self):
        return Media(js=[Script("js/markdown-editor.js", defer=True)])

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-markdown"] = reverse("admin:modules_markdown_preview")
        return context


class CountryNames(TextInput):
    """Countries by name or code, one after the other; a script adds choosing them from a list.

    The names to choose from stand once in the page: modules/admin/country_picker.html.
    """

    template_name = "modules/admin/countries.html"

    def __init__(self, attrs=None):
        super().__init__(attrs={"class": "vTextField", "data-countries": "", **(attrs or {})})

    @property
    def media(self):
        return Media(js=[Script("js/admin-countries.js", defer=True)])

    def value_from_datadict(self, data, files, name):
        """Codes; what is no country stays as it was typed, for the field to refuse."""
        codes = []
        for typed in _SEMICOLON.split(data.get(name) or ""):
            # A few names have a comma in them.
            parts = [typed] if _code(typed) else _COMMA.split(typed)
            codes += [_code(part) or part.strip() for part in parts if part.strip()]
        return list(dict.fromkeys(codes))

    def format_value(self, value):
        names = country_names(languages.current())
        return "; ".join(names.get(code, code) for code in value)


@cache
def country_names(language: str) -> dict[str, str]:
    """The countries' names by their codes, in the order of the names."""
    with override(language):
        return {code: str(name) for code, name in countries}


def _code(typed: str) -> str | None:
    return _codes(languages.current()).get(_spelling(typed))


@cache
def _codes(first_language: str) -> dict[str, str]:
    """Codes by whatever stands for them: the code itself, and the name in any of our languages."""
    codes = {}
    for language in (first_language, *languages.CODES):
        for code, name in country_names(language).items():
            codes.setdefault(_spelling(name), code)
            codes.setdefault(_spelling(code), code)
    return codes


def _spelling(name: str) -> str:
    return " ".join(name.split()).casefold()


class LanguageCheckboxes(CheckboxSelectMultiple):
    template_name = "modules/admin/language_checkboxes.html"

    def __init__(self, group_label="", **kwargs):
        super().__init__(**kwargs)
        self.group_label = group_label

    def get_context(self, name, value, attrs):
        return {**super().get_context(name, value, attrs), "group_label": self.group_label}
