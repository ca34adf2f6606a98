"""How the fields of allauth's forms are shown: like every other field of the Academy."""

from django import forms, template
from django.utils.translation import gettext as _

from accounts import reading

register = template.Library()


@register.filter
def as_row(field):
    """The field with its label, help and errors; it takes away allauth's placeholders, too."""
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
    return field.as_field_group()


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
