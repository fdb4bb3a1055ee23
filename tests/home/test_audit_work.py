"""What of audits and nonconformities waits for whom, computed, and nothing for anybody else."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.actions.answering import AnswerGiven, record_answer
from audits.actions.treating import agree_measures, propose_measures, save_treatment
from audits.actions.verifying import check_effect
from audits.models import AuditMember, ChecklistItem, DueExtension, Nonconformity
from audits.workflow import AuditStatus, NonconformityStatus, ProgrammeStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.audits.making import (
    close_meeting,
    lead_of,
    make_audit,
    make_auditor,
    make_programme,
    sign_as_lead,
)
from tests.audits.making_findings import Field, make_finding
from tests.audits.making_nc import (
    advance_nonconformity,
    make_action,
    make_nonconformity,
    treatment_of,
)
from tests.factories import Office, make_unit, make_user, make_version, restrict, sign_in, system

pytestmark = pytest.mark.django_db

NOW = NonconformityStatus
PLAN = "Kế hoạch đánh giá năm"
LED = "Cuộc đánh giá bạn làm trưởng đoàn"


@pytest.fixture
def office() -> Office:
    return Office()


def _groups(client: Client, user: User) -> dict[str, list[Any]]:
    sign_in(client, user)
    groups = client.get(reverse("home:my-work")).context["groups"]
    return {group.heading: list(group.tasks) for group in groups}


def _told(client: Client, heading: str, *people: User) -> list[bool]:
    return [heading in _groups(client, person) for person in people]


# --- audits ---


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (AuditStatus.PLANNED, "chuẩn bị và gửi thông báo"),
        (AuditStatus.NOTIFIED, f"họp khai mạc, từ ngày {today():%d/%m/%Y}"),
        (AuditStatus.UNDER_WAY, "đang đánh giá, đã trả lời 0/0 câu; rồi họp kết thúc"),
        (AuditStatus.REPORTED, "kết thúc cuộc đánh giá"),
    ],
)
def test_lead_is_told_the_next_step(
    client: Client, office: Office, status: AuditStatus, step: str
) -> None:
    audit = make_audit(office, auditors=(make_auditor(office),), status=status)
    auditor = audit.members.get(role=AuditMember.Role.AUDITOR).person

    (task,) = _groups(client, lead_of(audit))[LED]

    assert (task.note, task.url, task.label) == (
        step,
        audit.get_absolute_url(),
        audit.get_status_display(),
    )
    assert _told(client, LED, auditor, office.secretary, office.staff) == [False, False, False]


def test_closed_and_cancelled_audits_wait_for_nobody(client: Client, office: Office) -> None:
    for status in (AuditStatus.CLOSED, AuditStatus.CANCELLED):
        audit = make_audit(office, status=status)

        assert _groups(client, lead_of(audit)) == {}


def test_signed_report_waits_for_a_leader_and_not_for_the_lead(
    client: Client, office: Office
) -> None:
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)
    close_meeting(audit, office)
    unsigned = _groups(client, lead_of(audit))[LED][0].note
    sign_as_lead(audit)

    (task,) = _groups(client, office.leader)["Báo cáo đánh giá chờ bạn phê duyệt"]

    assert unsigned == "viết và ký báo cáo"
    assert task.url == reverse("audits:audit-report", args=[audit.slug])
    assert _told(
        client, "Báo cáo đánh giá chờ bạn phê duyệt", office.secretary, Office().leader
    ) == [False, False]
    assert _groups(client, lead_of(audit)) == {}


def _item(field: Field, **fields: Any) -> ChecklistItem:
    item = ChecklistItem(audit=field.audit, kind="own", question="Có sổ không?", **fields)
    item.record(by=system(), reason="Thêm câu hỏi")
    return item


def _answered(item: ChecklistItem, by: User, result: str) -> None:
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "base": None,
        "result": result,
        "note": "",
        "is_verbal": False,
        "seen_on": today(),
        "answered_at": timezone.now(),
        "dossier": None,
        "settles": None,
    }
    record_answer(item, AnswerGiven(**values), by=by)


def test_auditors_are_told_how_far_the_checklist_is_and_what_is_disputed(client: Client) -> None:
    field = Field()
    items = [_item(field) for _ in range(3)]
    _answered(items[0], field.auditor, "conform")
    _answered(items[0], field.lead, "nonconform")
    _answered(items[1], field.lead, "conform")

    of_auditor = _groups(client, field.auditor)
    of_lead = _groups(client, field.lead)

    assert [task.note for task in of_auditor["Phiếu đánh giá bạn đang ghi"]] == [
        "đã trả lời 2/3 câu"
    ]
    assert [task.note for task in of_lead[LED]] == [
        "đang đánh giá, đã trả lời 2/3 câu; rồi họp kết thúc"
    ]
    for found in (of_auditor, of_lead):
        (disputed,) = found["Câu trả lời khác nhau chờ đoàn thống nhất"]
        assert (disputed.note, disputed.url) == (
            "1 câu",
            reverse("audits:checklist", args=[field.audit.slug]),
        )
    assert _groups(client, field.observer) == {}


def test_doubt_with_a_reason_waits_for_a_leader_who_is_not_meant(client: Client) -> None:
    field = Field()
    member = field.audit.members.get(person=field.auditor)
    heading = "Phân công đánh giá chờ bạn ký xác nhận"
    before = _told(client, heading, field.office.leader)
    member.reason = "Không có người khác"
    member.record(by=system(), reason="Ghi lý do")

    assert (before, _told(client, heading, field.office.leader, field.office.secretary)) == (
        [False],
        [True, False],
    )


def test_clerk_is_told_of_teams_without_a_numbered_decision(client: Client, office: Office) -> None:
    heading = "Quyết định thành lập đoàn chờ vào số"
    audit = make_audit(office)
    before = _told(client, heading, office.clerk, office.staff, Office().clerk)
    audit.record_team_decision(
        number="12/QĐ", decided_on=today(), signer="Trưởng phòng", file=None, by=office.clerk
    )

    assert (before, _told(client, heading, office.clerk)) == ([True, False, False], [False])


def test_findings_wait_for_their_unit_from_the_closing_meeting_until_answered(
    client: Client,
) -> None:
    field, heading = Field(), "Phát hiện chờ đơn vị bạn cho ý kiến"
    finding = make_finding(field)
    finding.grade_as("minor", by=field.lead)
    before = _told(client, heading, field.head, field.worker)
    field.close_meeting()
    finding.refresh_from_db()

    (task,) = _groups(client, field.head)[heading]
    asked = _told(client, heading, field.worker, field.stranger, field.auditor, field.office.leader)
    finding.respond("accepted", by=field.head, seen=finding.sha256())

    assert task.url == finding.get_absolute_url()
    assert (before, asked) == ([False, False], [True, False, False, False])
    assert _told(client, heading, field.head) == [False]


# --- the year's plan ---


def test_secretary_is_told_that_the_year_has_no_plan(client: Client, office: Office) -> None:
    empty = _told(client, PLAN, office.secretary)
    make_version(VersionStatus.ISSUED, office)

    missing = _told(client, PLAN, office.secretary, office.leader, Office().secretary)
    programme = make_programme(office, year=today().year)
    (draft,) = _groups(client, office.secretary)[PLAN]
    programme.submit(by=office.secretary)

    assert (empty, missing) == ([False], [True, False, False])
    assert (draft.title, draft.url) == (str(programme), programme.get_absolute_url())
    assert _told(client, PLAN, office.secretary) == [False]


def test_submitted_plan_waits_for_the_leader(client: Client, office: Office) -> None:
    heading = "Kế hoạch đánh giá chờ bạn phê duyệt"
    make_programme(office, status=ProgrammeStatus.SUBMITTED)

    assert _told(client, heading, office.leader, office.secretary, Office().leader) == [
        True,
        False,
        False,
    ]


# --- nonconformities ---


class Case:
    """A nonconformity of a section with a head, somebody working there, and an auditor."""

    def __init__(self, *, is_by_worker: bool = False, **fields: Any) -> None:
        self.office = Office()
        self.unit = make_unit(self.office.agency)
        self.head = make_user(Role.UNIT_HEAD, unit=self.unit)
        self.worker = make_user(Role.STAFF, unit=self.unit, position="Chuyên viên")
        self.auditor = make_user(Role.INTERNAL_AUDITOR, unit=self.office.agency)
        by = self.worker if is_by_worker else self.office.secretary
        self.nc = make_nonconformity(self.office, unit=self.unit, by=by, **fields)

    def advance(self, status: str, *, on: dt.date | None = None) -> None:
        advance_nonconformity(self.nc, status, self.office, on=on)

    def put(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.nc, name, value)
        self.nc.record(by=system(), reason="Sửa")

    def told(self, client: Client, heading: str) -> set[str]:
        office = self.office
        people = {
            "head": self.head,
            "worker": self.worker,
            "auditor": self.auditor,
            "secretary": office.secretary,
            "leader": office.leader,
            "staff": office.staff,
            "clerk": office.clerk,
        }
        return {name for name, user in people.items() if heading in _groups(client, user)}


def test_new_nonconformity_waits_for_its_unit_to_confirm(client: Client) -> None:
    case = Case()
    heading = "Phiếu KPH chờ đơn vị bạn xác nhận"

    before = case.told(client, heading)
    case.nc.confirm(by=case.worker)

    assert before == {"head", "worker"}
    assert case.told(client, heading) == set()


def test_head_is_told_what_to_write_next(client: Client) -> None:
    case, heading = Case(), "Phiếu KPH chờ bạn xử lý"
    case.nc.confirm(by=case.worker)
    confirmed = case.told(client, heading)
    first = _groups(client, case.head)[heading][0].note
    case.advance(NOW.ANALYSED)
    second = _groups(client, case.head)[heading][0].note
    propose = treatment_of(case.office, case.nc)
    save_treatment(case.nc, propose, by=case.worker)
    make_action(case.office, case.nc, person=case.worker)
    propose_measures(case.nc, by=case.head)

    assert confirmed == {"head"}
    assert (first.partition(";")[0], second.partition(";")[0]) == (
        "phân tích nguyên nhân",
        "đề ra biện pháp",
    )
    assert case.told(client, heading) == set()


def test_measures_wait_for_the_auditor_and_actions_for_who_does_them(client: Client) -> None:
    case = Case()
    agree, mine = "Biện pháp chờ bạn đồng ý", "Hành động khắc phục của bạn"
    case.put(auditor=case.auditor)
    case.advance(NOW.ANALYSED)
    save_treatment(case.nc, treatment_of(case.office, case.nc), by=case.worker)
    action = make_action(case.office, case.nc, person=case.worker)
    propose_measures(case.nc, by=case.head)
    laid = case.told(client, agree), case.told(client, mine)
    agree_measures(case.nc, by=case.auditor)

    (task,) = _groups(client, case.worker)[mine]

    assert laid == ({"auditor"}, set())
    assert (case.told(client, agree), case.told(client, mine)) == (set(), {"worker"})
    assert (task.title, task.note) == (
        action.what,
        f"{case.nc.number}, hạn {action.due_on:%d/%m/%Y}",
    )


@pytest.mark.parametrize("has_auditor", [True, False])
def test_what_is_done_waits_for_its_auditor_else_for_any(
    client: Client, *, has_auditor: bool
) -> None:
    case = Case()
    case.advance(NOW.IMPLEMENTED)
    case.put(auditor=case.auditor if has_auditor else None)

    assert case.told(client, "Phiếu KPH chờ bạn kiểm tra xác nhận") == (
        {"auditor"} if has_auditor else {"auditor", "secretary"}
    )


@pytest.mark.parametrize("is_due", [True, False], ids=["due", "early"])
@pytest.mark.parametrize("status", [NOW.VERIFIED, NOW.CLOSED])
def test_effect_waits_to_be_checked_once_it_is_due(
    client: Client, *, status: str, is_due: bool
) -> None:
    case, heading = Case(), "Phiếu KPH đến hạn đánh giá hiệu lực"
    case.advance(NOW.VERIFIED)
    case.put(auditor=case.auditor)
    if is_due:
        case.put(effect_due_on=today())
    case.advance(status)

    told = case.told(client, heading)
    check_effect(case.nc, by=case.auditor, is_effective=True)

    assert told == ({"auditor"} if is_due else set())
    assert case.told(client, heading) == set()


def test_verified_one_waits_for_leaders_unless_something_keeps_it(client: Client) -> None:
    heading = "Phiếu KPH chờ bạn đóng"
    minor, major = Case(), Case(grade=Nonconformity.Grade.MAJOR)
    for case in (minor, major):
        case.advance(NOW.VERIFIED)
    kept = major.told(client, heading)
    check_effect(major.nc, by=major.office.secretary, is_effective=True)

    assert (minor.told(client, heading), kept) == ({"leader"}, set())
    assert major.told(client, heading) == {"leader"}


def test_secretary_is_told_what_others_reported(client: Client) -> None:
    heading = "KPH mới được báo cáo"
    own, other = Case(), Case(is_by_worker=True)

    assert (own.told(client, heading), other.told(client, heading)) == (set(), {"secretary"})


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (0, set()),
        (1, {"head"}),
        (8, {"head", "secretary"}),
        (15, {"head", "secretary", "leader"}),
    ],
)
def test_overdue_ones_come_up_level_by_level(client: Client, days: int, told: set[str]) -> None:
    case = Case(found_on=today() - dt.timedelta(days=60))
    case.put(due_on=today() - dt.timedelta(days=days))
    assert not DueExtension.objects.exists()

    assert case.told(client, "Phiếu KPH quá hạn") == told
    if days == 15:
        (task,) = _groups(client, case.office.leader)["Phiếu KPH quá hạn"]
        assert task.note.endswith("báo đến lãnh đạo")


def test_one_of_a_restricted_procedure_is_told_to_nobody_who_may_not_read_it(
    client: Client,
) -> None:
    case = Case()
    issued = make_version(VersionStatus.ISSUED, case.office)
    step = {"procedure": issued.procedure, "version": issued}
    case.nc.confirm(by=case.worker)
    case.nc = make_nonconformity(case.office, unit=case.unit, **step)
    case.put(owner=None)
    before = case.told(client, "Phiếu KPH chờ đơn vị bạn xác nhận")
    restrict(issued.procedure)

    assert before == {"head", "worker"}
    assert case.told(client, "Phiếu KPH chờ đơn vị bạn xác nhận") == set()


# --- bounded ---


@pytest.mark.parametrize(
    ("who", "expected"),
    [("secretary", 34), ("leader", 25), ("lead", 17), ("head", 19), ("worker", 17)],
)
@pytest.mark.parametrize("count", [1, 3])
def test_audit_work_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int, who: str, expected: int
) -> None:
    field = Field()
    office = field.office
    people = {
        "secretary": office.secretary,
        "leader": office.leader,
        "lead": field.lead,
        "head": field.head,
        "worker": field.worker,
    }
    make_programme(office, year=today().year)
    field.close_meeting()
    for number in range(count):
        make_audit(office, lead=field.lead, starts_on=today() + dt.timedelta(days=number))
        _item(field)
        make_finding(field)
        for status in (NOW.OPEN, NOW.ANALYSED, NOW.IMPLEMENTED, NOW.VERIFIED):
            nc = make_nonconformity(
                office, unit=field.unit, found_on=today() - dt.timedelta(days=60)
            )
            advance_nonconformity(nc, status, office)
            nc.due_on = today() - dt.timedelta(days=20)
            nc.record(by=system(), reason="Sửa hạn")
    sign_in(client, people[who])

    with django_assert_num_queries(expected):
        client.get(reverse("home:my-work"))
