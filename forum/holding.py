"""What the forum keeps of a person: to take along, to be forgotten, and found again by a guest who
opens an account."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from django_comments.models import Comment

from accounts.holders import Holder
from forum.limits import LONG
from forum.models import (
    CONFIRMATION_TIME,
    Like,
    ModerationRecord,
    Notice,
    PendingPost,
    PendingSubscription,
    Post,
    ReceivedMail,
    Report,
    Subscriber,
    Subscription,
    Trace,
)
from forum.reading import latest_posts
from forum.services import delete_post, unlike
from forum.subscribing import bring_into_account
from modules.freshness import touch

POSTS_ON_A_PAGE = 20
# After it nobody needs to know whether two reports came from the same person.
_REPORTERS_ARE_KEPT = timedelta(days=30)
# By then a post that lost some of its text has been noticed; no mail is delivered again so late.
_MAILS_ARE_KEPT = timedelta(days=30)
# Of the mails to somebody who has ended all subscriptions.
_LINKS_ARE_GOOD = timedelta(days=30)
# A number in place of the reporter; a key of `forum.limits` never begins so.
_NOBODY = "#"


class Posts(Holder):
    name = "posts"
    title = _("What I wrote in the forum")
    template_name = "forum/includes/members_posts.html"

    def export(self, user):
        posts = Post.objects.filter(user=user).order_by("pk").prefetch_related("revisions")
        return [
            {
                "address": post.get_absolute_url(),
                "title": post.title,
                "text": post.comment,
                "language": post.language,
                "posted": post.posted_at,
                "edited": post.edited_at,
                "state": post.state,
                "earlier_versions": [
                    {"title": each.title, "text": each.text, "until": each.replaced_at}
                    for each in post.revisions.all()
                ],
            }
            for post in posts
        ]

    @transaction.atomic
    def forget(self, user, *, keeps_posts):
        touch()
        posts = Post.objects.filter(user=user)
        names = [user.display_name, user.email]
        records = ModerationRecord.objects.filter(
            Q(post__in=posts) | Q(post=None, subject__in=names)
        )
        records.update(subject="", excerpt="", note="")
        PendingPost.objects.filter(email__iexact=user.email).delete()
        if keeps_posts:
            Comment.objects.filter(user=user).update(user=None, user_name="", user_email="")
            return
        # Answers before what they answer, so that of a talk with oneself nothing stays.
        for post in posts.order_by("-pk"):
            delete_post(post)

    @transaction.atomic
    def adopt(self, user, email):
        posts = Post.objects.filter(guest_email=email.lower())
        found = list(posts.values_list("pk", flat=True))
        if not found:
            return
        touch()
        posts.update(guest_email="", guest_key=None)
        Comment.objects.filter(pk__in=found).update(user=user)

    def on_public_page(self, user):
        posts = latest_posts(user=user).of_readable_modules(AnonymousUser())
        return {"posts": list(posts[:POSTS_ON_A_PAGE])}

    def drop_old(self, now):
        posts, _by_model = PendingPost.objects.expired().delete()
        traces, _by_model = Trace.objects.filter(at__lte=now - LONG).delete()
        old = Report.objects.filter(created_at__lte=now - _REPORTERS_ARE_KEPT)
        reports = old.exclude(reporter__startswith=_NOBODY).update(
            # Unique, as one report for each post and person is.
            reporter=Concat(Value(_NOBODY), Cast("pk", CharField())),
            network="",
        )
        return (
            f"Deleted {posts} posts of guests that nobody had confirmed and {traces} counts of "
            f"the forum's limits; forgot who had sent {reports} reports."
        )


class ReceivedMails(Holder):
    name = "answers_by_mail"
    title = _("Answers that I sent by mail, as they came")

    def export(self, user):
        mails = ReceivedMail.objects.filter(post__user=user).order_by("at")
        return list(mails.values("post", "text", "at"))

    def forget(self, user, *, keeps_posts):
        # Below their text people write their name.
        ReceivedMail.objects.filter(post__user=user).delete()

    def drop_old(self, now):
        count, _by_model = ReceivedMail.objects.filter(at__lte=now - _MAILS_ARE_KEPT).delete()
        return f"Deleted {count} answers by mail, whose posts stay."


class Subscriptions(Holder):
    name = "subscriptions"
    title = _("Subscriptions")
    page_name = "forum:own_subscriptions"

    def export(self, user):
        rows = Subscription.objects.filter(subscriber__user=user).order_by("created_at")
        return list(rows.values("module", "conversation", "frequency", "created_at"))

    @transaction.atomic
    def forget(self, user, *, keeps_posts):
        PendingSubscription.objects.filter(email__iexact=user.email).delete()
        Subscriber.objects.filter(user=user).delete()

    def adopt(self, user, email):
        bring_into_account(user, email)

    def drop_old(self, now):
        pending, _by_model = PendingSubscription.objects.expired().delete()
        guests, _by_model = _gone_guests(now).delete()
        return (
            f"Deleted {pending} subscriptions that nobody had confirmed, and what was kept of "
            f"{guests} guests without any."
        )


def _gone_guests(now):
    """Who have ended all subscriptions, and whose last mail with links to them is old."""
    had_mail = Notice.objects.filter(mail__created_at__gt=now - _LINKS_ARE_GOOD)
    return Subscriber.objects.filter(
        user=None, subscriptions=None, created_at__lte=now - CONFIRMATION_TIME
    ).exclude(pk__in=had_mail.values("subscriber"))


class Likes(Holder):
    name = "likes"
    title = _("What I like in the forum")

    def export(self, user):
        likes = Like.objects.filter(user=user).order_by("flag_date")
        return [{"post": like.comment_id, "liked": like.flag_date} for like in likes]

    def forget(self, user, *, keeps_posts):
        for post in Post.objects.filter(flags__user=user):
            unlike(post, user)


class Reports(Holder):
    name = "reports"
    title = _("What I reported in the forum")

    def export(self, user):
        reports = Report.objects.filter(user=user).order_by("created_at")
        return list(reports.values("post", "reason", "note", "created_at"))

    def forget(self, user, *, keeps_posts):
        Report.objects.filter(user=user).update(
            user=None,
            note="",
            network="",
            reporter=Concat(Value(_NOBODY), Cast("pk", CharField())),
        )


class Decisions(Holder):
    name = "decisions"
    title = _("What facilitators decided about me")

    def export(self, user):
        records = ModerationRecord.objects.filter(post__user=user).order_by("at")
        rows = list(records.values("post", "act", "reason", "note", "at"))
        restriction = getattr(user, "forum_restriction", None)
        if restriction:
            rows.append(
                {
                    "restriction": restriction.level,
                    "reason": restriction.reason,
                    "at": restriction.created_at,
                    "until": restriction.until,
                }
            )
        return rows
