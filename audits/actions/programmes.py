"""The year's plan: begun, filled line by line, taken from proposals, revised after approval."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from audits.models import AuditProgramme, Clause, ProgrammeLine, clause_key
from audits.proposals import Proposal, is_plannable, proposals
from audits.workflow import OPEN_PROGRAMME, ProgrammeStatus
from procedures.actions.drafting import lock_agency
from procedures.models import Procedure
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User
from qms.records.workflow import TransitionNotAllowed


@dataclass(frozen=True)
class LineGiven:
    """What is typed of a line: a unit, a procedure or clauses, and at least one month (1 to 12)."""

    months: Collection[int]
    unit: Unit | None = None
    procedure: Procedure | None = None
    clauses: Collection[str] = ()
    scope: str = ""
    team: str = ""
    note: str = ""
    reasons: str = ""


@transaction.atomic
def start_programme(
    agency: Unit, *, year: int, by: User, edition: str, purpose: str = "", note: str = ""
) -> AuditProgramme:
    """Begin the plan of a year, for audits against `edition` of the standard.

    Raises ValidationError at `year` where the year has a plan already: that one is revised.
    """
    lock_agency(agency)
    standing = AuditProgramme.objects.filter(agency=agency, year=year).exclude(
        status=ProgrammeStatus.CANCELLED
    )
    if standing.exists():
        raise ValidationError(
            {"year": f"Năm {year} đã có kế hoạch. Hãy sửa hoặc điều chỉnh kế hoạch ấy."}
        )
    programme = AuditProgramme(
        agency=agency,
        year=year,
        edition=edition,
        purpose=clean_lines(purpose),
        note=clean_lines(note),
        composed_by=by,
    )
    programme.record(by=by, reason="Lập kế hoạch")
    return programme


@transaction.atomic
def add_line(programme: AuditProgramme, given: LineGiven, *, by: User) -> ProgrammeLine:
    """Add a line to a draft.

    Raises TransitionNotAllowed once it is no draft, ValidationError at the field for what is
    wrong: no subject, no month, an unknown clause, a unit or procedure of somebody else, a
    subject that has its line already.
    """
    programme.must_be_draft()
    line = ProgrammeLine(programme=programme)
    _fill(line, given)
    line.record(by=by, reason="Đưa vào kế hoạch")
    return line


@transaction.atomic
def change_line(line: ProgrammeLine, given: LineGiven, *, by: User) -> None:
    """Change a line of a draft. Raises what `add_line` raises."""
    line.programme.must_be_draft()
    if not ProgrammeLine.objects.filter(pk=line.pk, removed_at=None).exists():
        raise TransitionNotAllowed("Dòng này đã được bỏ khỏi kế hoạch.")
    _fill(line, given)
    line.record(by=by, reason="Sửa dòng kế hoạch")


def remove_line(line: ProgrammeLine, *, by: User) -> None:
    """Take a line out of a draft. Raises what `ProgrammeLine.take_out` raises."""
    line.take_out(by=by)


@transaction.atomic
def take_up(
    programme: AuditProgramme, keys: Collection[str], *, month: int, on: dt.date, by: User
) -> list[ProgrammeLine]:
    """Plan the proposals of the day `on` that `keys` name in `month`, with their reasons.

    What has a line by now is left as it is. Raises ValidationError when none is named.
    """
    programme.must_be_draft()
    offered = proposals(programme.agency, year=programme.year, on=on)
    wanted = [proposal for proposal in offered if proposal.key in keys]
    if not wanted:
        raise ValidationError("Hãy chọn ít nhất một nội dung được đề xuất.")
    return [
        add_line(programme, _given(proposal, month), by=by)
        for proposal in unplanned(wanted, programme.standing_lines())
    ]


def unplanned(offered: Iterable[Proposal], lines: Iterable[ProgrammeLine]) -> list[Proposal]:
    """Return the proposals whose unit or procedure stands in none of `lines`."""
    named = {key for line in lines for key in planned_keys(line)}
    return [proposal for proposal in offered if proposal.key not in named]


def planned_keys(line: ProgrammeLine) -> list[str]:
    """Return the keys of the proposals that the line answers."""
    keys = [f"q{line.procedure_id}"] if line.procedure_id else []
    return [*keys, f"d{line.unit_id}"] if line.unit_id else keys


@transaction.atomic
def revise_programme(programme: AuditProgramme, *, by: User) -> AuditProgramme:
    """Begin the next revision of an approved plan, a draft with the same lines.

    The approved one stays in effect until the new one is approved. Raises TransitionNotAllowed
    when it is not approved, a later one is, or a revision is open.
    """
    lock_agency(programme.agency)
    same_year = AuditProgramme.objects.filter(agency=programme.agency, year=programme.year)
    newest = same_year.exclude(status=ProgrammeStatus.CANCELLED).order_by("-revision").first()
    if programme.locked().status != ProgrammeStatus.APPROVED or newest is None:
        raise TransitionNotAllowed("Chỉ điều chỉnh kế hoạch đã phê duyệt.")
    if newest.status in OPEN_PROGRAMME:
        raise TransitionNotAllowed("Đang có một bản điều chỉnh chưa phê duyệt.")
    if newest.pk != programme.pk:
        raise TransitionNotAllowed("Kế hoạch này đã được điều chỉnh; hãy dùng bản mới nhất.")
    revision = AuditProgramme(
        agency=programme.agency,
        year=programme.year,
        revision=newest.revision + 1,
        edition=programme.edition,
        purpose=programme.purpose,
        note=programme.note,
        is_illustrative=programme.is_illustrative,
        composed_by=by,
    )
    revision.record(by=by, reason=f"Điều chỉnh {programme}")
    for line in programme.standing_lines():
        copied = ProgrammeLine(
            programme=revision,
            unit=line.unit,
            procedure=line.procedure,
            clauses=line.clauses,
            months=line.months,
            scope=line.scope,
            team=line.team,
            note=line.note,
            reasons=line.reasons,
        )
        copied.record(by=by, reason=f"Chép từ {programme}")
    return revision


def _given(proposal: Proposal, month: int) -> LineGiven:
    return LineGiven(
        months=[month],
        unit=proposal.unit,
        procedure=proposal.procedure,
        reasons="; ".join(proposal.reasons),
    )


def _fill(line: ProgrammeLine, given: LineGiven) -> None:
    """Write what was typed into the line, all of it checked."""
    programme = line.programme
    clauses = sorted({clean(number) for number in given.clauses}, key=clause_key)
    _check_subject(programme, given, clauses)
    if not given.months or not set(given.months) <= set(range(1, 13)):
        raise ValidationError({"months": "Hãy chọn ít nhất một tháng."})
    line.unit, line.procedure, line.clauses = given.unit, given.procedure, clauses
    line.months = sorted(set(given.months))
    line.scope, line.note = clean_lines(given.scope), clean_lines(given.note)
    line.team, line.reasons = clean(given.team), clean_lines(given.reasons)
    others = programme.standing_lines().exclude(pk=line.pk)
    if any(other.key == line.key for other in others):
        raise ValidationError("Nội dung này đã có trong kế hoạch; hãy thêm tháng ở dòng đã có.")


def _check_subject(programme: AuditProgramme, given: LineGiven, clauses: list[str]) -> None:
    if not (given.unit or given.procedure or clauses):
        raise ValidationError("Hãy chọn ít nhất một đơn vị, một quy trình hoặc một điều khoản.")
    if given.unit and not is_plannable(programme.agency, given.unit):
        raise ValidationError({"unit": "Đơn vị này không thuộc phạm vi của kế hoạch."})
    if given.procedure and given.procedure.agency_id != programme.agency_id:
        raise ValidationError({"procedure": "Quy trình này là của cơ quan khác."})
    known = Clause.objects.of(programme.edition).filter(number__in=clauses)
    unknown = set(clauses) - set(known.values_list("number", flat=True))
    if unknown:
        listed = ", ".join(sorted(unknown, key=clause_key))
        raise ValidationError({"clauses": f"{programme.edition} không có điều {listed}."})
