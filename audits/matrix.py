"""Ma trận đơn vị × điều khoản of a year's plan; the page and the printed plan show the same."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from audits.models import AuditProgramme, Clause, ProgrammeLine
from qms.organisation.models import Unit


@dataclass
class MatrixRow:
    """One unit: months of each clause, and of what names none (`whole`)."""

    label: str
    by_clause: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    whole: set[int] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        return not self.whole and not self.by_clause


@dataclass(frozen=True)
class Matrix:
    """Ma trận đơn vị × điều khoản: two-level clauses across, units down, months inside."""

    clauses: list[Clause]
    rows: list[MatrixRow]

    def lines(self) -> list[tuple[MatrixRow, str, list[tuple[Clause, str]]]]:
        """Return each row with the months in words: without a clause, then clause by clause."""
        return [
            (row, _listed(row.whole), [(c, _listed(row.by_clause[c.number])) for c in self.clauses])
            if not row.is_empty
            else (row, "", [(clause, "") for clause in self.clauses])
            for row in self.rows
        ]


def matrix_of(
    programme: AuditProgramme, lines: Iterable[ProgrammeLine], units: Iterable[Unit]
) -> Matrix:
    """Return the matrix of a plan: a row for each unit, also of those with nothing planned.

    A line without a unit counts for the unit that owns its procedure, else for the whole agency.
    """
    clauses = list(Clause.objects.of(programme.edition).auditable().second_level())
    found = {unit.pk: MatrixRow(str(unit)) for unit in units}
    whole = MatrixRow("Toàn cơ quan")
    for line in lines:
        unit = line.unit or (line.procedure.owner if line.procedure else None)
        row = found.setdefault(unit.pk, MatrixRow(str(unit))) if unit else whole
        if not line.clauses:
            row.whole |= set(line.months)
        for clause in clauses:
            if any(_within(number, clause.number) for number in line.clauses):
                row.by_clause[clause.number] |= set(line.months)
    rows = list(found.values())
    return Matrix(clauses, rows if whole.is_empty else [*rows, whole])


def _within(number: str, column: str) -> bool:
    """Tell whether a clause falls into a column: 7.5.3 into 7.5; all of chapter 7 into it, too."""
    return f"{number}.".startswith(f"{column}.") or column.startswith(f"{number}.")


def _listed(months: Iterable[int]) -> str:
    return ", ".join(str(month) for month in sorted(months))
