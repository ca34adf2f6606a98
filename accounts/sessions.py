import time

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records


def was_just_shown(request) -> bool:
    """Whether the person has come in, or shown who they are, within the last minutes."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
