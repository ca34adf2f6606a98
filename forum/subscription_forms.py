from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import zones
from forum.forms import AgainstRobots
from forum.models import Frequency, PendingSubscription, Post, Subscriber, Subscription
from forum.subscribing import ANSWERS, CONVERSATION, MODULE
from forum.subscription_words import Subject, subject
from modules.models import Module


class SubscribeForm(forms.Form):
    """How often somebody wants to hear of each, for a member or a guest who is known here."""

    conversation = forms.ChoiceField(label=_("This conversation"), choices=Frequency)
    module = forms.ChoiceField(label=_("Every conversation under this module"), choices=Frequency)
    answers = forms.ChoiceField(label=_("Answers to my posts, anywhere"), choices=Frequency)

    def __init__(self, *args, module: Module, conversation: Post | None, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        if conversation is None:
            del self.fields[CONVERSATION]

    @property
    def frequencies(self) -> dict[str, str]:
        return {
            name: self.cleaned_data[name]
            for name in (CONVERSATION, MODULE, ANSWERS)
            if name in self.fields
        }


class GuestSubscribeForm(AgainstRobots, SubscribeForm):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=PendingSubscription._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
        error_messages={"required": _("Write your e-mail address.")},
        help_text=_("It is never shown. We send you a link; open it to confirm."),
    )
    # Filled in by a script: digests come in the morning.
    time_zone = forms.CharField(
        widget=forms.HiddenInput(attrs={"data-time-zone": ""}), required=False
    )
    # Made with the form: the same form sent twice is one mail.
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid4

    def clean_time_zone(self):
        name = self.cleaned_data["time_zone"]
        return name if zones.find(name) else ""

    def clean_submission(self):
        return self.cleaned_data["submission"] or uuid4()

    @property
    def frequencies(self) -> dict[str, str]:
        """What is wanted; it leaves alone what the owner of the address has chosen before."""
        return {
            name: frequency
            for name, frequency in super().frequencies.items()
            if frequency != Frequency.OFF
        }

    def clean(self):
        values = super().clean()
        names = {CONVERSATION, MODULE, ANSWERS} & values.keys()
        if names and all(values[name] == Frequency.OFF for name in names):
            raise ValidationError(_("Choose how often for at least one of these."))
        return values


class SubscriptionsForm(forms.Form):
    """All that somebody has subscribed to, each with its frequency."""

    def __init__(self, *args, subscriber: Subscriber | None, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        rows = subscriber.subscriptions.all() if subscriber else Subscription.objects.none()
        self.rows = sorted(
            rows.select_related("module", "conversation__module", "conversation__user"),
            key=_place,
        )
        for row in self.rows:
            self.fields[self.name_of(row)] = forms.ChoiceField(
                label=_("How often"),
                choices=Frequency,
                initial=row.frequency,
            )

    @staticmethod
    def name_of(row: Subscription) -> str:
        return f"frequency-{row.pk}"

    @property
    def lines(self) -> list[tuple[Subscription, Subject, forms.BoundField]]:
        return [
            (
                row,
                subject(module=row.module, conversation=row.conversation),
                self[self.name_of(row)],
            )
            for row in self.rows
        ]

    @property
    def changed(self) -> list[tuple[Subscription, str]]:
        """With the frequency that is wanted now."""
        wanted = ((row, self.cleaned_data[self.name_of(row)]) for row in self.rows)
        return [(row, frequency) for row, frequency in wanted if frequency != row.frequency]


def _place(row: Subscription) -> tuple:
    """Answers, then module by module, each with its conversations."""
    module = row.module or (row.conversation.module if row.conversation else None)
    return (module.number if module else 0, row.conversation_id or 0)
