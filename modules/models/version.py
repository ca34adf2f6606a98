from django.db import models


class ContentVersion(models.Model):
    """The one row that says which state of the content is committed; see `modules.freshness`."""

    ID = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ID, editable=False)
    # Random, so that neither a rollback nor a restored backup brings a used one back.
    token = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_content_version"),
        ]

    def __str__(self):
        return self.token
