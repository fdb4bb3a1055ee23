"""On PostgreSQL: what the role of the application may do to tables that another role owns.

Whoever owns a table can drop its triggers. So a role of its own owns the tables and migrates, and
the application's role is given what it needs, table by table, after every `migrate` (ADR 0027).
"""

from typing import Any

from django.conf import settings
from django.db import connections, transaction

from qms.foundation import triggers

_READ_ONLY = frozenset({"django_migrations"})


def rights_on(table: str) -> list[str]:
    """Return what the application may do to the rows of `table`.

    Rows that a trigger never lets change or go are not given to change or to delete either.
    """
    if table in _READ_ONLY:
        return ["SELECT"]
    refused = triggers.refused_on(table)
    return ["SELECT", "INSERT", *(right for right in ("UPDATE", "DELETE") if right not in refused)]


def give_rights(using: str = "default", role: str = "", **_: Any) -> None:
    """Give `role` (unless said: that of DATABASE_URL) its rights on all tables, and no others.

    Nothing is done where the application owns its tables, or on SQLite.
    """
    connection, name = connections[using], role or settings.APPLICATION_ROLE
    if connection.vendor != "postgresql" or not name:
        return
    quote = connection.ops.quote_name
    tables = connection.introspection.table_names()
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema, to = quote(cursor.fetchone()[0]), quote(name)
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {to}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {to}")
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {to}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {to}")
        for table in tables:
            cursor.execute(f"GRANT {', '.join(rights_on(table))} ON {quote(table)} TO {to}")
