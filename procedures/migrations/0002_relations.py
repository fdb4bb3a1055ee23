from django.db import migrations


class Migration(migrations.Migration):
    """What it did stands in the first one, where it takes a fraction of the time."""

    dependencies = [("procedures", "0001_initial")]
    operations = []
