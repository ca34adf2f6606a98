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
from forum.models.traces import Trace

__all__ = [
    "CONFIRMATION_TIME",
    "DEEPEST_LEVEL",
    "LONGEST_POST",
    "PATH_STEP",
    "Act",
    "BlockedTerm",
    "HeldFor",
    "Like",
    "ModerationRecord",
    "PendingPost",
    "Policy",
    "Post",
    "Reason",
    "Report",
    "Restriction",
    "Revision",
    "State",
    "Trace",
    "path_of",
    "path_step",
]
