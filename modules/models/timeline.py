from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from modules.models.module import Module
from sstc_academy.lib.dates import BadPartialDate, PartialDate, parse_partial_date
from sstc_academy.lib.languages import listed, translated


class Kind(models.TextChoices):
    AGREEMENT = "agreement", _("Agreement")
    MEMORANDUM = "memorandum", _("Memorandum")
    PROGRAMME = "programme", _("Programme")
    CONFERENCE = "conference", _("Conference")
    EVENT = "event", _("Event")
    DECLARATION = "declaration", _("Declaration")
    COURSE = "course", _("Course")
    PLEDGE = "pledge", _("Pledge")


def country_names(item) -> str:
    """The item's countries in the active language, one after the other."""
    return listed([country.name for country in item.countries])


def validate_edtf(value: str) -> None:
    try:
        parse_partial_date(value)
    except BadPartialDate as error:
        raise ValidationError(str(error)) from None


class TimelineEvent(models.Model):
    module = models.ForeignKey(Module, models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    date = models.CharField(
        _("date"),
        max_length=21,
        validators=[validate_edtf],
        help_text=_(
            "As exactly as it is known: 2007, 2007-12 or 2007-12-14. From and to: 2023-06-16/2027. "
            "Still running: 2014-10-14/.."
        ),
    )
    # Derived from `date`, for sorting and filtering in the database.
    starts_on = models.DateField(editable=False)
    ends_on = models.DateField(editable=False, null=True)
    title = models.CharField(_("title"), max_length=150)
    label = models.CharField(
        _("short label"),
        max_length=32,
        blank=True,
        help_text=_("For the picture, at most 32 characters. Empty: the beginning of the title."),
    )
    text = models.TextField(_("one sentence"), max_length=400, blank=True)
    countries = CountryField(_("countries"), multiple=True, blank=True)
    place = models.CharField(
        _("words instead of the countries"),
        max_length=80,
        blank=True,
        help_text=_("Such as “Worldwide” or “31 countries”. Empty: the countries are named."),
    )
    partners = models.CharField(_("partners"), max_length=150, blank=True)
    source_name = models.CharField(
        _("source"), max_length=150, blank=True, help_text=_("Where the fact comes from, in words.")
    )
    source_url = models.URLField(_("address of the source"), max_length=300, blank=True)
    editor_note = models.TextField(
        _("note for facilitators"), blank=True, help_text=_("Readers never see it.")
    )

    class Meta:
        verbose_name = _("timeline event")
        verbose_name_plural = _("timeline events")
        ordering = ["starts_on", "pk"]

    def __str__(self):
        return f"{self.date} {self.title}"

    def save(self, **kwargs):
        when = parse_partial_date(self.date)
        self.starts_on, self.ends_on = when.starts_on, when.ends_on
        super().save(**kwargs)

    @cached_property
    def when(self) -> PartialDate:
        return parse_partial_date(self.date)

    @property
    def place_names(self) -> str:
        """Where it belongs, in the active language; "" when no country is named."""
        return str(translated(self, "place")) or country_names(self)

    @property
    def anchor(self) -> str:
        return f"event-{self.pk}"
