from django.db import models


class PackEntry(models.Model):
    """What the content pack once put into the database, so that it puts it there only once.

    While a row still holds just what the pack gave it, a newer pack may improve it. Once a
    facilitator has changed or deleted it, it is theirs.
    """

    key = models.CharField(max_length=200, unique=True)
    model = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self):
        return self.key
