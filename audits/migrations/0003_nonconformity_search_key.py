"""What a search of nonconformities reads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0003_audit_grants"),
        ("audits", "0002_nonconformity_effect_and_change_request"),
    ]

    operations = [
        migrations.AddField(
            model_name=name,
            name="search_key",
            field=models.TextField(default="", editable=False),
        )
        for name in ("historicalnonconformity", "nonconformity")
    ]
