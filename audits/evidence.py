"""What proves an audit: its records for an evidence package, as far as a person may see them."""

from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from audits.models import (
    Attendance,
    Audit,
    AuditGrant,
    AuditMember,
    AuditPaper,
    AuditProgramme,
    AuditSession,
    AuditSubject,
    ChecklistItem,
    CorrectiveAction,
    DossierHandler,
    DueExtension,
    EffectivenessCheck,
    Evidence,
    Finding,
    ItemAnswer,
    Nonconformity,
    NonconformityMove,
    ProgrammeLine,
    SampledDossier,
    SessionAuditor,
    SiteConfirmation,
    Treatment,
)
from audits.permissions.audits import (
    can_plan,
    leads_agency,
    membership,
    unread_procedures,
    visible_findings,
)
from audits.permissions.nonconformities import visible_nonconformities
from procedures.permissions import reader_agencies, visible_procedures
from qms.organisation.models import Unit, has_role
from qms.organisation.roles import Role
from qms.records.evidence.selecting import (
    Part,
    Selection,
    history_of,
    latest,
    signatures_on,
    since,
)


class Sight(StrEnum):
    """How much of an audit a person may take as evidence."""

    TEAM = "team"  # all, also what was written down before the closing meeting
    OFFICE = "office"  # from the signing of the report on
    OUTSIDE = "outside"  # the same, without doubts about independence


_NOTES = {
    Sight.TEAM: "toàn bộ hồ sơ của đoàn",
    Sight.OFFICE: "từ khi ký báo cáo; ảnh gốc và bản ghi trước đó thuộc hồ sơ của đoàn",
    Sight.OUTSIDE: "từ khi ký báo cáo; không gồm ảnh gốc, hồ sơ xem xét tính độc lập của đoàn",
}


def sight_of(user: Any, audit: Audit) -> Sight | None:
    """Return how much of the audit `user`, who belongs to its agency, may take; None: nothing.

    The team all; once the report is approved secretary, leaders and checkers what it stands on.
    """
    if not reader_agencies(user).filter(pk=audit.agency_id).exists():
        return None
    if membership(user, audit) is not None:
        return Sight.TEAM
    if not audit.is_reported or audit.report_signed_at is None:
        return None
    if can_plan(user, audit.agency) or leads_agency(user, audit.agency):
        return Sight.OFFICE
    is_checker = has_role(user, Role.EXTERNAL_CHECKER, unit=audit.agency)
    return Sight.OUTSIDE if is_checker else None


def audit_selection(audit: Audit, sight: Sight = Sight.TEAM, *, user: Any = None) -> Selection:
    """Return the records of the audit as far as `sight` goes and `user` sees (None: all)."""
    parts = [*_planned(audit, sight, user), *_found(audit, sight, user)]
    whole = sight is Sight.TEAM
    if not whole:
        parts = [_from_signing(part, audit) for part in parts]
    sheets = _sheets(audit, user)
    parts += [*_treated(sheets), latest(_units(audit))]
    if whole:
        signatures = None
    else:
        own = Audit.objects.filter(pk=audit.pk)
        signatures = signatures_on(own, round_of="report_round") | signatures_on(
            *(part.rows for part in parts if part.rows.model not in (Audit, AuditMember))
        )
    return Selection(
        kind="audit",
        name=audit.number,
        title=f"Cuộc đánh giá {audit.number} – {audit.title}",
        parts=tuple(parts),
        signatures=signatures,
        note=_NOTES[sight],
        agency=audit.agency.name,
    )


def _from_signing(part: Part, audit: Audit) -> Part:
    """Return the part with its history from the signing of the report on alone."""
    if not hasattr(part.rows.model, "history") or audit.report_signed_at is None:
        return part
    history = since(history_of(part.rows), audit.report_signed_at)
    return Part(part.rows, history, part.withheld)


def _keys(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values("pk")


def _unread(audit: Audit, user: Any) -> frozenset[int]:
    """Return the keys of the restricted procedures of which the person is told nothing."""
    return frozenset() if user is None else unread_procedures(user, audit)


def _planned(audit: Audit, sight: Sight, user: Any) -> list[Part]:
    subjects = AuditSubject.objects.filter(audit=audit)
    if user is not None:
        readable = Q(procedure__in=_keys(visible_procedures(user)))
        subjects = subjects.filter(Q(procedure=None) | readable)
    lines = ProgrammeLine.objects.filter(pk__in=subjects.order_by().values("line"))
    programmes = AuditProgramme.objects.filter(pk__in=lines.order_by().values("programme"))
    if sight is not Sight.TEAM:
        programmes = programmes.exclude(approved_at=None)
    sessions = AuditSession.objects.filter(audit=audit)
    parts = [
        Part(Audit.objects.filter(pk=audit.pk)),
        Part(subjects),
        latest(lines),
        latest(programmes),
        Part(sessions),
        Part(SessionAuditor.objects.filter(session__in=_keys(sessions))),
        Part(Attendance.objects.filter(session__in=_keys(sessions))),
    ]
    if not _unread(audit, user):  # what was kept is whole
        parts.append(Part(AuditPaper.objects.filter(audit=audit)))
    if sight is not Sight.OUTSIDE:
        parts.append(Part(AuditMember.objects.filter(audit=audit)))
        parts.append(Part(AuditGrant.objects.filter(content_object=audit)))
    return parts


def _found(audit: Audit, sight: Sight, user: Any) -> list[Part]:
    """Return checklist, answers, evidence and findings; of what was put aside the team's alone."""
    items = ChecklistItem.objects.filter(audit=audit)
    dossiers = SampledDossier.objects.filter(audit=audit)
    if unread := _unread(audit, user):
        about = Q(subject__procedure__in=unread) | Q(version__procedure__in=unread)
        items = items.exclude(pk__in=_keys(items.filter(about)))
        dossiers = dossiers.exclude(procedure__in=unread)
    answers = ItemAnswer.objects.filter(item__in=_keys(items))
    findings = Finding.objects.filter(audit=audit)
    if user is not None:
        findings = findings.filter(pk__in=_keys(visible_findings(user, audit)))
    if sight is not Sight.TEAM:
        items, dossiers = items.filter(removed_at=None), dossiers.filter(removed_at=None)
        answers = answers.filter(superseded_at=None, item__removed_at=None)
    shown = Evidence.objects.filter(
        Q(item__in=_keys(items)) | Q(finding__in=_keys(findings)) | Q(dossier__in=_keys(dossiers))
    )
    hidden = frozenset[str]()
    if sight is not Sight.TEAM:
        shown, hidden = shown.filter(withdrawn_at=None), frozenset({"original"})
    sheets = _keys(_sheets(audit, user))
    shown = Evidence.objects.filter(
        Q(pk__in=_keys(shown))
        | Q(nonconformity__in=sheets)
        | Q(action__in=_keys(CorrectiveAction.objects.filter(nonconformity__in=sheets)))
    )
    return [
        Part(items),
        Part(answers),
        Part(dossiers),
        Part(DossierHandler.objects.filter(dossier__in=_keys(dossiers))),
        Part(findings),
        Part(shown, withheld=hidden),
        Part(SiteConfirmation.objects.filter(item__in=_keys(items)), withheld=hidden),
    ]


def _sheets(audit: Audit, user: Any) -> QuerySet[Nonconformity]:
    sheets = Nonconformity.objects.filter(finding__audit=audit)
    if user is None:
        return sheets
    return sheets.filter(pk__in=_keys(visible_nonconformities(user)))


def _treated(sheets: QuerySet[Nonconformity]) -> list[Part]:
    keys = _keys(sheets)
    models = (
        Treatment,
        CorrectiveAction,
        DueExtension,
        EffectivenessCheck,
        NonconformityMove,
    )
    return [Part(sheets), *(Part(model.objects.filter(nonconformity__in=keys)) for model in models)]


def _units(audit: Audit) -> QuerySet[Unit]:
    audited = AuditSubject.objects.filter(audit=audit).exclude(unit=None).order_by()
    return Unit.objects.filter(Q(pk=audit.agency_id) | Q(pk__in=audited.values("unit")))
