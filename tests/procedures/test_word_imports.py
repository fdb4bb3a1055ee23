"""Word files read in on pages: sent, read by a job, compared with the original, settled once."""

import datetime as dt
import hashlib
import io
import threading
import zipfile
from functools import cache
from typing import Any

import docx
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from procedures import actions
from procedures.content import Content
from procedures.docx_import.carry_out import WordFile
from procedures.docx_import.keeping import read_to_keep
from procedures.docx_import.receiving import read_batch, receive
from procedures.models import Decision, Procedure, ProcedureVersion, WordImport
from procedures.workflow import VersionStatus
from qms.records import files
from qms.records.jobs import Progress
from qms.records.models import Job, Signature, StoredFile
from qms.records.workflow import TransitionNotAllowed
from tests.factories import Office, make_tthc, make_version, sign_in
from tests.procedures.docx_import.documents import TITLE, head, plain, saved, table

pytestmark = pytest.mark.django_db
URL = "/quy-trinh/nhap-word/"
TTHC_CODE = "1.004494"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@cache
def plain_bytes() -> bytes:
    """The same bytes each time; python-docx stamps those it saves with the time."""
    return saved(plain())


@pytest.fixture(scope="module")
def read() -> dict[str, Any]:
    """What is kept of the plain document; reading takes a child process, so it is done once."""
    return read_to_keep(plain_bytes(), "QT-01.docx")


def _upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def _send(client: Client, capture: Any, *uploads: SimpleUploadedFile) -> Any:
    """Send the files as the signed-in person; the job that reads them is done at once."""
    with capture(execute=True):
        return client.post(URL, {"uploads": list(uploads)})


def make_import(office: Office, reading: dict[str, Any], **fields: Any) -> WordImport:
    """An import as the job leaves it, of the plain document."""
    (row,) = receive(
        [WordFile(plain_bytes(), fields.pop("label", "QT-01.docx"))],
        agency=office.agency,
        by=office.secretary,
    ).taken
    row.keep_reading(reading | fields, by=office.secretary)
    return WordImport.objects.get(pk=row.pk)


def _typed(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "viec": "du-thao",
        "code": "QT-01/GDĐT",
        "title": TITLE,
        "kind": "tthc",
        "owner": office.agency.pk,
        "tthc": TTHC_CODE,
    } | changes


def _typed_paper(office: Office, **changes: Any) -> dict[str, Any]:
    paper = {
        "viec": "ghi-nhan",
        "issue_no": "2",
        "revision_no": "",
        "decision_no": "07/QĐ-PGDĐT",
        "decided_on": "07/07/2025",
        "effective_on": "10/07/2025",
        "approved_name": "Nguyễn Văn A",
        "approved_position": "Trưởng phòng",
    }
    return _typed(office, **(paper | changes))


def _page(client: Client, row: WordImport) -> str:
    return client.get(row.get_absolute_url()).content.decode()


NOT_TAKEN = (
    "anh.docm: Tệp có chứa macro",
    "bieu-mau.pdf: Chỉ nhận tệp Word",
    "cut.docx: Tệp bị hỏng",
)


def _without_an_end(data: bytes) -> bytes:
    """The archive as it was, its document broken off: it shows when the file is read."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part[:-9] if name == "word/document.xml" else part)
    return out.getvalue()


def test_files_are_kept_read_and_made_a_draft(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    tthc = make_tthc(office.agency, code=TTHC_CODE)
    sign_in(client, office.secretary)
    data = plain_bytes()

    answer = _send(
        client,
        django_capture_on_commit_callbacks,
        _upload("QT-01.docx", data),
        _upload("hong.docx", _without_an_end(data)),
        _upload("cut.docx", data[:4000]),
        _upload("anh.docm", data),
        _upload("bieu-mau.pdf", b"%PDF-1.4"),
    )

    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("procedures:job-detail", args=[job.pk])
    assert (job.label, job.done, job.total, job.failed) == ("Đọc 02 tệp Word", 2, 2, "")
    told = client.get(answer.headers["Location"]).content.decode()
    for refused in NOT_TAKEN:
        assert f"Không nhận tệp {refused}" in told
    row = WordImport.objects.get(label="QT-01.docx")
    broken = WordImport.objects.get(label="hong.docx")
    assert row.state is WordImport.State.READ
    assert (broken.state, broken.read_at) == (WordImport.State.REFUSED, None)
    assert row.file.sha256 == hashlib.sha256(data).hexdigest()
    listed = client.get(job.result_url).content.decode()
    assert broken.refused in listed
    assert row.file.sha256 in listed
    assert TITLE in listed

    page = _page(client, row)
    for text in ("Bản gốc", "Kết quả đọc", "Chưa hiểu", "Thẩm định hồ sơ", "½ ngày", "chắc"):
        assert text in page
    assert "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO" in page  # of the head of the pages
    assert "Trang 1/5" in page  # of their foot
    original: Any = client.get(reverse("procedures:word-import-file", args=[row.pk]))
    assert b"".join(original.streaming_content) == data
    assert original.headers["Content-Type"] == DOCX
    assert "attachment" in original.headers["Content-Disposition"]

    answer = client.post(row.get_absolute_url(), _typed(office, code="QT-77/GDĐT"))

    version = ProcedureVersion.objects.get()
    assert answer.headers["Location"] == reverse("procedures:draft-detail", args=[version.pk])
    assert (version.procedure.code, version.title) == ("QT-77/GDĐT", TITLE)
    assert (version.status, version.origin) == (VersionStatus.DRAFT, "system")
    assert [link.person for link in version.author_links.all()] == [office.secretary]
    assert [link.tthc for link in version.tthc_links.all()] == [tthc]
    assert [step.work for step in version.document.steps][:2] == [
        "Tiếp nhận, kiểm tra hồ sơ",
        "Thẩm định hồ sơ",
    ]
    row.refresh_from_db()
    assert (row.version, row.state) == (version, WordImport.State.DRAFTED)
    assert "Đã thành dự thảo" in _page(client, row)
    assert 'name="viec"' not in _page(client, row)


def test_sending_again_takes_nothing_twice_and_one_whose_files_are_all_refused_begins_no_job(
    client: Client, django_capture_on_commit_callbacks: Any, read: dict[str, Any]
) -> None:
    office = Office()
    row = make_import(office, read)
    jobs = Job.objects.count()
    sign_in(client, office.secretary)

    again = _send(
        client,
        django_capture_on_commit_callbacks,
        _upload("ten khac.docx", plain_bytes()),
        _upload("rong.docx", b""),
    )

    assert again.status_code == 422
    said = again.content.decode()
    assert "ten khac.docx: Tệp này đã có trong danh sách" in said
    assert "rong.docx" in said
    assert "Hãy chọn ít nhất một tệp Word." in client.post(URL).content.decode()
    assert list(WordImport.objects.all()) == [row]
    assert Job.objects.count() == jobs


def test_register_keeps_the_original_as_the_file_of_the_document(
    client: Client, read: dict[str, Any]
) -> None:
    office = Office()
    make_tthc(office.agency, code=TTHC_CODE)
    row = make_import(office, read)
    sign_in(client, office.secretary)

    refused = client.post(row.get_absolute_url(), _typed_paper(office, decision_no=""))
    assert refused.status_code == 422
    assert "decision_no" in refused.context["form"].errors
    assert 'value="Nguyễn Văn A"' in refused.content.decode()
    earlier = client.post(row.get_absolute_url(), _typed_paper(office, effective_on="01/07/2025"))
    assert "effective_on" in earlier.context["form"].errors
    assert not Procedure.objects.exists()
    assert not Decision.objects.exists()

    client.post(row.get_absolute_url(), _typed_paper(office))

    version = ProcedureVersion.objects.get()
    assert (version.status, version.origin) == (VersionStatus.DRAFT, "paper")
    assert (version.issue_no, version.revision_no) == (2, None)
    assert version.scan == row.file
    signature = Signature.objects.on(version).get()
    assert (signature.person_name, signature.method) == ("Nguyễn Văn A", "paper")
    decision = Decision.objects.get()
    assert (decision.number, decision.signed_on) == ("07/QĐ-PGDĐT", dt.date(2025, 7, 7))
    row.refresh_from_db()
    assert row.state is WordImport.State.REGISTERED
    sign_in(client, office.leader)  # who accepts it compares it with its original
    page = client.get(reverse("procedures:draft-detail", args=[version.pk])).content.decode()
    assert "Chấp nhận tài liệu giấy" in page
    assert row.get_absolute_url() in page
    compared = _page(client, row)
    assert "Thẩm định hồ sơ" in compared
    assert 'name="viec"' not in compared


def test_facts_that_are_wrong_or_missing_are_told_at_their_fields(
    client: Client, read: dict[str, Any]
) -> None:
    office = Office()
    make_version(VersionStatus.ISSUED, office, code="QT-01/GDĐT", title="Chuyển trường")
    row = make_import(office, read)
    sign_in(client, office.secretary)

    page = _page(client, row)
    assert "Mã hiệu “QT-01/GDĐT” đã dùng cho quy trình “Chuyển trường”." in page
    assert f"TTHC {TTHC_CODE} không có trong danh mục" in page
    answer = client.post(row.get_absolute_url(), _typed(office))

    errors = answer.context["form"].errors
    assert answer.status_code == 422
    assert "Mã hiệu này đã dùng cho “Chuyển trường”." in " ".join(errors["code"])
    assert errors["tthc"] == [f"TTHC {TTHC_CODE} không có trong danh mục."]
    assert Procedure.objects.count() == 1
    assert WordImport.objects.get().state is WordImport.State.READ


def test_a_known_code_becomes_the_next_draft_of_its_procedure(
    client: Client, read: dict[str, Any]
) -> None:
    office = Office()
    known = make_version(VersionStatus.ISSUED, office, code="qt-01/gdđt", title="Chuyển trường")
    row = make_import(office, read)
    sign_in(client, office.secretary)

    client.post(row.get_absolute_url(), _typed(office, tthc="", is_next="on"))

    draft = known.procedure.versions.open().get()
    assert (draft.base, draft.title) == (known, TITLE)
    other = make_import_of_another(office, read)
    answer = client.post(other.get_absolute_url(), _typed(office, tthc="", is_next="on"))
    assert answer.status_code == 422
    assert "đang có một bản dự thảo chưa xong" in answer.content.decode()
    assert other.state is WordImport.State.READ


def make_import_of_another(office: Office, reading: dict[str, Any]) -> WordImport:
    """A second import with the same code, of other bytes."""
    document = docx.Document()
    head(document)
    (row,) = receive(
        [WordFile(saved(document), "khac.docx")], agency=office.agency, by=office.secretary
    ).taken
    row.keep_reading(reading, by=office.secretary)
    return WordImport.objects.get(pk=row.pk)


def test_a_code_used_by_two_waiting_files_is_told_in_the_list_and_on_the_page(
    client: Client, read: dict[str, Any]
) -> None:
    office = Office()
    row = make_import(office, read)
    sign_in(client, office.secretary)
    client.get(URL)
    alone = _queries(client)
    make_import_of_another(office, read)

    assert _queries(client) == alone
    assert "Mã hiệu QT-01/GDĐT có trong 02 tệp đang chờ" in client.get(URL).content.decode()
    assert "Tệp “khac.docx” đang chờ cũng ghi mã hiệu" in _page(client, row)


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    return len(queries)


def test_drop_leaves_aside_and_keeps_the_file(client: Client, read: dict[str, Any]) -> None:
    office = Office()
    row = make_import(office, read)
    sign_in(client, office.secretary)

    client.post(reverse("procedures:word-import-drop", args=[row.pk]))

    row.refresh_from_db()
    assert row.state is WordImport.State.DROPPED
    assert StoredFile.objects.filter(pk=row.file_id).exists()
    answer = client.post(row.get_absolute_url(), _typed(office, tthc=""), follow=True)
    assert "Tệp này đang ở trạng thái “Bỏ qua”" in answer.content.decode()
    assert not Procedure.objects.exists()
    listed = client.get(URL, {"trang-thai": "bo-qua"}).context["imports"]
    assert [shown.row for shown in listed] == [row]
    assert client.get(URL, {"trang-thai": "da-doc"}).context["imports"] == []


def test_imports_are_the_secretarys(client: Client, read: dict[str, Any]) -> None:
    office, stranger = Office(), Office()
    row = make_import(office, read)
    file = reverse("procedures:word-import-file", args=[row.pk])
    drop = reverse("procedures:word-import-drop", args=[row.pk])
    detail = row.get_absolute_url()

    for person in (office.staff, office.clerk, stranger.secretary, office.admin):
        sign_in(client, person)
        assert [client.get(url).status_code for url in (detail, file)] == [404, 404]
        assert client.post(detail, _typed(office)).status_code == 404
        assert client.post(drop).status_code == 404
    sign_in(client, office.leader)
    assert client.get(detail).status_code == 200
    assert client.get(URL).status_code == 403
    assert client.post(detail, _typed(office)).status_code == 403
    assert client.post(drop).status_code == 403
    assert not Procedure.objects.exists()
    assert WordImport.objects.get().dropped_at is None


def test_job_stops_for_one_who_is_no_secretary_any_more_and_the_original_is_shown_bare(
    read: dict[str, Any],
) -> None:
    office = Office()
    document = plain()
    document.add_paragraph("<script>alert(1)</script> javascript:alert(2)")
    received = receive(
        [WordFile(saved(document), "a.docx")], agency=office.agency, by=office.secretary
    )
    job, (row,) = received.job, received.taken
    assert job is not None
    job.asked_by = office.staff
    with pytest.raises(ValidationError, match="không còn quyền nhập tệp Word"):
        read_batch(job, Progress(job))
    assert WordImport.objects.unread().get() == row

    told = read_to_keep(saved(document), "a.docx")

    assert "<script" not in told["html"]
    assert "&lt;script&gt;alert(1)" in told["html"]


def test_signers_stand_in_the_form_as_the_sign_table_prints_them(client: Client) -> None:
    office = Office()
    document = docx.Document()
    head(document)
    table(
        document,
        [
            ("Trách nhiệm", "Soạn thảo", "Xem xét", "Phê duyệt"),
            ("Họ tên", "Lê Văn C", "Phạm Thị B", "Nguyễn Văn A"),
            ("Chữ ký", "", "", ""),
            ("Chức vụ", "Chuyên viên", "Phó Trưởng phòng", "Trưởng phòng"),
        ],
    )
    document.add_paragraph("1. MỤC ĐÍCH")
    document.add_paragraph("Quy định thống nhất.")
    told = read_to_keep(saved(document), "b.docx")
    assert told["signers"]["approved"] == {"name": "Nguyễn Văn A", "position": "Trưởng phòng"}
    row = make_import(office, told)
    sign_in(client, office.secretary)

    page = _page(client, row)

    assert 'value="Nguyễn Văn A"' in page
    assert 'value="Phó Trưởng phòng"' in page
    assert 'value="07/07/2025"' in page


def test_a_batch_goes_on_after_a_file_that_is_gone_or_empty() -> None:
    office = Office()
    sources = [WordFile(plain_bytes(), "a.docx"), WordFile(saved(docx.Document()), "b.docx")]
    received = receive(sources, agency=office.agency, by=office.secretary)
    files.path_of(received.taken[0].file.sha256).unlink()
    assert received.job is not None

    read_batch(received.job, Progress(received.job))

    said = {row.label: row.refused for row in WordImport.objects.all()}
    assert said["a.docx"].startswith("Không tìm thấy tệp trong kho lưu trữ")
    assert said["b.docx"] == "Tệp trống, không có nội dung."
    assert not WordImport.objects.exclude(reading={}).exists()


@pytest.mark.usefixtures("committed_db")
def test_of_two_who_settle_one_import_at_once_one_wins(read: dict[str, Any]) -> None:
    office = Office()
    row = make_import(office, read)
    start = threading.Barrier(2)
    results: list[Any] = []

    def settle(code: str) -> None:
        mine = WordImport.objects.get(pk=row.pk)
        new = actions.NewProcedure(office.agency, office.agency, "tthc", code, TITLE)
        content = Content.model_validate(mine.reading["content"])
        start.wait()
        try:
            results.append(actions.draft_word(mine, new, by=office.secretary, content=content))
        except TransitionNotAllowed as refusal:
            results.append(refusal.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=settle, args=(code,)) for code in ("QT-01", "QT-02")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    (told,) = [each for each in results if isinstance(each, str)]
    assert told == "Trong lúc đó tệp này đã được xử lý: “Đã thành dự thảo”."
    version = ProcedureVersion.objects.get()
    assert WordImport.objects.get(pk=row.pk).version == version
    assert Procedure.objects.count() == 1
