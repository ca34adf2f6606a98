from django.core.management.base import BaseCommand, CommandError

from accounts.encryption import LostKeyError, renew


class Command(BaseCommand):
    help = (
        "Encrypt the keys of second factors with the present SECRET_KEY; afterwards "
        "SECRET_KEY_FALLBACKS may go."
    )

    def handle(self, **options):
        try:
            count = renew()
        except LostKeyError:
            raise CommandError(
                "A second factor was encrypted with another key. Name the earlier SECRET_KEY in "
                "SECRET_KEY_FALLBACKS, and run this again."
            ) from None
        self.stdout.write(f"Encrypted {count} second factors with the present SECRET_KEY.")
