"""The sheet of a nonconformity: what stands out for whom, what it says, its evidence."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.models import Evidence
from audits.workflow import NonconformityStatus as Status
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.audits.cases import Case, main_text, standing_out
from tests.audits.making_nc import (
    make_action,
)
from tests.factories import make_user, sign_in

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


@pytest.mark.parametrize("status", list(Status))
def test_the_sheet_reads_like_the_paper_in_every_state(client: Client, status: str) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(status)

    text = main_text(case.page(case.secretary))

    parts = ["1. Sự không phù hợp", "2. Khắc phục tức thời", "3. Hành động", "4. Kiểm tra"]
    places = [text.index(part) for part in [*parts, "5. Đánh giá hiệu lực", "6. Đóng phiếu"]]
    assert places == sorted(places)
    assert Status(status).label in text
    assert "Người phát hiện: Trần Thị Thư" in text


@pytest.mark.parametrize("count", [1, 3])
def test_nonconformity_detail_query_count_is_constant(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    case = Case(client, grade="major", repeat_denied="Lần đầu").advance(Status.ANALYSED)
    for _ in range(count):
        make_action(case.office, case.nc)
    sign_in(client, case.secretary)

    with django_assert_max_num_queries(60):
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
            "evidence-file": SimpleUploadedFile("bien-ban.pdf", b"%PDF-1.4 bien ban"),
        }
        return sign_in(client, person).post(url, data)

    checker = make_user(Role.EXTERNAL_CHECKER, unit=case.office.agency)
    assert send(checker).status_code == 403
    assert not Evidence.objects.exists()
    send(case.worker)

    assert Evidence.objects.get().nonconformity == case.nc
    assert "bien-ban.pdf" in main_text(case.page(case.head))
