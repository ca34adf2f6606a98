from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from forum.limits import LONG
from forum.models import PendingPost, Report, Trace

# After it nobody needs to know whether two reports came from the same person.
_REPORTERS_ARE_KEPT = timedelta(days=30)
# A number in place of the reporter; a key of `forum.limits` never begins so.
_NOBODY = "#"


class Command(BaseCommand):
    help = (
        "Delete guests' posts whose links have expired and what limits have counted, "
        "and forget who sent old reports. Run it daily."
    )

    def handle(self, **options):
        now = timezone.now()
        posts, _by_model = PendingPost.objects.expired().delete()
        traces, _by_model = Trace.objects.filter(at__lte=now - LONG).delete()
        old = Report.objects.filter(created_at__lte=now - _REPORTERS_ARE_KEPT)
        reports = old.exclude(reporter__startswith=_NOBODY).update(
            # Unique, as one report for each post and person is.
            reporter=Concat(Value(_NOBODY), Cast("pk", CharField()))
        )
        self.stdout.write(f"{posts} expired posts of guests deleted.")
        self.stdout.write(f"{traces} counted events deleted.")
        self.stdout.write(f"{reports} old reports made anonymous.")
