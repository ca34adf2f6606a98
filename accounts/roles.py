"""Who may do what: the one list of the rights that a facilitator has."""

from django.contrib.auth.models import Group, Permission

FACILITATORS = "Facilitators"

_CHANGE_ALL = ("view", "add", "change", "delete")
_FACILITATOR_RIGHTS = {
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
    },
}


def facilitators_group(using: str = "default") -> Group:
    """The group with exactly the rights named here; rights of an app not yet migrated follow."""
    group, _created = Group.objects.using(using).get_or_create(name=FACILITATORS)
    wanted = {
        (app, f"{action}_{model}")
        for app, models in _FACILITATOR_RIGHTS.items()
        for model, actions in models.items()
        for action in actions
    }
    permissions = Permission.objects.using(using).filter(
        content_type__app_label__in=_FACILITATOR_RIGHTS
    )
    group.permissions.set(
        permission
        for permission in permissions.select_related("content_type")
        if (permission.content_type.app_label, permission.codename) in wanted
    )
    return group
