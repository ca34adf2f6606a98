import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.core.management.base import BaseCommand, CommandError

from accounts.mail.sending import Sender
from accounts.mail.worker import Worker


class Command(BaseCommand):
    help = "Send mails and do what is done daily, until Ctrl-C. Several workers may run."

    def add_arguments(self, parser):
        parser.add_argument(
            "--once", action="store_true", help="end when there is nothing to do at this moment"
        )
        parser.add_argument(
            "--with-parent", action="store_true", help="end with the process that started it"
        )

    def handle(self, *, once, with_parent, **options):
        try:
            get_connection(settings.MAIL_BACKEND)
        except (ImproperlyConfigured, ImportError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise CommandError(f"Mail cannot be sent with these settings: {reason}") from None
        worker = Worker(Sender, parent=os.getppid() if with_parent else None)
        if once:
            worker.run_once()
        else:
            worker.run()
