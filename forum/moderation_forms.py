"""What facilitators decide: about posts, about who wrote them, and about an address at hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator, MaxLengthValidator, validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from accounts.models import User
from forum import moderation
from forum.authors import Author
from forum.models import ModerationRecord, Post, Reason, Restriction, State
from sstc_academy.lib.text import normal_text

APPROVE, REMOVE, LEAVE = "approve", "remove", "leave"
PERSON, DOMAIN = "person", "domain"

_NO_REASON = ("", _lazy("Choose a reason"))
_LONGEST_NOTE = ModerationRecord._meta.get_field("note").max_length
_LONGEST_PRIVATE_NOTE = Restriction._meta.get_field("note").max_length
_ADDRESS = Restriction._meta.get_field("address")
_RESTRICTING = ("level", "whom", "until", "private_note", "is_sure")
_DAYS_END = time(23, 59, 59)


@dataclass(frozen=True)
class Outcome:
    """What a decision about some posts has changed."""

    changed: int = 0
    left: int = 0
    restricted: int = 0

    @property
    def has_changed(self) -> bool:
        return bool(self.changed or self.restricted)

    @property
    def sentences(self) -> list[str]:
        counted = [
            (
                self.changed,
                ngettext(
                    "%(count)s post was changed.", "%(count)s posts were changed.", self.changed
                ),
            ),
            (
                self.left,
                ngettext(
                    "%(count)s post was left as it is: its state does not allow this.",
                    "%(count)s posts were left as they are: their state does not allow this.",
                    self.left,
                ),
            ),
            (
                self.restricted,
                ngettext(
                    "%(count)s restriction is in force from now on.",
                    "%(count)s restrictions are in force from now on.",
                    self.restricted,
                ),
            ),
        ]
        return [sentence % {"count": count} for count, sentence in counted if count]


class _Restricting:
    """What both forms ask before they restrict somebody."""

    def clean_until(self) -> datetime | None:
        """The last day counts to its end."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise ValidationError(_("This day is over. Choose a later one, or leave it empty."))
        return timezone.make_aware(datetime.combine(day, _DAYS_END))

    def make_sure(self, domains: list[str]) -> None:
        """A domain is many people: says how many, and waits for the tick."""
        if not domains:
            return
        self.fields["is_sure"].widget = forms.CheckboxInput()
        if self.cleaned_data.get("is_sure"):
            return
        sentences = [sentence for domain in domains for sentence in _people_concerned(domain)]
        self.add_error("is_sure", [*sentences, _("Tick the box if you mean all of them.")])


def _people_concerned(domain: str) -> Iterator[str]:
    accounts = moderation.people_at(domain).count()
    posts = moderation.guest_posts_at(domain).count()
    yield ngettext(
        "%(count)s account has an address at %(domain)s.",
        "%(count)s accounts have an address at %(domain)s.",
        accounts,
    ) % {"count": accounts, "domain": domain}
    yield ngettext(
        "%(count)s post of a guest came from %(domain)s.",
        "%(count)s posts of guests came from %(domain)s.",
        posts,
    ) % {"count": posts, "domain": domain}


def _until_field() -> forms.DateField:
    return forms.DateField(
        label=_lazy("Until (the last day)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_lazy("Empty: until a facilitator lifts it."),
    )


def _sure_field() -> forms.BooleanField:
    # Shown once it is asked.
    return forms.BooleanField(
        label=_lazy("Yes, restrict everybody with an address there."),
        required=False,
        widget=forms.HiddenInput,
    )


class DecisionForm(_Restricting, forms.Form):
    """About one post or many at once, and about those who wrote them.

    `posts` come with their `user`; whoever may not restrict people is not asked about them.
    """

    decision = forms.ChoiceField(
        label=_lazy("What becomes of it"),
        widget=forms.RadioSelect,
        initial=LEAVE,
        error_messages={"required": _lazy("Choose what is to be done.")},
    )
    reason = forms.ChoiceField(
        label=_lazy("Reason"), choices=[_NO_REASON, *Reason.choices], required=False
    )
    note = forms.CharField(
        label=_lazy("Note to the author (you may leave it empty)"),
        required=False,
        max_length=_LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_lazy("It stands in the mail that tells the author of your decision."),
    )
    level = forms.ChoiceField(
        label=_lazy("Restriction"),
        choices=[("", _lazy("No new restriction")), *Restriction.Level.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    whom = forms.ChoiceField(
        label=_lazy("Whom the restriction is for"),
        widget=forms.RadioSelect,
        required=False,
        initial=PERSON,
    )
    until = _until_field()
    private_note = forms.CharField(
        label=_lazy("Note for facilitators (you may leave it empty)"),
        required=False,
        max_length=_LONGEST_PRIVATE_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    is_sure = _sure_field()

    def __init__(self, *args, posts: list[Post], by: User, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.posts, self.by = posts, by
        self.fields["decision"].choices = _decisions(posts)
        if any(post.state == State.HELD for post in posts):
            # What waits is not left waiting by a hasty press.
            self.fields["decision"].initial = None
        self.fields["whom"].choices = _subjects_in_words(posts)
        if not by.has_perm("forum.add_restriction") or not self.fields["whom"].choices:
            for name in _RESTRICTING:
                del self.fields[name]

    @property
    def deciding_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in _RESTRICTING]

    @property
    def restricting_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in _RESTRICTING]

    @property
    def restricting_label(self) -> str:
        if len(self.posts) > 1:
            return _("Restrict or ban the authors …")
        return _("Restrict the author")

    @property
    def is_restricting(self) -> bool:
        """Whether somebody has begun to; whom it would be for is always chosen."""
        return any(
            field.errors or (field.value() and field.name != "whom")
            for field in self.restricting_fields
        )

    def clean_note(self) -> str:
        return normal_text(self.cleaned_data["note"])

    def clean_private_note(self) -> str:
        note = normal_text(self.cleaned_data["private_note"])
        MaxLengthValidator(_LONGEST_PRIVATE_NOTE)(note)
        return note

    def clean(self):
        values = super().clean()
        decision, level = values.get("decision"), values.get("level")
        if decision == LEAVE and not level:
            self.add_error("decision", _("Choose what is to be done."))
        if (decision == REMOVE or level) and values.get("reason") == "":
            self.add_error("reason", _("Give the reason: it stays on record."))
        if level and "whom" in values:
            self._clean_subjects()
        return values

    def _clean_subjects(self) -> None:
        subjects = self._subjects
        try:
            for subject in subjects:
                moderation.refuse_protected(by=self.by, **subject)
        except ValidationError as error:
            self.add_error("whom", error)
        else:
            self.make_sure([each["address"] for each in subjects if _is_domain(each)])

    @property
    def _subjects(self) -> list[dict]:
        """Whom the restriction is for, as `moderation.restrict` takes it; each of them once."""
        of = _domain_of if self.cleaned_data["whom"] == DOMAIN else _person_of
        subjects = {}
        for post in self.posts:
            if subject := of(post):
                subjects.setdefault(str(subject), subject)
        return list(subjects.values())

    @transaction.atomic
    def save(self) -> Outcome:
        values = self.cleaned_data
        decided = {"by": self.by, "note": values["note"]}
        changed = left = restricted = 0
        if values["decision"] == APPROVE:
            changed = moderation.approve_all(self.posts, **decided)
        elif values["decision"] == REMOVE:
            changed = moderation.remove_all(self.posts, reason=values["reason"], **decided)
        if values["decision"] != LEAVE:
            left = len(self.posts) - changed
        if values.get("level"):
            restricted = self._restrict()
        return Outcome(changed, left, restricted)

    def _restrict(self) -> int:
        values = self.cleaned_data
        subjects = self._subjects
        for subject in subjects:
            moderation.restrict(
                level=values["level"],
                reason=values["reason"],
                note=values["private_note"],
                until=values["until"],
                by=self.by,
                **subject,
            )
        return len(subjects)


def _decisions(posts: list[Post]) -> list[tuple[str, str]]:
    """What can become of the posts in the states in which they are."""
    if len(posts) > 1:
        return [
            (APPROVE, _("Approve: publish what waits, bring back what was removed")),
            (REMOVE, _("Remove")),
            (LEAVE, _("Leave the posts as they are")),
        ]
    approvals = {State.HELD: _("Publish"), State.REMOVED: _("Bring back")}
    choices = []
    for post in posts:
        if post.state in approvals:
            choices.append((APPROVE, approvals[post.state]))
        elif post.state == State.PUBLISHED and post.reports.waiting().exists():
            choices.append((APPROVE, _("Let it stand: the reports are settled")))
        if post.state in {State.HELD, State.PUBLISHED}:
            choices.append((REMOVE, _("Remove")))
    return [*choices, (LEAVE, _("Leave the post as it is"))]


def _subjects_in_words(posts: list[Post]) -> list[tuple[str, str]]:
    """Empty when none of the posts has an author any more."""
    people = [person for post in posts if (person := _person_of(post))]
    if len(people) > 1:
        return [
            (PERSON, _("The authors: their accounts, or their addresses as guests")),
            (DOMAIN, _("Everybody with an address at their domains")),
        ]
    choices = []
    for post in posts:
        if person := _person_of(post):
            account, address = person["account"], person["address"]
            name = account.display_name if account else address
            said = _("The account of %(name)s") if account else _("The address %(name)s")
            choices.append((PERSON, said % {"name": name}))
            domain = _domain_of(post)["address"]
            choices.append(
                (DOMAIN, _("Everybody with an address at %(domain)s") % {"domain": domain})
            )
    return choices


def _person_of(post: Post) -> dict | None:
    """None when the author has deleted the post."""
    if post.user:
        return {"account": post.user, "address": ""}
    return {"account": None, "address": post.guest_email} if post.guest_email else None


def _domain_of(post: Post) -> dict | None:
    email = Author.of(post).email.lower()
    return {"account": None, "address": email.rpartition("@")[2]} if email else None


def _is_domain(subject: dict) -> bool:
    return bool(subject["address"]) and "@" not in subject["address"]


class RestrictionForm(_Restricting, forms.ModelForm):
    """For an address or domain at hand; the address of an account restricts the account.

    A facilitator is to be named by a subclass: `by`.
    """

    by: User
    address = forms.CharField(
        label=_lazy("E-mail address or domain"),
        max_length=_ADDRESS.max_length,
        widget=forms.TextInput(attrs={"dir": "ltr", "class": "vTextField"}),
        help_text=_ADDRESS.help_text,
    )
    until = _until_field()
    is_sure = _sure_field()

    class Meta:
        model = Restriction
        fields = ["address", "level", "reason", "note", "until"]

    def clean_address(self) -> str:
        address = self.cleaned_data["address"].lower().removeprefix("@")
        if "@" in address:
            validate_email(address)
        else:
            DomainNameValidator()(address)
        return address

    def clean(self):
        values = super().clean()
        address = values.get("address")
        if not address:
            return values
        account = moderation.people_at(address).first() if "@" in address else None
        if account:
            values["address"] = address = ""
            self.instance.account = account
        try:
            moderation.refuse_protected(by=self.by, account=account, address=address)
        except ValidationError as error:
            self.add_error("address", error)
        else:
            self.make_sure([address] if address and "@" not in address else [])
        return values

    def _get_validation_exclusions(self):
        # A new restriction takes the place of an older one of the same address.
        return super()._get_validation_exclusions() | {"address"}
