"""Scope and timetable of an audit: what they may hold, and nobody in two places at once."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audits.actions.findings import add_finding
from audits.actions.planning import (
    AuditGiven,
    SubjectGiven,
    add_subject,
    change_audit,
    remove_subject,
)
from audits.actions.team import add_member, remove_member
from audits.actions.timetable import SessionGiven, add_session, change_session, remove_session
from audits.models import Audit, AuditMember, AuditSession, SessionAuditor
from audits.workflow import AuditStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.records.workflow import TransitionNotAllowed
from tests.audits.making import (
    EDITION,
    audited_unit,
    first_subject,
    lead_of,
    make_audit,
    make_auditor,
    make_clause,
    make_shared_desk,
)
from tests.audits.making_findings import given
from tests.factories import Office, make_unit, make_version

pytestmark = pytest.mark.django_db
Kind = AuditSession.Kind


def _given(audit: Audit, **fields: Any) -> SessionGiven:
    """A session of the afternoon, by the lead."""
    values: dict[str, Any] = {
        "kind": Kind.WORK,
        "on": audit.starts_on,
        "begins": dt.time(13),
        "ends": dt.time(14),
        "auditors": tuple(audit.members.filter(removed_at=None)[:1]),
    }
    return SessionGiven(**(values | fields))


def _refused(audit: Audit, office: Office, **fields: Any) -> list[str]:
    """Return the fields at which the session is refused; nothing is stored then."""
    count = audit.sessions.count()
    with pytest.raises(ValidationError) as refusal:
        add_session(audit, _given(audit, **fields), by=office.secretary)
    assert audit.sessions.count() == count
    return list(refusal.value.message_dict)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"on": today() + dt.timedelta(days=1)}, "on"),
        ({"ends": dt.time(12)}, "ends"),
        ({"ends": dt.time(13)}, "ends"),
        ({"auditors": ()}, "auditors"),
        ({"kind": Kind.OPENING}, "kind"),
        ({"kind": Kind.CLOSING}, "kind"),
        ({"begins": dt.time(8, 15), "ends": dt.time(8, 45)}, "begins"),  # the opening meeting
    ],
)
def test_session_is_refused_at_the_field_that_is_wrong(fields: dict[str, Any], at: str) -> None:
    office = Office()

    assert _refused(make_audit(office), office, **fields) == [at]


def test_auditor_is_not_in_two_places_at_once() -> None:
    office = Office()
    audit = make_audit(office)
    add_session(audit, _given(audit), by=office.secretary)

    assert _refused(audit, office, begins=dt.time(13, 30), ends=dt.time(14, 30)) == ["auditors"]


def test_auditor_is_not_in_two_audits_at_once() -> None:
    office = Office()
    auditor = make_auditor(office)
    first = make_audit(office, lead=auditor)
    second = make_audit(office, auditors=(auditor,))
    add_session(first, _given(first), by=office.secretary)

    member = second.members.get(person=auditor)

    assert _refused(second, office, auditors=(member,)) == ["auditors"]
    add_session(
        second,
        _given(second, begins=dt.time(14), ends=dt.time(15), auditors=(member,)),
        by=office.secretary,
    )


def test_session_of_a_cancelled_audit_keeps_nobody_busy() -> None:
    office = Office()
    auditor = make_auditor(office)
    first = make_audit(office, lead=auditor)
    add_session(first, _given(first), by=office.secretary)
    first.cancel(by=office.secretary, reason="Hoãn")
    second = make_audit(office, lead=auditor)

    session = add_session(second, _given(second), by=office.secretary)

    assert session.auditors.count() == 1


def test_observer_and_strangers_do_not_audit() -> None:
    office = Office()
    audit, other = make_audit(office), make_audit(office)
    observer = add_member(audit, office.staff, AuditMember.Role.OBSERVER, by=office.secretary)

    assert _refused(audit, office, auditors=(observer,)) == ["auditors"]
    assert _refused(audit, office, auditors=(other.members.get(),)) == ["auditors"]


def test_session_can_be_moved_where_it_overlaps_itself() -> None:
    office = Office()
    audit = make_audit(office)
    session = add_session(audit, _given(audit), by=office.secretary)

    change_session(session, _given(audit, ends=dt.time(15)), by=office.secretary)

    session.refresh_from_db()
    assert session.ends == dt.time(15)
    assert SessionAuditor.objects.filter(session=session, removed_at=None).count() == 1


def test_removed_session_leaves_its_auditor_free() -> None:
    office = Office()
    audit = make_audit(office)
    remove_session(add_session(audit, _given(audit), by=office.secretary), by=office.secretary)

    session = add_session(audit, _given(audit), by=office.secretary)

    assert session.removed_at is None


def test_meeting_that_was_held_stays_in_the_timetable() -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)

    with pytest.raises(TransitionNotAllowed, match="đã diễn ra"):
        remove_session(audit.sessions.get(kind=Kind.OPENING), by=office.secretary)


def test_member_who_leaves_audits_no_session() -> None:
    office = Office()
    audit = make_audit(office)

    remove_member(audit.members.get(), by=office.secretary)

    assert SessionAuditor.objects.filter(session__audit=audit, removed_at=None).count() == 0


# --- scope ---


def test_subject_says_something() -> None:
    office = Office()
    audit = make_audit(office)

    with pytest.raises(ValidationError, match="Hãy chọn đơn vị"):
        add_subject(audit, SubjectGiven(), by=office.secretary)


def test_clauses_are_of_the_edition_and_in_their_order() -> None:
    office = Office()
    audit = make_audit(office)
    for number in ("9.3", "10.2"):
        clause = make_clause(number)
        assert clause.edition == EDITION

    subject = add_subject(audit, SubjectGiven(clauses=("10.2", "9.3")), by=office.secretary)
    with pytest.raises(ValidationError) as refusal:
        add_subject(audit, SubjectGiven(clauses=("11.1",)), by=office.secretary)

    assert subject.clauses == ["9.3", "10.2"]
    assert refusal.value.message_dict == {"clauses": [f"{EDITION} không có điều khoản 11.1."]}


def test_what_is_another_agency_s_is_not_audited() -> None:
    office, other = Office(), Office()
    audit = make_audit(office)
    version = make_version(VersionStatus.ISSUED, other)

    for asked in (SubjectGiven(unit=other.agency), SubjectGiven(procedure=version.procedure)):
        with pytest.raises(ValidationError, match="không thuộc cơ quan"):
            add_subject(audit, asked, by=office.secretary)


def test_desk_shared_with_other_agencies_is_audited_and_found_at() -> None:
    office = Office()
    desk = make_shared_desk(office)

    audit = make_audit(office, unit=desk, status=AuditStatus.UNDER_WAY)
    finding = add_finding(audit, given(desk), by=lead_of(audit))

    assert audited_unit(audit) == finding.unit == desk
    assert audit.sessions.get(kind=Kind.WORK).unit == desk


def test_unit_beside_the_agency_that_is_no_desk_is_not_audited() -> None:
    office = Office()
    above = make_shared_desk(office).parent
    assert above is not None
    beside = make_unit(above)
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)

    with pytest.raises(ValidationError, match="không thuộc cơ quan"):
        add_subject(audit, SubjectGiven(unit=beside), by=office.secretary)
    with pytest.raises(ValidationError, match="Hãy chọn đơn vị của phát hiện"):
        add_finding(audit, given(beside), by=lead_of(audit))
    assert audit.subjects.count() == 1
    assert not audit.findings.exists()


def test_procedure_is_once_in_the_scope() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    audit = make_audit(office, version.procedure)

    with pytest.raises(ValidationError, match="đã có trong phạm vi"):
        add_subject(audit, SubjectGiven(procedure=version.procedure), by=office.secretary)


def test_scope_shrinks_only_before_the_opening_meeting() -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)

    with pytest.raises(TransitionNotAllowed, match="đã khai mạc"):
        remove_subject(first_subject(audit), by=office.secretary)

    assert first_subject(audit).unit == audited_unit(audit)


def test_days_do_not_leave_a_session_behind() -> None:
    office = Office()
    audit = make_audit(office)
    later = today() + dt.timedelta(days=7)

    with pytest.raises(ValidationError) as refusal:
        change_audit(audit, AuditGiven(audit.title, later, later, EDITION), by=office.secretary)

    assert list(refusal.value.message_dict) == ["starts_on"]
    audit.refresh_from_db()
    assert audit.starts_on == today()


@pytest.mark.parametrize("status", [AuditStatus.UNDER_WAY, AuditStatus.REPORTED])
def test_about_stays_once_the_audit_has_begun(status: AuditStatus) -> None:
    office = Office()
    audit = make_audit(office, status=status)

    with pytest.raises(TransitionNotAllowed):
        change_audit(audit, AuditGiven("Khác", today(), today(), EDITION), by=office.secretary)

    audit.refresh_from_db()
    assert audit.title == "Đánh giá nội bộ"
