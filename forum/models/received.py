from django.db import models
from django.utils import timezone

from forum.models.posts import Post


class ReceivedMail(models.Model):
    """An answer that came by mail: so that it is posted once, however often it is delivered, and
    that facilitators see what was trimmed."""

    # As of the post that it became, or would have become.
    submission = models.UUIDField(unique=True)
    # None: its author was told why it was not posted, or the post is gone.
    post = models.ForeignKey(Post, models.SET_NULL, related_name="received_mails", null=True)
    # All that the mail said, quotations and signature too; empty when it was not posted.
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self):
        return f"{self.at}: {self.text[:60]}"
