"""The register of forms: who keeps it, what is refused, which file is filled in on which day."""

import datetime as dt
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from procedures.models import Form, FormIssue
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from qms.records.models import StoredFile
from tests.factories import (
    Office,
    make_agency,
    make_blank,
    make_blank_issue,
    make_user,
    make_version,
    restrict,
)

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("procedures:blank-list"), reverse("procedures:blank-new")
PDF = b"%PDF-1.4 mau %%EOF"


def docx(*parts: str) -> bytes:
    """A Word file with just these parts, in this order."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for part in parts or ("[Content_Types].xml", "_rels/.rels", "word/document.xml"):
            archive.writestr(part, f"<x>{'<y/>' * 50}</x>")
    return data.getvalue()


def send(client: Client, data: bytes | None = None, as_file: str = "mau.pdf", **typed: str) -> Any:
    values: dict[str, Any] = {
        "kind": "internal",
        "code": "BM-01",
        "name": "Đơn đề nghị",
        "source": "",
        "valid_from": "01/03/2022",
    }
    if data is not None:
        values["file"] = SimpleUploadedFile(as_file, data)
    return client.post(NEW, values | typed)


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return dict(answer.context["form"].errors)


def test_secretary_adds_a_form_with_its_file(client: Client) -> None:
    office = Office()
    client.force_login(office.secretary)

    answer = send(client, PDF, "Đơn đề nghị.pdf")

    assert answer.headers["Location"] == LIST
    form = Form.objects.get()
    issue = form.issues.get()
    assert (form.code, form.name, form.agency) == ("BM-01", "Đơn đề nghị", office.agency)
    assert (issue.issue_no, issue.valid_from) == (1, dt.date(2022, 3, 1))
    row = form.history.get()
    assert (row.history_user, row.history_change_reason) == (office.secretary, "Thêm biểu mẫu")
    page = client.get(LIST).content.decode()
    assert "BM-01" in page
    assert "lần 01, từ 01/03/2022" in page


def test_a_form_may_wait_for_its_file(client: Client) -> None:
    client.force_login(Office().secretary)

    send(client, valid_from="")

    assert Form.objects.get().issues.count() == 0
    assert "chưa có tệp" in client.get(LIST).content.decode()


def test_a_known_form_gets_its_next_issue(client: Client) -> None:
    office = Office()
    form = make_blank(office, "BM-01", name="Đơn đề nghị")
    old = make_blank_issue(form, valid_from=dt.date(2022, 3, 1))
    client.force_login(office.secretary)

    send(client, PDF, valid_from="01/05/2023", code="bm – 01", name="đơn  đề nghị")

    assert list(form.issues.values_list("issue_no", "valid_from")) == [
        (1, dt.date(2022, 3, 1)),
        (2, dt.date(2023, 5, 1)),
    ]
    rows = client.get(LIST).context["rows"]
    assert [(row.current.issue_no, row.coming) for row in rows] == [(2, None)]
    kept = client.get(reverse("procedures:blank-file", args=[old.pk]))
    assert kept.getvalue() == b"%PDF-1.4 mBM-01"


def test_an_issue_of_a_later_day_waits_for_it(client: Client) -> None:
    office = Office()
    form = make_blank(office)
    now = make_blank_issue(form, valid_from=today())
    later = make_blank_issue(form, valid_from=dt.date(2100, 1, 1), data=b"%PDF-1.4 sau %%EOF")
    client.force_login(office.staff)

    answer = client.get(LIST)

    assert [(row.current, row.coming) for row in answer.context["rows"]] == [(now, later)]
    assert "lần 02 dùng từ 01/01/2100" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"code": ""}, "code", "Biểu mẫu nội bộ phải có mã hiệu."),
        ({"kind": "legal"}, "source", "Hãy ghi văn bản quy định mẫu này."),
        ({"name": " "}, "name", "Chưa điền mục này."),
        ({"valid_from": ""}, "valid_from", "Hãy ghi ngày bắt đầu dùng tệp này."),
        (
            {"valid_from": "2/30"},
            "valid_from",
            "Ngày phải ghi theo dạng ngày/tháng/năm, ví dụ 15/03/2022.",
        ),
    ],
)
def test_what_is_missing_is_told_at_its_field_and_what_was_typed_is_kept(
    client: Client, typed: dict[str, str], field: str, message: str
) -> None:
    client.force_login(Office().secretary)

    answer = send(client, PDF, **typed)

    assert errors(answer)[field] == [message]
    assert 'value="Đơn đề nghị"' in answer.content.decode() or field == "name"
    assert not Form.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "mau.pdf", "Tệp rỗng. Hãy chọn lại tệp có nội dung."),
        (b"MZ\x90\x00 chuong trinh", "mau.pdf", "Nội dung tệp không đúng là “.pdf”."),
        (PDF, "mau.docx", "Nội dung tệp không đúng là “.docx”."),
        (PDF, "mau.exe", "Chỉ nhận tệp docx, pdf, xlsx; tệp này có đuôi “.exe”."),
        (PDF, "mau", "Chỉ nhận tệp docx, pdf, xlsx; tệp này có đuôi “.”."),
        (b"PK\x03\x04" + b"x" * 500, "mau.docx", "Tệp bị hỏng hoặc thiếu dữ liệu"),
        (docx("a.txt"), "mau.docx", "Nội dung tệp không đúng là “.docx”."),
        (docx("xl/workbook.xml"), "mau.docx", "Nội dung tệp không đúng là “.docx”."),
        (
            docx("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "mau.docx",
            "Tệp có chứa macro",
        ),
        (PDF + b" " * 2000, "mau.pdf", "Tệp lớn hơn 0 MB."),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_and_nothing_is_written(
    client: Client, settings: Any, data: bytes, name: str, message: str
) -> None:
    settings.MAX_UPLOAD_BYTES = 2000
    client.force_login(Office().secretary)

    answer = send(client, data, name)

    assert errors(answer)["file"][0].startswith(message)
    assert not Form.objects.exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    "parts",
    [
        ("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
        ("[Content_Types].xml", "docProps/app.xml", "docProps/custom.xml", "word/document.xml"),
        ("word/document.xml", "_rels/.rels", "[Content_Types].xml"),
    ],
)
def test_a_word_file_is_known_whatever_program_wrote_it(
    client: Client, parts: tuple[str, ...]
) -> None:
    client.force_login(Office().secretary)

    send(client, docx(*parts), "mau.docx")

    assert FormIssue.objects.get().file.label == "mau.docx"


@pytest.mark.parametrize("day", ["01/03/2022", "28/02/2022"])
def test_an_issue_may_not_begin_before_the_last_one(client: Client, day: str) -> None:
    office = Office()
    form = make_blank(office, "BM-01", name="Đơn đề nghị")
    make_blank_issue(form, valid_from=dt.date(2022, 3, 1))
    client.force_login(office.secretary)

    answer = send(client, PDF, valid_from=day)

    assert errors(answer)["valid_from"] == ["Đã có lần ban hành mẫu dùng từ ngày này hoặc sau đó."]
    assert form.issues.count() == 1


def test_a_known_code_under_another_name_is_refused(client: Client) -> None:
    office = Office()
    make_blank(office, "BM-01", name="Sổ theo dõi")
    client.force_login(office.secretary)

    assert errors(send(client, PDF))["name"] == [
        "Mã này đã là “Sổ theo dõi”. Ghi đúng tên ấy để ban hành lần mới, hoặc dùng mã khác."
    ]
    assert errors(send(client, name="Sổ theo dõi"))["file"] == [
        "Biểu mẫu này đã có; hãy chọn tệp của lần ban hành mới."
    ]
    assert not FormIssue.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ISO_SECRETARY])
def test_only_the_secretary_adds_forms(client: Client, role: Role) -> None:
    office = Office()
    make_blank(office)
    client.force_login(make_user(role, unit=office.agency))

    assert client.get(NEW).status_code == 403
    assert send(client, PDF, code="BM-02").status_code == 403
    assert Form.objects.count() == 1
    assert "Thêm biểu mẫu" not in client.get(LIST).content.decode()


def test_forms_of_another_agency_are_not_there(client: Client) -> None:
    office, other = Office(), Office()
    form = make_blank(other, "BM-LẠ")
    issue = make_blank_issue(form, valid_from=today())
    client.force_login(office.secretary)

    assert client.get(LIST).context["rows"] == []
    assert client.get(form.get_absolute_url()).status_code == 404
    assert client.get(reverse("procedures:blank-file", args=[issue.pk])).status_code == 404


def test_a_secretary_of_another_agency_gives_the_same_code_to_a_form_of_its_own(
    client: Client,
) -> None:
    make_blank(Office(), "BM-01", name="Sổ theo dõi")
    agency = make_agency()
    client.force_login(make_user(Role.ISO_SECRETARY, unit=agency))

    send(client, PDF)

    assert Form.objects.get(agency=agency).name == "Đơn đề nghị"


def test_file_comes_as_an_attachment_of_its_own_type(client: Client) -> None:
    office = Office()
    client.force_login(office.secretary)
    send(client, docx(), "Đơn đề nghị.docx")

    answer = client.get(reverse("procedures:blank-file", args=[FormIssue.objects.get().pk]))

    assert answer.getvalue() == docx()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Type"].endswith("wordprocessingml.document")


def test_register_counts_the_procedures_in_force_that_the_reader_may_see(client: Client) -> None:
    office = Office()
    form = make_blank(office, "BM-01")
    uses = ({"code": form.code, "name": form.name},)
    make_version(VersionStatus.ISSUED, office, forms=uses)
    make_version(VersionStatus.DRAFT, office, forms=uses)
    restrict(make_version(VersionStatus.ISSUED, office, forms=uses).procedure)

    counts = []
    for user in (office.staff, office.secretary):
        client.force_login(user)
        counts.append(client.get(LIST).context["rows"][0].form.used)

    assert counts == [1, 2]


def test_register_is_found_without_accents_and_sorted_in_vietnamese(client: Client) -> None:
    office = Office()
    for code, name in [("BM-10", "Sổ"), ("BM-9", "Đơn"), ("BM-2", "Giấy mời")]:
        make_blank(office, code, name=name)
    client.force_login(office.staff)

    def codes(**asked: str) -> list[str]:
        return [row.form.code for row in client.get(LIST, asked).context["rows"]]

    assert codes() == ["BM-2", "BM-9", "BM-10"]
    assert codes(q="giay moi") == ["BM-2"]
    assert codes(q="khong co") == []


@pytest.mark.parametrize("count", [1, 3])
def test_register_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    for number in range(count):
        make_blank_issue(make_blank(office, f"BM-{number}"), valid_from=today())
    client.force_login(office.secretary)

    with django_assert_num_queries(8):
        answer = client.get(LIST)

    assert len(answer.context["rows"]) == count
