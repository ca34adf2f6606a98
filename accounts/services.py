from collections.abc import Callable

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.models import User
from accounts.roles import facilitators_group


@transaction.atomic
def make_facilitator(*, email: str, ask_password: Callable[[], str]) -> tuple[User, bool]:
    """The person with the rights of a facilitator, and whether the account is new.

    `ask_password` is called only for a new account; ValidationError when its answer is too weak.
    """
    user = User.objects.filter(email__iexact=email).first()
    is_new = user is None
    if is_new:
        user = User(email=User.objects.normalize_email(email), display_name=email.split("@")[0])
        password = ask_password()
        validate_password(password, user)
        user.set_password(password)
    user.is_staff = True
    user.save()
    user.groups.add(facilitators_group())
    return user, is_new
