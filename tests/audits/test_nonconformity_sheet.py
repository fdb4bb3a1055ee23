"""The sheet of a nonconformity: what stands out for whom, what it says, its evidence."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.actions.evidence import add_evidence, withdraw_evidence
from audits.actions.raising import raise_nonconformity
from audits.models import AuditMember, Evidence
from audits.workflow import NonconformityStatus as Status
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from qms.organisation.roles import Role
from qms.records.workflow import TransitionNotAllowed
from tests.audits.cases import Case, main_text, standing_out
from tests.audits.making_nc import (
    make_action,
    make_bare_audit,
    make_bare_finding,
    report_bare_audit,
)
from tests.factories import Office, make_unit, make_user, sign_in

pytestmark = pytest.mark.django_db


# --- what stands out ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "who", "primary"),
    [
        (Status.OPEN, "head", "confirm"),
        (Status.OPEN, "worker", "confirm"),
        (Status.OPEN, "secretary", ""),
        (Status.ANALYSED, "head", "action"),
        (Status.ANALYSED, "leader", "action"),
        (Status.PLANNED, "staff", "complete"),
        (Status.PLANNED, "secretary", ""),
        (Status.IMPLEMENTED, "secretary", "verify"),
        (Status.IMPLEMENTED, "head", ""),
        (Status.VERIFIED, "leader", ""),
        (Status.VERIFIED, "secretary", "effect"),
        (Status.CLOSED, "secretary", ""),
        (Status.REJECTED, "secretary", ""),
    ],
)
def test_one_deed_stands_out_for_each_person(
    client: Client, status: str, who: str, primary: str
) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(status)
    person = getattr(case, who, None) or getattr(case.office, who)

    answer = case.page(person)

    assert standing_out(answer) == primary
    assert answer.content.decode().count("btn-primary") <= 2  # the masthead has none


@pytest.mark.parametrize("status", [each for each in Status if each != Status.REJECTED])
def test_the_sheet_reads_like_the_paper_in_every_state(client: Client, status: str) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(status)

    text = main_text(case.page(case.secretary))

    parts = ["1. Sự không phù hợp", "2. Khắc phục tức thời", "3. Hành động", "4. Kiểm tra"]
    places = [text.index(part) for part in [*parts, "5. Đánh giá hiệu lực", "6. Đóng phiếu"]]
    assert places == sorted(places)
    assert Status(status).label in text
    assert "Người phát hiện: Trần Thị Thư" in text


def test_a_rejected_one_says_why_first_and_nothing_of_what_was_never_done(client: Client) -> None:
    case = Case(client).advance(Status.REJECTED)

    text = main_text(case.page(case.head))

    verdict = text.index("Kết luận: không phải sự không phù hợp")
    assert verdict < text.index("Nhầm hồ sơ") < text.index("1. Sự không phù hợp")
    assert "2. Khắc phục" not in text
    assert "6. Đóng phiếu" not in text


def test_a_rejected_one_keeps_what_was_written_before(client: Client) -> None:
    case = Case(client).advance(Status.ANALYSED).advance(Status.REJECTED)

    text = main_text(case.page(case.head))

    assert "Ghi bù phiếu kiểm soát" in text
    assert "3. Hành động khắc phục" not in text


def test_a_further_action_is_due_with_the_sheet_unless_that_is_over(client: Client) -> None:
    case = Case(client, found_on=today() - dt.timedelta(days=40), grade="major")
    other = Case(client, grade="major")

    late = _due(case.page(case.head))
    in_time = _due(other.page(other.head))

    assert (late.initial or None, in_time.initial) == (None, other.nc.due_on)
    assert "gia hạn phiếu trước" in late.help_text


def _due(answer: Any) -> Any:
    """Return the field of the day by which a further action is to be done."""
    deeds = [*answer.context["deeds"], answer.context["primary"]]
    return next(deed for deed in deeds if deed.name == "action").form["due_on"]


@pytest.mark.parametrize("count", [1, 3])
def test_nonconformity_detail_query_count_is_constant(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.ANALYSED)
    for _ in range(count):
        make_action(case.office, case.nc)
    sign_in(client, case.secretary)

    with django_assert_max_num_queries(25):
        answer = client.get(case.nc.get_absolute_url())

    assert len(answer.context["actions"]) == count


def test_overdue_is_said_in_days(client: Client) -> None:
    case = Case(client, found_on=today() - dt.timedelta(days=40))

    assert "Quá hạn 10 ngày" in main_text(case.page(case.head))


# --- evidence -------------------------------------------------------------------------------------


def test_a_photo_is_added_to_the_sheet_by_its_people(client: Client) -> None:
    case = Case(client)
    url = reverse("audits:nonconformity-evidence", args=[case.nc.slug])

    def send(person: User) -> Any:
        data = {
            "evidence-client_id": str(uuid.uuid4()),
            "evidence-evidence_on": format_date(today()),
            "evidence-file": SimpleUploadedFile("bien-ban.pdf", b"%PDF-1.4 bien ban %%EOF"),
        }
        return sign_in(client, person).post(url, data)

    checker = make_user(Role.EXTERNAL_CHECKER, unit=case.office.agency)
    assert send(checker).status_code == 403
    assert not Evidence.objects.exists()
    send(case.worker)

    assert Evidence.objects.get().nonconformity == case.nc
    assert "bien-ban.pdf" in main_text(case.page(case.head))


def _file(case: Case, **owner: Any) -> Evidence:
    """A file that the worker added to the sheet, or to what `owner` names."""
    what = owner.get("action") or case.nc
    upload = SimpleUploadedFile("so.pdf", b"%PDF-1.4 so %%EOF")
    return add_evidence(
        what,
        upload,
        caption="Sổ theo dõi",
        evidence_on=today(),
        client_id=uuid.uuid4(),
        by=case.worker,
    )


@pytest.mark.parametrize("where", ["sheet", "action"])
def test_evidence_is_seen_by_exactly_those_who_see_the_sheet(client: Client, where: str) -> None:
    case = Case(client)
    action = make_action(case.office, case.nc) if where == "action" else None
    url = reverse("audits:evidence-file", args=[_file(case, action=action).pk])
    stranger, clerk = case.field.stranger, case.office.clerk

    for person in (case.worker, case.head, case.secretary, case.leader, stranger, clerk):
        sheet = case.page(person).status_code
        shown = client.get(url)
        shown.getvalue()
        assert shown.status_code == sheet
    assert case.page(stranger).status_code == 404


@pytest.mark.parametrize("where", ["sheet", "action"])
def test_evidence_is_withdrawn_by_who_added_it_and_by_the_secretary(
    client: Client, where: str
) -> None:
    case = Case(client)
    action = make_action(case.office, case.nc) if where == "action" else None
    first, second = _file(case, action=action), _file(case, action=action)

    refused = [_withdraw(client, first, by).status_code for by in (case.leader, case.head)]
    offered = case.page(case.head).context["withdrawable"]
    assert (refused, offered) == ([403, 403], set())
    assert Evidence.objects.standing().count() == 2
    answers = [
        _withdraw(client, each, by) for each, by in ((first, case.worker), (second, case.secretary))
    ]

    assert [answer["Location"] for answer in answers] == [case.nc.get_absolute_url()] * 2
    assert not Evidence.objects.standing().exists()
    first.refresh_from_db()
    assert first.withdrawn_reason == "Nhầm tệp"


def _withdraw(client: Client, evidence: Evidence, by: User) -> Any:
    url = reverse("audits:evidence-withdraw", args=[evidence.pk])
    return sign_in(client, by).post(url, {"reason": "Nhầm tệp"})


def test_what_was_verified_by_is_not_withdrawn(client: Client) -> None:
    case = Case(client)
    action = make_action(case.office, case.nc, due_on=case.nc.due_on)
    evidence = _file(case, action=action)
    case.advance(Status.PLANNED).advance(Status.VERIFIED)

    assert _withdraw(client, evidence, case.worker).status_code == 403
    with pytest.raises(TransitionNotAllowed, match="đã được kiểm tra xác nhận"):
        withdraw_evidence(Evidence.objects.get(), by=case.worker, reason="Nhầm tệp")

    assert Evidence.objects.standing().get() == evidence


def test_a_closed_sheet_gives_no_evidence_up(client: Client) -> None:
    case = Case(client)
    evidence = _file(case)
    case.advance(Status.CLOSED)

    assert _withdraw(client, evidence, case.worker).status_code == 403
    assert Evidence.objects.standing().get() == evidence


def test_evidence_of_its_finding_is_seen_with_the_sheet(client: Client) -> None:
    office = Office()
    audit = make_bare_audit(office)
    finding = make_bare_finding(office, audit)
    member = AuditMember(audit=audit, person=office.secretary, role=AuditMember.Role.LEAD)
    member.record(by=office.secretary, reason="Phân công")
    evidence = add_evidence(
        finding,
        SimpleUploadedFile("so.pdf", b"%PDF-1.4 so %%EOF"),
        caption="",
        evidence_on=today(),
        client_id=uuid.uuid4(),
        by=office.secretary,
    )
    doer = make_user(Role.STAFF, unit=make_unit(office.agency))
    url = reverse("audits:evidence-file", args=[evidence.pk])

    before = sign_in(client, doer).get(url).status_code
    finding.audit = report_bare_audit(audit, office)
    nc = raise_nonconformity(finding, by=office.leader, on=today())
    make_action(office, nc, person=doer)

    after = client.get(url)
    after.getvalue()

    assert (before, after.status_code) == (404, 200)
