from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_encrypt_second_factors"),
        ("accounts", "0004_outgoing_mail"),
    ]
