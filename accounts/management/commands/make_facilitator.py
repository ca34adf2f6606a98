from getpass import getpass

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts.services import make_facilitator


class Command(BaseCommand):
    help = "Let a person write, translate and publish in the administration."

    def add_arguments(self, parser):
        parser.add_argument("email", nargs="?", default="")

    def handle(self, *, email, **options):
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(
                f'"{email}" is not an e-mail address; write: make facilitator EMAIL=you@example.org'
            ) from None
        try:
            user, is_new = make_facilitator(email=email, ask_password=self._ask_password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        done = "is a facilitator now" if not is_new else "has an account as a facilitator now"
        self.stdout.write(
            f"{user.email} {done}. Sign in at /admin/ of the running Academy; "
            "it leads you through setting up a second factor."
        )

    def _ask_password(self) -> str:
        try:
            password, again = getpass("Choose a password: "), getpass("Once more: ")
        except EOFError:
            raise CommandError("Nobody answers. Run this in a terminal.") from None
        if password != again:
            raise CommandError("The two passwords differ. Run this again.")
        return password
