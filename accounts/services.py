from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.models import User
from accounts.roles import FACILITATOR_RIGHTS, FACILITATORS


def facilitators_group(using: str = "default") -> Group:
    """The group with exactly the rights of roles.py; rights of an app not yet migrated follow."""
    group, _created = Group.objects.using(using).get_or_create(name=FACILITATORS)
    wanted = {
        (app, f"{action}_{model}")
        for app, models in FACILITATOR_RIGHTS.items()
        for model, actions in models.items()
        for action in actions
    }
    permissions = Permission.objects.using(using).filter(
        content_type__app_label__in=FACILITATOR_RIGHTS
    )
    group.permissions.set(
        permission
        for permission in permissions.select_related("content_type")
        if (permission.content_type.app_label, permission.codename) in wanted
    )
    return group


@transaction.atomic
def make_facilitator(*, email: str, ask_password: Callable[[], str]) -> tuple[User, bool]:
    """The person with the rights of a facilitator, and whether the account is new.

    `ask_password` is called only for a new account; ValidationError when its answer is too weak.
    Whoever runs the console vouches for the address of an account that was made there; one that
    was opened on the site has to be confirmed by its owner.
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
    if not EmailAddress.objects.filter(user=user).exists():
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user, is_new
