"""What mail servers tell of mail that they could not deliver (RFC 3464)."""

from email.message import Message

from forum.receiving.reading import Incoming, leaves

_LONGEST_REASON = 500


def permanent_failure(mail: Incoming) -> str:
    """In the words of the mail server that refuses; "" when it may take the next mail."""
    for part in leaves(mail.message):
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for recipient in part.get_payload():
            action, status = _said(recipient, "Action"), _said(recipient, "Status")
            if action.lower() == "failed" and status.startswith("5."):
                return (_said(recipient, "Diagnostic-Code") or status)[:_LONGEST_REASON]
    return ""


def _said(recipient: Message, name: str) -> str:
    return " ".join(str(recipient.get(name, "")).split())
