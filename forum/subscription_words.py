"""How pages and mails name what somebody is told of."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from forum.models import Frequency, PendingSubscription, Post, State
from forum.structured_data import heading
from forum.subscribing import ANSWERS, CONVERSATION, MODULE
from modules.models import Module
from sstc_academy.lib.languages import translated


@dataclass(frozen=True)
class Subject:
    """What a subscription is to. Without a title the kind says it all."""

    kind: str
    title: str = ""
    # Of the title.
    language: str = ""
    url: str = ""
    frequency: str = ""

    @property
    def how_often(self) -> str:
        return str(Frequency(self.frequency).label)


def subject(
    *, module: Module | None = None, conversation: Post | None = None, frequency: str = ""
) -> Subject:
    """With neither it is to answers."""
    if conversation:
        is_shown = conversation.state == State.PUBLISHED
        url = reverse("forum:conversation", args=[conversation.pk])
        return Subject(
            kind=_("Conversation"),
            title=heading(conversation),
            language=conversation.language if is_shown and conversation.title else "",
            url=url if is_shown else "",
            frequency=frequency,
        )
    if module:
        title = translated(module, "title")
        return Subject(
            kind=_("Forum of module %(number)s") % {"number": module.number},
            title=title.text,
            language="" if title.is_translated else title.language,
            url=reverse("forum:module", args=[module.slug]),
            frequency=frequency,
        )
    return Subject(kind=_("Answers to my posts"), frequency=frequency)


def choices_of(pending: PendingSubscription) -> list[Subject]:
    """What somebody asks to be told of."""
    targets = {
        CONVERSATION: {"conversation": pending.conversation},
        MODULE: {"module": pending.module},
        ANSWERS: {},
    }
    return [
        subject(**targets[what], frequency=frequency)
        for what, frequency in pending.frequencies.items()
        if frequency != Frequency.OFF
    ]
