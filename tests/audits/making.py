"""Plain functions that make records of audits by the real verbs; keywords override."""

import datetime as dt
from typing import Any

from audits.actions.meetings import Attendant, hold_closing, start_audit
from audits.actions.planning import (
    AuditGiven,
    NewAudit,
    SubjectGiven,
    notify_audit,
    plan_audit,
)
from audits.actions.programmes import LineGiven, add_line, start_programme
from audits.actions.reporting import approve_report, close_audit, sign_report
from audits.actions.team import add_member
from audits.actions.timetable import SessionGiven, add_session
from audits.models import (
    Audit,
    AuditMember,
    AuditorCertificate,
    AuditProgramme,
    AuditSession,
    AuditSubject,
    Clause,
)
from audits.models.reports import report_sha256
from audits.workflow import AuditStatus, ProgrammeStatus
from procedures.models import Procedure
from qms.foundation.dates import today
from qms.organisation.models import Post, Unit, User
from qms.organisation.roles import Role
from tests.factories import BY_PASSWORD, Office, make_position, make_unit, make_user, system

EDITION = "TCVN ISO 9001:2015"
MORNING = (dt.time(8), dt.time(8, 30))
WORK = (dt.time(8, 30), dt.time(11))
EVENING = (dt.time(16), dt.time(17))


def make_auditor(office: Office, name: str = "", **certificate: Any) -> User:
    """An internal auditor of the office with a certificate, in a section of their own."""
    section = make_unit(office.agency, name="Tổ kiểm tra nội bộ")
    user = make_user(Role.INTERNAL_AUDITOR, unit=office.agency, name=name)
    post_in(user, section)
    values = {"edition": EDITION, "name": "CC-01", "issued_on": dt.date(2020, 1, 1)} | certificate
    AuditorCertificate(person=user, **values).record(by=system(), reason="Thêm chứng chỉ")
    return user


def post_in(user: User, unit: Unit, position: str = "Kiểm tra viên") -> None:
    """Let `user` hold a position that no step of a test names."""
    Post(person=user, unit=unit, position=make_position(position)).record(
        by=system(), reason="Bổ nhiệm"
    )


def make_shared_desk(office: Office) -> Unit:
    """The one-stop desk beside the agency, below the city that both belong to."""
    city = Unit(code="UBND", name="UBND thành phố", kind=Unit.Kind.OTHER)
    city.record(by=office.secretary, reason="Lập")
    office.agency.parent = city
    office.agency.record(by=office.secretary, reason="Trực thuộc")
    return make_unit(city, kind=Unit.Kind.ONE_STOP, name="Bộ phận Một cửa dùng chung")


def make_clause(number: str = "7.5", edition: str = EDITION, **fields: Any) -> Clause:
    """A clause of the standard, once."""
    found = Clause.objects.filter(edition=edition, number=number).first()
    if found is not None:
        return found
    clause = Clause(edition=edition, number=number, title_vi=f"Điều {number}", **fields)
    clause.record(by=system(), reason="Nhập điều khoản")
    return clause


def make_audit(
    office: Office,
    *procedures: Procedure,
    lead: User | None = None,
    auditors: tuple[User, ...] = (),
    status: AuditStatus = AuditStatus.PLANNED,
    **fields: Any,
) -> Audit:
    """An audit of today, ready to be notified: scope, a lead, a timetable with both meetings.

    Without `procedures` its scope is a section of the office, `audited_unit(audit)`; `unit`
    names another. `lead` None is a new auditor.
    """
    day = fields.pop("starts_on", today())
    unit = fields.pop("unit", None)
    clauses = fields.pop("clauses", ())
    values: dict[str, Any] = {
        "title": "Đánh giá nội bộ",
        "starts_on": day,
        "ends_on": fields.pop("ends_on", day),
        "edition": EDITION,
        "purpose": "Xem xét sự phù hợp của hệ thống.",
        "criteria": EDITION,
    }
    is_illustrative = fields.pop("is_illustrative", False)
    subjects = [SubjectGiven(procedure=procedure) for procedure in procedures]
    if unit is not None or not procedures:
        subjects.insert(0, SubjectGiven(unit=unit or make_unit(office.agency), clauses=clauses))
    audit = plan_audit(
        NewAudit(office.agency, AuditGiven(**(values | fields)), tuple(subjects), is_illustrative),
        by=office.secretary,
    )
    leader = add_member(
        audit, lead or make_auditor(office), AuditMember.Role.LEAD, by=office.secretary
    )
    for person in auditors:
        add_member(audit, person, AuditMember.Role.AUDITOR, by=office.secretary)
    make_timetable(audit, leader, office)
    return advance_audit(audit, status, office)


def make_timetable(audit: Audit, auditor: AuditMember, office: Office) -> None:
    """Both meetings on the first day, and a session for each subject after another."""
    kinds = AuditSession.Kind

    def add(kind: str, hours: tuple[dt.time, dt.time], **fields: Any) -> None:
        given = SessionGiven(kind, audit.starts_on, *hours, place="Phòng họp", **fields)
        add_session(audit, given, by=office.secretary)

    add(kinds.OPENING, MORNING)
    for number, subject in enumerate(audit.subjects.filter(removed_at=None)):
        begins = dt.time(9 + number // 2, 30 * (number % 2))
        ends = dt.time(9 + (number + 1) // 2, 30 * ((number + 1) % 2))
        unit = subject.unit or (subject.procedure.owner if subject.procedure else None)
        add(kinds.WORK, (begins, ends), unit=unit, subject=subject, auditors=(auditor,))
    add(kinds.CLOSING, EVENING)


def audited_unit(audit: Audit) -> Unit:
    """The first unit in the scope."""
    subject = audit.subjects.filter(removed_at=None, unit__isnull=False).first()
    assert subject is not None
    assert subject.unit is not None
    return subject.unit


def first_subject(audit: Audit) -> AuditSubject:
    subject = audit.subjects.filter(removed_at=None).first()
    assert subject is not None
    return subject


def lead_of(audit: Audit) -> User:
    member = audit.members.select_related("person").get(removed_at=None, role=AuditMember.Role.LEAD)
    return member.person


def attended(*people: User) -> list[Attendant]:
    return [Attendant(str(person), "Chuyên viên", person) for person in people]


def advance_audit(audit: Audit, status: AuditStatus, office: Office, **days: dt.date) -> Audit:
    """Move a planned audit on to `status` by the real verbs, all on one day.

    `on` is that day (today without it). Findings have to be graded before `REPORTED`.
    """
    on = days.get("on") or today()
    order = [
        AuditStatus.PLANNED,
        AuditStatus.NOTIFIED,
        AuditStatus.UNDER_WAY,
        AuditStatus.REPORTED,
        AuditStatus.CLOSED,
    ]
    if status == AuditStatus.CANCELLED:
        audit.cancel(by=office.secretary, reason="Hoãn sang năm sau", on=on)
        return audit
    steps = order[order.index(AuditStatus(audit.status)) + 1 : order.index(status) + 1]
    for step in steps:
        if step == AuditStatus.NOTIFIED:
            notify_audit(audit, by=office.secretary, on=on)
        elif step == AuditStatus.UNDER_WAY:
            start_audit(audit, by=lead_of(audit), on=on, attendance=attended(office.staff))
        elif step == AuditStatus.REPORTED:
            close_meeting(audit, office, on=on)
            sign_as_lead(audit, on=on)
            approve(audit, office, on=on)
        else:
            close_audit(audit, by=lead_of(audit), on=on, signing=BY_PASSWORD)
    return audit


def close_meeting(audit: Audit, office: Office, *, on: dt.date | None = None) -> Audit:
    """Hold the closing meeting of an audit under way."""
    hold_closing(audit, by=lead_of(audit), on=on, attendance=attended(office.staff))
    return audit


def sign_as_lead(audit: Audit, *, on: dt.date | None = None) -> Audit:
    """Write a conclusion and sign the report as the lead."""
    lead = lead_of(audit)
    audit.write_report(
        by=lead, strengths="Hồ sơ đầy đủ.", conclusion="Hệ thống phù hợp.", recommendations=""
    )
    sign_report(audit, by=lead, on=on, seen=report_sha256(audit), signing=BY_PASSWORD)
    return audit


def approve(audit: Audit, office: Office, *, on: dt.date | None = None) -> Audit:
    """Approve a signed report as the leader of the office."""
    approve_report(audit, by=office.leader, on=on, seen=audit.report_sha256, signing=BY_PASSWORD)
    return audit


def make_programme(
    office: Office,
    *lines: LineGiven,
    year: int = 2022,
    status: ProgrammeStatus = ProgrammeStatus.DRAFT,
) -> AuditProgramme:
    """The plan of a year, brought to `status` by the real moves; without `lines` one of clauses."""
    if not lines:
        make_clause("9.2")
        lines = (LineGiven(months=[3], clauses=["9.2"]),)
    programme = start_programme(office.agency, year=year, by=office.secretary, edition=EDITION)
    for line in lines:
        add_line(programme, line, by=office.secretary)
    if status == ProgrammeStatus.CANCELLED:
        programme.cancel(by=office.secretary, reason="Lập lại")
    if status in (ProgrammeStatus.SUBMITTED, ProgrammeStatus.APPROVED):
        programme.submit(by=office.secretary)
    if status == ProgrammeStatus.APPROVED:
        programme.approve(by=office.leader, seen=programme.sha256(), signing=BY_PASSWORD)
    return programme
