"""What an instance holds: rows, migrations and uploaded files."""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site
from django.core.files.storage import default_storage
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from accounts.mail.models import PeriodicRun, WorkerBeat

Migration = tuple[str, str]


def all_models() -> list[type[models.Model]]:
    """One for each table that migrations make."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def row_counts(connection) -> dict[str, int]:
    """Of every table, also of those that no model speaks of."""
    quote = connection.ops.quote_name
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {quote(table)}")  # noqa: S608 - a table's name
            [counts[table]] = cursor.fetchone()
    return counts


def tables_in_use(connection) -> list[str]:
    """Tables with rows that people have made; none in an instance that was only prepared."""
    by_itself = {MigrationRecorder.Migration._meta.db_table, *cache_tables()}
    by_itself |= {model._meta.db_table for model in (ContentType, Permission, Group, Site)}
    by_itself.add(Group.permissions.through._meta.db_table)
    by_itself |= {model._meta.db_table for model in (WorkerBeat, PeriodicRun)}
    # Without an account a session is nobody's.
    by_itself.add(Session._meta.db_table)
    # The content pack; nobody can have edited it where nobody has an account.
    contents = apps.get_app_config("modules").get_models(include_auto_created=True)
    by_itself |= {model._meta.db_table for model in contents}
    counts = row_counts(connection)
    return [table for table, count in counts.items() if count and table not in by_itself]


def cache_tables() -> set[str]:
    """They hold counts of tries, which may be lost."""
    backend = "django.core.cache.backends.db.DatabaseCache"
    caches = settings.CACHES.values()
    return {cache["LOCATION"] for cache in caches if cache["BACKEND"] == backend}


def applied_migrations(connection) -> set[Migration]:
    return set(MigrationRecorder(connection).applied_migrations())


def known_migrations() -> set[Migration]:
    """Those of this version of the Academy."""
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def media_files(folder: str = "") -> Iterator[str]:
    """Names of all uploaded files, as the storage takes them."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(files))
    for name in sorted(folders):
        yield from media_files(prefix + name)


def files_of_rows(connection) -> set[str]:
    """Names of the files that a row of the database speaks of."""
    names = set()
    tables = set(connection.introspection.table_names())
    for model in all_models():
        fields = model._meta.local_fields
        columns = [field.attname for field in fields if isinstance(field, models.FileField)]
        if columns and model._meta.db_table in tables:
            rows = models.QuerySet(model, using=connection.alias)
            names.update(name for row in rows.values_list(*columns) for name in row if name)
    return names
