"""Addresses that take no mail, as their own servers have said."""

from django.utils import timezone

from accounts.mail.models import BouncedAddress


def mark(address: str, reason: str) -> None:
    values = {"reason": reason, "since": timezone.now()}
    BouncedAddress.objects.update_or_create(address=address.lower(), defaults=values)
