from allauth.account.internal.flows.login import get_authentication_records

from accounts.services import facilitators_group

# The session in which an account was opened remembers whose it is.
SIGNED_UP_HERE = "accounts_signed_up"


def keep_facilitators_group(using, **_kwargs):
    facilitators_group(using)


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
