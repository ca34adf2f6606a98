from django.db import models


class PackEntry(models.Model):
    """What the content pack once put into the database, so that it puts it there only once.

    While a row still holds just what the pack gave it, a newer pack may improve it. Once a
    facilitator has changed or deleted it, it is theirs.
    """

    # "module-2" for a folder as a whole, "module-2/events/..." for an entry of it.
    key = models.CharField(max_length=200, unique=True)
    # None for a folder.
    object_id = models.BigIntegerField(null=True)
    # Of the pack's values, and of the row as it was right after it was loaded.
    pack_digest = models.CharField(max_length=64)
    row_digest = models.CharField(max_length=64)

    def __str__(self):
        return self.key
