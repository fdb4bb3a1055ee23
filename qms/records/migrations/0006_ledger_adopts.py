from django.conf import settings
from django.db import migrations

from qms.records.ledger.adopting import adopt


def adopt_what_is_there(apps, schema_editor):
    adopt(apps)


class Migration(migrations.Migration):
    """Take what was recorded before the ledger into its first entry."""

    dependencies = [
        ("records", "0005_ledger"),
        ("procedures", "0007_tokens"),
        ("audits", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(adopt_what_is_there, migrations.RunPython.noop)]
