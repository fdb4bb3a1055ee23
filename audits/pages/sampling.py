"""The sampling table: dossiers by steps, one table a version."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audits.actions.sampling import RECOMMENDED
from audits.board import Cell, Line, board_of
from audits.forms.sampling import DossierForm
from audits.models import Audit, ChecklistItem, DossierHandler, Result, SampledDossier, worst
from audits.permissions.audits import can_answer, unread_procedures
from audits.permissions.checklist import can_prepare
from audits.workflow import AuditStatus
from procedures.models import Procedure, ProcedureVersion


@dataclass(frozen=True)
class Row:
    """A dossier with its cells, one for each step."""

    dossier: SampledDossier
    handlers: list[DossierHandler]
    cells: list[tuple[Line, Cell]]

    @property
    def result(self) -> str:
        """Return the worst of its cells."""
        return worst(cell.answer.result for _, cell in self.cells if cell.answer)


@dataclass(frozen=True)
class Table:
    """The dossiers that one version judges."""

    version: ProcedureVersion
    lines: list[Line]
    rows: list[Row]


@dataclass(frozen=True)
class Sample:
    """The dossiers of one procedure."""

    procedure: Procedure
    tables: list[Table]

    @property
    def count(self) -> int:
        return sum(len(table.rows) for table in self.tables)

    @property
    def advice(self) -> str:
        """Return what is to be said of the number of dossiers, empty where it is as recommended."""
        fewest, most = RECOMMENDED
        if self.count < fewest:
            return f"Nên lấy {fewest}–{most} hồ sơ; hiện có {self.count}."
        if self.count > most:
            return f"Có {self.count} hồ sơ, nhiều hơn mức nên lấy ({fewest}–{most})."
        return ""


def sampling_page(
    request: HttpRequest, audit: Audit, *, status: int = 200, **forms: Any
) -> HttpResponse:
    may_prepare = can_prepare(request.user, audit)
    context = {
        "audit": audit,
        "samples": samples_of(audit, hidden=unread_procedures(request.user, audit)),
        "page": uuid.uuid4(),
        "results": Result.choices,
        "may_prepare": may_prepare,
        "may_answer": can_answer(request.user, audit) and audit.status == AuditStatus.UNDER_WAY,
        "form": DossierForm(audit=audit) if may_prepare else None,
    }
    return render(request, "audits/sampling.html", context | forms, status=status)


def samples_of(audit: Audit, *, hidden: Collection[int] = ()) -> list[Sample]:
    """Return the sample of each procedure in the scope but `hidden` ones, in its order."""
    handlers: dict[int, list[DossierHandler]] = defaultdict(list)
    for handler in DossierHandler.objects.filter(dossier__audit=audit, removed_at=None):
        handlers[handler.dossier_id].append(handler)
    steps: dict[int, list[Line]] = defaultdict(list)
    for line in board_of(audit):
        if line.item.kind == ChecklistItem.Kind.STEP and line.item.version_id:
            steps[line.item.version_id].append(line)
    dossiers = audit.dossiers.standing().select_related("version__procedure")
    tables: dict[int, dict[int, Table]] = defaultdict(dict)
    for dossier in dossiers:
        lines = steps[dossier.version_id]
        found = tables[dossier.procedure_id]
        table = found.setdefault(dossier.version_id, Table(dossier.version, lines, []))
        cells = [(line, _cell(line, dossier)) for line in lines]
        table.rows.append(Row(dossier, handlers[dossier.pk], cells))
    subjects = audit.subjects.filter(removed_at=None, procedure__isnull=False)
    return [
        Sample(subject.procedure, list(tables[subject.procedure.pk].values()))
        for subject in subjects.select_related("procedure")
        if subject.procedure and subject.procedure.pk not in hidden
    ]


def _cell(line: Line, dossier: SampledDossier) -> Cell:
    return next((c for c in line.cells if c.dossier.pk == dossier.pk), Cell(dossier))
