"""The printed sheet of a nonconformity, and the register of many."""

import datetime as dt
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db.models import Value
from django.db.models.functions import Coalesce

from audits.actions.treating import ask_for_change, complete_action, extend
from audits.actions.verifying import follow_up, verify
from audits.models import (
    Nonconformity,
)
from audits.papers.register import Entry, register_paper, register_workbook
from audits.printing.nonconformities import nonconformity_paper, register_entries
from audits.printing.shared import letterhead_of
from audits.standing import as_of
from audits.workflow import NonconformityStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from tests.audits import making_papers
from tests.audits.making_nc import advance_nonconformity, make_action, make_nonconformity
from tests.audits.making_papers import DAY, Told, close_and_contest, evidence_of, make_told
from tests.audits.reading_papers import must_say
from tests.factories import Office, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Told:
    return make_told()


def _of_two_rounds(office: Office) -> Nonconformity:
    version = make_version(VersionStatus.ISSUED, office)
    nc = make_nonconformity(
        office, procedure=version.procedure, version=version, grade=Nonconformity.Grade.MAJOR
    )
    advance_nonconformity(nc, NonconformityStatus.PLANNED, office)
    nc = Nonconformity.objects.get(pk=nc.pk)
    action = nc.standing_actions().get()
    ask_for_change(action, by=office.staff, what="Thêm ô ghi giờ", why="Phiếu thiếu giờ")
    extend(nc, new_due_on=nc.due_on + DAY, reason="Chờ phần mềm", by=office.secretary)
    evidence_of(action, office.staff, "Ảnh sổ kiểm tra tuần")
    complete_action(action, by=office.staff, note="Đã kiểm tra 04 tuần")
    nc = Nonconformity.objects.get(pk=nc.pk)
    advance_nonconformity(nc, NonconformityStatus.IMPLEMENTED, office)
    verify(nc, by=office.secretary, is_effective=False, comment="Vẫn còn 02 phiếu thiếu giờ")
    return Nonconformity.objects.get(pk=nc.pk)


def test_sheet_holds_all_rounds_actions_extensions_and_requests() -> None:
    office = Office()
    nc = _of_two_rounds(office)

    paper = nonconformity_paper(nc)

    must_say(
        paper,
        "BM-03-04",
        nc.number,
        "Không ghi phiếu kiểm soát quá trình",
        "2. Xử lý – lần 1",
        "2. Xử lý – lần 2",
        "Vì sao 2: Không ai kiểm tra phiếu (nguyên nhân gốc)",
        "Phương pháp, quy trình chưa phù hợp",
        "Kiểm tra phiếu mỗi tuần",
        "Thêm ô ghi giờ",
        "Lý do: Phiếu thiếu giờ",
        "Đã kiểm tra 04 tuần",
        "Ảnh sổ kiểm tra tuần",
        "Không đạt, xử lý lại",
        "Vẫn còn 02 phiếu thiếu giờ",
        "Chờ phần mềm",
        "Người kiểm tra xác nhận",
    )


def test_sheet_names_the_one_that_follows_where_the_effect_failed() -> None:
    office = Office()
    nc = make_nonconformity(office)
    advance_nonconformity(nc, NonconformityStatus.CLOSED, office)
    nc = Nonconformity.objects.get(pk=nc.pk)
    making_papers.fail_effect(nc, office)
    later = follow_up(nc, by=office.secretary)

    must_say(
        nonconformity_paper(nc), "Hiệu lực: không đạt", "Tái diễn tại hồ sơ khác", later.number
    )
    must_say(nonconformity_paper(later), "Lập tiếp theo phiếu", nc.number)


def test_sheet_of_a_rejected_one_tells_why() -> None:
    office = Office()
    nc = make_nonconformity(office)
    advance_nonconformity(nc, NonconformityStatus.REJECTED, office)

    must_say(nonconformity_paper(nc), "không phải là sự không phù hợp", "Nhầm hồ sơ")


def test_sheet_of_an_audit_holds_the_evidence_and_the_answer_of_the_finding(told: Told) -> None:
    close_and_contest(told)
    nc = making_papers.report(told)

    must_say(
        nonconformity_paper(nc),
        f"Đánh giá nội bộ {told.audit.number}",
        "Ảnh phiếu kiểm soát quá trình",
        "Ảnh sổ giao nhận",
        "Hồ sơ bị tạm dừng chờ bổ sung.",
    )


# --- the register ---


def _standing(on: dt.date) -> Any:
    rows = as_of(on, Nonconformity.objects.filter(found_on__lte=on))
    return rows.annotate(state=Coalesce("status_then", Value("open"))).order_by("pk")


def test_register_tells_how_each_stood_on_the_day() -> None:
    office = Office()
    found_on = today() - 40 * DAY
    nc = make_nonconformity(office, found_on=found_on, due_on=today() - 5 * DAY)
    advance_nonconformity(nc, NonconformityStatus.CLOSED, office)

    (then,) = register_entries(_standing(today() - DAY), today() - DAY)
    (now,) = register_entries(_standing(today()), today())

    assert (then.done_on, then.verifier, then.result) == (None, "", "")
    assert then.state == "Mới ghi nhận, quá hạn 4 ngày"
    assert (now.done_on, now.verifier, now.result) == (today(), str(office.secretary), "Đạt")
    assert now.state == f"Đã đóng ngày {format_date(today())}"


def _entry(**fields: Any) -> Entry:
    values: dict[str, Any] = {
        "number": "KPH-2022-001",
        "found_on": dt.date(2022, 5, 12),
        "source": "Đánh giá nội bộ",
        "unit": "Một cửa",
        "grade": "Nhẹ",
        "summary": "Thiếu phiếu",
        "due_on": dt.date(2022, 6, 11),
        "done_on": None,
        "verifier": "",
        "result": "",
        "state": "Mới ghi nhận",
    } | fields
    return Entry(**values)


def test_workbook_has_days_as_days_and_no_formula() -> None:
    head = letterhead_of(Office().agency)
    entries = [_entry(summary='=HYPERLINK("http://x.vn","x")'), _entry(number="KPH-2022-002")]

    book = register_workbook(head, entries, dt.date(2022, 6, 30), "Chỉ gồm: mức “Nhẹ”")

    sheet: Any = openpyxl.load_workbook(BytesIO(book)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = next(n for n, row in enumerate(rows) if row[0] == "TT")
    assert [row[0] for row in rows if "Tính đến" in str(row[0])] == ["Tính đến ngày 30/06/2022"]
    assert rows[at + 1][:3] == [1, "KPH-2022-001", dt.datetime(2022, 5, 12)]  # noqa: DTZ001
    assert rows[at + 1][7] == dt.datetime(2022, 6, 11)  # noqa: DTZ001
    assert sheet.cell(at + 2, 7).data_type == "s"
    assert sheet.cell(at + 2, 7).value.startswith("=HYPERLINK")
    assert sheet.cell(at + 2, 7).hyperlink is None
    assert sheet.freeze_panes == f"C{at + 2}"
    assert sheet.auto_filter.ref == f"A{at + 1}:L{at + 3}"


def test_register_on_paper_says_the_same() -> None:
    head = letterhead_of(Office().agency)

    paper = register_paper(head, [_entry()], dt.date(2022, 6, 30), "Chỉ gồm: quá hạn")

    must_say(paper, "BM-04-01", "Tính đến ngày 30/06/2022", "KPH-2022-001", "12/05/2022")
    assert paper.landscape


@pytest.mark.parametrize("count", [1, 3])
def test_register_query_count_is_constant(count: int, django_assert_num_queries: Any) -> None:
    office = Office()
    for _ in range(count):
        advance_nonconformity(make_nonconformity(office), NonconformityStatus.VERIFIED, office)

    with django_assert_num_queries(3):
        found = _standing(today()).select_related("unit")
        assert len(register_entries(found, today())) == count


@pytest.mark.parametrize("count", [1, 3])
def test_sheet_query_count_is_constant(count: int, django_assert_num_queries: Any) -> None:
    office = Office()
    nc = make_nonconformity(office, grade=Nonconformity.Grade.MAJOR)
    advance_nonconformity(nc, NonconformityStatus.ANALYSED, office)
    for _ in range(count):
        evidence_of(make_action(office, nc), office.staff, "Ảnh")

    with django_assert_num_queries(15):
        found = Nonconformity.objects.select_related(
            "agency", "unit", "found_by", "reported_by", "owner", "auditor", "finding__audit"
        )
        nonconformity_paper(found.get(pk=nc.pk))
