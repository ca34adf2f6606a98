from django.db import migrations
from django.db.models import F


def settle(apps, schema_editor):
    """Nobody could subscribe before: nobody is to be told of the posts of that time."""
    post = apps.get_model("forum", "Post")
    posts = post._base_manager.using(schema_editor.connection.alias)
    posts.filter(announced_at=None).update(announced_at=F("posted_at"))


class Migration(migrations.Migration):
    dependencies = [("forum", "0004_subscriptions")]
    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
