"""What a link or a header in a mail ends: everything, answers to one's posts, the forum of a module
or a conversation. In addresses they are "all", "answers", "m7" and "c12"."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from forum.models import Frequency, Post, Subscriber, Subscription
from forum.structured_data import heading
from forum.subscribing import end_all, subscribe
from modules.models import Module

ALL, ANSWERS, MODULE, CONVERSATION = "all", "answers", "m", "c"
_CODE = re.compile(r"(all|answers)|([mc])([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Target:
    kind: str
    # Of the module, or of the opening post.
    pk: int | None = None

    @classmethod
    def of(cls, subscription: Subscription) -> "Target":
        if subscription.conversation_id:
            return cls(CONVERSATION, subscription.conversation_id)
        if subscription.module_id:
            return cls(MODULE, subscription.module_id)
        return cls(ANSWERS)

    @classmethod
    def read(cls, code: str) -> "Target | None":
        """None for what is no such code."""
        if not (found := _CODE.fullmatch(code)):
            return None
        return cls(found[1]) if found[1] else cls(found[2], int(found[3]))

    def __str__(self):
        return f"{self.kind}{self.pk or ''}"

    @property
    def described(self) -> str:
        if self.kind == ALL:
            return _("everything that you follow in the forum")
        if self.kind == ANSWERS:
            return _("answers to your posts")
        if self.kind == MODULE:
            return str(self.module or _("a module that is no longer there"))
        conversation = self.conversation
        if conversation is None:
            return _("a conversation that is no longer there")
        return heading(conversation)

    @property
    def module(self) -> Module | None:
        return Module.objects.filter(pk=self.pk).first() if self.kind == MODULE else None

    @property
    def conversation(self) -> Post | None:
        if self.kind != CONVERSATION:
            return None
        return Post.objects.openings().select_related("module").filter(pk=self.pk).first()


def end(subscriber: Subscriber, target: Target) -> None:
    """As often as it is asked for; what is gone meanwhile needs no end."""
    if target.kind == ALL:
        end_all(subscriber)
    elif target.kind == ANSWERS:
        subscribe(subscriber, frequency=Frequency.OFF)
    elif module := target.module:
        subscribe(subscriber, module=module, frequency=Frequency.OFF)
    elif conversation := target.conversation:
        subscribe(subscriber, conversation=conversation, frequency=Frequency.OFF)
