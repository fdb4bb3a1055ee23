"""Rules that the database itself keeps, by triggers, on SQLite and on PostgreSQL.

A table rebuild on SQLite drops triggers without a word, so after every `migrate` those that are
missing, or say something else than they should, are made; a system check lists them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

_FUNCTION = "qms_refuse"
_ALWAYS = "1 = 1"


@dataclass(frozen=True)
class Trigger:
    """Refuse `event` on `table` where `condition` holds, with `message`.

    `event` is INSERT, UPDATE or DELETE. `condition` is SQL over OLD and NEW that both databases
    read alike; it may hold subqueries, for on PostgreSQL it stands in the function's body.
    Two events have only one of the databases: REPLACE, by which SQLite removes a row without
    asking the triggers of DELETE, and TRUNCATE of PostgreSQL, which has no condition.
    """

    name: str
    table: str
    event: str
    condition: str
    message: str

    def is_of(self, vendor: str) -> bool:
        return {"REPLACE": "sqlite", "TRUNCATE": "postgresql"}.get(self.event, vendor) == vendor

    def body(self, vendor: str) -> str:
        """Return the text by which the database knows the trigger; it changes with the rule."""
        message = self.message.replace("'", "''")
        if vendor == "sqlite":
            event = "INSERT" if self.event == "REPLACE" else self.event
            return (
                f'CREATE TRIGGER "{self.name}" BEFORE {event} ON "{self.table}" '
                f"WHEN ({self.condition}) BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        message = message.replace("%", "%%")
        back = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.event, "NEW")
        condition = re.sub(r"\bIS NOT (OLD|NEW)\.", r"IS DISTINCT FROM \1.", self.condition)
        return (
            f"BEGIN IF ({condition}) THEN RAISE EXCEPTION '{message}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {back}; END "
        )

    def statements(self, vendor: str) -> list[str]:
        """Return the SQL that makes it, whether it is there already or not."""
        if vendor == "sqlite":
            return [self.drop(vendor), self.body(vendor)]
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return [
            f'CREATE OR REPLACE FUNCTION "{_FUNCTION}_{self.name}"() RETURNS trigger AS '
            f"$body${self.body(vendor)}$body$ LANGUAGE plpgsql",
            self.drop(vendor),
            f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
            f'FOR EACH {each} EXECUTE FUNCTION "{_FUNCTION}_{self.name}"()',
        ]

    def drop(self, vendor: str) -> str:
        on = f' ON "{self.table}"' if vendor == "postgresql" else ""
        return f'DROP TRIGGER IF EXISTS "{self.name}"{on}'


_registered: dict[str, Trigger] = {}


def register(triggers: Iterable[Trigger]) -> None:
    """Make `triggers` part of the schema; called once by each app when it is ready.

    Where rows may not be deleted, or not all, they cannot be replaced or truncated either.
    """
    given = list(triggers)
    guarded = {trigger.table for trigger in given if trigger.event == "REPLACE"}
    for trigger in given:
        if trigger.event == "DELETE" and trigger.table not in guarded:
            guarded.add(trigger.table)
            given += stays(trigger.table, trigger.message)
    _registered.update({trigger.name: trigger for trigger in given})


def stays(table: str, message: str, *, key: str = "id", same: str = "") -> list[Trigger]:
    """Return the triggers that keep rows from being replaced or truncated.

    `same` is SQL over a row `o` that is there and NEW, for a further key that they would share.
    """
    condition = f"o.{key} = NEW.{key}" + (f" OR ({same})" if same else "")
    replaced = f"EXISTS (SELECT 1 FROM {table} o WHERE {condition})"
    return [
        Trigger(f"{table}_no_replace", table, "REPLACE", replaced, message),
        Trigger(f"{table}_no_truncate", table, "TRUNCATE", "TRUE", message),
    ]


def never_changes(table: str, what: str, *, key: str = "id", same: str = "") -> list[Trigger]:
    """Return the triggers of a table to which rows are only added; see `stays()`."""
    message = f"{what} không được sửa, xóa."
    refused = [
        Trigger(f"{table}_no_{event.lower()}", table, event, _ALWAYS, message)
        for event in ("UPDATE", "DELETE")
    ]
    return refused + stays(table, message, key=key, same=same)


def changed(names: str) -> str:
    """Return the condition that one of the columns, given apart by spaces, gets another value."""
    return " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in names.split())


def only_ends(table: str, what: str, told: str) -> list[Trigger]:
    """Return the triggers of rows that are recorded for days `[valid_from, valid_to)`.

    The columns `told`, given apart by spaces, stay. The end may be set, and drawn nearer; it is
    never taken away or put off, which would give anew what had been ended.
    """
    put_off = "OLD.valid_to IS NOT NULL AND (NEW.valid_to IS NULL OR NEW.valid_to > OLD.valid_to)"
    message = f"{what} đã ghi chỉ được kết thúc, không được sửa, xóa."
    return [
        Trigger(f"{table}_told", table, "UPDATE", changed(f"{told} valid_from"), message),
        Trigger(f"{table}_ended", table, "UPDATE", put_off, message),
        Trigger(f"{table}_kept", table, "DELETE", _ALWAYS, message),
    ]


def install(using: str = "default", **_: Any) -> None:
    """Make every registered trigger whose table exists, where it is not there as it should be."""
    connection = connections[using]
    wanting = _wanting(using)
    with connection.cursor() as cursor:
        for trigger in wanting:
            for statement in trigger.statements(connection.vendor):
                cursor.execute(statement)


def remove(using: str = "default") -> None:
    """Drop every registered trigger: for migrations, and for tests that empty tables by DELETE."""
    connection = connections[using]
    present = _present(using)
    with connection.cursor() as cursor:
        for trigger in _registered.values():
            if trigger.name in present:
                cursor.execute(trigger.drop(connection.vendor))


def stand_aside(using: str = "default", plan: Sequence[Any] = (), **_: Any) -> None:
    """Drop the triggers while a migration changes tables; `install` brings them back after it.

    SQLite rebuilds a table under another name, and refuses to while a trigger of another table
    asks it something.
    """
    if plan:
        remove(using)


def missing(using: str = "default") -> list[str]:
    """Return the names of triggers that the database has not, or not as they should be, sorted."""
    return sorted(trigger.name for trigger in _wanting(using))


def registered(name: str) -> Trigger:
    """Return the trigger that is part of the schema under this name."""
    return _registered[name]


def refused_on(table: str) -> set[str]:
    """Return the events that no row of the table ever undergoes, of UPDATE and DELETE."""
    return {
        trigger.event
        for trigger in _registered.values()
        if trigger.table == table and trigger.condition == _ALWAYS
    }


def _wanting(using: str) -> list[Trigger]:
    connection = connections[using]
    vendor, present = connection.vendor, _present(using)
    tables = set(connection.introspection.table_names())
    return [
        trigger
        for trigger in _registered.values()
        if trigger.table in tables
        and trigger.is_of(vendor)
        and present.get(trigger.name) != (trigger.table, trigger.body(vendor))
    ]


def _present(using: str) -> dict[str, tuple[str, str]]:
    """Return {name: (table, body)} of the triggers that the database has and heeds."""
    connection = connections[using]
    query = (
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT t.tgname, c.relname, p.prosrc FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: (table, body) for name, table, body in cursor.fetchall()}
