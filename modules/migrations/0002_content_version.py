from secrets import token_hex

from django.db import migrations, models


def begin(apps, schema_editor):
    """So that pages are kept from the first start on, and not only from the next change."""
    versions = apps.get_model("modules", "ContentVersion").objects.using(schema_editor.connection.alias)
    versions.create(token=token_hex(16))


class Migration(migrations.Migration):

    dependencies = [
        ('modules', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContentVersion',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('token', models.CharField(max_length=32)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_content_version')],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
