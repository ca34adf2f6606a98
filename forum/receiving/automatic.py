"""Mail that no person wrote: to answer or to post it would begin a loop."""

from email.utils import parseaddr

from django.conf import settings

from forum import reply_addresses
from forum.receiving.reading import Incoming

_MASSES = {"bulk", "junk", "list", "auto_reply"}
_SIGNS = ("List-Id", "X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Loop")
# Postfix writes the second.
_NOBODY = {"<>", "<mailer-daemon>"}
_MACHINES = {"mailer-daemon", "postmaster", "no-reply", "noreply"}


def why_automatic(mail: Incoming) -> str:
    """For the log; "" when a person seems to have written it."""
    # RFC 3834: all but "no" is automatic, with parameters behind a semicolon.
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in {"", "no"}:
        return "Auto-Submitted"
    if mail.header("Precedence").lower() in _MASSES:
        return "Precedence"
    for name in _SIGNS:
        if mail.header(name):
            return name
    if mail.raw_header("Return-Path").lower() in _NOBODY:
        return "Return-Path"
    if mail.message.get_content_type() == "multipart/report":
        return "report"
    _name, address = mail.sender
    if address.partition("@")[0] in _MACHINES:
        return "sender"
    own = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()
    return "own mail" if address == own or reply_addresses.is_ours(address) else ""
