from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.personal_data import drop_old_data


class Command(BaseCommand):
    help = "Delete what is kept for a time only, as the privacy page promises. Run it daily."

    def handle(self, **options):
        for line in drop_old_data(timezone.now()):
            self.stdout.write(line)
