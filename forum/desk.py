"""What a facilitator sees: which posts need a look, and all that is known about one of them."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Prefetch, Q

from forum import rules
from forum.authors import Author
from forum.models import ModerationRecord, Post, ReceivedMail, Report, Restriction, Revision, State
from forum.wording import reason_of


def reported(posts):
    """Those that stand although somebody reports them."""
    return posts.filter(state=State.PUBLISHED, pk__in=Report.objects.waiting().values("post"))


def waiting(posts):
    """Those that need a look: held ones, and those that somebody reports."""
    of_report = Q(state=State.PUBLISHED, pk__in=Report.objects.waiting().values("post"))
    return posts.filter(Q(state=State.HELD) | of_report)


def with_open_reports(posts):
    """Each post with its `open_reports`, in one more query."""
    return posts.prefetch_related(
        Prefetch("reports", queryset=Report.objects.waiting(), to_attr="open_reports")
    )


def reasons_of(reports: list[Report]) -> list[tuple[str, int]]:
    """Each reason in words and how often it was given, the most frequent first."""
    return Counter(str(report.get_reason_display()) for report in reports).most_common()


@dataclass(frozen=True)
class Told:
    """An act on record, with its reason in words."""

    record: ModerationRecord
    reason: str


@dataclass(frozen=True)
class Case:
    """One post, and what a decision about it rests on."""

    post: Post

    @cached_property
    def reports(self) -> list[Report]:
        return list(self.post.reports.select_related("user").order_by("-pk"))

    @cached_property
    def revisions(self) -> list[Revision]:
        return list(self.post.revisions.all())

    @cached_property
    def received_mails(self) -> list[ReceivedMail]:
        """As which it came, where it was sent by mail and not long ago."""
        return list(self.post.received_mails.exclude(text=""))

    @cached_property
    def told(self) -> list[Told]:
        records = self.post.moderation_records.select_related("by").order_by("-pk")
        return [Told(record, reason_of(record)) for record in records]

    @property
    def has_author(self) -> bool:
        """Nobody's name stands any more on what its author has deleted."""
        return bool(self.post.user_id or self.post.user_email)

    @cached_property
    def author_counts(self) -> dict[str, int]:
        """Of the author's other posts: "others", and "removed" among them."""
        post = self.post
        own = Q(user=post.user_id) if post.user_id else Q(guest_email=post.guest_email)
        return (
            Post.objects.filter(own)
            .exclude(pk=post.pk)
            .aggregate(others=Count("pk"), removed=Count("pk", filter=Q(state=State.REMOVED)))
        )

    @cached_property
    def restriction(self) -> Restriction | None:
        """The one in force for the author, also by address or domain."""
        return rules.restriction_of(Author.of(self.post)) if self.has_author else None
