"""The parts of a page that are edited inside it: figures, sections, videos, events, commitments."""

from django import forms
from modeltranslation.admin import TranslationStackedInline

from modules.admin.forms import ContentForm, OrderedForm, OrderedFormSet, PartFormSet
from modules.admin.languages import LanguageFields

_MOST_PARTS = 60


class PartInline(LanguageFields, TranslationStackedInline):
    """Each part folds away under its title. The script adds new ones from a template."""

    template = "modules/admin/parts.html"
    form = ContentForm
    formset = PartFormSet
    extra = 0
    max_num = _MOST_PARTS
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

    def get_formset(self, request, obj=None, **kwargs):
        # A tampered count must not make thousands of forms.
        return super().get_formset(request, obj, absolute_max=_MOST_PARTS, **kwargs)


class OrderedInline(PartInline):
    form = OrderedForm
    formset = OrderedFormSet
    is_ordered = True
