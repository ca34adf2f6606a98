"""What leaves by mail. Rows are made in the transaction that has something to tell, and sent by
the worker, so that nothing is told of what was rolled back and nothing is lost on the way."""

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMailQuerySet(models.QuerySet):
    def due(self, now: datetime):
        """Those whose time has come, and those whose worker has not been heard of for too long."""
        is_mine = models.Q(state="waiting") | models.Q(state="sending", leased_until__lte=now)
        return self.filter(is_mine, due_at__lte=now).order_by("due_at", "id")


class OutgoingMail(models.Model):
    """One mail to one address."""

    # The kind of what needs no builder: the message is there already.
    READY = "message"

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        # Refused, or tried for a day: an operator looks at it.
        PARKED = "parked", _("Parked")
        # There was nothing left to tell when its time came.
        DROPPED = "dropped", _("Not needed any more")

    # Who makes the message when its time has come; see accounts.mail.builders.
    kind = models.CharField(max_length=20, default=READY)
    to = models.EmailField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    # The whole message of kind "message"; emptied once it is sent, since codes may stand in it.
    message = models.BinaryField(default=bytes, editable=False)
    # Among those that wait there is one of each group: what comes meanwhile joins it. Empty: alone.
    group = models.CharField(max_length=80, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # What the mail server said last.
    error = models.TextField(_("last answer"), blank=True)
    # Of the worker that is sending it; past this moment another one may take it.
    leased_until = models.DateTimeField(null=True, editable=False)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        constraints = [
            models.UniqueConstraint(
                fields=["group"],
                condition=models.Q(state="waiting") & models.Q(group__gt=""),
                name="one_waiting_mail_per_group",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="mails_to_send",
            ),
            models.Index(fields=["state", "created_at"], name="mails_by_state"),
        ]

    def __str__(self):
        return f"{self.to}: {self.subject}"


class BouncedAddress(models.Model):
    """An address that takes no mail, as its own server has said."""

    # In small letters.
    address = models.EmailField(_("e-mail address"), unique=True)
    reason = models.TextField(_("what its server said"), blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("address that takes no mail")
        verbose_name_plural = _("addresses that take no mail")

    def __str__(self):
        return self.address


class PeriodicRun(models.Model):
    """That a job of a period has been taken on: of several workers the one that made the row."""

    job = models.CharField(max_length=40)
    # Such as "2026-11-22" of a daily job.
    period = models.CharField(max_length=20)
    began_at = models.DateTimeField(default=timezone.now)
    # None: it runs, or its worker has died; then another may take it after an hour.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "period"], name="one_run_per_period"),
        ]

    def __str__(self):
        return f"{self.job} {self.period}"


class WorkerBeat(models.Model):
    """When a worker was last alive."""

    # Host and process.
    worker = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.worker} {self.at}"
