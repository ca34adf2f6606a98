from datetime import timedelta


class RefusedError(Exception):
    """What somebody sent is not taken; `reason` is one of the codes below."""

    # For where it was meant to stand.
    GONE, TOO_DEEP, CLOSED, MEMBERS_ONLY = "gone", "too_deep", "closed", "members_only"
    # For who sent it, how often, and what.
    BANNED, TOO_FAST, TOO_MANY_MAILS = "banned", "too_fast", "too_many_mails"
    NOT_MAILED = "not_mailed"
    TOO_MANY_ASKED = "too_many_asked"
    REPEATED, WORDS = "repeated", "words"

    def __init__(self, reason: str, wait: timedelta | None = None):
        """`wait` is how long until it may be sent again."""
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
