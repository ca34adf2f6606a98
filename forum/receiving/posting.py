"""An answer that came by mail becomes a post, under the rules of every post."""

import re
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


def take(mail: Incoming, reply: Reply, subscriber: Subscriber) -> Outcome:
    """Posts it as this member or guest, or tells them why not. Its sender has been checked."""
    submission = uuid5(_SUBMISSIONS, f"{mail.identity}:{reply.post_id}:{reply.subscriber_id}")
    try:
        with translation.override(subscriber.reads), transaction.atomic():
            received = ReceivedMail.objects.create(submission=submission)
            return _take(mail, reply, subscriber, received)
    except IntegrityError:
        if ReceivedMail.objects.filter(submission=submission).exists():
            return Outcome.KNOWN
        raise


def _take(mail: Incoming, reply: Reply, subscriber: Subscriber, received: ReceivedMail) -> Outcome:
    author = _author(mail, subscriber)
    everything = text_of(mail)
    text = _without_secrets(own_text(everything), mail, subscriber)
    answered = Post.objects.for_display().filter(pk=reply.post_id).first()
    form = PostForm({"text": text}, is_opening=False)
    try:
        # What cannot be posted is told before what is wrong with the text.
        _refuse_place(answered, subscriber)
        if not form.is_valid():
            sentence = form.errors["text"][0] if text else ""
            answers.send_fault(mail, author, answered, sentence, text or everything)
            return Outcome.ANSWERED
        with transaction.atomic():
            post = add_reply(
                in_reply_to=answered,
                author=author,
                text=form.cleaned_data["text"],
                language=form.cleaned_data["language"],
                submission=received.submission,
                origin=_NOWHERE,
            )
    except RefusedError as error:
        answers.send_refusal(mail, author, answered, error, text or everything)
        return Outcome.ANSWERED
    received.post, received.text = post, everything
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
    last = Post.objects.filter(guest_email=subscriber.email.lower()).order_by("-pk").first()
    if last:
        return last.user_name
    try:
        return clean_display_name(mail.sender[0][:LONGEST_NAME])
    except ValidationError:
        # Translators: the name of somebody who has given none.
        return _("Guest")


def _without_secrets(text: str, mail: Incoming, subscriber: Subscriber) -> str:
    """Without lines of our mail that let others speak for this person, should any be left."""
    secrets = [subscriber.key, *(each.partition("@")[0] for each in mail.recipients if "+" in each)]
    pattern = re.compile("|".join(map(re.escape, secrets)), re.IGNORECASE)
    return "\n".join(line for line in text.split("\n") if not pattern.search(line))
