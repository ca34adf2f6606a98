from django.db import migrations

from accounts.encryption import SECRET_FIELDS, decrypt, encrypt

# How everything begins that is encrypted, and no plain key does.
ENCRYPTED = "gAAAA"


def encrypt_all(apps, schema_editor):
    """Keys were stored as they are; another server may have begun to encrypt new ones."""
    for authenticator in _with_a_secret(apps):
        for name in SECRET_FIELDS & authenticator.data.keys():
            value = authenticator.data[name]
            if not value.startswith(ENCRYPTED):
                authenticator.data[name] = encrypt(value)
        authenticator.save(update_fields=["data"])


def decrypt_all(apps, schema_editor):
    for authenticator in _with_a_secret(apps):
        for name in SECRET_FIELDS & authenticator.data.keys():
            authenticator.data[name] = decrypt(authenticator.data[name])
        authenticator.save(update_fields=["data"])


def _with_a_secret(apps):
    return apps.get_model("mfa", "Authenticator").objects.exclude(type="webauthn")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_outgoing_mail"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(encrypt_all, decrypt_all)]
