"""What somebody has asked for by an address that they have yet to confirm."""

from django.db import models
from django.utils import timezone

from forum.models.posts import PendingQuerySet, Post
from forum.models.subscriptions import Subscriber
from modules.models import Module


class PendingSubscription(models.Model):
    """The choice of somebody without an account, until the link in the mail has been used."""

    token = models.CharField(max_length=32, unique=True)
    submission = models.UUIDField(unique=True)
    email = models.EmailField()
    # In which they read mails.
    language = models.CharField(max_length=8)
    time_zone = models.CharField(max_length=64, blank=True)
    # On whose page it was asked for.
    module = models.ForeignKey(Module, models.CASCADE, related_name="+")
    # None, too, when it was asked for under a module.
    conversation = models.ForeignKey(Post, models.CASCADE, related_name="+", null=True)
    # A value of Frequency by what it is for: see forum.subscribing.
    frequencies = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    # Who has come of it; None: the link has not been used. It stays, and leads to that.
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="+", null=True)

    objects = PendingQuerySet.as_manager()

    def __str__(self):
        return f"{self.email}: {self.frequencies}"
