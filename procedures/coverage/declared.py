"""The scope that was declared, against what is counted on a day (QĐ 19/2014/QĐ-TTg, Điều 4).

A declaration speaks for its agency and all below it. The system has to be declared anew when its
scope is adjusted, extended or narrowed (khoản 4 điểm c): that is told by TTHC that have a
procedure and are not declared, that are declared and no longer counted, or whose procedure is
another one than was declared.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from procedures.coverage.facts import VersionFacts
from procedures.coverage.figures import Coverage
from procedures.coverage.rules import Row, Standing
from procedures.models import Declaration, DeclaredTTHC, TTHCChange
from qms.organisation.models import Unit


@dataclass(frozen=True)
class Removed:
    """A TTHC that was declared and is not counted on the day; `successor` where one replaced it."""

    declared: DeclaredTTHC
    successor: str


@dataclass(frozen=True)
class Changed:
    """A TTHC whose procedures of the day are not the one that was declared; none: there is none."""

    declared: DeclaredTTHC
    row: Row
    versions: tuple[VersionFacts, ...]


@dataclass(frozen=True)
class Scope:
    """What was declared, compared with what is counted within a unit on a day.

    `is_whole`: the unit holds all for which the declarations speak, so that differences can be
    told; within a part of an agency only the figure can.
    """

    found: Coverage
    declarations: tuple[Declaration, ...]
    declared: dict[int, dict[int, DeclaredTTHC]]  # declaration → TTHC → row
    successors: dict[int, str]
    is_whole: bool

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return the counted TTHC that are in the declared scope."""
        return tuple(row for row in self._counted if self._declared_of(row))

    @cached_property
    def undeclared(self) -> tuple[Row, ...]:
        """Return the counted TTHC that are not."""
        return tuple(row for row in self._counted if not self._declared_of(row))

    @property
    def fraction(self) -> tuple[int, int]:
        """Return (TTHC in the declared scope, base), for the filter `percent`."""
        return len(self.rows), self.found.base

    @property
    def ratio(self) -> str:
        return "{}/{}".format(*self.fraction)

    @cached_property
    def codes(self) -> frozenset[int]:
        """Return the keys of the counted TTHC in the declared scope."""
        return frozenset(row.tthc_id for row in self.rows)

    @cached_property
    def added(self) -> tuple[Row, ...]:
        """Return what has a procedure in force, but was not declared."""
        having = (Standing.COVERED, Standing.STALE)
        return tuple(row for row in self.undeclared if row.standing in having)

    @cached_property
    def removed(self) -> tuple[Removed, ...]:
        """Return what was declared and is not counted any more."""
        counted = {row.tthc_id: row for row in self._counted}
        gone = []
        for declaration in self.declarations:
            for key, declared in self.declared[declaration.pk].items():
                row = counted.get(key)
                if row is None or not _is_of(declaration, row):
                    gone.append(Removed(declared, self.successors.get(key, "")))
        return tuple(gone)

    @cached_property
    def changed(self) -> tuple[Changed, ...]:
        """Return what is declared with a procedure that does not serve it on the day."""
        found = []
        for row in self.rows:
            serving = {version.procedure_id for version in row.versions}
            for declared in self._declared_of(row):
                if declared.procedure_id and declared.procedure_id not in serving:
                    found.append(Changed(declared, row, row.versions))
        return tuple(found)

    @property
    def is_outdated(self) -> bool:
        """Tell whether the system has to be declared anew."""
        return bool(self.declarations and self.is_whole) and bool(
            self.added or self.removed or self.changed
        )

    @cached_property
    def _counted(self) -> tuple[Row, ...]:
        return tuple(row for row in self.found.rows if row.standing != Standing.EXCLUDED)

    def _declared_of(self, row: Row) -> list[DeclaredTTHC]:
        return [
            self.declared[declaration.pk][row.tthc_id]
            for declaration in self.declarations
            if row.tthc_id in self.declared[declaration.pk] and _is_of(declaration, row)
        ]


def scope_on(found: Coverage) -> Scope:
    """Return the declared scope within the unit of `found` on its day; three queries at most."""
    unit, day = found.unit, found.on
    declarations = _standing(unit, day)
    declared: dict[int, dict[int, DeclaredTTHC]] = {each.pk: {} for each in declarations}
    successors: dict[int, str] = {}
    if declarations:
        rows = DeclaredTTHC.objects.filter(declaration__in=declared).select_related("tthc")
        for row in rows:
            declared[row.declaration_id][row.tthc_id] = row
        keys = {key for rows in declared.values() for key in rows}
        successors = _successors(keys, day)
    within = unit.path or "/"
    is_whole = all((each.agency.path or "").startswith(within) for each in declarations)
    return Scope(found, declarations, declared, successors, is_whole)


def _standing(unit: Unit, day: dt.date) -> tuple[Declaration, ...]:
    """Return the last declaration by the day of each agency on one branch with the unit."""
    branch = Q(agency__path__startswith=unit.path or "/") | Q(agency__in=unit.ancestor_ids())
    rows = Declaration.objects.filter(branch, is_void=False, signed_on__lte=day)
    last: dict[int, Declaration] = {}
    for row in rows.select_related("agency").order_by("signed_on", "pk"):
        last[row.agency_id] = row
    return tuple(last.values())


def _successors(keys: Iterable[int], day: dt.date) -> dict[int, str]:
    """Return the code of what replaced each of the TTHC by the day."""
    changes = TTHCChange.objects.filter(
        tthc__in=list(keys), is_void=False, effective_on__lte=day, replaced_by__isnull=False
    )
    rows = changes.order_by("effective_on", "pk").values_list("tthc", "replaced_by__code")
    return dict(rows)


def _is_of(declaration: Declaration, row: Row) -> bool:
    """Tell whether the declaring agency and one that answers for the TTHC are on one branch."""
    above = declaration.agency.path or ""
    return any(
        duty.unit_path.startswith(above) or above.startswith(duty.unit_path) for duty in row.duties
    )
