"""Rows and their entries, read as of one head of the ledger and laid down as lines of JSON."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models

from qms.organisation.models import User
from qms.records.evidence.selecting import Part, Selection, history_of, signatures_on
from qms.records.evidence.verify_evidence import CHAIN, ENTRIES, TABLES
from qms.records.ledger.canonical import adopted_rows, canonical, row_of
from qms.records.ledger.entries import Head, LedgeredModel, LedgerEntry, header_of
from qms.records.models import StoredFile

BUSY = "Hồ sơ đang được ghi liên tục, chưa lấy được một thời điểm yên. Hãy thử lại sau ít phút."
_TRIES = 5
_CHUNK = 500  # rows read at a time
_NAMES = ("id", "username", "full_name")  # of people: what names who acted, nothing else


@dataclass
class Gathered:
    """What was laid down in a folder: which tables, what each holds, and which files they name."""

    folder: Path
    head: Head
    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)
    files: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    told: set[tuple[str, str, str]] = field(default_factory=set)  # table, history row, key
    adopted: set[tuple[str, str]] = field(default_factory=set)  # own table, own key


def gather(choose: Callable[[], Selection], folder: Path) -> tuple[Selection, Gathered]:
    """Lay down what `choose` says, all as of one head of the ledger.

    Reading takes no lock. Each change of a record moves the head: where it moved meanwhile, all
    is read anew. Raises ValidationError where it never stands still.
    """
    for number in range(_TRIES):
        place = folder / str(number)
        (place / TABLES).mkdir(parents=True)
        (place / CHAIN).parent.mkdir()
        chosen, found = choose(), Gathered(place, LedgerEntry.objects.head())
        _tables(chosen, found)
        _ledger(found)
        if LedgerEntry.objects.head() == found.head:
            return chosen, found
    raise ValidationError(BUSY)


def _tables(chosen: Selection, found: Gathered) -> None:
    signed = [part.rows for part in chosen.parts if hasattr(part.rows.model, "history")]
    signatures = chosen.signatures
    if signatures is None:
        signatures = signatures_on(*signed)
    for part in (*chosen.parts, Part(signatures)):
        _part(part, found)
    kinds = ContentType.objects.filter(
        pk__in=signatures.order_by().values("content_type").distinct()
    )
    for kind in kinds:
        model = kind.model_class()
        found.content_types[str(kind.pk)] = model._meta.db_table if model else kind.model
    _part(Part(StoredFile.objects.filter(pk__in=found.files)), found)
    people = User.objects.filter(pk__in=found.people).order_by("pk")
    fields = [User._meta.get_field(name) for name in _NAMES]
    _lay(found, people, kind="people", fields=fields)


def _part(part: Part, found: Gathered) -> None:
    model = part.rows.model
    if not hasattr(model, "history"):
        kind = "row" if issubclass(model, LedgeredModel) else "derived"
        _lay(found, part.rows, kind=kind, withheld=part.withheld)
        return
    history = part.history if part.history is not None else history_of(part.rows)
    own = model._meta.db_table
    _lay(found, history, kind="history", withheld=part.withheld, of=own)
    _lay(
        found,
        part.rows,
        kind="record",
        withheld=part.withheld,
        history=history.model._meta.db_table,
        key=model._meta.pk.column,
    )


def _lay(
    found: Gathered,
    rows: models.QuerySet[Any],
    *,
    kind: str,
    withheld: frozenset[str] = frozenset(),
    fields: Iterable[Any] = (),
    **about: str,
) -> None:
    """Write the rows in the order of their keys, and note whom and which files they name."""
    model = rows.model
    table = model._meta.db_table
    if table in found.tables:
        raise ValueError(f"{table} is told of twice.")
    title = str(getattr(model, "instance_type", model)._meta.verbose_name)
    found.tables[table] = {"kind": kind, "title": title, **about}
    found.counts[table] = 0
    people = [f.attname for f in model._meta.concrete_fields if f.related_model is User]
    attached = [
        f.attname
        for f in model._meta.concrete_fields
        if f.related_model is StoredFile and f.name not in withheld
    ]
    with (found.folder / TABLES / f"{table}.jsonl").open("w", encoding="utf-8") as file:
        for row in rows.order_by("pk").iterator(chunk_size=_CHUNK):
            key = str(row.pk)
            _write(file, {"key": key, "row": row_of(row, fields)})
            found.counts[table] += 1
            found.people |= {pk for name in people if (pk := getattr(row, name)) is not None}
            found.files |= {pk for name in attached if (pk := getattr(row, name)) is not None}
            if kind == "history":
                found.told.add((about["of"], key, ""))
            elif kind == "row":
                found.told.add((table, "", key))
            if kind in ("history", "row"):
                found.adopted.add((table, key))


def _write(file: TextIO, said: Any) -> None:
    file.write(canonical(said) + "\n")


# --- the ledger ---


def _ledger(found: Gathered) -> None:
    """Lay down the whole chain as hashes, and the entries of the rows with what they tell."""
    wanted: list[int] = []
    entries = LedgerEntry.objects.filter(seq__lte=found.head.seq).order_by("seq")
    names = ("seq", "format", "body_sha256", "sha256", "kind", "table", "key", "row")
    with (found.folder / CHAIN).open("w", encoding="utf-8") as file:
        rows = entries.values_list(*names).iterator(chunk_size=_CHUNK)
        for seq, version, body, sha256, kind, table, key, row in rows:
            file.write(f"{seq} {version} {body} {sha256}\n")
            place = (table, row, "" if row else key)
            if kind == LedgerEntry.Kind.ADOPTION or place in found.told:
                wanted.append(seq)
    with (found.folder / ENTRIES).open("w", encoding="utf-8") as file:
        for start in range(0, len(wanted), _CHUNK):
            for entry in entries.filter(seq__in=wanted[start : start + _CHUNK]):
                _write(file, _entry(entry, found.adopted))


def _entry(entry: LedgerEntry, adopted: set[tuple[str, str]]) -> dict[str, Any]:
    """Return an entry as the package tells it: of an adoption the rows that are in it alone."""
    said = {"seq": entry.seq, **header_of(entry), "content": entry.content}
    if entry.kind == LedgerEntry.Kind.ADOPTION:
        told = entry.told()
        said["rows"] = adopted_rows(told)
        said["content"] = {
            table: {key: row for key, row in rows.items() if (table, key) in adopted}
            for table, rows in told.items()
        }
    return said
