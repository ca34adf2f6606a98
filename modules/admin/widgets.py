from django.contrib.admin.widgets import AdminTextareaWidget
from django.forms import CheckboxSelectMultiple, Media, Script, SelectMultiple
from django.urls import reverse

_MARKDOWN_ROWS = 12


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


class CountrySelect(SelectMultiple):
    """A list to choose several from, to which a script adds choosing by name."""

    template_name = "modules/admin/countries.html"

    def __init__(self, attrs=None, choices=()):
        super().__init__(attrs={"size": 8, **(attrs or {})}, choices=choices)

    @property
    def media(self):
        return Media(js=[Script("js/admin-countries.js", defer=True)])

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        chosen = set(context["widget"]["value"])
        # Plain rows: a template for each option would be rendered 250 times for each event.
        context["options"] = [(code, label, str(code) in chosen) for code, label in self.choices]
        return context

    def optgroups(self, name, value, attrs=None):
        return []


class LanguageCheckboxes(CheckboxSelectMultiple):
    template_name = "modules/admin/language_checkboxes.html"

    def __init__(self, group_label="", **kwargs):
        super().__init__(**kwargs)
        self.group_label = group_label

    def get_context(self, name, value, attrs):
        return {**super().get_context(name, value, attrs), "group_label": self.group_label}
