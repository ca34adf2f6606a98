"""Tells whoever keeps pages when these have changed: by an edit, or by a publication's moment."""

from datetime import datetime
from secrets import token_hex
from typing import NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save

from modules.models import ContentVersion
from modules.models.publishing import Publishable, Status
from sstc_academy.lib import sqlite_log
from sstc_academy.lib.sqlite_log import State

_READ = f"SELECT token FROM {ContentVersion._meta.db_table} WHERE id = {ContentVersion.ID}"  # noqa: S608 - only names
# Of a person: what no page shows. Signing in writes one, an upgraded hash the other.
_NEVER_SHOWN = {"last_login", "password"}


def touch(using: str = DEFAULT_DB_ALIAS) -> None:
    """Say that pages change, as the first act of the transaction that changes them.

    First, so that on PostgreSQL all take their locks in the same order and nobody waits in a
    circle; in the same transaction, so that readers see the change and the new version at once.
    """
    ContentVersion.objects.using(using).bulk_create(
        [ContentVersion(token=token_hex(16))],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["token"],
    )


class _LastRead(NamedTuple):
    state: State | None
    version: str | None


_last_read = _LastRead(None, None)


def current_version() -> str | None:
    """None on an empty site. Equal versions mean equal content; they have no order.

    Asked for at every request, and so past the ORM, which would take as long again; and not of a
    file that has not been written to since the last time. Call it outside of transactions.
    """
    global _last_read
    if connection.vendor != "sqlite":
        return _read_version()
    # The state first: what is committed in between makes the next one differ.
    state = sqlite_log.state_of(connection.settings_dict["NAME"])
    last = _last_read
    if state is None or state != last.state:
        _last_read = last = _LastRead(state, _read_version())
    return last.version


def _read_version() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        row = cursor.fetchone()
    return row[0] if row else None


def next_publication(after: datetime) -> datetime | None:
    """When the first page that waits for its moment appears."""
    moments = [
        model._default_manager.exclude(status=Status.DRAFT)
        .filter(published_at__gt=after)
        .order_by()
        .values("published_at")
        for model in apps.get_app_config("modules").get_models()
        if issubclass(model, Publishable)
    ]
    first = moments[0].union(*moments[1:]).order_by("published_at").first()
    return first and first["published_at"]


def watch(*model_classes: type[models.Model]) -> None:
    """Touch the version whenever one of their rows changes; `update()` and `bulk_create()` give
    no signal, so whoever calls these touches it."""
    for model in model_classes:
        pre_save.connect(_before_saving, sender=model)
        post_save.connect(_after_saving, sender=model)
        pre_delete.connect(_before_deleting, sender=model)
        for field in model._meta.many_to_many:
            m2m_changed.connect(_before_linking, sender=field.remote_field.through)


def _before_saving(using, update_fields, **_kwargs):
    # Outside of a transaction this would be committed before the change, and a page rendered in
    # between would be taken for a new one.
    if transaction.get_connection(using).in_atomic_block:
        _touch_unless_hidden(using, update_fields)


def _after_saving(using, update_fields, **_kwargs):
    if not transaction.get_connection(using).in_atomic_block:
        _touch_unless_hidden(using, update_fields)


def _touch_unless_hidden(using, update_fields) -> None:
    if update_fields is None or not _NEVER_SHOWN.issuperset(update_fields):
        touch(using)


def _before_deleting(using, **_kwargs):
    touch(using)


def _before_linking(using, action, **_kwargs):
    if action.startswith("pre_"):
        touch(using)
