"""Who makes the message of a mail when its time has come: each app registers its own kinds."""

from collections.abc import Callable, Iterator, Sequence

from django.core.mail import EmailMessage

from accounts.mail.models import OutgoingMail

# Takes mails of its kind and gives each with its message, in any order; None when there is
# nothing to tell any more. It may be asked for the same mail again when sending failed.
Builder = Callable[[Sequence[OutgoingMail]], Iterator[tuple[OutgoingMail, EmailMessage | None]]]

_builders: dict[str, Builder] = {}


def register(kind: str, builder: Builder) -> None:
    """Once for each kind, from AppConfig.ready()."""
    _builders[kind] = builder


def builder_of(kind: str) -> Builder:
    return _builders[kind]
