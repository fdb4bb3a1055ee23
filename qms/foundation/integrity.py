"""What the database says of its own state: pages, rows without their counterpart, owners."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, transaction


def damage(using: str = "default") -> list[str]:
    """Return what SQLite finds wrong in its pages and indexes; nothing where all is well."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return [said for (said,) in cursor.fetchall() if said != "ok"]


def dangling(using: str = "default") -> list[tuple[str, str, str]]:
    """Return (table, key, column) of the rows on SQLite that name a row that is not there."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        found = cursor.fetchall()
        columns: dict[tuple[str, int], str] = {}
        for table in {row[0] for row in found}:
            cursor.execute(f"PRAGMA foreign_key_list({connection.ops.quote_name(table)})")
            columns |= {(table, row[0]): row[3] for row in cursor.fetchall()}
    return [(table, str(key), columns[table, number]) for table, key, _, number in found]


def owned_tables(using: str = "default") -> list[str]:
    """Return the tables on PostgreSQL of which this role is the owner, or may act as the owner."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
            "AND pg_has_role(current_user, tableowner, 'MEMBER') ORDER BY tablename"
        )
        return [name for (name,) in cursor.fetchall()]


@contextmanager
def snapshot(using: str = "default") -> Iterator[None]:
    """See the database as it is at the first question, and keep no writer waiting.

    Inside a transaction it is that one which is seen.
    """
    connection = connections[using]
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(using=using):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # IMMEDIATE, as transactions are else, takes the lock
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
