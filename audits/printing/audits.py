"""An audit as its papers tell it, and the papers of planning, meetings and report."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Prefetch, Q

from audits.independence import certificate_warnings_of, conflicts_of, unborne
from audits.models import (
    Attendance,
    Audit,
    AuditMember,
    AuditSession,
    AuditSubject,
    Clause,
    DossierHandler,
    Evidence,
    Finding,
    ItemAnswer,
    SessionAuditor,
)
from audits.papers.facts import AuditFacts, Found, Part, Sample, Sitting, Teammate
from audits.papers.meetings import closing_paper, opening_paper
from audits.papers.planning import notification_paper, team_paper, timetable_paper
from audits.papers.report import ReportFacts, report_paper
from audits.permissions.audits import unread_procedures, visible_findings
from audits.permissions.checklist import can_see_checklist
from audits.permissions.programmes import HIDDEN
from audits.printing.shared import letterhead_of, pieces_of, places_of
from procedures.models import Procedure, ProcedureVersion
from procedures.permissions import visible_procedures
from qms.foundation.dates import format_date
from qms.records.models import Signature
from qms.records.paper import Paper

_PLANNING = {
    "team": team_paper,
    "timetable": timetable_paper,
    "notification": notification_paper,
    "opening": opening_paper,
}


def planning_paper(audit: Audit, kind: str, user: Any) -> Paper:
    """Return the paper of `kind`: `team`, `timetable`, `notification` or `opening`."""
    return _PLANNING[kind](read_audit(audit, user))


def closing_minutes(audit: Audit, user: Any) -> Paper:
    """Return the minutes of the closing meeting with the findings that `user` may see."""
    found = tuple(read_findings(_findings(audit, user)))
    is_whole = sees_all(user, audit)
    return closing_paper(read_audit(audit, user), found, is_whole=is_whole)


def report(audit: Audit, user: Any = None) -> Paper:
    """Return the report as `user` may read it; None is for keeping it, whole."""
    is_whole = user is None or sees_all(user, audit)
    findings = audit.findings.standing() if is_whole else _findings(audit, user)
    facts = ReportFacts(
        audit=read_audit(audit, user),
        found=tuple(read_findings(findings)),
        samples=read_samples(audit) if is_whole else (),
        verbal=_verbal(audit) if is_whole else (),
        is_whole=is_whole,
    )
    return report_paper(facts)


def sees_all(user: Any, audit: Audit) -> bool:
    """Tell whether `user` reads all that the papers tell, and so the report that was kept."""
    return can_see_checklist(user, audit) and not unread_procedures(user, audit)


def read_audit(audit: Audit, user: Any = None) -> AuditFacts:
    """Read what all papers tell; a procedure that `user` may not read is not named."""
    subjects = list(
        audit.subjects.filter(removed_at=None).select_related(
            "unit", "procedure__owner", "line__programme"
        )
    )
    readable = _readable(subjects, user)
    signatures = Signature.objects.on(audit).filter(round=audit.report_round)
    return AuditFacts(
        head=letterhead_of(audit.agency, on=audit.day),
        audit=audit,
        team=tuple(_team(audit)),
        parts=tuple(_parts(audit, subjects, readable)),
        sittings=tuple(_sittings(audit, readable)),
        signatures=tuple(signatures),
        clauses=dict(Clause.objects.of(audit.edition).values_list("number", "title_vi")),
        programmes=_programmes(subjects),
    )


def _readable(subjects: Iterable[AuditSubject], user: Any) -> set[int]:
    """Return the keys of the procedures in scope that may be named."""
    named = {subject.procedure_id for subject in subjects if subject.procedure_id}
    if user is None:
        return named
    return set(visible_procedures(user).filter(pk__in=named).values_list("pk", flat=True))


def _programmes(subjects: Iterable[AuditSubject]) -> tuple[str, ...]:
    plans = {
        subject.line.programme_id: subject.line.programme for subject in subjects if subject.line
    }
    return tuple(
        f"{plan} được phê duyệt ngày {format_date(plan.approved_on)}"
        for plan in plans.values()
        if plan.approved_on
    )


def _team(audit: Audit) -> Iterator[Teammate]:
    members = list(
        audit.members.filter(removed_at=None)
        .select_related("person", "countersigned_by")
        .order_by("pk")
    )
    members.sort(key=lambda member: member.role != AuditMember.Role.LEAD)
    people = [member.person for member in members]
    places = places_of([person.pk for person in people], on=audit.day)
    found = conflicts_of(audit, people)
    warnings = certificate_warnings_of(people, audit.edition, audit.day)
    agreed = Signature.objects.on_all(members).filter(act=Signature.Act.AGREED) if members else []
    days = {signature.object_id: signature.signed_on for signature in agreed}
    for member in members:
        doubts = unborne(member, found[member.person_id]) if member.is_auditing else ()
        yield Teammate(
            member=member,
            place=places.get(member.person_id, ""),
            doubts=tuple(doubt.text for doubt in doubts),
            warnings=tuple(warnings[member.person_id]) if member.is_auditing else (),
            signed_on=days.get(member.pk),
        )


def _parts(audit: Audit, subjects: Iterable[AuditSubject], readable: set[int]) -> Iterator[Part]:
    versions = {
        version.procedure_id: version
        for version in ProcedureVersion.objects.in_force(on=audit.day)
        .filter(procedure__in=readable)
        .defer("content", "search_key")
    }
    for subject in subjects:
        procedure = subject.procedure
        name = ""
        if procedure is not None:
            name = str(procedure) if procedure.pk in readable else HIDDEN
        yield Part(subject, versions.get(subject.procedure_id or 0), name)


def _sittings(audit: Audit, readable: set[int]) -> Iterator[Sitting]:
    sessions = (
        audit.sessions.filter(removed_at=None)
        .select_related("unit", "subject__procedure", "subject__unit")
        .prefetch_related(
            Prefetch(
                "auditors",
                SessionAuditor.objects.filter(removed_at=None).select_related("member__person"),
            ),
            Prefetch("attendance", Attendance.objects.filter(removed_at=None)),
        )
    )
    for session in sessions:
        yield Sitting(
            session=session,
            subject=_subject_of(session, readable),
            auditors=tuple(str(each.member.person) for each in session.auditors.all()),
            attendance=tuple(session.attendance.all()),
        )


def _subject_of(session: AuditSession, readable: set[int]) -> str:
    subject = session.subject
    if subject is None:
        return ""
    hidden: Procedure | None = subject.procedure
    return str(subject) if hidden is None or hidden.pk in readable else HIDDEN


# --- findings, dossiers ---


def _findings(audit: Audit, user: Any) -> Any:
    return visible_findings(user, audit).filter(withdrawn_at=None)


def read_findings(findings: Any) -> Iterator[Found]:
    """Yield each finding with its evidence and the evidence of its question."""
    read = list(
        findings.select_related(
            "unit", "version__procedure", "found_by", "answered_by", "dossier", "nonconformity"
        ).order_by("seq")
    )
    evidence = _evidence_of(read)
    for finding in read:
        raised = getattr(finding, "nonconformity", None)
        yield Found(finding, pieces_of(evidence[finding.pk]), raised.number if raised else "")


def _evidence_of(findings: list[Finding]) -> dict[int, list[Evidence]]:
    items = [finding.item_id for finding in findings if finding.item_id]
    rows = (
        Evidence.objects.standing()
        .filter(Q(finding__in=findings) | Q(item__in=items))
        .select_related("original", "shown", "added_by")
    )
    found: dict[int, list[Evidence]] = defaultdict(list)
    for row in rows:
        for finding in findings:
            is_own = row.finding_id == finding.pk
            of_item = row.item_id is not None and row.item_id == finding.item_id
            if is_own or (of_item and row.dossier_id in (None, finding.dossier_id)):
                found[finding.pk].append(row)
    return found


def read_samples(audit: Audit, *, hidden: Collection[int] = ()) -> tuple[Sample, ...]:
    """Return the dossiers with their handlers and the issue they are judged by.

    None is of a procedure whose key is in `hidden`.
    """
    handlers = DossierHandler.objects.filter(removed_at=None)
    dossiers = (
        audit.dossiers.standing()
        .exclude(procedure__in=hidden)
        .select_related("procedure", "version")
        .prefetch_related(Prefetch("handlers", handlers))
    )
    return tuple(
        Sample(dossier, tuple(handler.name for handler in dossier.handlers.all()))
        for dossier in dossiers
    )


def _verbal(audit: Audit) -> tuple[ItemAnswer, ...]:
    answers = ItemAnswer.objects.standing().filter(
        item__audit=audit, item__removed_at=None, is_verbal=True
    )
    return tuple(
        answers.select_related("item", "dossier", "answered_by").order_by("item__position", "pk")
    )
