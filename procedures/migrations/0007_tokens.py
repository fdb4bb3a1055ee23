import json
import secrets

from django.db import migrations


def give_tokens(apps, schema_editor):
    """Issued versions get what their prints carry; all say whether they are significant."""
    versions = apps.get_model("procedures", "ProcedureVersion").objects
    for pk, status, content in versions.values_list("pk", "status", "content").iterator():
        given = {"is_significant": bool(json.loads(content).get("is_significant", True))}
        if status == "issued":
            given["token"] = secrets.token_hex(16)
        versions.filter(pk=pk).update(**given)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0006_document_control")]
    operations = [migrations.RunPython(give_tokens, migrations.RunPython.noop)]
