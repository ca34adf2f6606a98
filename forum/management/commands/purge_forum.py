from django.core.management.base import BaseCommand

from forum.models import PendingPost


class Command(BaseCommand):
    help = "Delete guests' posts whose links have expired. Run it daily."

    def handle(self, **options):
        count, _by_model = PendingPost.objects.expired().delete()
        self.stdout.write(f"{count} expired posts of guests deleted.")
