"""What other apps keep of a person: each tells it here, so that accounts need not know them.

An app writes a subclass of Holder and registers an instance in its AppConfig.ready():

    from accounts import holders
    holders.register(Posts())
"""

from datetime import datetime

from accounts.models import User


class Holder:
    """Each method has a default that does nothing, so that an app writes only what it needs."""

    # In the file of data: a name for programs, and a heading for people (may be lazy).
    name = ""
    title = ""
    # Of the address where a signed-in person sees and changes it, which stands in the menu of the
    # account under `title`; empty: there is none.
    page_name = ""
    # Shows what `on_public_page` returns, as a part of the member's page.
    template_name = ""

    def export(self, user: User) -> list[dict]:
        """Everything kept of the person, a dictionary a row; values are what JSON knows, or
        dates. Keys are read by people, too.
        """
        return []

    def forget(self, user: User, *, keeps_posts: bool) -> None:
        """The account is deleted in the same transaction: leave nothing that names the person.

        `keeps_posts`: what they wrote stays, without their name; otherwise it goes, too.
        """

    def adopt(self, user: User, email: str) -> None:
        """The person has confirmed the address: what a guest left with it is theirs from now on."""

    def on_public_page(self, user: User) -> dict | None:
        """What everybody may see of the person, for `template_name`; None shows nothing."""
        return None

    def drop_old(self, now: datetime) -> str:
        """Delete what was promised to be kept for a time only; what was done, in a few words."""
        return ""


_holders: list[Holder] = []


def register(holder: Holder) -> None:
    """ValueError for a name that another has: of one of them nothing would be told or forgotten."""
    if any(other.name == holder.name for other in _holders):
        raise ValueError(f'Two holders are called "{holder.name}".')
    _holders.append(holder)


def all_holders() -> tuple[Holder, ...]:
    return tuple(_holders)
