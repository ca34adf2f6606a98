from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.manager import MultilingualManager

from modules.models.publishing import LONGEST_TEXT, Ordered, Publishable, PublishableQuerySet
from sstc_academy.lib.languages import translated


class ModuleQuerySet(PublishableQuerySet):
    def for_catalogue(self):
        """In the order of their numbers, with what a row of the catalogue counts."""
        return self.order_by("number").annotate(
            video_count=Count("videos", distinct=True), event_count=Count("events", distinct=True)
        )

    def for_reading(self):
        """With every part of the page: one query a kind, however many there are of it."""
        return self.prefetch_related("figures", "sections", "videos", "events", "resources")


class Module(Publishable):
    number = models.PositiveSmallIntegerField(
        _("number"),
        unique=True,
        validators=[MinValueValidator(1)],
        help_text=_("The module's place in the Academy, such as 2."),
    )
    slug = models.SlugField(
        _("address"),
        unique=True,
        help_text=_(
            "The end of the page's address, such as module-2. Links break when it changes."
        ),
    )
    title = models.CharField(_("title"), max_length=150)
    strapline = models.CharField(
        _("strapline"),
        max_length=80,
        blank=True,
        help_text=_("A few words beside the number, such as “IPEC+ · target 8.7”."),
    )
    summary = models.TextField(
        _("summary"),
        max_length=400,
        help_text=_("One or two sentences, for lists and search engines."),
    )
    lead = models.TextField(
        _("opening"),
        max_length=400,
        blank=True,
        help_text=_("A question or a scene in large letters, before the introduction."),
    )
    objectives = models.TextField(
        _("learning objectives"),
        blank=True,
        help_text=_("One a line. Each completes the sentence “When you have finished, you can …”."),
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, help_text=_("How long reading takes. Empty: not said.")
    )

    objects = MultilingualManager.from_queryset(ModuleQuerySet)()

    class Meta(Publishable.Meta):
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["number"]

    def __str__(self):
        return _("Module %(number)s: %(title)s") % {"number": self.number, "title": self.title}

    def get_absolute_url(self):
        return reverse("modules:module", args=[self.slug])

    @property
    def objective_lines(self) -> list[str]:
        lines = str(translated(self, "objectives")).splitlines()
        return [line.strip() for line in lines if line.strip()]


class Figure(Ordered):
    module = models.ForeignKey(Module, models.CASCADE, related_name="figures")
    value = models.CharField(
        _("figure"), max_length=12, help_text=_("A few characters, such as 40+ or 31.")
    )
    label = models.CharField(_("what it counts"), max_length=100)

    class Meta(Ordered.Meta):
        verbose_name = _("figure in the margin")
        verbose_name_plural = _("figures in the margin")

    def __str__(self):
        return f"{self.value} {self.label}"


class Section(Ordered):
    module = models.ForeignKey(Module, models.CASCADE, related_name="sections")
    title = models.CharField(_("title"), max_length=150, blank=True)
    body = models.TextField(_("text"), max_length=LONGEST_TEXT)

    class Meta(Ordered.Meta):
        verbose_name = _("section of the introduction")
        verbose_name_plural = _("sections of the introduction")

    def __str__(self):
        return self.title or gettext("Section without a title")
