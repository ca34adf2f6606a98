"""Errors to a Sentry server, when SENTRY_DSN names one; nothing of a person goes along."""

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.utils import BadDsn, Dsn

from sstc_academy.lib import env
from sstc_academy.lib.logs import request_id, without_personal_data


def start(dsn: str) -> None:
    try:
        Dsn(dsn)
    except BadDsn:
        raise env.BadSetting(
            "SENTRY_DSN is no such address; give the DSN that Sentry shows for the project."
        ) from None
    sentry_sdk.init(
        dsn,
        integrations=[DjangoIntegration()],
        send_default_pii=False,
        max_request_body_size="never",
        # Variables hold what people typed.
        include_local_variables=False,
        max_breadcrumbs=0,
        before_send=_harmless,
    )


def _harmless(event, _hint):
    event.pop("user", None)
    if request := event.pop("request", None):
        event["request"] = {
            "method": request.get("method"),
            "url": without_personal_data(request.get("url", "")),
        }
    event.setdefault("tags", {})["request"] = request_id.get()
    for value in event.get("exception", {}).get("values", []):
        value["value"] = without_personal_data(value.get("value") or "")
    if entry := event.pop("logentry", None):
        event["message"] = without_personal_data(entry.get("formatted") or entry["message"])
    return event
