"""Who may do what: the one list of the rights that a facilitator has."""

FACILITATORS = "Facilitators"

_CHANGE_ALL = ("view", "add", "change", "delete")
# Actions by app and model.
FACILITATOR_RIGHTS = {
    "modules": {
        "module": _CHANGE_ALL,
        "figure": _CHANGE_ALL,
        "section": _CHANGE_ALL,
        "video": _CHANGE_ALL,
        "timelineevent": _CHANGE_ALL,
        "resource": _CHANGE_ALL,
        "newsitem": _CHANGE_ALL,
        "pledge": _CHANGE_ALL,
        "commitment": _CHANGE_ALL,
    },
    "forum": {
        "policy": _CHANGE_ALL,
        # Posts are removed and restored, never written or wiped out, in the administration.
        "post": ("view", "change"),
        "report": ("view",),
        "restriction": _CHANGE_ALL,
        "blockedterm": _CHANGE_ALL,
        "announcement": _CHANGE_ALL,
        # What was done stays on record as it was done.
        "moderationrecord": ("view",),
    },
}
