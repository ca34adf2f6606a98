"""Addresses that take no mail, as their own servers have said."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.mail.models import BouncedAddress
from accounts.models import User

# Of an address that no account has; then nobody may remember what it was for.
KEPT_FOR = timedelta(days=365)


@transaction.atomic
def mark(address: str, reason: str) -> None:
    """No mail but what somebody asks for goes there; whose address it is sees it on each page."""
    address = address.lower()
    values = {"reason": reason, "since": timezone.now()}
    BouncedAddress.objects.update_or_create(address=address, defaults=values)
    User.objects.filter(email=address).update(bounced_address=address)


@transaction.atomic
def forget(address: str) -> None:
    """It takes mail again."""
    address = address.lower()
    BouncedAddress.objects.filter(address=address).delete()
    User.objects.filter(bounced_address=address).update(bounced_address="")


def of_these(addresses: Iterable[str]) -> set[str]:
    """Those that take no mail, in small letters."""
    found = BouncedAddress.objects.filter(address__in={each.lower() for each in addresses})
    return set(found.values_list("address", flat=True))


def drop_old(now: datetime) -> None:
    owners = User.objects.filter(bounced_address=OuterRef("address"))
    BouncedAddress.objects.filter(~Exists(owners), since__lte=now - KEPT_FOR).delete()
