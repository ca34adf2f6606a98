from django.utils.translation import gettext_lazy as _

from accounts.holders import Holder
from accounts.mail import bounces
from accounts.mail.models import OutgoingMail


class Mails(Holder):
    """What was sent to a person, of which the text is not kept."""

    name = "mails"
    title = _("Mails to me")

    def export(self, user):
        mails = OutgoingMail.objects.filter(to__iexact=user.email).order_by("pk")
        return list(mails.values("subject", "state", "created_at", "sent_at"))

    def forget(self, user, *, keeps_posts):
        OutgoingMail.objects.filter(to__iexact=user.email).delete()
        bounces.forget(user.email)
