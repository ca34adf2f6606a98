from django.db import migrations
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Lower


def fill(apps, schema_editor):
    """From the inherited comment: no index spans the two tables."""
    post = apps.get_model("forum", "Post")
    comments = apps.get_model("django_comments", "Comment").objects
    address = comments.filter(pk=OuterRef("pk")).values(lower=Lower("user_email"))
    guests = comments.filter(user=None).values("pk")
    posts = post._base_manager.using(schema_editor.connection.alias)
    posts.filter(pk__in=guests).update(guest_email=Subquery(address))


class Migration(migrations.Migration):
    dependencies = [("forum", "0002_keeping_order")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
