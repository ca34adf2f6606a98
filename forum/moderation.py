"""Keeping order: what facilitators and reports do to posts and people; each is one transaction,
goes on record, and is told to the author where it concerns what they have written."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from forum import mails, records, rules
from forum.authors import Author
from forum.mail_providers import holds_mail_of_everybody
from forum.models import (
    Act,
    HeldFor,
    Post,
    Report,
    Restriction,
    State,
)
from forum.services import change_state, locked
from modules.freshness import touch

# So many different people hide a post until a facilitator has looked.
REPORTS_THAT_HIDE = 3


@transaction.atomic
def report(
    post: Post,
    *,
    reporter: str,
    network: str = "",
    reason: str,
    note: str = "",
    author: Author | None = None,
) -> bool:
    """False when this person has reported the post before, or it is gone by now. RefusedError for
    who may not post, or reports too often.

    `reporter` and `network` are keys of `limits`, the second "" for a place of their own; `author`
    is who it is, where that is known.
    """
    network = network or reporter
    touch()
    rules.admit_report(author, reporter, network)
    now = locked(post)
    if now is None:
        return False
    values = {"reason": reason, "note": note, "network": network, "is_known": bool(author)}
    values["user"] = author.user if author else None
    _report, is_new = Report.objects.get_or_create(post=now, reporter=reporter, defaults=values)
    if not is_new:
        return False
    people = now.reports.waiting().count_people()
    if now.state == State.PUBLISHED and people >= REPORTS_THAT_HIDE:
        change_state(now, State.HELD, HeldFor.REPORTS)
        mails.send_decision(now, records.of_rule(now))
    return True


@transaction.atomic
def approve(post: Post, *, by: User, note: str = "") -> bool:
    """Publishes what was held, or brings back what was removed; its reports are settled.

    False when there is nothing to approve: it stands and nobody reports it, or its author has
    deleted it.
    """
    touch()
    now = locked(post)
    if now is None:
        return False
    act = {State.HELD: Act.APPROVED, State.REMOVED: Act.RESTORED}.get(now.state)
    if act:
        change_state(now, State.PUBLISHED)
    elif now.state == State.PUBLISHED and now.reports.waiting().exists():
        act = Act.KEPT
    else:
        return False
    _settle(now)
    record = records.of_post(now, act, note=note, by=by)
    if act != Act.KEPT:
        mails.send_decision(now, record)
    return True


@transaction.atomic
def remove(post: Post, *, by: User, reason: str, note: str = "") -> bool:
    """`reason` is a code of Reason; `note` is for the author. False when it is gone already."""
    touch()
    now = locked(post)
    if now is None or now.state not in {State.PUBLISHED, State.HELD}:
        return False
    change_state(now, State.REMOVED)
    _settle(now)
    mails.send_decision(now, records.of_post(now, Act.REMOVED, reason=reason, note=note, by=by))
    return True


@transaction.atomic
def approve_all(posts: Iterable[Post], *, by: User, note: str = "") -> int:
    """How many there were to approve."""
    # Whoever changes posts queues here, so that two with many never wait for each other.
    touch()
    return sum(approve(post, by=by, note=note) for post in posts)


@transaction.atomic
def remove_all(posts: Iterable[Post], *, by: User, reason: str, note: str = "") -> int:
    """How many there were to remove."""
    touch()
    return sum(remove(post, by=by, reason=reason, note=note) for post in posts)


@transaction.atomic
def restrict(
    *,
    level: str,
    by: User,
    reason: str,
    account: User | None = None,
    address: str = "",
    note: str = "",
    until: datetime | None = None,
) -> Restriction:
    """Of an account or else of an e-mail address or domain; a second one replaces the first.

    ValidationError for whom `refuse_protected` names. `note` is for facilitators alone.
    """
    refuse_protected(by=by, account=account, address=address)
    subject = {"account": account} if account else {"address": address.lower()}
    values = {"level": level, "reason": reason, "note": note, "until": until, "by": by}
    restriction, _is_new = Restriction.objects.update_or_create(
        **subject, defaults=values | {"created_at": timezone.now()}
    )
    act = Act.BANNED if level == Restriction.Level.BANNED else Act.RESTRICTED
    records.of_restriction(restriction, act, by=by)
    return restriction


@transaction.atomic
def lift(restriction: Restriction, *, by: User) -> None:
    records.of_restriction(restriction, Act.LIFTED, by=by)
    restriction.delete()


@transaction.atomic
def lift_all(restrictions: Iterable[Restriction], *, by: User) -> int:
    """How many there were."""
    restrictions = list(restrictions)
    for restriction in restrictions:
        lift(restriction, by=by)
    return len(restrictions)


def refuse_protected(*, by: User, account: User | None = None, address: str = "") -> None:
    """ValidationError for whoever keeps order, who asks, and for domains that anybody may use."""
    if not account and holds_mail_of_everybody(address):
        raise ValidationError(
            _(
                "%(domain)s gives addresses to everybody: restrict the account or the address of "
                "one person."
            )
            % {"domain": address}
        )
    people = User.objects.filter(pk=account.pk) if account else people_at(address)
    if people.filter(pk=by.pk).exists():
        raise ValidationError(_("This would restrict yourself."))
    protected = people.filter(Q(is_staff=True) | Q(is_superuser=True)).first()
    if protected:
        raise ValidationError(
            _("%(name)s keeps order here too: facilitators are not restricted.")
            % {"name": protected.display_name}
        )


def people_at(address: str):
    """Accounts with an e-mail address, or of a domain and all below it."""
    if "@" in address:
        return User.objects.filter(email__iexact=address)
    return User.objects.filter(
        Q(email__iendswith=f"@{address}") | Q(email__iendswith=f".{address}")
    )


def guest_posts_at(domain: str):
    """Of guests with an address of the domain or below it."""
    addresses = Q(guest_email__endswith=f"@{domain}") | Q(guest_email__endswith=f".{domain}")
    return Post.objects.filter(addresses, guest_email__gt="")


def _settle(post: Post) -> None:
    post.reports.waiting().update(settled_at=timezone.now())
