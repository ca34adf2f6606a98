"""What is acceptable in the admin; each error says what can be done."""

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.admin.languages import language_choices, translated_choices
from modules.admin.widgets import LanguageCheckboxes

_LAST_POSITION = 32_767


class ContentForm(forms.ModelForm):
    def _get_validation_exclusions(self):
        # A file that stays was checked when it came; it may have left the disk since.
        kept_files = {
            name
            for name, field in self.fields.items()
            if isinstance(field, forms.FileField) and name not in self.changed_data
        }
        return super()._get_validation_exclusions() | kept_files


class PublishableForm(ContentForm):
    unreviewed_languages = forms.MultipleChoiceField(
        label=_("Draft translation, not yet reviewed"),
        choices=translated_choices,
        required=False,
        widget=LanguageCheckboxes(_("Draft translation, not yet reviewed")),
        help_text=_(
            "Only facilitators see this mark. Untick a language once a person has reviewed it."
        ),
    )


class OrderedForm(ContentForm):
    position = forms.IntegerField(
        label=_("Order"),
        min_value=0,
        max_value=_LAST_POSITION,
        required=False,
        help_text=_("Parts with a smaller number come first. Empty: the last place."),
        widget=forms.NumberInput(attrs={"class": "vIntegerField", "data-position": ""}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial["position"] = None

    def has_changed(self):
        """A new part that has a place, but nothing in it, is no part."""
        changed = set(self.changed_data)
        return bool(changed - {"position"} if self.instance._state.adding else changed)


class ResourceForm(OrderedForm):
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=language_choices,
        required=False,
        widget=LanguageCheckboxes(_("Languages")),
        help_text=_("In which languages the reader can have it."),
    )


class PartFormSet(forms.BaseInlineFormSet):
    """The parts of one page. Another facilitator may have deleted some of them meanwhile."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        key = form.fields.get(self.model._meta.pk.name)
        if key:
            key.error_messages["invalid_choice"] = _(
                "Another person has deleted this part while you were writing. Copy what you still "
                "need into a new part, and tick “Delete” here."
            )

    def get_queryset(self):
        """The admin pairs these rows with the forms one by one: a missing row keeps its place."""
        if not self.is_bound or hasattr(self, "_queryset"):
            return super().get_queryset()
        rows = {str(row.pk): row for row in super().get_queryset()}
        keys = [
            self.data.get(f"{self.add_prefix(index)}-{self.model._meta.pk.name}")
            for index in range(min(self.initial_form_count(), self.total_form_count()))
        ]
        self._queryset = [rows.get(key) or self.model() for key in keys]
        return self._queryset


class OrderedFormSet(PartFormSet):
    def clean(self):
        """A part without a place gets the last one."""
        super().clean()
        forms = [form for form in self.forms if hasattr(form, "cleaned_data")]
        last = max((form.cleaned_data.get("position") or 0 for form in forms), default=0)
        for form in forms:
            if form.has_changed() and form.cleaned_data.get("position", "refused") is None:
                last = min(last + 1, _LAST_POSITION)
                form.instance.position = last
