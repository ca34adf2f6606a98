"""An answer that came by mail becomes a post, under the rules of every post."""

import re
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID, uuid5

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.names import clean_display_name
from forum import mails
from forum.authors import Author
from forum.forms import LONGEST_NAME, PostForm
from forum.limits import Origin
from forum.models import Policy, Post, ReceivedMail, State, Subscriber
from forum.receiving import answers
from forum.receiving.outcomes import Outcome
from forum.receiving.quotations import own_text
from forum.receiving.reading import Incoming
from forum.receiving.texts import text_of
from forum.refusals import RefusedError
from forum.reply_addresses import Reply
from forum.services import add_reply
from modules.models import Module

# The space of names in which the same mail is the same post.
_SUBMISSIONS = UUID("6b1c8f0e-6f0a-4c53-9a4e-0d9e6b1f7a35")
# Mail comes from the person's own server, which is no place of theirs.
_NOWHERE = Origin(browser="", network="")


@dataclass(frozen=True)
class _Written:
    """What the mail says."""

    mail: Incoming
    author: Author
    # With quotations and signature, and without.
    everything: str
    text: str

    @cached_property
    def form(self) -> PostForm:
        return PostForm({"text": self.text}, is_opening=False)

    @property
    def fault(self) -> str:
        """What is wrong with the text; "" also when there is none."""
        return self.form.errors["text"][0] if self.text else ""


def take(mail: Incoming, reply: Reply, subscriber: Subscriber) -> Outcome:
    """Posts it as this member or guest, or tells them why not. Its sender has been checked."""
    submission = uuid5(_SUBMISSIONS, f"{mail.identity}:{reply.post_id}:{reply.subscriber_id}")
    known = ReceivedMail.objects.filter(submission=submission)
    if known.exists():
        return Outcome.KNOWN
    with translation.override(subscriber.reads):
        written = _written(mail, subscriber)
        # It takes a while to find the language, during which others may write.
        written.form.full_clean()
        try:
            with transaction.atomic():
                received = ReceivedMail.objects.create(submission=submission)
                return _take(written, reply, subscriber, received)
        except IntegrityError:
            # Delivered twice at once: the other one was first.
            if known.exists():
                return Outcome.KNOWN
            raise


@transaction.atomic
def refuse_sender(mail: Incoming, reply: Reply, subscriber: Subscriber) -> bool:
    """Tells this member or guest that the mail came from an address which is not theirs; False
    when they have been told so already today."""
    with translation.override(subscriber.reads):
        answered = Post.objects.for_display().filter(pk=reply.post_id).first()
        name = subscriber.user.display_name if subscriber.user else _name_of_guest(subscriber)
        return answers.send_wrong_sender(mail, subscriber, name, answered)


def _written(mail: Incoming, subscriber: Subscriber) -> _Written:
    everything = text_of(mail)
    text = _without_secrets(own_text(everything), mail, subscriber)
    return _Written(mail, _author(mail, subscriber), everything, text)


def _take(
    written: _Written, reply: Reply, subscriber: Subscriber, received: ReceivedMail
) -> Outcome:
    answered = Post.objects.for_display().filter(pk=reply.post_id).first()
    returned = written.mail, written.author, answered
    try:
        # What cannot be posted is told before what is wrong with the text.
        _refuse_place(answered, subscriber)
        if not written.form.is_valid():
            answers.send_fault(*returned, written.fault, written.text or written.everything)
            return Outcome.ANSWERED
        with transaction.atomic():
            post = add_reply(
                in_reply_to=answered,
                author=written.author,
                text=written.form.cleaned_data["text"],
                language=written.form.cleaned_data["language"],
                submission=received.submission,
                origin=_NOWHERE,
            )
    except RefusedError as error:
        answers.send_refusal(*returned, error, written.text or written.everything)
        return Outcome.ANSWERED
    received.post, received.text = post, written.everything
    received.save(update_fields=["post", "text"])
    if post.state == State.HELD:
        # There is no page on which its author would see it.
        mails.send_decision(post, post.moderation_records.latest("pk"))
    return Outcome.POSTED


def _refuse_place(answered: Post | None, subscriber: Subscriber) -> None:
    if answered is None:
        raise RefusedError(RefusedError.GONE)
    user = subscriber.user or AnonymousUser()
    policy = Policy.of(answered.module)
    is_readable = Module.objects.visible_to(user).filter(pk=answered.module_id).exists()
    if is_readable and policy.lets_write(user):
        return
    is_for_members = is_readable and policy.mode == Policy.Mode.MEMBERS
    raise RefusedError(RefusedError.MEMBERS_ONLY if is_for_members else RefusedError.CLOSED)


def _author(mail: Incoming, subscriber: Subscriber) -> Author:
    if subscriber.user:
        return Author.member(subscriber.user)
    return Author(
        name=_guest_name(mail, subscriber),
        email=subscriber.email,
        language=subscriber.reads,
    )


def _guest_name(mail: Incoming, subscriber: Subscriber) -> str:
    """As under their last post; else as their mail program writes it, if it may stand here."""
    try:
        name = clean_display_name(mail.sender[0][:LONGEST_NAME])
    except ValidationError:
        name = ""
    return _name_of_guest(subscriber, otherwise=name)


def _name_of_guest(subscriber: Subscriber, otherwise: str = "") -> str:
    last = Post.objects.filter(guest_email=subscriber.email.lower()).order_by("-pk").first()
    if last:
        return last.user_name
    # Translators: the name of somebody who has given none.
    return otherwise or _("Guest")


def _without_secrets(text: str, mail: Incoming, subscriber: Subscriber) -> str:
    """Without lines of our mail that let others speak for this person, should any be left."""
    keys = [subscriber.key, *subscriber.former.values_list("key", flat=True)]
    secrets = [*keys, *(each.partition("@")[0] for each in mail.recipients if "+" in each)]
    pattern = re.compile("|".join(map(re.escape, secrets)), re.IGNORECASE)
    return "\n".join(line for line in text.split("\n") if not pattern.search(line))
