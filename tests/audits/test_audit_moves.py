"""The moves of an audit: each with its civil day, none out of turn, signed by the right people."""

import datetime as dt
import itertools
import uuid

import pytest
from django.core.exceptions import ValidationError

from audits.actions.meetings import hold_closing, start_audit
from audits.actions.planning import notify_audit
from audits.actions.reporting import approve_report, close_audit, return_report, sign_report
from audits.actions.team import remove_member
from audits.actions.timetable import remove_session
from audits.models import Audit, Finding, Nonconformity
from audits.models.reports import report_sha256
from audits.workflow import AUDIT_MOVES, AuditStatus
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.records.models import Signature
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed
from tests.audits.making import (
    advance_audit,
    approve,
    attended,
    audited_unit,
    close_meeting,
    lead_of,
    make_audit,
    make_auditor,
    sign_as_lead,
)
from tests.factories import BY_PASSWORD, Office, make_user

pytestmark = pytest.mark.django_db
YESTERDAY = today() - dt.timedelta(days=1)
TOMORROW = today() + dt.timedelta(days=1)
UNDER_WAY = AuditStatus.UNDER_WAY


def make_finding(audit: Audit, grade: str, *, by: User | None = None) -> Finding:
    finding = Finding(
        audit=audit,
        seq=audit.findings.count() + 1,
        client_id=uuid.uuid4(),
        unit=audited_unit(audit),
        grade=grade,
        requirement="Bước 1",
        evidence_text="HS-01",
        gap="Thiếu phiếu kiểm soát",
        found_on=today(),
        found_by=by or lead_of(audit),
    )
    finding.record(by=finding.found_by, reason="Ghi phát hiện")
    return finding


@pytest.mark.parametrize("status", AuditStatus)
def test_factory_gets_there_by_the_real_moves(status: AuditStatus) -> None:
    audit = make_audit(Office(), status=status)

    audit.refresh_from_db()

    assert audit.status == status


@pytest.mark.parametrize(("source", "target"), list(itertools.product(AuditStatus, repeat=2)))
def test_audit_makes_only_the_listed_moves(source: AuditStatus, target: AuditStatus) -> None:
    assert Audit(status=source).may_move(target) == (target in AUDIT_MOVES[source])


def test_audit_is_numbered_by_the_year_of_its_first_day() -> None:
    office = Office()

    days = [dt.date(2022, 3, 1), dt.date(2022, 9, 1), dt.date(2023, 1, 3)]
    numbers = [make_audit(office, starts_on=day).number for day in days]

    assert numbers == ["ĐGNB-2022-01", "ĐGNB-2022-02", "ĐGNB-2023-01"]


def test_audits_of_two_agencies_have_addresses_of_their_own() -> None:
    first, second = make_audit(Office()), make_audit(Office())

    assert first.number == second.number
    assert second.slug == f"{first.slug}-2"


def test_each_move_bears_its_day() -> None:
    office = Office()
    audit = make_audit(office, starts_on=dt.date(2022, 6, 1))

    advance_audit(audit, AuditStatus.CLOSED, office, on=dt.date(2022, 6, 1))
    audit.refresh_from_db()

    days = {
        audit.notified_on,
        audit.opened_on,
        audit.closing_held_on,
        audit.report_signed_on,
        audit.reported_on,
        audit.closed_on,
    }
    assert days == {dt.date(2022, 6, 1)}
    signatures = Signature.objects.on(audit)
    assert [(s.act, s.method, s.signed_on) for s in signatures] == [
        ("prepared", "paper", dt.date(2022, 6, 1)),
        ("approved", "paper", dt.date(2022, 6, 1)),
        ("closed", "paper", dt.date(2022, 6, 1)),
    ]


def test_signatures_of_today_are_by_password() -> None:
    audit = make_audit(Office(), status=AuditStatus.CLOSED)

    assert {s.method for s in Signature.objects.on(audit)} == {"password"}


@pytest.mark.parametrize("status", [AuditStatus.NOTIFIED, UNDER_WAY, AuditStatus.CANCELLED])
def test_no_move_is_of_the_future(status: AuditStatus) -> None:
    office = Office()
    order = [AuditStatus.PLANNED, AuditStatus.NOTIFIED]
    audit = make_audit(office, status=order[status == UNDER_WAY])

    with pytest.raises(ValidationError) as refusal:
        advance_audit(audit, status, office, on=TOMORROW)

    assert refusal.value.message_dict == {"on": ["Ngày không được ở tương lai."]}
    audit.refresh_from_db()
    assert audit.status == order[status == UNDER_WAY]
    assert audit.sessions.exclude(attendance=None).count() == 0


def test_no_move_is_before_the_one_before_it() -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.NOTIFIED)

    with pytest.raises(ValidationError) as refusal:
        advance_audit(audit, UNDER_WAY, office, on=YESTERDAY)

    assert "trước ngày thông báo" in refusal.value.message_dict["on"][0]


@pytest.mark.parametrize("kind", ["opening", "closing", "work"])
def test_notification_needs_both_meetings_and_a_session(kind: str) -> None:
    office = Office()
    audit = make_audit(office)
    for session in audit.sessions.filter(kind=kind):
        remove_session(session, by=office.secretary)

    with pytest.raises(TransitionNotAllowed, match="Chương trình chưa có"):
        notify_audit(audit, by=office.secretary)

    audit.refresh_from_db()
    assert audit.status == AuditStatus.PLANNED


def test_notification_needs_a_lead() -> None:
    office = Office()
    audit = make_audit(office)
    remove_member(audit.members.get(), by=office.secretary)

    with pytest.raises(TransitionNotAllowed, match="Chưa có trưởng đoàn"):
        notify_audit(audit, by=office.secretary)


def test_meeting_needs_somebody_present() -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.NOTIFIED)

    with pytest.raises(ValidationError, match="ít nhất một người"):
        start_audit(audit, by=office.secretary, attendance=[])

    audit.refresh_from_db()
    assert audit.status == AuditStatus.NOTIFIED


def test_closing_meeting_needs_every_nonconformity_graded() -> None:
    office = Office()
    audit = make_audit(office, status=UNDER_WAY)
    make_finding(audit, Finding.Grade.NONCONFORM)

    with pytest.raises(TransitionNotAllowed, match="Chưa xếp mức nặng, nhẹ: PH-01"):
        close_meeting(audit, office)

    audit.refresh_from_db()
    assert audit.closing_held_on is None


def test_closing_meeting_held_anew_keeps_the_last_list_of_who_was_there() -> None:
    office = Office()
    audit = make_audit(office, status=UNDER_WAY)
    close_meeting(audit, office)

    hold_closing(audit, by=lead_of(audit), attendance=attended(office.staff, office.clerk))

    rows = audit.sessions.get(kind="closing").attendance.filter(removed_at=None)
    assert [row.name for row in rows] == [str(office.staff), str(office.clerk)]


def _ready(office: Office) -> Audit:
    audit = make_audit(office, status=UNDER_WAY)
    make_finding(audit, Finding.Grade.MINOR)
    make_finding(audit, Finding.Grade.OBSERVATION)
    close_meeting(audit, office)
    lead = lead_of(audit)
    audit.write_report(by=lead, strengths="", conclusion="Phù hợp.", recommendations="")
    return audit


def test_report_is_signed_only_after_the_closing_meeting_with_a_conclusion() -> None:
    audit = make_audit(Office(), status=UNDER_WAY)

    with pytest.raises(TransitionNotAllowed) as refusal:
        sign_report(audit, by=lead_of(audit), seen=report_sha256(audit))

    assert refusal.value.messages == ["Chưa họp kết thúc.", "Chưa ghi kết luận."]


def test_report_is_not_signed_while_a_finding_made_a_nonconformity_since_is_not_graded() -> None:
    office = Office()
    audit = _ready(office)
    finding = audit.findings.get(grade=Finding.Grade.OBSERVATION)
    said = {name: getattr(finding, name) for name in ("requirement", "evidence_text", "gap")}
    finding.change(
        by=lead_of(audit),
        seen=finding.sha256(),
        grade=Finding.Grade.NONCONFORM,
        unit=finding.unit,
        clause="",
        found_on=finding.found_on,
        **said,
    )

    with pytest.raises(TransitionNotAllowed, match=f"Chưa xếp mức nặng, nhẹ: {finding.label}"):
        sign_report(audit, by=lead_of(audit), seen=report_sha256(audit))

    audit.refresh_from_db()
    assert not audit.is_signed
    assert Signature.objects.on(audit).count() == 0


@pytest.mark.parametrize("who", ["secretary", "leader", "staff", "clerk"])
def test_report_is_signed_by_the_lead_alone(who: str) -> None:
    office = Office()
    audit = _ready(office)

    with pytest.raises(TransitionNotAllowed, match="Chỉ trưởng đoàn"):
        sign_report(audit, by=getattr(office, who), seen=report_sha256(audit))

    audit.refresh_from_db()
    assert not audit.is_signed
    assert Signature.objects.on(audit).count() == 0


def test_report_is_signed_as_it_was_read() -> None:
    office = Office()
    audit = _ready(office)
    seen = report_sha256(audit)
    make_finding(audit, Finding.Grade.OBSERVATION)

    with pytest.raises(SeenVersionChanged):
        sign_report(audit, by=lead_of(audit), seen=seen)

    audit.refresh_from_db()
    assert not audit.is_signed


def test_nothing_is_written_while_the_report_is_signed() -> None:
    office = Office()
    audit = _ready(office)
    sign_as_lead(audit)

    with pytest.raises(TransitionNotAllowed, match="đã ký báo cáo"):
        audit.write_report(by=lead_of(audit), strengths="", conclusion="", recommendations="")
    with pytest.raises(TransitionNotAllowed, match="đã ký báo cáo"):
        close_meeting(audit, office)
    with pytest.raises(TransitionNotAllowed, match="đã ký báo cáo"):
        audit.cancel(by=office.secretary, reason="Thôi")


def test_approval_raises_one_nonconformity_for_each_finding_that_is_one() -> None:
    office = Office()
    audit = _ready(office)
    sign_as_lead(audit)

    approve(audit, office)

    sheets = Nonconformity.objects.filter(finding__audit=audit)
    assert [(sheet.finding and sheet.finding.seq, sheet.grade) for sheet in sheets] == [
        (1, "minor")
    ]


@pytest.mark.parametrize("who", ["secretary", "staff", "clerk", "lead"])
def test_report_is_approved_by_a_leader_who_did_not_lead(who: str) -> None:
    office = Office()
    audit = _ready(office)
    sign_as_lead(audit)
    person = lead_of(audit) if who == "lead" else getattr(office, who)

    with pytest.raises(TransitionNotAllowed, match="Lãnh đạo khác với trưởng đoàn"):
        approve_report(audit, by=person, seen=audit.report_sha256)

    audit.refresh_from_db()
    assert audit.status == UNDER_WAY
    assert Nonconformity.objects.count() == 0


def test_leader_who_led_the_audit_does_not_approve_it() -> None:
    office = Office()
    audit = make_audit(office, lead=office.reviewer, status=UNDER_WAY)
    close_meeting(audit, office)
    sign_as_lead(audit)

    with pytest.raises(TransitionNotAllowed, match="Lãnh đạo khác với trưởng đoàn"):
        approve_report(audit, by=office.reviewer, seen=audit.report_sha256)


def test_report_is_approved_as_it_was_signed() -> None:
    office = Office()
    audit = _ready(office)
    sign_as_lead(audit)

    with pytest.raises(SeenVersionChanged):
        approve_report(audit, by=office.leader, seen="0" * 64, signing=BY_PASSWORD)

    audit.refresh_from_db()
    assert audit.status == UNDER_WAY


def test_returned_report_is_signed_anew() -> None:
    office = Office()
    audit = _ready(office)
    sign_as_lead(audit)

    return_report(audit, by=office.leader, comment="Thiếu kiến nghị")
    sign_as_lead(audit)
    approve(audit, office)

    assert [(s.act, s.round) for s in Signature.objects.on(audit)] == [
        ("prepared", 1),
        ("prepared", 2),
        ("approved", 2),
    ]
    reasons = audit.history.values_list("history_change_reason", flat=True)
    assert "Trả lại báo cáo: Thiếu kiến nghị" in list(reasons)


def test_report_is_returned_with_a_reason_by_a_leader() -> None:
    office = Office()
    audit = _ready(office)
    sign_as_lead(audit)

    with pytest.raises(ValidationError, match="lý do trả lại"):
        return_report(audit, by=office.leader, comment=" ")
    with pytest.raises(TransitionNotAllowed):
        return_report(audit, by=office.secretary, comment="Sửa")

    audit.refresh_from_db()
    assert audit.is_signed


def test_signature_is_withdrawn_by_who_signed() -> None:
    office = Office()
    audit = _ready(office)
    sign_as_lead(audit)
    with pytest.raises(TransitionNotAllowed):
        audit.withdraw_signature(by=office.secretary)

    audit.withdraw_signature(by=lead_of(audit))

    assert (audit.is_signed, audit.report_round) == (False, 2)


@pytest.mark.parametrize("who", ["secretary", "leader"])
def test_audit_is_closed_by_its_lead_alone(who: str) -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.REPORTED)

    with pytest.raises(TransitionNotAllowed, match="Trưởng đoàn kết thúc"):
        close_audit(audit, by=getattr(office, who))

    audit.refresh_from_db()
    assert audit.status == AuditStatus.REPORTED


def test_audit_is_closed_with_nonconformities_open() -> None:
    office = Office()
    audit = _ready(office)
    sign_as_lead(audit)
    approve(audit, office)

    advance_audit(audit, AuditStatus.CLOSED, office)

    assert audit.status == AuditStatus.CLOSED
    assert Nonconformity.objects.unsettled().count() == 1


def test_cancelling_asks_for_a_reason_and_keeps_it() -> None:
    office = Office()
    audit = make_audit(office, status=UNDER_WAY)
    with pytest.raises(ValidationError, match="lý do hủy"):
        audit.cancel(by=office.secretary, reason="")

    audit.cancel(by=office.secretary, reason="Đơn vị giải thể")

    assert (audit.status, audit.cancel_reason) == (AuditStatus.CANCELLED, "Đơn vị giải thể")


def test_reported_audit_is_not_cancelled() -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.REPORTED)

    with pytest.raises(TransitionNotAllowed):
        audit.cancel(by=office.secretary, reason="Thôi")


def test_page_opened_long_ago_moves_nothing_twice() -> None:
    office = Office()
    audit = make_audit(office)
    old = Audit.objects.get(pk=audit.pk)
    notify_audit(audit, by=office.secretary)

    with pytest.raises(TransitionNotAllowed, match="Trong lúc đó"):
        notify_audit(old, by=office.secretary)


def test_team_decision_of_the_future_is_refused() -> None:
    office = Office()
    audit = make_audit(office)

    with pytest.raises(ValidationError):
        audit.record_team_decision(
            number="1/QĐ", decided_on=TOMORROW, signer="Trưởng phòng", file=None, by=office.clerk
        )

    audit.refresh_from_db()
    assert audit.team_number == ""


def test_somebody_without_an_account_that_works_is_not_taken_in() -> None:
    office = Office()
    gone = make_user(is_active=False)

    with pytest.raises(ValidationError, match="Tài khoản đã khóa"):
        make_audit(office, lead=gone)


def test_team_has_one_lead_and_everybody_once() -> None:
    office = Office()
    auditor = make_auditor(office)

    with pytest.raises(ValidationError, match="đã có trong đoàn"):
        make_audit(office, lead=auditor, auditors=(auditor,))
