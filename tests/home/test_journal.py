"""The journal tells who recorded what, and never more than its reader may know."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from home.journal.scopes import SCOPES, scoped_models
from procedures.models import Decision
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from qms.records.ledger.kept import histories, ledgered
from qms.records.models import LedgerEntry, Signature
from tests.audits.making import make_audit
from tests.factories import (
    Office,
    make_agency,
    make_draft,
    make_tthc,
    make_user,
    make_version,
    restrict,
)
from tests.pdfs import pages

pytestmark = pytest.mark.django_db
JOURNAL = "/nhat-ky/"


def _text(client: Client, user: Any, query: str = "") -> str:
    client.force_login(user)
    response = client.get(JOURNAL + query)
    assert response.status_code == 200
    return response.content.decode()


def _pages(client: Client, address: str) -> list[str]:
    return pages(client.get(address).getvalue())


def test_every_model_of_the_ledger_has_a_scope() -> None:
    told = {model._meta.label for model in [*histories(), *ledgered()]}

    assert told - {Signature._meta.label} == set(SCOPES)
    assert len(scoped_models()) == len(SCOPES)


def test_secretary_reads_who_did_what_and_why(client: Client) -> None:
    office = Office()
    version = make_draft(office, title="Tuyển sinh lớp sáu")
    version.submit(by=office.secretary, answers={})

    text = _text(client, office.secretary)

    assert "Tuyển sinh lớp sáu" in text
    assert "Ký: soạn thảo" in text
    assert str(office.secretary) in text
    assert version.procedure.get_absolute_url() in text
    assert str(LedgerEntry.objects.head()) in text


def test_what_belongs_to_others_is_passed_over(client: Client) -> None:
    office, other = Office(), Office()
    make_draft(other, title="Của cơ quan khác")
    make_audit(other, title="Đánh giá của cơ quan khác")
    restrict(make_draft(office, title="Hạn chế người đọc").procedure)
    desk = make_user(Role.ISO_SECRETARY, unit=make_agency(), name="Thư ký nơi thứ ba")

    mine, third = _text(client, office.secretary), _text(client, desk)

    assert "Hạn chế người đọc" in mine
    for title in ("Của cơ quan khác", "Đánh giá của cơ quan khác"):
        assert title not in mine
        assert title not in third
    assert "Hạn chế người đọc" not in third


def test_administrator_sees_accounts_and_grants_but_no_content(client: Client) -> None:
    office = Office()
    make_draft(office, title="Nội dung quy trình")

    text = _text(client, office.admin)

    assert "Nội dung quy trình" not in text
    assert "quyền theo đơn vị" in text
    assert str(office.staff) in text


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ISO_SECRETARY, Role.SYSTEM_ADMIN}))
def test_others_have_no_journal(client: Client, role: Role) -> None:
    client.force_login(make_user(role, unit=make_agency()))

    assert client.get(JOURNAL).status_code == 403


def test_findings_wait_for_the_closing_meeting(client: Client) -> None:
    office = Office()
    audit = make_audit(office)
    text = _text(client, office.secretary, "?nhom=danh-gia")

    assert audit.number in text
    assert "câu hỏi" not in text.lower()


def test_it_is_narrowed_by_person_day_and_group(client: Client) -> None:
    office = Office()
    make_draft(office, title="Chuyển trường")
    day = format_date(today())

    found = _text(client, office.secretary, "?nguoi=le+van+chuyen&nhom=quy-trinh&tu=" + day)
    nobody = _text(client, office.secretary, "?nguoi=khong+co+ai")
    older = _text(client, office.secretary, "?den=01/01/2020")
    wrong = _text(client, office.secretary, "?tu=31/02/2022&den=x&truoc=zz&nhom=la")

    assert "Chuyển trường" in found
    assert "Không có mục nào" in nobody
    assert "Không có mục nào" in older
    assert "field-error" in wrong


def test_it_is_read_in_parts_with_a_bounded_number_of_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    office = Office()
    for number in range(12):
        make_draft(office, title=f"Quy trình số {number}")
    client.force_login(office.secretary)

    with django_assert_max_num_queries(60):
        first = client.get(JOURNAL)
    older = client.get(f"{JOURNAL}?truoc={first.context['part'].before}")

    assert len(first.context["part"].lines) == 50
    assert older.context["part"].lines[0].entry.seq < first.context["part"].lines[-1].entry.seq


def test_head_of_the_ledger_stands_on_what_is_printed_but_not_on_administrative_papers(
    client: Client,
) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    decision = Decision.objects.get(items__version=version)
    client.force_login(office.secretary)
    head = LedgerEntry.objects.head()

    for address in (
        reverse("procedures:version-pdf", args=[version.procedure.slug, version.number_slug]),
        reverse("procedures:register-pdf", args=["tai-lieu-noi-bo"]),
    ):
        assert all(head.line in page for page in _pages(client, address))
    sheet = client.get(reverse("procedures:register-xlsx", args=["tai-lieu-noi-bo"]))
    book = openpyxl.load_workbook(BytesIO(sheet.getvalue()))
    footer: Any = book.worksheets[0].oddFooter
    assert head.line in footer.left.text
    paper = reverse("procedures:decision-pdf", args=[decision.pk])
    assert "Sổ cái" not in "".join(_pages(client, paper))


def test_the_administrator_is_led_to_no_record_that_is_refused(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    link = f'href="{tthc.get_absolute_url()}"'

    client.force_login(office.secretary)
    assert link in client.get(JOURNAL).content.decode()
    client.force_login(office.admin)
    assert tthc.name in (page := client.get(JOURNAL).content.decode())
    assert link not in page
