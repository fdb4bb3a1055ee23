"""Rows against what the ledger tells of them: histories, and records without history rows."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models

from qms.records.ledger.canonical import compact, row_of
from qms.records.ledger.entries import LedgeredModel, LedgerEntry
from qms.records.ledger.kept import histories, ledgered
from qms.records.verifying.found import CHUNK, Difference, Report, chunks

Adopted = Mapping[str, Mapping[str, Any]]  # table → key → content
_NO_ENTRY = "Dòng này không có trong sổ cái."
_GONE = "Sổ cái ghi dòng này nhưng trong bảng không còn."
_TWICE = "Sổ cái ghi dòng này hơn một lần."


def check_told(report: Report) -> Iterator[Difference]:
    """Each history row and each row without history says what the ledger tells of it."""
    adopted = _adopted()
    for model, history in histories().items():
        yield from _histories(model._meta.db_table, history, adopted, report)
    for model in ledgered():
        yield from _rows(model, adopted, report)


def _adopted() -> Adopted:
    """Return what adoptions hold; of one row only its last content."""
    found: dict[str, dict[str, Any]] = {}
    kept = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.ADOPTION).order_by("seq")
    for text in kept.values_list("content", flat=True).iterator():
        for table, rows in json.loads(text).items():
            found.setdefault(table, {}).update(rows)
    return found


def _contents(seqs: list[int]) -> dict[int, LedgerEntry]:
    found: dict[int, LedgerEntry] = {}
    for start in range(0, len(seqs), CHUNK):
        found |= LedgerEntry.objects.in_bulk(seqs[start : start + CHUNK])
    return found


def _histories(table: str, history: Any, adopted: Adopted, report: Report) -> Iterator[Difference]:
    """Compare history rows, each with the one entry, or the adoption, that tells of it."""
    own = history._meta.db_table
    told: dict[str, int] = {}
    single = LedgerEntry.objects.filter(table=table).exclude(row="").order_by("seq")
    for row, seq in single.values_list("row", "seq").iterator(chunk_size=CHUNK):
        if row in told or row in adopted.get(own, {}):
            yield Difference("entry", _TWICE, own, row, seq=seq)
        else:
            told[row] = seq
    taken_in = dict(adopted.get(own, {}))
    for rows in chunks(history):
        entries = _contents([told[str(row.pk)] for row in rows if str(row.pk) in told])
        for row in rows:
            report.counts["history"] += 1
            key = str(row.pk)
            entry = entries.get(told.pop(key, 0))
            content = entry.told() if entry else taken_in.pop(key, None)
            if content is None:
                yield Difference("entry", _NO_ENTRY, own, key)
                continue
            yield from _compare(own, key, content, row, entry.seq if entry else None)
    for key, seq in told.items():
        yield Difference("entry", _GONE, own, key, seq=seq)
    for key in taken_in:
        yield Difference("entry", _GONE, own, key)


def _rows(model: type[LedgeredModel], adopted: Adopted, report: Report) -> Iterator[Difference]:
    """Compare rows without history; of one that may change its last entry tells."""
    own = model._meta.db_table
    told: dict[str, list[int]] = {}
    entries = LedgerEntry.objects.filter(table=own, row="").order_by("seq")
    for key, seq in entries.values_list("key", "seq").iterator(chunk_size=CHUNK):
        told.setdefault(key, []).append(seq)
    taken_in = dict(adopted.get(own, {}))
    for rows in chunks(model):
        seqs = [seq for row in rows for seq in told.get(str(row.pk), [])]
        contents = _contents(seqs)
        for row in rows:
            report.counts["rows"] += 1
            key = str(row.pk)
            said = [contents[seq] for seq in told.pop(key, [])]
            first = taken_in.pop(key, None)
            if first is None and not said:
                yield Difference("entry", _NO_ENTRY, own, key)
                continue
            yield from _changed_only(model, key, first, said)
            last = said[-1].told() if said else first
            yield from _compare(own, key, last, row, said[-1].seq if said else None)
    for key in told.keys() | taken_in.keys():
        yield Difference("entry", _GONE, own, key, seq=told.get(key, [None])[-1])


def _changed_only(
    model: type[LedgeredModel], key: str, first: Any, said: list[LedgerEntry]
) -> Iterator[Difference]:
    """Tell of entries by which a column changed that never does."""
    fields = model._meta.concrete_fields
    may = {field.column for field in fields if field.name in model.LEDGER_CHANGES}
    before = first
    for entry in said:
        after = entry.told()
        if before is not None:
            for column in sorted(before.keys() & after.keys() - may):
                if before[column] != after[column]:
                    message = f"Mục {entry.seq} đổi cột {column}, là cột không bao giờ đổi."
                    yield Difference("entry", message, model._meta.db_table, key, column, entry.seq)
        before = after


def _compare(
    table: str, key: str, told: Mapping[str, Any], row: models.Model, seq: int | None
) -> Iterator[Difference]:
    """Tell of each column that says something else; those that came later or went are left."""
    found = compact(row_of(row))
    for column in found.keys() & told.keys():
        if found[column] != told[column]:
            message = f"Cột {column} khác với điều sổ cái ghi."
            yield Difference("entry", message, table, key, column, seq)
