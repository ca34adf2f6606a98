from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.mail.models import OutgoingMail
from forum.models.subscriptions import Subscriber
from modules.models import Module
from modules.models.publishing import LONGEST_TEXT


class Announcement(models.Model):
    """What a facilitator tells all who have subscribed to a module's forum; sent once."""

    module = models.ForeignKey(
        Module, models.CASCADE, related_name="announcements", verbose_name=_("module")
    )
    title = models.CharField(
        _("title"), max_length=150, help_text=_("It is the subject of the mail.")
    )
    text = models.TextField(_("text"), max_length=LONGEST_TEXT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("facilitator"),
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    # None: it has not gone yet, and may still be changed.
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    recipient_count = models.PositiveIntegerField(_("recipients"), default=0, editable=False)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-pk"]

    def __str__(self):
        return self.title


class Delivery(models.Model):
    """That a subscriber gets an announcement."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="+")
    mail = models.OneToOneField(OutgoingMail, models.CASCADE, related_name="delivery")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "subscriber"], name="one_delivery_per_subscriber"
            )
        ]

    def __str__(self):
        return f"{self.subscriber}: {self.announcement}"
