"""One year's plan: its lines by month, the matrix of units and clauses, what it leaves out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from audits.actions.programmes import planned_keys, unplanned
from audits.forms.programmes import ApproveForm, ProposalsForm, WordingForm
from audits.matrix import matrix_of
from audits.models import Audit, AuditProgramme, AuditSubject, ProgrammeLine
from audits.permissions import programmes as may
from audits.proposals import Proposal, audited_units, procedures_in_force, proposals
from audits.workflow import ProgrammeStatus
from procedures.forms.decisions import CommentForm
from procedures.models import Procedure
from procedures.permissions import visible_procedures
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import Unit
from qms.records.models import Signature


@dataclass(frozen=True)
class Row:
    """A line as this person reads it; `months` are the twelve cells of the year."""

    line: ProgrammeLine
    procedure: str
    months: list[tuple[int, bool]]
    audits: list[Audit]

    @property
    def months_text(self) -> str:
        return ", ".join(str(month) for month in self.line.months)

    @property
    def notes(self) -> list[str]:
        """Return what else the line says, one thing a line."""
        line = self.line
        team = f"Đoàn: {line.team}" if line.team else ""
        reasons = f"Lý do: {line.reasons}" if line.reasons else ""
        return [said for said in (line.scope, team, line.note, reasons) if said]

    @property
    def name(self) -> str:
        """Return what is audited in words, to tell one button from another."""
        clauses = f"điều {', '.join(self.line.clauses)}" if self.line.clauses else ""
        parts = (self.procedure, str(self.line.unit or ""), clauses)
        return " – ".join(part for part in parts if part)


@dataclass(frozen=True)
class Gaps:
    """The units and procedures that no line names."""

    units: list[Unit]
    procedures: list[Procedure]

    def __bool__(self) -> bool:
        return bool(self.units or self.procedures)

    def without(self, offered: Iterable[Proposal]) -> "Gaps":
        """Return those that are not proposed either."""
        keys = {proposal.key for proposal in offered}
        return Gaps(
            [unit for unit in self.units if f"d{unit.pk}" not in keys],
            [procedure for procedure in self.procedures if f"q{procedure.pk}" not in keys],
        )


def visible_programme(request: HttpRequest, pk: int) -> AuditProgramme:
    """Return a plan that this person may see, or answer 404."""
    programmes = may.visible_programmes(request.user).with_later()
    found: AuditProgramme = get_object_or_404(
        programmes.select_related("agency__profile", "composed_by", "submitted_by", "approved_by"),
        pk=pk,
    )
    return found


def programme_page(
    request: UserRequest, programme: AuditProgramme, *, status: int = 200, **given: forms.Form
) -> HttpResponse:
    """Render the plan with the forms that this person may use now, or those `given` back."""
    user = request.user
    lines = list(programme.standing_lines())
    units = audited_units(programme.agency, on=today())
    may_plan = may.can_see_auditors(user, programme.agency)
    may_edit = may.can_edit_programme(user, programme)
    is_latest = not getattr(programme, "has_later", False)
    context: dict[str, Any] = {
        "programme": programme,
        "rows": rows_of(user, programme, lines, with_audits=may_plan),
        "matrix": matrix_of(programme, lines, units),
        "month_numbers": range(1, 13),
        "signatures": Signature.objects.on(programme),
        "history": programme.history.select_related("history_user").order_by("-history_id")[:30],
        "revisions": _revisions(user, programme),
        "may_edit": may_edit,
        "may_return": may.can_return_programme(user, programme),
        "may_approve": may.can_approve_programme(user, programme),
        "may_revise": is_latest and may.can_revise_programme(user, programme),
        "gaps": _gaps(user, programme, lines, units) if may_plan else None,
    }
    context |= _forms(request, programme, lines, context) | given
    if may_edit and context["gaps"]:
        context["gaps"] = context["gaps"].without(context["proposals_form"].offered)
    return render(request, "audits/programme_detail.html", context, status=status)


def rows_of(
    user: Any, programme: AuditProgramme, lines: Sequence[ProgrammeLine], *, with_audits: bool
) -> list[Row]:
    """Return the lines for the table; a procedure this person may not read is not named."""
    named = [line.procedure_id for line in lines if line.procedure_id]
    readable = set(visible_procedures(user).filter(pk__in=named).values_list("pk", flat=True))
    audits = _audits_of(programme) if with_audits else {}
    return [
        Row(
            line=line,
            procedure=_named(line, readable),
            months=[(month, month in line.months) for month in range(1, 13)],
            audits=audits.get(line.key, []),
        )
        for line in lines
    ]


def _named(line: ProgrammeLine, readable: set[int]) -> str:
    if line.procedure is None:
        return ""
    return str(line.procedure) if line.procedure.pk in readable else may.HIDDEN


def _audits_of(programme: AuditProgramme) -> dict[Any, list[Audit]]:
    """Return the audits of each line of the year, whatever revision they were planned from."""
    subjects = AuditSubject.objects.filter(
        line__programme__agency=programme.agency,
        line__programme__year=programme.year,
        removed_at=None,
    ).select_related("audit", "line")
    found: dict[Any, dict[int, Audit]] = defaultdict(dict)
    for subject in subjects:
        if subject.line:
            found[subject.line.key][subject.audit_id] = subject.audit
    return {key: list(audits.values()) for key, audits in found.items()}


def _revisions(user: Any, programme: AuditProgramme) -> list[AuditProgramme]:
    same = may.visible_programmes(user).filter(agency=programme.agency, year=programme.year)
    return list(same.exclude(pk=programme.pk).exclude(status=ProgrammeStatus.CANCELLED))


def _gaps(
    user: Any, programme: AuditProgramme, lines: Iterable[ProgrammeLine], units: list[Unit]
) -> Gaps:
    named = {key for line in lines for key in planned_keys(line)}
    procedures = procedures_in_force(programme.agency, on=today())
    readable = set(visible_procedures(user).filter(pk__in=[p.pk for p in procedures]))
    return Gaps(
        [unit for unit in units if f"d{unit.pk}" not in named],
        [p for p in procedures if p in readable and f"q{p.pk}" not in named],
    )


def offered(programme: AuditProgramme, lines: Iterable[ProgrammeLine]) -> list[Proposal]:
    """Return what is proposed today and has no line yet."""
    return unplanned(proposals(programme.agency, year=programme.year, on=today()), lines)


def _forms(
    request: UserRequest,
    programme: AuditProgramme,
    lines: Iterable[ProgrammeLine],
    context: dict[str, Any],
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if context["may_edit"]:
        made["wording_form"] = WordingForm.of(programme)
        made["cancel_form"] = CommentForm(prefix="cancel")
        made["proposals_form"] = ProposalsForm(
            offered=offered(programme, lines), initial={"month": _next_month(programme)}
        )
    if context["may_return"]:
        made["return_form"] = CommentForm(prefix="return")
    if context["may_approve"]:
        made["approve_form"] = ApproveForm(request=request, initial={"seen": programme.sha256()})
    return made


def _next_month(programme: AuditProgramme) -> int:
    """Return the month that is offered first: the one after this, in the year of the plan."""
    day = today()
    return min(day.month + 1, 12) if programme.year == day.year else 1
