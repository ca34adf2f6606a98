"""How pages and mails name what somebody is told of."""

from django.utils.translation import gettext as _

from forum.models import Frequency, PendingSubscription, Post, State
from forum.structured_data import heading
from forum.subscribing import ANSWERS, CONVERSATION, MODULE
from modules.models import Module
from sstc_academy.lib.languages import translated


def subject(module: Module | None, conversation: Post | None) -> str:
    """What a subscription is to; with neither to answers."""
    if conversation and conversation.state == State.PUBLISHED:
        return _("Conversation: %(title)s") % {"title": heading(conversation)}
    if conversation:
        return _("A conversation whose beginning is no longer shown")
    if module:
        return _("Forum of module %(number)s: %(title)s") % {
            "number": module.number,
            "title": translated(module, "title"),
        }
    return _("Answers to my posts")


def choices_of(pending: PendingSubscription) -> list[tuple[str, str]]:
    """What somebody asks to be told of, and how often."""
    subjects = {
        CONVERSATION: subject(None, pending.conversation),
        MODULE: subject(pending.module, None),
        ANSWERS: subject(None, None),
    }
    return [
        (words, str(Frequency(pending.frequencies[what]).label))
        for what, words in subjects.items()
        if pending.frequencies.get(what, Frequency.OFF) != Frequency.OFF
    ]
