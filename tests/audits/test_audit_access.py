"""Who sees an audit, who does what with it: each refusal, and that it changed nothing."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.planning import (
    AuditGiven,
    SubjectGiven,
    add_subject,
    change_audit,
    remove_subject,
)
from audits.actions.team import add_member, remove_member
from audits.models import Audit, AuditMember, Finding
from audits.permissions import audits as may
from audits.workflow import AuditStatus
from procedures.models import Procedure
from procedures.permissions import visible_procedures
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.audits.making import (
    EDITION,
    audited_unit,
    close_meeting,
    first_subject,
    lead_of,
    make_audit,
    make_auditor,
    post_in,
    sign_as_lead,
)
from tests.audits.test_audit_moves import make_finding
from tests.factories import (
    PASSWORD,
    Office,
    make_unit,
    make_user,
    make_version,
    restrict,
    sign_in,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TEAM = ["secretary", "leader", "reviewer", "clerk"]


def _sees(user: User, audit: Audit, *, on: dt.date | None = None) -> bool:
    return may.visible_audits(user, on=on).filter(pk=audit.pk).exists()


@pytest.mark.parametrize("who", TEAM)
def test_planned_audit_is_seen_by_those_who_see_to_it(who: str) -> None:
    office = Office()

    assert _sees(getattr(office, who), make_audit(office))


@pytest.mark.parametrize("role", [Role.INTERNAL_AUDITOR, Role.EXTERNAL_CHECKER])
def test_planned_audit_is_seen_by_auditors_and_checkers(role: Role) -> None:
    office = Office()

    assert _sees(make_user(role, unit=office.agency), make_audit(office))


def test_auditor_of_a_section_sees_the_audits_of_the_agency() -> None:
    office = Office()
    section = make_unit(office.agency)

    assert _sees(make_user(Role.INTERNAL_AUDITOR, unit=section), make_audit(office))


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        (AuditStatus.PLANNED, False),
        (AuditStatus.NOTIFIED, True),
        (AuditStatus.UNDER_WAY, True),
        (AuditStatus.REPORTED, True),
        (AuditStatus.CANCELLED, False),  # it was never announced
    ],
)
def test_staff_see_an_audit_from_its_notification_on(status: AuditStatus, seen: bool) -> None:  # noqa: FBT001
    office = Office()

    assert _sees(office.staff, make_audit(office, status=status)) == seen


def test_nobody_of_another_agency_sees_it() -> None:
    other = Office()
    audit = make_audit(Office(), status=AuditStatus.REPORTED)

    people = [other.secretary, other.leader, other.staff, other.clerk, make_auditor(other)]

    assert [person for person in people if _sees(person, audit)] == []


def test_administrator_has_no_way_to_audits(client: Client) -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.REPORTED)
    sign_in(client, office.admin)

    response = client.get(audit.get_absolute_url())

    assert response.status_code == 404


# --- somebody from outside ---


def _outsider(audit: Audit, office: Office, **days: Any) -> User:
    guest = make_user(name="Khách Mời")
    add_member(audit, guest, AuditMember.Role.AUDITOR, by=office.secretary, **days)
    return guest


@pytest.mark.parametrize(("day", "seen"), [(-1, False), (0, True), (1, True), (2, False)], ids=str)
def test_outsider_sees_the_audit_for_its_dates(day: int, seen: bool) -> None:  # noqa: FBT001
    office = Office()
    audit = make_audit(office, ends_on=today() + DAY)
    guest = _outsider(audit, office)
    on = today() + day * DAY

    member = may.membership(guest, audit, on=on)

    assert _sees(guest, audit, on=on) == seen
    assert (member is not None) == seen


def test_outsider_sees_this_audit_and_its_procedures_alone() -> None:
    office = Office(public_reading=False)
    mine, other = (make_version(VersionStatus.ISSUED, office).procedure for _ in range(2))
    audit = make_audit(office, mine)
    make_audit(office, status=AuditStatus.REPORTED)
    guest = _outsider(audit, office)

    assert list(may.visible_audits(guest)) == [audit]
    assert list(visible_procedures(guest)) == [mine]
    assert other not in visible_procedures(guest)


def _reads(guest: User, procedure: Procedure) -> bool:
    return visible_procedures(guest).filter(pk=procedure.pk).exists()


def test_what_an_outsider_reads_follows_the_scope() -> None:
    office = Office(public_reading=False)
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    audit = make_audit(office)
    guest = _outsider(audit, office)
    before = _reads(guest, procedure)

    subject = add_subject(audit, SubjectGiven(procedure=procedure), by=office.secretary)
    within = _reads(guest, procedure)
    remove_subject(subject, by=office.secretary)

    assert (before, within, _reads(guest, procedure)) == (False, True, False)


def test_outsider_who_leaves_sees_nothing_more() -> None:
    office = Office(public_reading=False)
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    audit = make_audit(office, procedure)
    guest = _outsider(audit, office)

    remove_member(audit.members.get(person=guest), by=office.secretary)

    assert not _sees(guest, audit)
    assert not _reads(guest, procedure)


def test_outsider_of_two_audits_keeps_what_the_other_gives() -> None:
    office = Office(public_reading=False)
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    first, second = make_audit(office, procedure), make_audit(office, procedure)
    guest = _outsider(first, office)
    add_member(second, guest, AuditMember.Role.AUDITOR, by=office.secretary)

    remove_member(first.members.get(person=guest), by=office.secretary)

    assert list(may.visible_audits(guest)) == [second]
    assert _reads(guest, procedure)


def test_dates_of_an_outsider_follow_the_audit_s() -> None:
    office = Office()
    audit = make_audit(office)
    guest = _outsider(audit, office)

    about = AuditGiven(audit.title, today(), today() + 3 * DAY, EDITION)
    change_audit(audit, about, by=office.secretary)

    assert _sees(guest, audit, on=today() + 3 * DAY)
    assert not _sees(guest, audit, on=today() + 4 * DAY)


def test_outsider_may_be_let_in_for_other_days() -> None:
    office = Office()
    audit = make_audit(office)
    guest = _outsider(audit, office, from_on=today() - 5 * DAY, until_on=today() - DAY)

    assert not _sees(guest, audit)
    assert _sees(guest, audit, on=today() - DAY)


def test_outsider_reads_a_restricted_procedure_of_the_scope_alone(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    restrict(version.procedure)
    audit = make_audit(office, version.procedure)
    guest = _outsider(audit, office)
    sign_in(client, guest)

    pages = [client.get(url).status_code for url in (audit.get_absolute_url(), "/danh-gia/moi/")]

    assert pages == [200, 403]
    assert _reads(guest, version.procedure)


# --- findings ---


def _with_finding(office: Office) -> tuple[Audit, Finding]:
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)
    return audit, make_finding(audit, Finding.Grade.MINOR)


@pytest.mark.parametrize("who", ["secretary", "leader", "staff", "clerk"])
def test_drafts_of_findings_are_the_team_s(who: str) -> None:
    office = Office()
    audit, finding = _with_finding(office)

    assert list(may.visible_findings(lead_of(audit), audit)) == [finding]
    assert list(may.visible_findings(getattr(office, who), audit)) == []


@pytest.mark.parametrize(
    ("who", "seen"),
    [("secretary", True), ("leader", True), ("staff", False), ("clerk", False), ("admin", False)],
)
def test_findings_from_the_closing_meeting_on(who: str, seen: bool) -> None:  # noqa: FBT001
    office = Office()
    audit, _ = _with_finding(office)
    close_meeting(audit, office)

    assert may.visible_findings(getattr(office, who), audit).exists() == seen


def test_unit_sees_its_own_findings_alone_and_answers_them() -> None:
    office = Office()
    audit, finding = _with_finding(office)
    other = make_finding(audit, Finding.Grade.MINOR)
    other.unit = make_unit(office.agency)
    other.record(by=office.secretary, reason="Đơn vị khác")
    colleague, head = make_user(), make_user(Role.UNIT_HEAD, unit=audited_unit(audit))
    post_in(colleague, audited_unit(audit))
    before = list(may.visible_findings(colleague, audit))
    close_meeting(audit, office)
    audit.refresh_from_db()

    assert before == []
    for person in (colleague, head):
        assert list(may.visible_findings(person, audit)) == [finding]
        finding.audit = other.audit = audit
        assert may.can_respond(person, finding)
        assert not may.can_respond(person, other)
    sign_as_lead(audit)
    assert not may.can_respond(colleague, finding)


# --- deeds ---

POSTS: dict[str, tuple[str, dict[str, Any]]] = {
    "audit-team": ("", {"person": "", "role": "auditor"}),
    "audit-scope": ("", {"clauses": "7.5"}),
    "audit-timetable": ("", {"kind": "work"}),
    "audit-edit": ("", {"title": "Khác"}),
    "audit-notify": ("", {}),
    "audit-opening": ("", {}),
    "audit-closing-meeting": ("", {}),
    "audit-report": ("", {"conclusion": "Khác"}),
    "audit-report-sign": ("", {}),
    "audit-report-approve": ("", {}),
    "audit-report-return": ("", {}),
    "audit-report-withdraw": ("", {}),
    "audit-close": ("", {}),
    "audit-cancel": ("", {"cancel-reason": "Thôi"}),
    "audit-team-decision": ("", {"number": "1/QĐ"}),
    "audit-member-remove": ("member", {}),
    "audit-member-reason": ("member", {"reason": "Vì"}),
    "audit-countersign": ("member", {}),
    "audit-subject-remove": ("subject", {}),
    "audit-session-edit": ("session", {}),
    "audit-session-remove": ("session", {}),
}


def _address(name: str, audit: Audit, of: str) -> str:
    parts: dict[str, Callable[[], Any]] = {
        "member": lambda: audit.members.first(),
        "subject": lambda: first_subject(audit),
        "session": lambda: audit.sessions.first(),
    }
    extra = [parts[of]().pk] if of else []
    return reverse(f"audits:{name}", args=[audit.slug, *extra])


def _rows(audit: Audit) -> list[int]:
    histories = [audit.history, *[row.history for row in audit.members.all()]]
    histories += [row.history for row in audit.sessions.all()]
    histories += [row.history for row in audit.subjects.all()]
    return [history.count() for history in histories]


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("status", [AuditStatus.NOTIFIED, AuditStatus.UNDER_WAY])
def test_staff_are_refused_every_deed_and_nothing_changes(
    client: Client, name: str, status: AuditStatus
) -> None:
    office = Office()
    audit = make_audit(office, status=status)
    of, data = POSTS[name]
    sign_in(client, office.staff)
    before = _rows(audit)

    response = client.post(_address(name, audit, of), data)

    assert response.status_code == 403
    assert _rows(audit) == before


@pytest.mark.parametrize("name", POSTS)
def test_auditors_write_only_in_their_own_audits(client: Client, name: str) -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)
    of, data = POSTS[name]
    sign_in(client, make_auditor(office))
    before = _rows(audit)

    response = client.post(_address(name, audit, of), data)

    assert response.status_code == 403
    assert _rows(audit) == before


@pytest.mark.parametrize("name", sorted(set(POSTS) - {"audit-report-withdraw"}))
def test_signed_report_lets_nobody_but_the_leader_do_anything(client: Client, name: str) -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)
    close_meeting(audit, office)
    sign_as_lead(audit)
    of, data = POSTS[name]
    before = _rows(audit)

    for person in (office.secretary, lead_of(audit)):
        sign_in(client, person)
        response = client.post(_address(name, audit, of), data | {"password": PASSWORD})
        assert response.status_code in {302, 403}

    assert _rows(audit) == before


def test_reader_does_not_see_what_speaks_against_a_member(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    audit = make_audit(office, version.procedure)
    add_member(
        audit,
        office.reviewer,
        AuditMember.Role.AUDITOR,
        by=office.secretary,
        reason="Chỉ còn một người",
    )
    url = reverse("audits:audit-team", args=[audit.slug])

    shown = {}
    for who in ("secretary", "clerk"):
        sign_in(client, getattr(office, who))
        shown[who] = "Đã xem xét" in client.get(url).content.decode()

    assert shown == {"secretary": True, "clerk": False}
