"""Writers go one at a time, on both databases; readers never wait for them.

SQLite does so by itself: a transaction takes the write lock when it begins. PostgreSQL is told to,
at the first statement of a transaction that writes or locks a row, before any row is locked: then
the next place in the ledger is free, and two writers cannot wait for each other in a circle.
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_LOCK = 7_012_015  # one number for the whole database
_WRITING = ("INSERT", "UPDATE", "DELETE")


def queue_writers(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Make each transaction of this connection wait for its turn before it writes."""
    if connection.vendor == "postgresql" and _wait_for_turn not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _wait_for_turn)


def _wait_for_turn(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001  as Django calls it
    context: dict[str, Any],
) -> Any:
    connection = context["connection"]
    if connection.in_atomic_block and _writes(sql):
        # Past Django's cursor, lest it counts as a question of the page. It ends with the
        # transaction; taken twice it is had at once.
        with connection.wrap_database_errors:
            connection.connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return execute(sql, params, many, context)


def _writes(sql: Any) -> bool:
    text = sql if isinstance(sql, str) else ""
    return text.startswith(_WRITING) or " FOR UPDATE" in text[-120:]
