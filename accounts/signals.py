from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, user_signed_up
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from accounts.holders import all_holders
from accounts.mail import bounces
from accounts.services import facilitators_group

# The session in which an account was opened remembers whose it is.
SIGNED_UP_HERE = "accounts_signed_up"


# Permissions exist only once every app has migrated; each of them gives this signal.
@receiver(post_migrate, dispatch_uid="facilitators")
def keep_facilitators_group(using, **_kwargs):
    facilitators_group(using)


@receiver(email_confirmed)
def forget_password_of_another(request, email_address, **_kwargs):
    """Takes away a password that the owner of the address may never have chosen.

    Somebody may have opened the account with an address that is not theirs, in the hope that its
    owner comes some day and uses it. The owner comes by a code or a reset, without the password.
    """
    user = email_address.user
    is_known_here = (
        request.user == user
        or request.session.get(SIGNED_UP_HERE) == user.pk
        or any(
            record["method"] == "password" for record in get_authentication_records(request, user)
        )
    )
    if not is_known_here and user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])


@receiver(email_confirmed)
def believe_in_the_address(email_address, **_kwargs):
    """The code has arrived there."""
    bounces.forget(email_address.email)


@receiver(email_confirmed)
def bring_in_what_a_guest_left(email_address, **_kwargs):
    for holder in all_holders():
        holder.adopt(email_address.user, email_address.email)


@receiver(user_signed_up)
def bring_it_in_at_once(user, **_kwargs):
    """Where Google or another has confirmed the address, nobody has to."""
    for address in EmailAddress.objects.filter(user=user, verified=True):
        bring_in_what_a_guest_left(address)
