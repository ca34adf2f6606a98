"""What the forum decides by itself: who may write under a module, and which words wait."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum.models import BlockedTerm, Policy
from sstc_academy.lib.admin import AnyInput
from sstc_academy.lib.text import normal_text

_LONGEST_TERM = BlockedTerm._meta.get_field("term").max_length
_MOST_TERMS = 200


@admin.register(Policy)
class PolicyAdmin(AnyInput, admin.ModelAdmin):
    list_display = ["module", "mode"]
    list_filter = ()


class TermsForm(forms.ModelForm):
    """Many at once, one a line; the ones that are in the list already are left as they are."""

    terms = forms.CharField(
        label=_("Words, phrases and domains, one a line"),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=BlockedTerm._meta.get_field("term").help_text,
    )

    class Meta:
        model = BlockedTerm
        fields = ["level"]

    def clean_terms(self) -> list[str]:
        lines = [
            normal_text(line, is_one_line=True) for line in self.cleaned_data["terms"].splitlines()
        ]
        # Once each, whatever its case.
        terms = list({line.casefold(): line for line in reversed(lines) if line}.values())[::-1]
        if not terms:
            raise ValidationError(_("Write a word, a phrase or a domain."))
        if len(terms) > _MOST_TERMS:
            raise ValidationError(
                _("These are too many: add at most %(count)s at once.") % {"count": _MOST_TERMS}
            )
        for term in terms:
            if len(term) > _LONGEST_TERM:
                raise ValidationError(_("This is too long: %(term)s") % {"term": term[:60]})
        return terms


@admin.register(BlockedTerm)
class BlockedTermAdmin(AnyInput, admin.ModelAdmin):
    list_display = ["term", "level"]
    list_filter = ["level"]
    list_per_page = 100
    search_fields = ["term"]
    radio_fields = {"level": admin.VERTICAL}

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None:
            kwargs |= {"form": TermsForm, "fields": ["level"]}
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request, obj=None):
        return ["term", "level"] if obj else ["terms", "level"]

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        level = form.cleaned_data["level"]
        for term in form.cleaned_data["terms"]:
            row, _is_new = BlockedTerm.objects.get_or_create(
                term__iexact=term, defaults={"term": term, "level": level}
            )
            obj.pk, obj.term = row.pk, row.term
