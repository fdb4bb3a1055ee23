"""On PostgreSQL an exclusion constraint keeps two versions from being in force on one day.

It holds against races, which a trigger alone does not; on SQLite the write lock and the trigger do.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "in_force_periods_apart"


def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        schema_editor.execute(
            f"ALTER TABLE procedures_inforceperiod ADD CONSTRAINT {NAME} EXCLUDE USING gist "
            "(procedure_id WITH =, daterange(valid_from, valid_to, '[)') WITH &&) "
            "WHERE (voided_at IS NULL)"
        )


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE procedures_inforceperiod DROP CONSTRAINT {NAME}")


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_relations")]
    operations = [migrations.RunPython(add, remove)]
