"""Everything that is kept of a person: to take along, and to be forgotten."""

import io
import json
from datetime import datetime, timedelta
from zipfile import ZIP_DEFLATED, ZipFile

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.holders import all_holders
from accounts.models import User

TIME_TO_CHANGE_ONES_MIND = timedelta(days=7)
TIME_TO_CONFIRM = timedelta(days=7)
_SECRETS = {"password", "id"}


def sections_of(user: User) -> list[dict]:
    """A section for each kind of data: its name, its heading, and its rows."""
    fields = [field for field in User._meta.concrete_fields if field.name not in _SECRETS]
    account = {field.name: field.value_to_string(user) for field in fields}
    account |= {"reading": user.reading, "public_details": user.public_details}
    account |= {"groups": [group.name for group in user.groups.all()]}
    sections = [
        ("account", _("Account"), [account]),
        (
            "email_addresses",
            _("E-mail addresses"),
            EmailAddress.objects.filter(user=user).values("email", "verified", "primary"),
        ),
        (
            "connections",
            _("Other accounts"),
            SocialAccount.objects.filter(user=user).values(
                "provider", "uid", "date_joined", "last_login", "extra_data"
            ),
        ),
        (
            "sessions",
            _("Where I am signed in"),
            UserSession.objects.filter(user=user).values("created_at", "ip", "user_agent"),
        ),
        (
            "second_factors",
            _("Passkeys and second factor"),
            Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at"),
        ),
        (
            "administration",
            _("What I did in the administration"),
            LogEntry.objects.filter(user=user).values("action_time", "object_repr", "action_flag"),
        ),
    ]
    sections += [(holder.name, holder.title, holder.export(user)) for holder in all_holders()]
    return [{"name": name, "title": title, "rows": list(rows)} for name, title, rows in sections]


def as_zip(user: User) -> bytes:
    """The data as JSON for programs, and as a page for people."""
    sections = sections_of(user)
    data = {section["name"]: section["rows"] for section in sections}
    page = render_to_string("accounts/data_file.html", {"sections": sections, "person": user})
    with io.BytesIO() as file:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr("data.json", text)
            archive.writestr("data.html", page)
        return file.getvalue()


def ask_for_deletion(user: User, *, keeps_posts: bool) -> None:
    """Ends every session; whoever signs in within seven days keeps the account."""
    user.deletion_asked_at = timezone.now()
    user.deletion_keeps_posts = keeps_posts
    user.save(update_fields=["deletion_asked_at", "deletion_keeps_posts"])
    for session in UserSession.objects.filter(user=user):
        session.end()


def keep_after_all(user: User) -> bool:
    """Whether a deletion was under way, which is called off."""
    if user.deletion_asked_at is None:
        return False
    user.deletion_asked_at = None
    user.save(update_fields=["deletion_asked_at"])
    return True


@transaction.atomic
def delete_account(user: User, *, keeps_posts: bool) -> None:
    for holder in all_holders():
        holder.forget(user, keeps_posts=keeps_posts)
    user.delete()


def drop_old_data(now: datetime) -> list[str]:
    """Deletes what was promised to be kept for a time only; says what, line by line."""
    leaving = User.objects.filter(deletion_asked_at__lte=now - TIME_TO_CHANGE_ONES_MIND)
    unconfirmed = User.objects.filter(
        date_joined__lte=now - TIME_TO_CONFIRM, last_login=None, emailaddress__verified=False
    ).exclude(emailaddress__verified=True)
    done = []
    for people, words in (
        (leaving, "accounts whose owners had asked for it"),
        (unconfirmed, "accounts whose address nobody had confirmed"),
    ):
        count = 0
        for user in people.distinct():
            delete_account(user, keeps_posts=user.deletion_keeps_posts)
            count += 1
        done.append(f"Deleted {count} {words}.")
    Session.objects.filter(expire_date__lte=now).delete()
    alive = Session.objects.values("session_key")
    count, _kinds = UserSession.objects.exclude(session_key__in=alive).delete()
    done.append(f"Forgot the network addresses of {count} sessions that had ended.")
    _drop_old_counts(now)
    return done + [words for holder in all_holders() if (words := holder.drop_old(now))]


def _drop_old_counts(now: datetime) -> None:
    """The counts of the rate limits, in whose keys network addresses stand; Django keeps them
    in its table until that is full.
    """
    options = settings.CACHES["default"]
    if options["BACKEND"].endswith(".DatabaseCache"):
        table = connection.ops.quote_name(options["LOCATION"])
        moment = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [moment])  # noqa: S608
