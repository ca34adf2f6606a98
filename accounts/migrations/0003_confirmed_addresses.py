from django.db import migrations
from django.db.models.functions import Lower


def confirm(apps, schema_editor):
    """Until now every account was made by an operator or a superuser, who knew the address."""
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    User.objects.update(email=Lower("email"))
    known = EmailAddress.objects.values("user")
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True)
        for user in User.objects.exclude(pk__in=known)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_profile"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(confirm, migrations.RunPython.noop)]
