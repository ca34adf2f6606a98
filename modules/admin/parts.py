"""The parts of a page that are edited inside it: figures, sections, videos, events, commitments."""

from django import forms
from django.forms.models import _get_foreign_key
from modeltranslation.admin import TranslationStackedInline

from modules.admin.forms import ContentForm, OrderedForm, OrderedFormSet, PartFormSet
from modules.admin.languages import LanguageFields

# How many parts of a kind one save may add.
_MOST_NEW_PARTS = 60


class PartInline(LanguageFields, TranslationStackedInline):
    """Each part folds away under its title. The script adds new ones from a template."""

    template = "modules/admin/parts.html"
    form = ContentForm
    formset = PartFormSet
    extra = 0
    is_ordered = False

    @property
    def media(self):
        # Not Django's inlines.js: it numbers the forms anew in the order of the page.
        return forms.Media(
            js=[
                forms.Script("js/admin-parts.js", defer=True),
                forms.Script("js/admin-order.js", defer=True),
            ]
        )

    def get_extra(self, request, obj=None, **kwargs):
        """Without JavaScript a link asks for an empty part of each kind."""
        return 1 if "empty" in request.GET else self.extra

    def get_max_num(self, request, obj=None, **kwargs):
        key = _get_foreign_key(self.parent_model, self.model).name
        existing = self.model.objects.filter(**{key: obj}).count() if obj else 0
        return existing + _MOST_NEW_PARTS

    def get_formset(self, request, obj=None, **kwargs):
        # A tampered count must not make thousands of forms.
        most = self.get_max_num(request, obj)
        return super().get_formset(request, obj, max_num=most, absolute_max=most, **kwargs)


class OrderedInline(PartInline):
    form = OrderedForm
    formset = OrderedFormSet
    is_ordered = True
