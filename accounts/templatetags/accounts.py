"""How the fields of allauth's forms are shown: like every other field of the Academy."""

from django import forms, template
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import browsers, reading
from accounts.holders import all_holders
from sstc_academy.lib import dates

register = template.Library()


@register.filter
def as_row(field, help_text: str = ""):
    """The field with its label, help and errors; it takes away allauth's placeholders, too."""
    if help_text:
        field.help_text = help_text
    widget = field.field.widget
    widget.attrs.pop("placeholder", None)
    field.form.label_suffix = ""
    kind = widget.attrs.get("autocomplete")
    if kind == "new-password":
        # Django's own help is a list, which cannot stand in a paragraph.
        field.help_text = _("At least 8 characters, and nothing that is easy to guess.")
    elif kind == "one-time-code":
        widget.attrs |= {"inputmode": "numeric", "dir": "ltr", "maxlength": 20}
    elif kind == "email":
        widget.attrs["dir"] = "ltr"
        field.label = _("E-mail address")
    return field.as_field_group()


@register.simple_tag
def pages_of_other_apps() -> list[tuple[str, str]]:
    """Address and title of each page that belongs to the account, too."""
    return [(reverse(each.page_name), each.title) for each in all_holders() if each.page_name]


@register.filter
def is_checkbox(field) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_address(paragraph: str) -> bool:
    return paragraph.startswith(("http://", "https://")) and not paragraph.split()[1:]


@register.filter
def button_text(address: str) -> str:
    """What the button says that leads to one of our own pages."""
    return _("Open an account") if "/signup/" in address else _("Sign in")


register.filter("own_reading_name", reading.own_name)
register.filter("browser_name", browsers.in_words)
register.filter("exact_time", dates.exact_time)
