"""The parts of a page that are edited inside it: figures, sections, videos, events, commitments."""

from django import forms
from django.core.paginator import Page, Paginator
from django.forms.models import _get_foreign_key
from django.utils.functional import cached_property
from modeltranslation.admin import TranslationStackedInline

from modules.admin.forms import ContentForm, OrderedForm, OrderedFormSet, PartFormSet
from modules.admin.languages import LanguageFields

# How many parts of a kind one save may add.
_MOST_NEW_PARTS = 60


class PagedFormSet(PartFormSet):
    """Some hundreds of parts are more than a browser, or one request, can carry at once.

    What was sent is found by its keys, whatever page it stood on; other parts stay as they are.
    """

    per_page: int
    page_number: str | None

    @cached_property
    def page(self) -> Page:
        return Paginator(self.queryset, self.per_page).get_page(self.page_number)

    def get_queryset(self):
        if not self.is_bound and not hasattr(self, "_queryset"):
            self._queryset = self.page.object_list
        return super().get_queryset()


class PartInline(LanguageFields, TranslationStackedInline):
    """Each part folds away under its title. The script adds new ones from a template."""

    template = "modules/admin/parts.html"
    form = ContentForm
    formset = PartFormSet
    extra = 0
    is_ordered = False
    # How many parts the page shows at a time; None: all.
    per_page: int | None = None

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
        formset = super().get_formset(request, obj, max_num=most, absolute_max=most, **kwargs)
        formset.per_page = self.per_page
        formset.page_number = request.GET.get(f"{formset.get_default_prefix()}-page")
        return formset


class OrderedInline(PartInline):
    form = OrderedForm
    formset = OrderedFormSet
    is_ordered = True
