"""One part of the journal: the newest entries that its reader may know of, in constant queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from home.journal.scopes import Scope, scoped_models
from qms.records.models import LedgerEntry, Signature, StoredFile

_SHOWN = 50
_READ = 200  # entries at a time
_MOST_READ = 10  # times: further back one goes by the link at the end
_CHANGES = {"+": "Lập", "~": "Sửa", "-": "Bỏ"}
_OF_ALL = (LedgerEntry.Kind.ADOPTION, LedgerEntry.Kind.RESTORE)
_NO_LABEL = (StoredFile, Signature)  # names of files and what was signed are told where they are


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in words: who did what to which record, and why."""

    entry: LedgerEntry
    what: str
    subject: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """The lines found; `before` continues behind them, None where there is nothing older."""

    lines: list[Line]
    before: int | None


@dataclass(frozen=True, slots=True)
class _Named:
    """A record that one may know of: what is shown of it, and the record it belongs to."""

    root: type[models.Model] | None
    key: Any


def journal(user: Any, condition: Q, *, before: int | None = None) -> Part:
    """Return what `user` may know of the entries that fulfil `condition`, newest first.

    `before` leaves out the entries from that place on. Records that are hidden from this person
    are passed over without a trace.
    """
    known = scoped_models()
    entries = LedgerEntry.objects.filter(condition).filter(
        Q(table__in=[*known, Signature._meta.db_table]) | Q(kind__in=_OF_ALL)
    )
    found: list[tuple[LedgerEntry, _Named | None]] = []
    for _ in range(_MOST_READ):
        older = entries if before is None else entries.filter(seq__lt=before)
        read = list(older.select_related("actor").order_by("-seq")[:_READ])
        for entry, named in _seen(read, user, known):
            found.append((entry, named))
            if len(found) == _SHOWN:
                return Part(_lines(found, known), entry.seq)
        if len(read) < _READ:
            return Part(_lines(found, known), None)
        before = read[-1].seq
    return Part(_lines(found, known), before)


def _seen(
    entries: Sequence[LedgerEntry], user: Any, known: dict[str, tuple[type[models.Model], Scope]]
) -> Iterable[tuple[LedgerEntry, _Named | None]]:
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        keys[entry.table].add(entry.key)
    signed = _signed(keys.pop(Signature._meta.db_table, set()))
    for table, key in signed.values():
        keys[table].add(key)
    seen = {
        table: _visible(*known[table], user, wanted)
        for table, wanted in keys.items()
        if table in known
    }
    for entry in entries:
        if entry.kind in _OF_ALL:
            yield entry, None
            continue
        table, key = signed.get(entry.key, ("", "")) if _is_signature(entry) else _place(entry)
        named = seen.get(table, {}).get(key)
        if named is not None:
            yield entry, named


def _is_signature(entry: LedgerEntry) -> bool:
    return entry.table == Signature._meta.db_table


def _place(entry: LedgerEntry) -> tuple[str, str]:
    return entry.table, entry.key


def _signed(keys: set[str]) -> dict[str, tuple[str, str]]:
    """Return {key of a signature: (table, key) of what was signed}."""
    if not keys:
        return {}
    rows = Signature.objects.filter(pk__in=keys).values_list("pk", "content_type", "object_id")
    found = {}
    for pk, kind, key in rows:
        model = ContentType.objects.get_for_id(kind).model_class()
        if model is not None:
            found[str(pk)] = (model._meta.db_table, str(key))
    return found


def _visible(
    model: type[models.Model], scope: Scope, user: Any, keys: set[str]
) -> dict[str, _Named]:
    """Return those of `keys` that `user` may know of, each with the record it belongs to."""
    rows = model._default_manager.filter(pk__in=keys)
    if scope.seen is not None:
        way = scope.way or "pk"
        rows = rows.filter(**{f"{way}__in": scope.seen(user)})
    to = scope.way if scope.root and scope.way else "pk"
    return {
        str(pk): _Named(scope.root or model, root)
        for pk, root in rows.values_list("pk", to).order_by()
    }


def _lines(
    found: Sequence[tuple[LedgerEntry, _Named | None]],
    known: dict[str, tuple[type[models.Model], Scope]],
) -> list[Line]:
    wanted: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
    for _, named in found:
        if named is not None and named.root is not None and named.root not in _NO_LABEL:
            wanted[named.root].add(named.key)
    records = {model: model._default_manager.in_bulk(list(keys)) for model, keys in wanted.items()}
    lines = []
    for entry, named in found:
        record = records.get(named.root, {}).get(named.key) if named and named.root else None
        lines.append(
            Line(
                entry,
                what=_what(entry, known),
                subject=str(record) if record is not None else "",
                url=_url(record),
                reason=_reason(entry),
            )
        )
    return lines


def _what(entry: LedgerEntry, known: dict[str, tuple[type[models.Model], Scope]]) -> str:
    if entry.kind in _OF_ALL:
        return entry.get_kind_display()
    if _is_signature(entry):
        act = dict(Signature.Act.choices).get(str(entry.told().get("act")), "")
        return f"Ký: {str(act).lower()}"
    model = known[entry.table][0]
    return f"{_CHANGES.get(entry.change, entry.change)} {model._meta.verbose_name}"


def _url(record: models.Model | None) -> str:
    address = getattr(record, "get_absolute_url", None)
    return address() if address else ""


def _reason(entry: LedgerEntry) -> str:
    """Return the reason as it was given; a very long one stands in the record's own history."""
    reason = entry.told().get("history_change_reason") if entry.row else ""
    return (
        reason if isinstance(reason, str) else "(lý do dài: xem lịch sử của hồ sơ)" * bool(reason)
    )
