from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from modules.models.module import Module
from modules.models.publishing import LONGEST_TEXT, Ordered, Publishable
from modules.models.timeline import country_names


class Pledge(Publishable):
    class Progress(models.TextChoices):
        ANNOUNCED = "announced", _("Announced")
        UNDER_WAY = "under_way", _("Under way")
        REPORTED = "reported", _("Reported")

    slug = models.SlugField(
        _("address"),
        unique=True,
        help_text=_("The end of the page's address. Links break when it changes."),
    )
    module = models.ForeignKey(
        Module,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pledges",
        verbose_name=_("module"),
    )
    organisation = models.CharField(_("organisation"), max_length=120)
    announced_on = models.DateField(_("announced on"))
    progress = models.CharField(
        _("progress"), max_length=10, choices=Progress, default=Progress.ANNOUNCED
    )
    title = models.CharField(_("title"), max_length=150)
    summary = models.TextField(_("summary"), max_length=400)
    countries = CountryField(_("countries"), multiple=True, blank=True)
    place = models.CharField(
        _("words instead of the countries"),
        max_length=80,
        blank=True,
        help_text=_("Such as “Worldwide”. Empty: the countries are named."),
    )
    report = models.TextField(
        _("closing report"),
        max_length=LONGEST_TEXT,
        blank=True,
        help_text=_("What came of it, and what was learned."),
    )
    pledge_url = models.URLField(_("address of the pledge itself"), max_length=300, blank=True)
    more_url = models.URLField(_("address with more about it"), max_length=300, blank=True)

    class Meta(Publishable.Meta):
        verbose_name = _("action pledge")
        verbose_name_plural = _("action pledges")
        ordering = ["-announced_on", "-pk"]

    def __str__(self):
        return f"{self.organisation}: {self.title}"

    def get_absolute_url(self):
        return reverse("modules:pledge", args=[self.slug])

    @property
    def country_names(self) -> str:
        return country_names(self)


class Commitment(Ordered):
    pledge = models.ForeignKey(Pledge, models.CASCADE, related_name="commitments")
    text = models.TextField(_("commitment"), max_length=600)

    class Meta(Ordered.Meta):
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")

    def __str__(self):
        return self.text[:60]


class NewsItem(Publishable):
    slug = models.SlugField(
        _("address"),
        unique=True,
        help_text=_("The end of the page's address. Links break when it changes."),
    )
    module = models.ForeignKey(
        Module,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="news",
        verbose_name=_("module"),
    )
    pledge = models.ForeignKey(
        Pledge,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="news",
        verbose_name=_("action pledge"),
    )
    organisation = models.CharField(_("organisation"), max_length=120)
    date = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=150)
    summary = models.TextField(_("summary"), max_length=400)
    body = models.TextField(_("text"), max_length=LONGEST_TEXT)

    class Meta(Publishable.Meta):
        verbose_name = _("project news item")
        verbose_name_plural = _("project news")
        ordering = ["-date", "-pk"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("modules:news_item", args=[self.slug])
