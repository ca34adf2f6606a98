"""The record of what was done to keep order: written with the act, never changed afterwards."""

from accounts.models import User
from forum.models import Act, ModerationRecord, Post, Restriction

_LONGEST_EXCERPT = ModerationRecord._meta.get_field("excerpt").max_length


def of_rule(post: Post) -> ModerationRecord:
    """That a rule of the forum holds it."""
    return of_post(post, Act.HELD, reason=post.held_for)


def of_post(
    post: Post, act: Act, *, reason: str = "", note: str = "", by: User | None = None
) -> ModerationRecord:
    return ModerationRecord.objects.create(
        post=post,
        subject=post.author_name,
        excerpt=post.comment[:_LONGEST_EXCERPT],
        act=act,
        reason=reason,
        note=note,
        by=by,
    )


def of_restriction(restriction: Restriction, act: Act, *, by: User) -> ModerationRecord:
    return ModerationRecord.objects.create(
        subject=str(restriction), act=act, reason=restriction.reason, note=restriction.note, by=by
    )
