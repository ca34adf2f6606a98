from secrets import token_urlsafe
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import zones
from accounts.mail.models import OutgoingMail
from forum.models.posts import Post
from modules.models import Module
from sstc_academy.lib import languages

_UTC = ZoneInfo("UTC")


def new_key() -> str:
    """Short, so that the address in a mail's header stays on one line."""
    return token_urlsafe(12)


class SubscriberQuerySet(models.QuerySet):
    def reachable(self):
        """To whom mail may go: confirmed, and no account that is closed or about to be deleted."""
        return self.exclude(confirmed_at=None).exclude(
            models.Q(user__is_active=False) | models.Q(user__deletion_asked_at__isnull=False)
        )

    def with_key(self, key: str) -> "Subscriber | None":
        """Of a link in a mail, also in one to a guest who has joined an account since."""
        people = self.select_related("user")
        return people.filter(key=key).first() or people.filter(former__key=key).first()

    def numbered(self, number: int) -> "Subscriber | None":
        """The same by what stands in a reply address."""
        people = self.select_related("user")
        return people.filter(pk=number).first() or people.filter(former__number=number).first()


class Subscriber(models.Model):
    """A member, or anybody else by e-mail address, who may be told of posts."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="forum_subscriber",
        null=True,
        blank=True,
        verbose_name=_("account"),
    )
    # In small letters; empty for a member, whose account has it, as it has the two below.
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    # Stands in each mail: whoever has it sees and ends the subscriptions.
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    # None: the link in the mail to this address has not been used yet.
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None, email__gt="")
                | models.Q(user__isnull=False, email=""),
                name="subscriber_is_member_or_address",
            ),
            models.UniqueConstraint(
                Lower("email"), condition=models.Q(email__gt=""), name="one_subscriber_per_address"
            ),
        ]

    def __str__(self):
        return self.address

    @property
    def address(self) -> str:
        return self.user.email if self.user else self.email

    @property
    def reads(self) -> str:
        """The language of the pages and mails for this person."""
        code = self.user.language if self.user else self.language
        return code if code in languages.CODES else languages.SOURCE

    @property
    def zone(self) -> ZoneInfo:
        return zones.find(self.user.time_zone if self.user else self.time_zone) or _UTC


class FormerSubscriber(models.Model):
    """What stands in older mails to a guest whose subscriptions have joined those of an account."""

    # Its id, while it was a `Subscriber`.
    number = models.BigIntegerField(unique=True)
    key = models.CharField(max_length=32, unique=True)
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="former")

    def __str__(self):
        return f"{self.number}: {self.subscriber}"


class Frequency(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    # Also against a wider one: nothing of this conversation though the forum is subscribed to.
    OFF = "off", _("Not at all")


class Subscription(models.Model):
    """What somebody wants to hear of: a module's forum, a conversation, or, when neither is
    named, answers to their own posts."""

    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="subscriptions")
    module = models.ForeignKey(Module, models.CASCADE, related_name="+", null=True, blank=True)
    # Its opening post.
    conversation = models.ForeignKey(
        Post, models.CASCADE, related_name="subscriptions", null=True, blank=True
    )
    frequency = models.CharField(
        _("how often"), max_length=10, choices=Frequency, default=Frequency.AT_ONCE
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(module=None) | models.Q(conversation=None),
                name="subscription_has_one_target",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "module"],
                condition=models.Q(module__isnull=False),
                name="one_subscription_per_module",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "conversation"],
                condition=models.Q(conversation__isnull=False),
                name="one_subscription_per_conversation",
            ),
            models.UniqueConstraint(
                fields=["subscriber"],
                condition=models.Q(module=None, conversation=None),
                name="one_subscription_to_answers",
            ),
        ]

    def __str__(self):
        return f"{self.module or self.conversation or _('Answers to me')}: {self.frequency}"


class Notice(models.Model):
    """That somebody is told of a post: once, however many of their subscriptions match."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="notices")
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="notices")
    mail = models.ForeignKey(OutgoingMail, models.CASCADE, related_name="notices")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "subscriber"], name="one_notice_per_post_and_subscriber"
            )
        ]

    def __str__(self):
        return f"{self.subscriber}: {self.post}"
