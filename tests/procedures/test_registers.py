"""Registers of a day: page, workbook and paper say what the database holds, to who may read it."""

import datetime as dt
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from procedures import actions
from procedures.content import KeptRecord
from procedures.models import (
    DocumentSettings,
    LegalChange,
    LegalDocument,
    PrintedCopy,
    RecallRecord,
)
from procedures.registers import REGISTERS, Asked, tabulate
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.factories import (
    Office,
    make_blank,
    make_blank_issue,
    make_next_version,
    make_unit,
    make_user,
    make_version,
    restrict,
    sign_in,
    system,
)
from tests.pdfs import squeezed, whole

pytestmark = pytest.mark.django_db
LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}
THEN = dt.date(2022, 6, 1)
LIST = reverse("procedures:register-list")


def address(slug: str, kind: str = "detail") -> str:
    return reverse(f"procedures:register-{kind}", args=[slug])


def sheet_of(client: Client, slug: str, **asked: str) -> Any:
    answer = client.get(address(slug, "xlsx"), asked)
    assert answer.status_code == 200
    return openpyxl.load_workbook(BytesIO(answer.content)).active


def rows_of(sheet: Any) -> list[list[Any]]:
    """The rows below the head of the table, which begins with TT."""
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    first = next(at for at, row in enumerate(rows) if row[0] == "TT")
    return rows[first + 1 :]


def expected(slug: str, office: Office, user: User, on: dt.date) -> list[list[Any]]:
    """What the database says, as a workbook holds it."""
    table = tabulate(REGISTERS[slug], Asked(office.agency, on, user))

    def cell(value: Any) -> Any:
        if isinstance(value, dt.date):
            return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001
        return None if value in ("", None) else value

    return [[cell(value) for value in row] for row in table.numbered()]


def make_legal(number: str, **fields: Any) -> LegalDocument:
    document = LegalDocument(number=number, **({"trust": LegalDocument.Trust.YES} | fields))
    document.record(by=system(), reason="Thêm văn bản")
    return document


def hand_out(office: Office, version: Any, holder: str, day: dt.date) -> PrintedCopy:
    copies = actions.hand_out_copies(
        version, [actions.Holder(name=holder)], handed_on=day, by=office.secretary
    )
    return copies[0]


def full_office() -> Office:
    """Something in each of the registers, with texts that Excel would take for formulas."""
    office = Office()
    blank = make_blank(office, "BM-01", name="=1+1")
    make_blank_issue(blank, valid_from=dt.date(2022, 3, 1))
    make_legal("01/2020/NĐ-CP", title="+84 về thủ tục", issued_on=dt.date(2020, 1, 2))
    version = make_version(
        VersionStatus.ISSUED,
        office,
        title="@SUM(A1) Chuyển trường",
        bases=({"number": "01/2020/NĐ-CP"},),
        forms=({"code": "BM-01", "name": "=1+1"},),
        records=(KeptRecord(name="-2+3 Sổ theo dõi", keeper="Văn thư", years=5, medium="paper"),),
        **LONG_AGO,
    )
    hand_out(office, version, "=Bộ phận Một cửa", today())
    actions.acknowledge([version], by=office.staff)
    return office


# --- what page, workbook and paper say ---


def test_each_workbook_and_paper_reads_back_as_the_database_has_it(client: Client) -> None:
    office = full_office()
    sign_in(client, office.secretary)

    for slug, register in REGISTERS.items():
        sheet = sheet_of(client, slug)
        rows = rows_of(sheet)
        assert rows, slug
        assert rows == expected(slug, office, office.secretary, today()), slug
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        kinds = [column.kind for column in register.columns]
        for row in rows:
            for kind, value in zip(kinds, row, strict=True):
                assert kind != "date" or value is None or isinstance(value, dt.datetime)
                assert kind != "padded" or value is None or isinstance(value, int)
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref is not None

        answer = client.get(address(slug, "pdf"))
        said = whole(answer.content)
        code, title = DocumentSettings.of(office.agency).paper(register.key)
        assert answer.headers["Content-Type"] == "application/pdf"
        for text in (code, title, f"Tính đến ngày {format_date(today())}", "Người lập"):
            assert squeezed(text) in said, slug
        table = tabulate(register, Asked(office.agency, today(), office.secretary))
        for entry in table.numbered():
            for text in table.shown(entry):
                assert squeezed(text) in said, (slug, text)

        page = client.get(address(slug)).content.decode()
        assert "Tính đến ngày" in page
        assert len(client.get(address(slug)).context["lines"]) == len(rows)


def test_texts_are_never_formulas(client: Client) -> None:
    office = full_office()
    sign_in(client, office.secretary)

    told = {
        slug: [str(value) for row in rows_of(sheet_of(client, slug)) for value in row]
        for slug in REGISTERS
    }

    assert "@SUM(A1) Chuyển trường" in told["tai-lieu-noi-bo"]
    assert "=1+1" in told["bieu-mau"]
    assert "-2+3 Sổ theo dõi" in told["ho-so"]
    assert "=Bộ phận Một cửa" in told["phan-phoi"]


# --- as of a day ---


def test_documents_inside_are_those_in_force_on_the_day(client: Client) -> None:
    office = Office()
    old = make_version(VersionStatus.ISSUED, office, title="Tên cũ", **LONG_AGO)
    make_next_version(office, old, title="Tên mới")
    sign_in(client, office.staff)

    def told(day: dt.date) -> list[tuple[Any, ...]]:
        rows = rows_of(sheet_of(client, "tai-lieu-noi-bo", ngay=format_date(day)))
        return [(row[1], row[3], row[4], row[5].date()) for row in rows]

    assert told(dt.date(2022, 3, 14)) == []
    assert told(THEN) == [("Tên cũ", 1, 0, dt.date(2022, 3, 10))]
    assert told(today()) == [("Tên mới", 1, 1, today())]


def test_documents_outside_show_their_validity_of_the_day(client: Client) -> None:
    office = Office()
    old = make_legal(
        "01/2020/NĐ-CP", issued_on=dt.date(2020, 1, 2), effective_on=dt.date(2020, 2, 1)
    )
    new = make_legal(
        "09/2022/NĐ-CP", issued_on=dt.date(2022, 8, 1), effective_on=dt.date(2022, 9, 1)
    )
    make_legal(
        "33/2009/TT-X",
        issued_on=dt.date(2009, 1, 1),
        issued_precision="year",
        trust=LegalDocument.Trust.NO,
    )
    change = LegalChange(
        document=old,
        kind=LegalChange.Kind.REPLACED,
        by_document=new,
        effective_on=dt.date(2022, 9, 1),
        is_verified=True,
    )
    change.record(by=system(), reason="Ghi thay đổi")
    make_version(VersionStatus.ISSUED, office, bases=({"number": "01/2020/NĐ-CP"},), **LONG_AGO)
    sign_in(client, office.staff)

    def told(day: str) -> dict[str, tuple[Any, ...]]:
        rows = rows_of(sheet_of(client, "tai-lieu-ben-ngoai", ngay=day))
        return {row[1]: (row[4], row[6], row[7], row[9]) for row in rows}

    before, after = told("01/06/2022"), told("01/09/2022")
    assert set(before) == {"01/2020/NĐ-CP", "33/2009/TT-X"}
    assert before["01/2020/NĐ-CP"][1:3] == ("còn hiệu lực", None)
    assert before["01/2020/NĐ-CP"][3].startswith("QT-")
    assert before["33/2009/TT-X"] == ("năm 2009", "chưa rõ", None, None)
    assert after["01/2020/NĐ-CP"][1:3] == (
        "hết hiệu lực (bị thay thế)",
        "09/2022/NĐ-CP (từ 01/09/2022)",
    )
    assert after["09/2022/NĐ-CP"][1] == "còn hiệu lực"


def test_copies_are_told_as_they_were_held_on_the_day(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    copy = hand_out(office, version, "Một cửa", dt.date(2022, 4, 1))
    for kind, day in (("returned", dt.date(2022, 7, 1)), ("destroyed", dt.date(2022, 8, 1))):
        actions.recall_copies(
            PrintedCopy.objects.filter(pk=copy.pk),
            actions.Recall(
                kind=RecallRecord.Kind(kind),
                done_on=day,
                reason="Thôi",
                performed_by="Đỗ Thị Văn",
                way="Cắt nhỏ",
                witnessed_by="Trần Thị Thư",
            ),
            by=office.secretary,
        )
    sign_in(client, office.clerk)

    def told(day: str) -> list[tuple[Any, ...]]:
        rows = rows_of(sheet_of(client, "phan-phoi", ngay=day))
        return [(row[5], row[6], row[9], row[12]) for row in rows]

    assert told("31/03/2022") == []
    assert told("01/04/2022") == [(1, "Một cửa", None, "đang giữ")]
    assert told("15/07/2022") == [(1, "Một cửa", dt.datetime(2022, 7, 1), "đã thu hồi")]  # noqa: DTZ001
    assert told("01/08/2022") == [(1, "Một cửa", dt.datetime(2022, 8, 1), "đã hủy")]  # noqa: DTZ001


def test_revisions_tell_what_each_edition_changed_until_the_day(client: Client) -> None:
    office = Office()
    old = make_version(VersionStatus.ISSUED, office, **LONG_AGO)
    make_next_version(office, old, change_summary="Rút ngắn bước 2")
    sign_in(client, office.staff)

    then = rows_of(sheet_of(client, "theo-doi-sua-doi", ngay="01/06/2022"))
    now = rows_of(sheet_of(client, "theo-doi-sua-doi"))

    assert [(row[3], row[4], row[9]) for row in then] == [(1, 0, "Ban hành lần đầu")]
    assert [(row[3], row[4], row[9]) for row in now] == [
        (1, 0, "Ban hành lần đầu"),
        (1, 1, "Rút ngắn bước 2"),
    ]


# --- who ---


def test_a_restricted_procedure_stands_in_no_register_of_who_may_not_read_it(
    client: Client,
) -> None:
    office = full_office()
    secret = make_version(
        VersionStatus.ISSUED,
        office,
        title="Việc kín",
        forms=({"code": "BM-01", "name": "=1+1"},),
        bases=({"number": "01/2020/NĐ-CP"},),
        **LONG_AGO,
    )
    restrict(secret.procedure)

    for user, is_told in ((office.clerk, False), (office.secretary, True)):
        sign_in(client, user)
        for slug in set(REGISTERS) - {"phan-phoi"}:
            cells = str(rows_of(sheet_of(client, slug)))
            assert (secret.procedure.code in cells) is is_told, slug


def test_who_holds_what_is_not_for_everybody(client: Client) -> None:
    office = full_office()
    allowed = {
        Role.ISO_SECRETARY,
        Role.LEADER,
        Role.CLERK,
        Role.EXTERNAL_CHECKER,
        Role.INTERNAL_AUDITOR,
    }

    for role in Role:
        sign_in(client, make_user(role, unit=office.agency))
        reads = role is not Role.SYSTEM_ADMIN
        page = client.get(LIST)
        assert page.status_code == (200 if reads else 403)
        assert client.get(address("tai-lieu-noi-bo")).status_code == (200 if reads else 403)
        answer = client.get(address("phan-phoi"))
        assert answer.status_code == (200 if role in allowed else 403), role
        if role not in allowed:
            assert client.get(address("phan-phoi", "xlsx")).status_code == 403
            assert client.get(address("phan-phoi", "pdf")).status_code == 403
        if reads:
            assert (address("phan-phoi") in page.content.decode()) is (role in allowed)
            places = client.get(address("tai-lieu-noi-bo")).content.decode()
            assert ("Một cửa" in places) is (role in allowed), role


def test_another_agency_and_an_unknown_register_are_not_there(client: Client) -> None:
    full_office()
    stranger = Office()
    sign_in(client, stranger.secretary)

    for slug in set(REGISTERS) - {"tai-lieu-ben-ngoai"}:
        assert rows_of(sheet_of(client, slug)) == []
    assert client.get(address("khac")).status_code == 404
    client.logout()
    assert client.get(LIST).status_code == 302


# --- the filter ---


def test_a_unit_narrows_the_register_and_a_bad_day_is_told(client: Client) -> None:
    office = full_office()
    section = make_unit(office.agency, name="Tổ Tiểu học")
    other = make_version(VersionStatus.ISSUED, office, title="Của tổ", **LONG_AGO)
    other.procedure.owner = section
    other.procedure.record(by=system(), reason="Giao đơn vị")
    sign_in(client, office.staff)

    narrowed = client.get(address("tai-lieu-noi-bo"), {"donvi": section.code})
    bad = client.get(address("tai-lieu-noi-bo"), {"ngay": "31/02/2022"})

    assert [cells[1].text for cells in narrowed.context["lines"]] == ["Của tổ"]
    assert "Tổ Tiểu học" in str(sheet_of(client, "tai-lieu-noi-bo", donvi=section.code)["A3"].value)
    assert "Ngày phải ghi theo dạng ngày/tháng/năm" in bad.content.decode()
    assert len(bad.context["lines"]) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_query_counts_are_constant(client: Client, count: int) -> None:
    office = full_office()
    for _ in range(count):
        version = make_version(
            VersionStatus.ISSUED, office, forms=({"code": "BM-01", "name": "=1+1"},), **LONG_AGO
        )
        hand_out(office, version, "Một cửa", today())
        actions.acknowledge([version], by=office.staff)
    sign_in(client, office.secretary)
    counts = {}
    for slug in REGISTERS:
        with CaptureQueriesContext(connection) as queries:
            client.get(address(slug))
        counts[slug] = len(queries)

    assert counts == {
        "tai-lieu-noi-bo": 11,
        "tai-lieu-ben-ngoai": 11,
        "ho-so": 9,
        "theo-doi-sua-doi": 11,
        "phan-phoi": 11,
        "bieu-mau": 11,
    }
