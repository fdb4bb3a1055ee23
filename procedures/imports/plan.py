"""What importing a list would do, row by row, before anything is written.

Rows are matched by core code; names are only proposed. The same plan is shown, printed as JSON and
carried out, so that preview equals effect.
"""

import datetime as dt
import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procedures.imports.rows import TTHCRow
from procedures.imports.table import TTHCTable
from procedures.limits import single_limit
from procedures.models import TTHC, TTHCChange, TTHCOnDay, on_day
from qms.foundation.dates import today
from qms.foundation.text import clean, fold

# What a row says of a TTHC, by the column of the list and the field of the record.
_STATE = {
    "level": "level",
    "agency": "executing_agency",
    "limit_text": "limit_text",
    "fee": "fee",
    "online_level": "online_level",
    "receiving_place": "receiving_place",
    "legal_basis": "legal_basis",
    "decision": "decision_no",
}
_ABOUT = {"source_url": "source_url", "verified": "is_verified", "note": "verification_note"}
_ENDS = ("bi bai bo", "bi huy bo", "bai bo", "huy bo", "het hieu luc")
_ALIKE = 0.92  # similarity of folded names from which a match is proposed


@dataclass(frozen=True)
class Terms:
    """How a list is imported.

    With `decision_no` what is new or changed is a change by that decision from `effective_on` on;
    without it a correction, which never makes anything stale. `leave_out` names rows, as `12` or
    `Sheet1!12`.
    """

    decision_no: str = ""
    effective_on: dt.date | None = None
    leave_out: frozenset[str] = frozenset()

    @property
    def is_change(self) -> bool:
        return bool(self.decision_no)

    @property
    def day(self) -> dt.date:
        """Return the day whose state the list is compared with."""
        return self.effective_on if self.is_change and self.effective_on else today()


@dataclass(frozen=True)
class RowPlan:
    """What one row does: `kind` is new, changed or unchanged; `values` what it sets, by field."""

    row: TTHCRow
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    tthc: TTHC | None = None
    is_ending: bool = False


@dataclass(frozen=True)
class Proposal:
    """A name that matches another TTHC: for a person to judge, never done by itself."""

    row: int
    code: str | None
    old_code: str
    kind: str
    similarity: float


@dataclass(frozen=True)
class ImportPlan:
    """Everything an import would do and everything that keeps it from being done."""

    table: TTHCTable
    terms: Terms
    rows: tuple[RowPlan, ...]
    missing: tuple[str, ...]
    invalid: tuple[TTHCRow, ...]
    duplicates: tuple[str, ...]
    conflicts: tuple[tuple[str, tuple[TTHCRow, ...]], ...]
    without_code: tuple[TTHCRow, ...]
    proposed: tuple[Proposal, ...]

    def codes(self, kind: str) -> list[str]:
        return [plan.row.code or "" for plan in self.rows if plan.kind == kind]

    @property
    def is_blocked(self) -> bool:
        return bool(self.invalid or self.conflicts)

    @property
    def changes_anything(self) -> bool:
        return any(plan.kind != "unchanged" for plan in self.rows)

    @property
    def restored(self) -> list[TTHCRow]:
        return [row for row in self.table.rows if row.restored and row.code]

    def counts(self) -> dict[str, int]:
        kinds = Counter(plan.kind for plan in self.rows)
        return {kind: kinds[kind] for kind in ("new", "changed", "unchanged")}

    def as_json(self) -> dict[str, Any]:
        """Return the figures and lists as `import_tthc --json` prints them."""
        return {
            "rows": len(self.table.rows),
            "new": self.codes("new"),
            "changed": self.codes("changed"),
            "unchanged": self.codes("unchanged"),
            "missing": list(self.missing),
            "invalid": [
                {"row": row.row, "code": row.printed_code or row.code or "", "reason": row.problem}
                for row in self.invalid
            ],
            "duplicates": list(self.duplicates),
            "without_code": [row.row for row in self.without_code],
            "restored": [
                {"row": row.row, "code": row.code, "printed": row.printed_code}
                for row in self.restored
            ],
            "proposed": [
                {
                    "row": match.row,
                    "code": match.code,
                    "old_code": match.old_code,
                    "kind": match.kind,
                    "similarity": match.similarity,
                }
                for match in self.proposed
            ],
        }


def plan_import(table: TTHCTable, terms: Terms) -> ImportPlan:
    """Return what importing `table` on `terms` would do. Reads the catalogue, writes nothing."""
    standing = [row for row in table.rows if not _is_left_out(row, terms)]
    valid = [row for row in standing if row.code and not row.problem]
    by_code: dict[str, list[TTHCRow]] = defaultdict(list)
    for row in valid:
        by_code[row.code or ""].append(row)
    catalogue = _catalogue(terms.day)
    plans = tuple(_plan_row(rows[0], catalogue, terms) for rows in by_code.values())
    conflicts = tuple(
        (code, tuple(rows)) for code, rows in by_code.items() if len({_says(r) for r in rows}) > 1
    )
    repeated = Counter(row.code for row in table.rows if row.code)
    return ImportPlan(
        table=table,
        terms=terms,
        rows=plans,
        missing=tuple(_missing(table, catalogue)),
        invalid=tuple(row for row in standing if row.problem),
        duplicates=tuple(code for code, count in repeated.items() if count > 1 and code),
        conflicts=conflicts,
        without_code=tuple(row for row in table.rows if row.code is None and not row.problem),
        proposed=tuple(_proposals(table, plans, catalogue)),
    )


def _is_left_out(row: TTHCRow, terms: Terms) -> bool:
    return bool({str(row.row), f"{row.sheet}!{row.row}"} & terms.leave_out)


def _catalogue(day: dt.date) -> dict[str, TTHCOnDay]:
    rows = TTHC.objects.select_related("field").prefetch_related("changes__field")
    return {tthc.code: on_day(tthc, list(tthc.changes.all()), day) for tthc in rows}


def _says(row: TTHCRow) -> tuple[Any, ...]:
    """Return what two rows of one code must share to be the same row twice."""
    return (row.name, fold(row.field), *(getattr(row, column) for column in _STATE))


def _plan_row(row: TTHCRow, catalogue: Mapping[str, TTHCOnDay], terms: Terms) -> RowPlan:
    known = catalogue.get(row.code or "")
    values = _values_of(row)
    if known is None:
        return RowPlan(row, "new", values)
    if terms.is_change and _ends(row):
        ended = not known.is_in_force
        return RowPlan(row, "unchanged" if ended else "changed", {}, {}, known.tthc, is_ending=True)
    before = _values_known(known)
    changed = {key: value for key, value in values.items() if _differs(key, before[key], value)}
    if known.last_change is not None and known.last_change.kind in TTHCChange.LIVING:
        changed.pop("decision_no", None)  # the change itself names its decision
    if terms.is_change:
        changed.pop("decision_no", None)
    if "limit_text" not in changed:
        changed = {k: v for k, v in changed.items() if not k.startswith("law_")}
    kind = "changed" if changed else "unchanged"
    return RowPlan(row, kind, changed, {key: before[key] for key in changed}, known.tthc)


def _values_of(row: TTHCRow) -> dict[str, Any]:
    """Return what the row says, only for columns that the list has."""
    values: dict[str, Any] = {"name": clean(row.name)}
    if row.field:
        values["field"] = row.field
    for column, name in _STATE.items():
        if column in row.columns:
            values[name] = getattr(row, column)
    if "limit_text" in values:
        values["law_unit"], values["law_minutes"] = single_limit(row.limit_text)
    if "local_limit_text" in row.columns and row.local_limit_text:
        values["local_unit"], values["local_minutes"] = single_limit(row.local_limit_text)
    for column, name in _ABOUT.items():
        value = getattr(row, column)
        if column in row.columns and value is not None:
            values[name] = value
    if row.agency_suffix:
        values["agency_suffix"] = row.agency_suffix
    return values


def _values_known(known: TTHCOnDay) -> dict[str, Any]:
    tthc = known.tthc
    return {
        **known.values,
        "name": known.name,
        "field": known.field.name if known.field else "",
        "source_url": tthc.source_url,
        "is_verified": tthc.is_verified,
        "verification_note": tthc.verification_note,
        "agency_suffix": tthc.agency_suffix,
    }


def _differs(key: str, before: Any, value: Any) -> bool:
    if key == "field":
        return fold(before) != fold(value)
    return bool(before != value)


def _ends(row: TTHCRow) -> bool:
    said = (fold(row.status), fold(row.section))
    return any(word in text for text in said for word in _ENDS)


def _missing(table: TTHCTable, catalogue: Mapping[str, TTHCOnDay]) -> Iterable[str]:
    present = {row.code for row in table.rows if row.code}
    fields = {fold(row.field) for row in table.rows if row.field}
    agencies = {fold(row.agency) for row in table.rows if row.agency}
    for code, known in sorted(catalogue.items()):
        if code in present or not known.is_in_force or known.field is None:
            continue
        at_home = fold(str(known.values["executing_agency"])) in agencies
        if fold(known.field.name) in fields and (at_home or not table.has_agency_column):
            yield code


def _proposals(
    table: TTHCTable, plans: Iterable[RowPlan], catalogue: Mapping[str, TTHCOnDay]
) -> Iterable[Proposal]:
    """Propose names that match: a new code for an old name, a name without any code."""
    present = {row.code for row in table.rows if row.code}
    absent = {code: fold(known.name) for code, known in catalogue.items() if known.is_in_force}
    unlisted = _NameIndex({c: n for c, n in absent.items() if c not in present})
    every = _NameIndex(absent)
    for plan in plans:
        if plan.kind == "new":
            for code, alike in unlisted.alike(fold(plan.row.name)):
                yield Proposal(plan.row.row, plan.row.code, code, "replacement", alike)
    for row in table.rows:
        if row.code is None and not row.problem:
            for code, alike in every.alike(fold(row.name)):
                yield Proposal(row.row, None, code, "same_name", alike)


class _NameIndex:
    """Finds names much alike without comparing each with each: they share most of their words."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.by_word: dict[str, set[str]] = defaultdict(set)
        for code, name in names.items():
            for word in set(name.split()):
                self.by_word[word].add(code)

    def alike(self, name: str) -> list[tuple[str, float]]:
        words = set(name.split())
        shared = Counter(code for word in words for code in self.by_word.get(word, ()))
        found = []
        for code, count in shared.most_common(20):
            if count * 2 < len(words):
                break
            ratio = difflib.SequenceMatcher(None, name, self.names[code]).ratio()
            if ratio >= _ALIKE:
                found.append((code, round(ratio, 2)))
        return sorted(found, key=lambda pair: -pair[1])[:3]
