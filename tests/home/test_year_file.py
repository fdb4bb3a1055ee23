"""Hồ sơ ISO năm: what fills itself, what is typed, who may, and all of it as one archive."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from audits.workflow import AuditStatus
from home.year import year_file
from procedures import actions
from procedures.models import YearPaper
from procedures.pages.yearly import offer_on
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.roles import Role
from qms.records.models import Job
from tests.audits.filling import make_filled
from tests.factories import Office, make_user, make_version, sign_in

pytestmark = pytest.mark.django_db
YEAR = today().year
URL = f"/ho-so-nam/{YEAR}/"
PDF = b"%PDF-1.4 to trinh %%EOF"


def _add(client: Client, **given: Any) -> Any:
    typed = {"row": "plan", "title": "Kế hoạch duy trì HTQLCL", "number": "12/KH-PGDĐT"}
    return client.post(f"{URL}them/", typed | given)


def _lines(office: Office, key: str, user: Any = None) -> list[str]:
    found = year_file(user or office.secretary, office.agency, YEAR)
    return [line.title for row in found.rows if row.key == key for line in row.lines]


def test_secretary_adds_edits_and_marks_a_mistake(client: Client) -> None:
    office = Office()
    sign_in(client, office.secretary)
    assert "00/16" in client.get("/ho-so-nam/").content.decode()

    answer = _add(client, dated_on=format_date(today()), file=SimpleUploadedFile("k.pdf", PDF))
    _add(client, dated_on=format_date(today()), file=SimpleUploadedFile("k.pdf", PDF))

    paper = YearPaper.objects.get()  # the same again is the same
    page = client.get(answer.headers["Location"]).content.decode()
    assert "01/16" in page
    assert "12/KH-PGDĐT" in page
    kept = client.get(f"/giay-to-nam/{paper.pk}/tep/")
    assert b"".join(kept.streaming_content) == PDF  # type: ignore[attr-defined]
    edit = f"/giay-to-nam/{paper.pk}/"
    seen = client.get(edit).context["form"]["seen"].value()
    given = {"row": "budget", "title": "Dự toán", "seen": seen}
    client.post(edit, given)
    paper.refresh_from_db()
    assert (paper.row, paper.title, paper.number) == ("budget", "Dự toán", "")
    assert paper.file is not None  # stays where no other is given
    stale = client.post(edit, given | {"title": "Khác"})
    assert stale.status_code == 422
    assert "Người khác vừa sửa mục này" in stale.content.decode()
    assert client.post(f"{edit}ghi-nham/", {"nham-reason": ""}).status_code == 422
    client.post(f"{edit}ghi-nham/", {"nham-reason": "Trùng"})
    assert _lines(office, "budget") == []
    assert "Giấy tờ ghi nhầm (1)" in client.get(URL).content.decode()
    assert client.get(edit).status_code == 403


def test_bad_papers_are_told_at_the_field(client: Client) -> None:
    office = Office()
    sign_in(client, office.secretary)
    late = format_date(today() + dt.timedelta(1))

    for given, words in (
        ({"title": ""}, "bắt buộc"),
        ({"dated_on": late}, "Ngày không được ở tương lai."),
        ({"dated_on": "31/02/2026"}, "ngày/tháng/năm"),
        ({"file": SimpleUploadedFile("k.exe", b"MZ")}, "Chỉ nhận tệp"),
        ({"file": SimpleUploadedFile("k.pdf", b"khong phai")}, "Nội dung tệp không đúng"),
    ):
        answer = _add(client, **given)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "12/KH-PGDĐT" in answer.content.decode()
    assert not YearPaper.objects.exists()
    assert client.get("/ho-so-nam/1999/them/").status_code == 404
    assert client.get("/ho-so-nam/99999/").status_code == 404


def test_who_reads_and_who_keeps(client: Client) -> None:
    office, other = Office(), Office()
    sign_in(client, office.secretary)
    _add(client)
    paper = YearPaper.objects.get()
    edit, file = f"/giay-to-nam/{paper.pk}/", f"/giay-to-nam/{paper.pk}/tep/"
    checker = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    for user in (office.leader, office.clerk, checker):
        sign_in(client, user)
        assert client.get(URL).status_code == 200
        assert client.get(f"{URL}them/").status_code == 403
        assert client.get(edit).status_code == 403
        assert client.post(f"{edit}ghi-nham/", {"nham-reason": "x"}).status_code == 403
        assert "Thêm giấy tờ" not in client.get(URL).content.decode()
    assert client.post(file, {"file": SimpleUploadedFile("k.pdf", PDF)}).status_code == 403
    sign_in(client, office.staff)
    assert client.get(URL).status_code == 403
    assert client.get(file).status_code == 404
    sign_in(client, other.secretary)
    assert client.get(edit).status_code == 404
    assert paper.title not in client.get(URL).content.decode()
    sign_in(client, office.clerk)  # adds the file that is missing, once
    assert client.get(file).status_code == 200
    client.post(file, {"file": SimpleUploadedFile("k.pdf", PDF)})
    paper.refresh_from_db()
    assert paper.file is not None
    assert client.post(file, {"file": SimpleUploadedFile("h.pdf", PDF + b"2")}).status_code == 403


def test_what_the_system_knows_fills_itself(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        filled = make_filled(Office(), status=AuditStatus.REPORTED)
    office, version = filled.office, filled.version
    actions.record_dissemination(
        office.agency,
        by=office.secretary,
        held_on=today(),
        content="Phổ biến quy trình mới",
        versions=[version],
        people=[office.staff],
    )
    offer = offer_on(office.agency, today())
    values = {
        "number": "45/QĐ",
        "signed_on": today(),
        "notified_number": "9/CV",
        "posted_on": today(),
        "website_url": "https://example.gov.vn/iso",
    }
    actions.declare_system(office.agency, values, offer.declared(offer.usual), by=office.secretary)

    found = year_file(office.secretary, office.agency, YEAR)

    present = {row.key for row in found.rows if row.is_present}
    assert present == {"training", "audit", "declaration", "notice", "posting", "website"}
    audit = next(row for row in found.rows if row.key == "audit")
    assert any(line.file is not None for line in audit.lines)
    sign_in(client, office.leader)
    page = client.get(URL).content.decode()
    assert "06/16" in page
    assert "Phổ biến quy trình mới" in page
    assert version.decision_items.get().decision.number in page
    # Who does not see what the audit found has its line, not its report.
    row = next(r for r in year_file(office.clerk, office.agency, YEAR).rows if r.key == "audit")
    assert row.is_present
    assert all(line.file is None for line in row.lines)
    # A declaration stands until the next one; an audit belongs to its year.
    later = year_file(office.secretary, office.agency, YEAR + 1)
    assert {row.key for row in later.rows if row.is_present} >= {"declaration"}
    assert not any(row.is_present for row in later.rows if row.key in ("audit", "training"))


def test_archive_holds_each_file_and_its_index(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    sign_in(client, office.secretary)
    _add(client, dated_on=format_date(today()), file=SimpleUploadedFile("k.pdf", PDF))
    _add(client, row="budget", title="=HYPERLINK(1)", number="")

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}tai-ve/")

    job = Job.objects.get()
    assert (job.state(), job.failed) == (Job.State.DONE, "")
    answer: Any = client.get(f"/viec-nen/{job.pk}/tep/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    sheet: Any = load_workbook(io.BytesIO(archive.read("muc-luc.xlsx"))).active
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert len(rows) == 16
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    plan = rows[0]
    assert plan[2:4] == ("Kế hoạch duy trì HTQLCL", "12/KH-PGDĐT")
    assert plan[4].date() == today()
    assert archive.read(plan[5]) == PDF
    assert rows[1][2] == "chưa có"
    text = PdfReader(io.BytesIO(archive.read("muc-luc.pdf"))).pages[0].extract_text()
    assert f"HỒ SƠ ISO NĂM {YEAR}" in text
    sign_in(client, office.staff)
    assert client.post(f"{URL}tai-ve/").status_code == 403
    assert client.get(f"/viec-nen/{job.pk}/tep/").status_code == 404


def test_the_page_costs_the_same_however_much_there_is(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.secretary)
    client.get(URL)
    counts = []
    for number in range(2):
        for more in range(1 + 3 * number):
            _add(client, title=f"Giấy tờ {number}.{more}")
            actions.record_dissemination(
                office.agency,
                by=office.secretary,
                held_on=today(),
                content=f"Lần {number}.{more}",
                versions=[version],
                people=[office.staff],
            )
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]
