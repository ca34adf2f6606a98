from forum.models.announcements import Announcement, Delivery
from forum.models.asked_for import PendingSubscription
from forum.models.moderation import (
    Act,
    BlockedTerm,
    Like,
    ModerationRecord,
    Reason,
    Report,
    Restriction,
)
from forum.models.policy import Policy
from forum.models.posts import (
    CONFIRMATION_TIME,
    DEEPEST_LEVEL,
    LONGEST_POST,
    PATH_STEP,
    HeldFor,
    PendingPost,
    Post,
    Revision,
    State,
    path_of,
    path_step,
)
from forum.models.received import ReceivedMail
from forum.models.subscriptions import (
    FormerSubscriber,
    Frequency,
    Notice,
    Subscriber,
    Subscription,
)
from forum.models.traces import Trace

__all__ = [
    "CONFIRMATION_TIME",
    "DEEPEST_LEVEL",
    "LONGEST_POST",
    "PATH_STEP",
    "Act",
    "Announcement",
    "BlockedTerm",
    "Delivery",
    "FormerSubscriber",
    "Frequency",
    "HeldFor",
    "Like",
    "ModerationRecord",
    "Notice",
    "PendingPost",
    "PendingSubscription",
    "Policy",
    "Post",
    "Reason",
    "ReceivedMail",
    "Report",
    "Restriction",
    "Revision",
    "State",
    "Subscriber",
    "Subscription",
    "Trace",
    "path_of",
    "path_step",
]
