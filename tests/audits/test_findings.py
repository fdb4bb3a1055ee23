"""Findings: numbered without gaps, bound to what was read, locked with the report."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audits.actions.findings import add_finding
from audits.models import ChecklistItem, Finding
from audits.workflow import AuditStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed
from tests.audits.making_findings import Field, given, make_finding
from tests.factories import Office, make_unit, make_version, system

pytestmark = pytest.mark.django_db
Grade = Finding.Grade


def _texts(finding: Finding, **other: Any) -> dict[str, Any]:
    """What `change` is given where only `other` changes."""
    names = ("unit", "clause", "requirement", "evidence_text", "gap", "found_on")
    kind = Grade.NONCONFORM if finding.is_nonconforming else Grade.OBSERVATION
    values = {name: getattr(finding, name) for name in names}
    return values | {"seen": finding.sha256(), "grade": kind} | other


# --- recording ------------------------------------------------------------------------------------


def test_add_finding_numbers_without_gaps() -> None:
    field = Field()
    with pytest.raises(ValidationError):
        make_finding(field, gap="")

    made = [make_finding(field) for _ in range(3)]

    assert [(each.seq, each.label) for each in made] == [(1, "PH-01"), (2, "PH-02"), (3, "PH-03")]
    assert made[0].history.get().history_user == field.auditor


def test_add_finding_sent_twice_is_stored_once() -> None:
    field = Field()
    asked = given(field.unit)
    first = add_finding(field.audit, asked, by=field.auditor)
    field.sign()

    again = add_finding(field.audit, asked, by=field.auditor)

    assert again == first
    assert Finding.objects.count() == 1


def test_add_finding_takes_no_number_of_anothers_sending() -> None:
    field = Field()
    asked = given(field.unit)
    add_finding(field.audit, asked, by=field.auditor)

    with pytest.raises(TransitionNotAllowed, match="một phát hiện khác"):
        add_finding(field.audit, asked, by=field.lead)

    assert Finding.objects.count() == 1


@pytest.mark.parametrize("name", ["requirement", "evidence_text", "gap"])
def test_a_nonconformity_needs_all_three_parts(name: str) -> None:
    field = Field()

    blank: dict[str, Any] = {name: " \n"}
    with pytest.raises(ValidationError) as refusal:
        make_finding(field, **blank)

    assert list(refusal.value.message_dict) == [name]
    assert not Finding.objects.exists()


def test_an_observation_needs_only_what_was_seen() -> None:
    field = Field()

    finding = make_finding(field, grade=Grade.OBSERVATION, requirement="", gap="")

    assert finding.grade == Grade.OBSERVATION
    with pytest.raises(ValidationError, match="Hãy ghi bằng chứng đã thấy"):
        make_finding(field, grade=Grade.OBSERVATION, evidence_text="")


@pytest.mark.parametrize("grade", [Grade.MAJOR, Grade.MINOR, Grade.IMPROVEMENT, "khác"])
def test_grades_of_the_lead_are_not_recorded_in_the_field(grade: str) -> None:
    field = Field()

    with pytest.raises(ValidationError, match="Hãy chọn không phù hợp hoặc lưu ý"):
        make_finding(field, grade=grade)


@pytest.mark.parametrize(
    ("days", "message"),
    [(1, "không được sau hôm nay"), (-1, "không được trước ngày bắt đầu")],
)
def test_a_finding_is_of_the_days_of_its_audit(days: int, message: str) -> None:
    field = Field()

    with pytest.raises(ValidationError, match=message):
        make_finding(field, found_on=today() + dt.timedelta(days=days))


@pytest.mark.parametrize("who", ["observer", "head", "stranger"])
def test_add_finding_is_for_those_who_audit(who: str) -> None:
    field = Field()

    with pytest.raises(TransitionNotAllowed, match="Chỉ thành viên đoàn đánh giá"):
        make_finding(field, by=getattr(field, who))

    assert not Finding.objects.exists()


@pytest.mark.parametrize("status", [AuditStatus.PLANNED, AuditStatus.NOTIFIED])
def test_add_finding_waits_for_the_opening_meeting(status: str) -> None:
    field = Field()
    field.put(status=status)

    with pytest.raises(TransitionNotAllowed, match="Họp khai mạc rồi"):
        make_finding(field)


def test_add_finding_refuses_a_unit_of_another_office() -> None:
    field = Field()

    with pytest.raises(ValidationError, match="Hãy chọn đơn vị"):
        make_finding(field, unit=make_unit(Office().agency))


def test_add_finding_takes_place_and_unit_from_the_question() -> None:
    field = Field()
    version = make_version(VersionStatus.ISSUED, field.office)
    step = version.document.steps[1]
    item = ChecklistItem(
        audit=field.audit,
        kind=ChecklistItem.Kind.STEP,
        unit=field.unit,
        version=version,
        row_key=step.key,
        row_text=step.work,
        clause="8.5.1",
        question="Có làm theo không?",
    )
    item.record(by=system(), reason="Lập câu hỏi")

    finding = make_finding(field, unit=None, item=item)

    assert (finding.unit, finding.version, finding.clause) == (field.unit, version, "8.5.1")
    assert (finding.step_key, finding.step_text) == (step.key, step.work)


def test_add_finding_refuses_a_question_of_another_audit() -> None:
    field, elsewhere = Field(), Field()
    item = ChecklistItem(audit=elsewhere.audit, kind=ChecklistItem.Kind.OWN, question="Gì?")
    item.record(by=system(), reason="Lập câu hỏi")

    with pytest.raises(ValidationError, match="không thuộc cuộc đánh giá này"):
        make_finding(field, item=item)


# --- changing -------------------------------------------------------------------------------------


def test_change_drops_what_the_unit_said_of_the_old_words() -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()
    finding.respond("accepted", by=field.head, seen=finding.sha256())

    finding.change(by=field.auditor, **_texts(finding, gap="Quá 03 ngày"))

    finding.refresh_from_db()
    assert (finding.gap, finding.answer, finding.answered_by) == ("Quá 03 ngày", "", None)


def test_change_to_the_same_writes_nothing() -> None:
    field = Field()
    finding = make_finding(field)

    finding.change(by=field.lead, **_texts(finding))

    assert finding.history.count() == 1


def test_change_over_anothers_change_is_refused() -> None:
    field = Field()
    finding = make_finding(field)
    seen = finding.sha256()
    Finding.objects.get().change(by=field.lead, **_texts(finding, gap="Của trưởng đoàn"))

    with pytest.raises(SeenVersionChanged):
        finding.change(by=field.auditor, **_texts(finding, seen=seen, gap="Của thành viên"))

    assert Finding.objects.get().gap == "Của trưởng đoàn"


def test_change_of_the_kind_takes_the_grade_away() -> None:
    field = Field()
    finding = make_finding(field)
    finding.grade_as(Grade.MAJOR, by=field.lead)
    finding.change(by=field.auditor, **_texts(finding, clause="8.5.1"))
    assert (finding.grade, finding.graded_by) == (Grade.MAJOR, field.lead)

    finding.change(by=field.auditor, **_texts(finding, grade=Grade.OBSERVATION))

    assert (finding.grade, finding.graded_by) == (Grade.OBSERVATION, None)


def test_change_into_a_nonconformity_asks_for_all_three_parts() -> None:
    field = Field()
    finding = make_finding(field, grade=Grade.OBSERVATION, requirement="", gap="")

    with pytest.raises(ValidationError) as refusal:
        finding.change(by=field.auditor, **_texts(finding, grade=Grade.NONCONFORM))

    assert set(refusal.value.message_dict) == {"requirement", "gap"}
    assert Finding.objects.get().grade == Grade.OBSERVATION


# --- grading, taking back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "allowed"),
    [
        (Grade.NONCONFORM, {Grade.MAJOR, Grade.MINOR}),
        (Grade.OBSERVATION, {Grade.OBSERVATION, Grade.IMPROVEMENT}),
    ],
)
@pytest.mark.parametrize("grade", list(Grade))
def test_grade_as_stays_within_the_kind(recorded: Grade, allowed: set[Grade], grade: Grade) -> None:
    field = Field()
    finding = make_finding(field, grade=recorded)

    if grade in allowed:
        finding.grade_as(grade, by=field.lead)
        assert (finding.grade, finding.graded_by) == (grade, field.lead)
        return
    with pytest.raises(ValidationError) as refusal:
        finding.grade_as(grade, by=field.lead)
    assert list(refusal.value.message_dict) == ["grade"]
    assert Finding.objects.get().graded_by is None


def test_grade_as_can_be_put_right() -> None:
    field = Field()
    finding = make_finding(field)
    finding.grade_as(Grade.MAJOR, by=field.lead)

    finding.grade_as(Grade.MINOR, by=field.lead)

    reasons = list(finding.history.values_list("history_change_reason", flat=True))
    assert reasons[:2] == ["Xếp mức: Không phù hợp nhẹ", "Xếp mức: Không phù hợp nặng"]


def test_withdraw_keeps_it_with_its_reason_and_its_number() -> None:
    field = Field()
    finding = make_finding(field)
    with pytest.raises(ValidationError, match="Hãy ghi lý do rút"):
        finding.withdraw(by=field.auditor, reason=" ")

    finding.withdraw(by=field.auditor, reason="Ghi nhầm hồ sơ")

    assert list(Finding.objects.standing()) == []
    assert Finding.objects.get().withdrawn_reason == "Ghi nhầm hồ sơ"
    assert make_finding(field).seq == 2
    with pytest.raises(TransitionNotAllowed, match="PH-01 đã được rút"):
        finding.grade_as(Grade.MAJOR, by=field.lead)


# --- the unit's answer ----------------------------------------------------------------------------


def test_respond_waits_for_the_closing_meeting() -> None:
    field = Field()
    finding = make_finding(field)

    with pytest.raises(TransitionNotAllowed, match="sau họp kết thúc"):
        finding.respond("accepted", by=field.head, seen=finding.sha256())

    assert Finding.objects.get().answer == ""


def test_respond_contested_says_why() -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()

    with pytest.raises(ValidationError) as refusal:
        finding.respond("contested", by=field.head, seen=finding.sha256())
    assert list(refusal.value.message_dict) == ["comment"]
    finding.respond("contested", by=field.head, seen=finding.sha256(), comment="Hồ sơ nộp lại")

    stored = Finding.objects.get()
    assert (stored.answer, stored.answer_comment) == ("contested", "Hồ sơ nộp lại")
    assert (stored.answered_by, stored.answered_on) == (field.head, today())


@pytest.mark.parametrize("days", [-1, 1])
def test_respond_is_dated_between_the_closing_meeting_and_today(days: int) -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()
    day = today() + dt.timedelta(days=days)

    with pytest.raises(ValidationError) as refusal:
        finding.respond("accepted", by=field.head, seen=finding.sha256(), on=day)

    assert list(refusal.value.message_dict) == ["on"]


def test_respond_is_about_what_was_read() -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()
    seen = finding.sha256()
    finding.change(by=field.auditor, **_texts(finding, gap="Khác"))

    with pytest.raises(SeenVersionChanged, match="PH-01 đã được sửa"):
        finding.respond("accepted", by=field.head, seen=seen)

    assert Finding.objects.get().answer == ""


# --- the lock -------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["add", "change", "grade", "withdraw", "respond"])
def test_nothing_of_a_finding_changes_once_the_report_is_signed(deed: str) -> None:
    field = Field()
    finding = make_finding(field)
    field.close_meeting()
    stale = Finding.objects.get()
    field.sign()
    deeds: dict[str, Any] = {
        "add": lambda: make_finding(field),
        "change": lambda: stale.change(by=field.lead, **_texts(finding, gap="Khác")),
        "grade": lambda: stale.grade_as(Grade.MAJOR, by=field.lead),
        "withdraw": lambda: stale.withdraw(by=field.lead, reason="Thôi"),
        "respond": lambda: stale.respond("accepted", by=field.head, seen=finding.sha256()),
    }

    with pytest.raises(TransitionNotAllowed):
        deeds[deed]()

    assert Finding.objects.get().history.count() == 1
    assert Finding.objects.get().client_id == uuid.UUID(str(finding.client_id))
