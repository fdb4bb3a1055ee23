"""What importing a list would do, row by row, before anything is written.

Rows are matched by core code; names are only proposed. The same plan is shown, printed as JSON and
carried out, so that preview equals effect.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from procedures.imports.facts import (
    changed_values,
    ending_of,
    is_amended,
    is_state,
    signature,
    values_known,
    values_of,
)
from procedures.imports.names import NameIndex
from procedures.imports.rows import TTHCRow
from procedures.imports.table import TTHCTable
from procedures.models import TTHC, Field, TTHCChange, TTHCOnDay, on_day
from qms.foundation.dates import today
from qms.foundation.text import fold

_ENDED_UNKNOWN = (
    "Dòng ghi TTHC hết hiệu lực, mà TTHC này chưa có trong danh mục: nhập kèm quyết định và ngày"
    " hiệu lực, hoặc bỏ dòng này ra."
)


@dataclass(frozen=True)
class Terms:
    """How a list is imported.

    With `decision_no` what is new or changed is a change by that decision from `effective_on` on;
    without it a correction, which never makes anything stale. `leave_out` names rows: `12`,
    `Sheet1!12`, all of a sheet as `Sheet1!*`, or all of a code.
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

    def leaves_out(self, row: TTHCRow) -> bool:
        names = {str(row.row), f"{row.sheet}!{row.row}", f"{row.sheet}!*", row.code or ""}
        return not names.isdisjoint(self.leave_out)


@dataclass(frozen=True)
class RowPlan:
    """What one row does: `kind` is new, changed or unchanged; `values` what it sets, by field.

    `before` is what those fields are now; of a TTHC that ends, its name, for a person to compare.
    `change` is what a decision records of it, empty where nothing is.
    """

    row: TTHCRow
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    tthc: TTHC | None = None
    change: str = ""

    @property
    def is_ending(self) -> bool:
        return bool(self.change) and self.change not in TTHCChange.LIVING


@dataclass(frozen=True)
class Proposal:
    """A name that matches another TTHC: for a person to judge, never done by itself."""

    row: TTHCRow
    old_code: str
    old_name: str
    kind: str
    similarity: float


Repeated = tuple[str, tuple[TTHCRow, ...]]


@dataclass(frozen=True)
class ImportPlan:
    """Everything an import would do and everything that keeps it from being done.

    `asleep` are rows of TTHC that are not in force and stay so, for the list names no decision.
    """

    table: TTHCTable
    terms: Terms
    rows: tuple[RowPlan, ...]
    missing: tuple[TTHCOnDay, ...]
    invalid: tuple[TTHCRow, ...]
    duplicates: tuple[str, ...]
    conflicts: tuple[Repeated, ...]
    repeats: tuple[Repeated, ...]
    without_code: tuple[TTHCRow, ...]
    restored: tuple[TTHCRow, ...]
    left_out: tuple[TTHCRow, ...]
    asleep: tuple[TTHCRow, ...]
    new_fields: tuple[str, ...]
    catalogue: "_Catalogue" = field(repr=False, compare=False)

    @cached_property
    def proposed(self) -> tuple[Proposal, ...]:
        """Names that match others; only hints, so looked for when they are to be shown."""
        return tuple(self.catalogue.proposals(self))

    def of(self, kind: str) -> list[RowPlan]:
        return [plan for plan in self.rows if plan.kind == kind]

    def codes(self, kind: str) -> list[str]:
        return [plan.row.code or "" for plan in self.of(kind)]

    @property
    def is_blocked(self) -> bool:
        return bool(self.invalid or self.conflicts)

    @property
    def changes_anything(self) -> bool:
        return any(plan.kind != "unchanged" for plan in self.rows)

    def counts(self) -> dict[str, int]:
        kinds = Counter(plan.kind for plan in self.rows)
        return {kind: kinds[kind] for kind in ("new", "changed", "unchanged")}

    def fingerprint(self) -> str:
        """Return what two plans have in common if and only if they do the same to the same."""
        deeds = [
            (p.row.key, p.row.code, p.kind, p.change, dict(p.values), dict(p.before))
            for p in self.rows
        ]
        refused = [[row.key, row.problem] for row in self.invalid] + [list(self.duplicates)]
        text = json.dumps([deeds, refused], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return the figures and lists as `import_tthc --json` prints them."""
        return {
            "rows": len(self.table.rows),
            "new": self.codes("new"),
            "changed": self.codes("changed"),
            "unchanged": self.codes("unchanged"),
            "missing": [known.tthc.code for known in self.missing],
            "invalid": [
                {"row": row.row, "code": row.code or row.printed_code, "reason": row.problem}
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
                    "row": match.row.row,
                    "code": match.row.code,
                    "old_code": match.old_code,
                    "kind": match.kind,
                    "similarity": match.similarity,
                }
                for match in self.proposed
            ],
        }


def plan_import(table: TTHCTable, terms: Terms) -> ImportPlan:
    """Return what importing `table` on `terms` would do. Reads the catalogue, writes nothing.

    Raises ValidationError for a row to leave out that the list does not have.
    """
    _check_leave_out(table, terms)
    catalogue = _Catalogue(terms)
    standing = [catalogue.judged(row) for row in table.rows if not terms.leaves_out(row)]
    valid = [row for row in standing if row.code and not row.problem]
    by_code: dict[str, list[TTHCRow]] = defaultdict(list)
    for row in valid:
        by_code[row.code or ""].append(row)
    several = [(code, tuple(rows)) for code, rows in by_code.items() if len(rows) > 1]
    differ = {code for code, rows in several if len({signature(row) for row in rows}) > 1}
    plans = tuple(catalogue.plan(rows[0]) for rows in by_code.values())
    repeated = Counter(row.code for row in standing if row.code)
    return ImportPlan(
        table=table,
        terms=terms,
        rows=plans,
        missing=tuple(catalogue.missing(table)),
        invalid=tuple(row for row in standing if row.problem),
        duplicates=tuple(code for code in by_code if repeated[code] > 1),
        conflicts=tuple((code, rows) for code, rows in several if code in differ),
        repeats=tuple((code, rows) for code, rows in several if code not in differ),
        without_code=tuple(row for row in standing if row.code is None and not row.problem),
        restored=tuple(row for row in standing if row.restored and row.code),
        left_out=tuple(row for row in table.rows if terms.leaves_out(row)),
        asleep=tuple(plan.row for plan in plans if catalogue.stays_ended(plan)),
        new_fields=tuple(catalogue.new_fields(plans)),
        catalogue=catalogue,
    )


def _check_leave_out(table: TTHCTable, terms: Terms) -> None:
    known = {name for row in table.rows for name in (str(row.row), row.key, row.code)}
    known |= {f"{row.sheet}!*" for row in table.rows}
    if unknown := sorted(name for name in terms.leave_out if name not in known):
        raise ValidationError(
            {"leave_out": f"Danh sách không có dòng {', '.join(unknown)} để bỏ ra."}
        )


class _Catalogue:
    """The TTHC that are known, as they stand today and on the day of the list."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.now: dict[str, TTHCOnDay] = {}
        self.then: dict[str, TTHCOnDay] = {}
        for tthc in TTHC.objects.select_related("field").prefetch_related("changes__field"):
            changes = list(tthc.changes.all())
            self.now[tthc.code] = on_day(tthc, changes, today())
            self.then[tthc.code] = on_day(tthc, self._decided(changes), terms.day)

    def _decided(self, changes: list[TTHCChange]) -> list[TTHCChange]:
        """Return the changes up to those of the very decision, where it was recorded already.

        What another decision changed on the same day does not make it to be recorded again.
        """
        own = [place for place, change in enumerate(changes) if is_of(change, self.terms)]
        day = self.terms.day
        if not own:
            return changes
        return changes[: own[-1] + 1] + [c for c in changes if c.effective_on > day]

    def judged(self, row: TTHCRow) -> TTHCRow:
        """Return the row with its problem, if it has one in view of what is known."""
        is_lost = row.code is not None and row.code not in self.then and ending_of(row)
        if is_lost and not row.problem and not self.terms.is_change:
            return dataclasses.replace(row, problem=_ENDED_UNKNOWN)
        return row

    def plan(self, row: TTHCRow) -> RowPlan:
        known, ending = self.then.get(row.code or ""), ending_of(row)
        if known is None:
            return RowPlan(row, "new", self._first(row), change=self._beginning(row))
        if ending:
            ends = self.terms.is_change and known.is_in_force
            kind = "changed" if ends else "unchanged"
            known_as = {"name": known.name}
            return RowPlan(row, kind, {}, known_as, known.tthc, ending if ends else "")
        before = values_known(known)
        values = changed_values(row, before)
        if self.terms.is_change or self._names_decision(known):
            values.pop("decision_no", None)  # the change itself names it
        change = ""
        if self.terms.is_change and not known.is_in_force:
            change = TTHCChange.Kind.ANNOUNCED
        elif self.terms.is_change and any(is_state(name) for name in values):
            change = TTHCChange.Kind.AMENDED
        kind = "changed" if values or change else "unchanged"
        return RowPlan(row, kind, values, {k: before[k] for k in values}, known.tthc, change)

    def _beginning(self, row: TTHCRow) -> str:
        if not self.terms.is_change:
            return ""
        amended = TTHCChange.Kind.AMENDED if is_amended(row) else None
        return ending_of(row) or amended or TTHCChange.Kind.ANNOUNCED

    def _first(self, row: TTHCRow) -> dict[str, Any]:
        """Return what a new TTHC is recorded with.

        Where it has ended, the other columns tell of the end, not of the TTHC.
        """
        values = values_of(row)
        if ending_of(row):
            return {k: v for k, v in values.items() if k in ("name", "field", "level")}
        if row.agency_suffix:
            values["agency_suffix"] = row.agency_suffix
        return values

    def _names_decision(self, known: TTHCOnDay) -> bool:
        last = known.last_change
        return last is not None and last.kind in TTHCChange.LIVING

    def stays_ended(self, plan: RowPlan) -> bool:
        known = self.then.get(plan.row.code or "")
        said = known is not None and not known.is_in_force and ending_of(plan.row) is None
        return said and not self.terms.is_change

    def missing(self, table: TTHCTable) -> Iterable[TTHCOnDay]:
        """Return what is in force today, absent from the file, but of a field that occurs in it.

        And of a body that occurs in it, where the file names bodies.
        """
        present = {row.code for row in table.rows if row.code}
        fields = {fold(row.field) for row in table.rows if row.field}
        bodies = {body for row in table.rows for body in _bodies(row.agency)}
        for code, known in sorted(self.now.items()):
            if code in present or not known.is_in_force or known.field is None:
                continue
            own = _bodies(str(known.values["executing_agency"]))
            if bodies and bodies.isdisjoint(own):
                continue
            if fold(known.field.name) in fields:
                yield known

    def proposals(self, plan: ImportPlan) -> Iterable[Proposal]:
        """Propose names that match: a new code for an old name, a name without any code."""
        present = {p.row.code for p in plan.rows if not ending_of(p.row)}
        names = {code: fold(known.name) for code, known in self.then.items() if known.is_in_force}
        unlisted = NameIndex({c: name for c, name in names.items() if c not in present})
        every = NameIndex(names)
        for new in plan.of("new"):
            if not new.is_ending:
                yield from self._alike(new.row, unlisted, "replacement")
        for row in plan.without_code:
            yield from self._alike(row, every, "same_name")

    def _alike(self, row: TTHCRow, index: NameIndex, kind: str) -> Iterable[Proposal]:
        for code, similarity in index.alike(fold(row.name)):
            yield Proposal(row, code, self.then[code].name, kind, similarity)

    def new_fields(self, plans: Iterable[RowPlan]) -> Iterable[str]:
        """Return the names of lĩnh vực that are to be made, each once."""
        named = {fold(n): n for p in plans if (n := p.values.get("field", ""))}
        known = set(Field.objects.values_list("name_key", flat=True)) if named else set()
        return (name for key, name in named.items() if key not in known)


def is_of(change: TTHCChange, terms: Terms) -> bool:
    """Tell whether the change is one that the decision of the list has made."""
    return (
        terms.is_change
        and change.effective_on == terms.day
        and change.decision_no == terms.decision_no
        and not change.is_void
    )


def _bodies(cell: str) -> set[str]:
    """Return the bodies that a cell names, one a line or parted by semicolons, as compared."""
    return {key for part in re.split(r"[\n;]", cell) if (key := fold(part))}
