"""Rows that were written before the ledger, or past it by a migration: taken in by one entry."""

import json
from typing import Any

from qms.records.ledger.canonical import compact, row_of
from qms.records.ledger.entries import Entry, LedgerEntry, LedgerQuerySet

# The records without history rows that there were when the ledger began.
ROWS = (
    "records.StoredFile",
    "records.Signature",
    "procedures.Rendition",
    "audits.ItemAnswer",
    "audits.SiteConfirmation",
    "audits.DueExtension",
    "audits.EffectivenessCheck",
    "audits.NonconformityMove",
    "audits.AuditPaper",
)


def adopt(apps: Any, rows: tuple[str, ...] = ROWS) -> Any:
    """Append one entry that holds every row that no entry tells of, and return it.

    `apps` is the registry of a migration, or Django's own; `rows` names the records without
    history. What it holds is {table: {key: content}}: of history rows by the table and the key
    of the history, of the others by their own. Call it inside a transaction, also from a later
    migration that writes history rows, which no signal tells of.
    """
    ledger = apps.get_model("records", "LedgerEntry")
    told, adopted = _told(ledger), _adopted(ledger)
    found: dict[str, dict[str, Any]] = {}
    for model in apps.get_models():
        if model._meta.label not in rows and not _is_history(model):
            continue
        table = model._meta.db_table
        known = told.get(_subject(model, apps), set()) | adopted.get(table, set())
        new = {
            str(row.pk): compact(row_of(row))
            for row in model._base_manager.order_by("pk").iterator(chunk_size=500)
            if str(row.pk) not in known
        }
        if new:
            found[table] = new
    return LedgerQuerySet(ledger).append(Entry(LedgerEntry.Kind.ADOPTION), found)


def _is_history(model: Any) -> bool:
    return "history_id" in {field.name for field in model._meta.fields}


def _subject(model: Any, apps: Any) -> tuple[str, bool]:
    """Return the table that entries of this model's rows name, and whether they are history."""
    if not _is_history(model):
        return model._meta.db_table, False
    name = model._meta.object_name.removeprefix("Historical")
    return apps.get_model(model._meta.app_label, name)._meta.db_table, True


def _told(ledger: Any) -> dict[tuple[str, bool], set[str]]:
    """Return the keys of the rows that single entries tell of, by the record's table."""
    told: dict[tuple[str, bool], set[str]] = {}
    entries = ledger._base_manager.exclude(kind=LedgerEntry.Kind.ADOPTION)
    for table, key, row in entries.values_list("table", "key", "row").iterator():
        told.setdefault((table, bool(row)), set()).add(row or key)
    return told


def _adopted(ledger: Any) -> dict[str, set[str]]:
    """Return the keys of the rows that earlier adoptions hold, by their own table."""
    adopted: dict[str, set[str]] = {}
    for text in ledger._base_manager.filter(kind=LedgerEntry.Kind.ADOPTION).values_list(
        "content", flat=True
    ):
        for table, rows in json.loads(text).items():
            adopted.setdefault(table, set()).update(rows)
    return adopted
