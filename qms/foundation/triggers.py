"""Rules that the database itself keeps, by triggers, on SQLite and on PostgreSQL.

A table rebuild on SQLite drops triggers without a word, so they are made anew after every
`migrate`, and a system check lists those that are missing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

_FUNCTION = "qms_refuse"


@dataclass(frozen=True)
class Trigger:
    """Refuse `event` on `table` where `condition` holds, with `message`.

    `event` is INSERT, UPDATE or DELETE. `condition` is SQL over OLD and NEW that both databases
    read alike; it may hold subqueries, for on PostgreSQL it stands in the function's body.
    """

    name: str
    table: str
    event: str
    condition: str
    message: str

    def sqlite(self) -> list[str]:
        message = self.message.replace("'", "''")
        return [
            f'DROP TRIGGER IF EXISTS "{self.name}"',
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
            f"WHEN ({self.condition}) BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ]

    def postgresql(self) -> list[str]:
        message = self.message.replace("'", "''").replace("%", "%%")
        back = "OLD" if self.event == "DELETE" else "NEW"
        condition = re.sub(r"\bIS NOT (OLD|NEW)\.", r"IS DISTINCT FROM \1.", self.condition)
        return [
            f'CREATE OR REPLACE FUNCTION "{_FUNCTION}_{self.name}"() RETURNS trigger AS $body$ '
            f"BEGIN IF ({condition}) THEN RAISE EXCEPTION '{message}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {back}; END "
            "$body$ LANGUAGE plpgsql",
            f'DROP TRIGGER IF EXISTS "{self.name}" ON "{self.table}"',
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{_FUNCTION}_{self.name}"()',
        ]

    def drop(self, vendor: str) -> str:
        on = f' ON "{self.table}"' if vendor == "postgresql" else ""
        return f'DROP TRIGGER IF EXISTS "{self.name}"{on}'


_registered: dict[str, Trigger] = {}


def register(triggers: Iterable[Trigger]) -> None:
    """Make `triggers` part of the schema; called once by each app when it is ready."""
    _registered.update({trigger.name: trigger for trigger in triggers})


def never_changes(table: str, what: str) -> list[Trigger]:
    """Return the triggers of a table to which rows are only added."""
    return [
        Trigger(
            f"{table}_no_{event.lower()}", table, event, "1 = 1", f"{what} không được sửa, xóa."
        )
        for event in ("UPDATE", "DELETE")
    ]


def install(using: str = "default", **_: Any) -> None:
    """Make every registered trigger whose table exists; what is there already is made anew."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in _registered.values():
            if trigger.table in tables:
                for statement in getattr(trigger, connection.vendor)():
                    cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Drop every registered trigger: for migrations, and for tests that empty tables by DELETE."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in _registered.values():
            if trigger.table in tables:
                cursor.execute(trigger.drop(connection.vendor))


def stand_aside(using: str = "default", plan: Sequence[Any] = (), **_: Any) -> None:
    """Drop the triggers while a migration changes tables; `install` brings them back after it.

    SQLite rebuilds a table under another name, and refuses to while a trigger of another table
    asks it something.
    """
    if plan:
        remove(using)


def missing(using: str = "default") -> list[str]:
    """Return the names of registered triggers that the database does not have, sorted."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return sorted(
        t.name for t in _registered.values() if t.table in tables and t.name not in present
    )
