from django.db import models
from django.utils import timezone


class Trace(models.Model):
    """That something happened which may not happen too often; counted by key, kept for a day."""

    # A keyed hash, so that nobody's address stands here; see forum.limits.
    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="traces_by_key")]

    def __str__(self):
        return f"{self.key[:8]} {self.at}"
