from enum import StrEnum


class Outcome(StrEnum):
    """What became of a mail."""

    POSTED = "posted"
    # It was not posted, and its author is told why.
    ANSWERED = "answered"
    # The same mail had been delivered before.
    KNOWN = "known already"
    BOUNCED = "noted that an address takes no mail"
    # Nobody is told: its sender is a machine, or once too often not who was asked.
    DROPPED = "dropped"
