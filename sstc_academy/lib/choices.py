from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """A filter or an order that a page offers as a plain link."""

    label: str
    href: str
    is_chosen: bool
    # How many rows the link leads to; None where nobody asks.
    count: int | None = None
    # What the address says for it; empty: all of them.
    value: str = ""
