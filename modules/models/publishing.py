"""What modules, news and pledges have in common: a status, a moment, and languages to review."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.manager import MultilingualManager, MultilingualQuerySet

from sstc_academy.lib import languages

# Characters of a Markdown text: some take the renderer time that grows with their square.
LONGEST_TEXT = 20_000


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


def validate_languages(value) -> None:
    if not isinstance(value, list) or any(code not in languages.CODES for code in value):
        raise ValidationError(
            gettext("This must be a list of languages, each one of these codes: %(codes)s.")
            % {"codes": languages.listed(languages.CODES)}
        )


class PublishableQuerySet(MultilingualQuerySet):
    def published(self):
        """What stands in lists: published, and its moment has come."""
        return self.filter(status=Status.PUBLISHED, published_at__lte=timezone.now())

    def visible_to(self, user):
        """What an address opens: archived pages stay readable; facilitators also see drafts."""
        if user.is_authenticated and user.is_facilitator:
            return self
        return self.exclude(status=Status.DRAFT).filter(published_at__lte=timezone.now())


class Publishable(models.Model):
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=Status,
        default=Status.DRAFT,
        help_text=_(
            "A draft is seen by facilitators only. An archived page stays at its address "
            "but leaves the lists."
        ),
    )
    published_at = models.DateTimeField(
        _("publish at"),
        null=True,
        blank=True,
        help_text=_(
            "Empty: at once when the status becomes “published”. Later: it waits until then."
        ),
    )
    unreviewed_languages = models.JSONField(
        _("draft translations"),
        default=list,
        blank=True,
        validators=[validate_languages],
        help_text=_("Languages whose texts are a draft that nobody has reviewed yet."),
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = MultilingualManager.from_queryset(PublishableQuerySet)()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=Status.DRAFT) | models.Q(published_at__isnull=False),
                name="%(class)s_public_has_a_moment",
            )
        ]

    def save(self, **kwargs):
        self._set_moment()
        super().save(**kwargs)

    def clean(self):
        super().clean()
        self._set_moment()

    def _set_moment(self) -> None:
        if not self.is_draft and self.published_at is None:
            self.published_at = timezone.now()

    @property
    def is_draft(self) -> bool:
        return self.status == Status.DRAFT

    @property
    def is_archived(self) -> bool:
        return self.status == Status.ARCHIVED

    @property
    def is_scheduled(self) -> bool:
        """Published, but its moment is still to come."""
        return not self.is_draft and self.published_at > timezone.now()

    @property
    def is_draft_translation(self) -> bool:
        """The text in the active language waits for a review."""
        return languages.current() in self.unreviewed_languages


class Ordered(models.Model):
    """A part of a page that a facilitator moves up and down."""

    position = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Parts with a smaller number come first.")
    )

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
