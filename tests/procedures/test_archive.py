"""The archive of all in force: read back, it is what the database holds."""

import datetime as dt
import hashlib
import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from procedures.actions import NewProcedure, PaperIssue, accept_paper, register_new_paper
from procedures.archive.making import NOTHING
from procedures.archive.packing import Pack
from procedures.content import Content
from procedures.models import InForcePeriod, Procedure, Rendition
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from qms.records import files
from qms.records.models import Job
from tests.factories import (
    BY_PASSWORD,
    Office,
    make_next_version,
    make_user,
    make_version,
    restrict,
    sign_in,
    system,
)

pytestmark = pytest.mark.django_db
URL = "/quy-trinh/tai-tat-ca/"


def _ask(client: Client, capture: Any, **data: str) -> Job:
    """Ask for an archive as the signed-in person; the job is done at once."""
    with capture(execute=True):
        answer = client.post(URL, data)
    job = Job.objects.latest("pk")
    assert answer.headers["Location"] == reverse("procedures:job-detail", args=[job.pk])
    return job


def _fetch(client: Client, job: Job) -> zipfile.ZipFile:
    answer: Any = client.get(reverse("procedures:job-file", args=[job.pk]))
    assert answer.headers["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def _index(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    sheet: Any = load_workbook(io.BytesIO(archive.read("muc-luc.xlsx"))).active
    head, *rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert sheet.freeze_panes == "B4"
    assert sheet.auto_filter.ref == f"A3:O{3 + len(rows)}"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _paper(office: Office, code: str) -> Any:
    """A document that was issued on paper, with its scan, taken over by the leader."""
    scan = files.store(b"%PDF-1.4 ban chup " + code.encode(), "q.pdf", kind="pdf", by=system())
    day = today() - dt.timedelta(40)
    version = register_new_paper(
        NewProcedure(office.agency, office.agency, Procedure.Kind.SYSTEM, code, "Kiểm soát hồ sơ"),
        PaperIssue(2, 1, "7/QĐ-PGDĐT", day, day, scan=scan),
        by=office.secretary,
        content=Content(title="Kiểm soát hồ sơ"),
    )
    accept_paper(version, by=office.leader, seen=version.content_sha256, signing=BY_PASSWORD)
    version.refresh_from_db()
    return version


def test_archive_equals_the_database(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    first = make_version(VersionStatus.ISSUED, office, title="=HYPERLINK(1)")
    ended = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=today() - dt.timedelta(3),
        effective_on=today() - dt.timedelta(3),
    )
    newer = make_next_version(office, ended)
    paper = _paper(office, "QT-90/GDĐT")
    make_version(VersionStatus.ISSUED, office, effective_on=today() + dt.timedelta(1))
    make_version(VersionStatus.DRAFT, office)
    elsewhere = make_version(VersionStatus.ISSUED)
    sign_in(client, office.secretary)

    job = _ask(client, django_capture_on_commit_callbacks, with_word="on")

    assert (job.done, job.total, job.failed) == (3, 3, "")
    archive = _fetch(client, job)
    rows = {row["Mã hiệu"]: row for row in _index(archive)}
    assert set(rows) == {version.procedure.code for version in (first, newer, paper)}
    assert elsewhere.procedure.code not in rows
    for version in (first, newer, paper):
        period = InForcePeriod.objects.select_related("begun_by__decision").get(version=version)
        row = rows[version.procedure.code]
        assert row["Tên"] == version.title
        assert (row["Lần ban hành"], row["Lần sửa đổi"]) == (
            version.issue_no,
            version.revision_no,
        )
        assert row["Hiệu lực từ"] == dt.datetime.combine(period.valid_from, dt.time())
        assert row["Ban hành theo"] == str(period.begun_by.decision)
        kept = Rendition.objects.select_related("file").get(version=version).file
        assert row["SHA-256 của tệp PDF"] == kept.sha256
        assert archive.read(row["Tệp PDF"]) == files.read(kept)
        word = Document(io.BytesIO(archive.read(row["Tệp Word"])))
        head: Any = word.sections[0].header.tables[0]
        assert version.procedure.code in head.cell(0, 2).text
    name = f"{first.procedure.slug.upper()}_lan-{first.number_slug}"
    assert rows[first.procedure.code]["Tệp PDF"] == f"pdf/{name}.pdf"
    scan = rows["QT-90/GDĐT"]["Bản chụp bản giấy"]
    assert archive.read(scan) == files.read(paper.scan)
    sums = archive.read("SHA256SUMS.txt").decode().splitlines()
    named = {name: digest for digest, name in (line.split("  ") for line in sums)}
    assert set(named) | {"SHA256SUMS.txt"} == set(archive.namelist())
    for each, digest in named.items():
        assert each.isascii()
        assert hashlib.sha256(archive.read(each)).hexdigest() == digest


def test_archive_holds_only_what_the_person_may_read(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    open_one, secret = (make_version(VersionStatus.ISSUED, office) for _ in range(2))
    restrict(secret.procedure)
    checker = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    sign_in(client, checker)

    job = _ask(client, django_capture_on_commit_callbacks)

    archive = _fetch(client, job)
    assert [row["Mã hiệu"] for row in _index(archive)] == [open_one.procedure.code]
    assert not [name for name in archive.namelist() if secret.procedure.slug.upper() in name]
    assert not [name for name in archive.namelist() if name.startswith("word/")]


def test_archive_is_refused_to_staff_and_not_linked(client: Client) -> None:
    office = Office()
    make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.staff)

    assert client.get(URL).status_code == 403
    assert client.post(URL).status_code == 403
    assert URL not in client.get(reverse("procedures:list")).content.decode()
    sign_in(client, office.leader)
    assert URL in client.get(reverse("procedures:list")).content.decode()


def test_archive_of_nothing_is_not_begun(client: Client) -> None:
    office = Office()
    sign_in(client, office.secretary)

    answer = client.post(URL)

    assert answer.status_code == 422
    assert NOTHING in answer.content.decode()
    assert not Job.objects.exists()


def test_archive_is_not_begun_twice(client: Client) -> None:
    office = Office()
    make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.secretary)

    first = client.post(URL)
    second = client.post(URL)

    assert first.headers["Location"] == second.headers["Location"]
    assert Job.objects.count() == 1


def test_archive_tells_of_a_kept_file_that_is_gone_or_changed(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.secretary)
    _ask(client, django_capture_on_commit_callbacks)
    kept: Any = Rendition.objects.get(version=version).file
    path = files.path_of(kept.sha256)

    path.write_bytes(b"%PDF-1.4 gia")
    changed = _ask(client, django_capture_on_commit_callbacks)
    path.unlink()
    gone = _ask(client, django_capture_on_commit_callbacks)

    assert changed.failed == f"Tệp {kept.label} không còn nguyên vẹn."
    assert gone.failed.startswith(f"Không tìm thấy tệp {kept.label} trong kho lưu trữ.")
    assert changed.file is None
    page = client.get(reverse("procedures:job-detail", args=[gone.pk])).content.decode()
    assert gone.failed in page
    assert "Làm lại" in page


def test_archive_asks_a_person_whose_role_has_ended_nothing_more(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    make_version(VersionStatus.ISSUED, office)
    checker = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    sign_in(client, checker)
    job = _ask(client, django_capture_on_commit_callbacks)
    url = reverse("procedures:job-file", args=[job.pk])
    _fetch(client, job)

    for grant in checker.unit_grants.all():
        grant.valid_from, grant.valid_to = today() - dt.timedelta(2), today()
        grant.record(by=system(), reason="Hết đợt kiểm tra")

    sign_in(client, checker)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 4])
def test_archive_page_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    office = Office()
    for number in range(count):
        Job.objects.create(
            agency=office.agency, kind="archive", label=f"Gói {number}", asked_by=office.leader
        )
    sign_in(client, office.secretary)

    with django_assert_num_queries(7):
        page = client.get(URL)

    assert page.content.decode().count("Hoàng Văn Trưởng") == count


def test_pack_gives_a_name_once() -> None:
    with Pack(io.BytesIO(), at=dt.datetime(2022, 6, 30, tzinfo=dt.UTC)) as pack:
        pack.add("a.pdf", b"1")

        with pytest.raises(ValueError, match=r"a\.pdf"):
            pack.add("a.pdf", b"2")


def test_store_from_keeps_piece_by_piece_what_store_keeps_whole() -> None:
    data = b"PK" + b"x" * 3_000_000

    streamed = files.store_from(io.BytesIO(data), "a.zip", kind="zip", by=system())
    whole = files.store(data, "b.zip", kind="zip", by=system())

    assert streamed == whole
    assert streamed.size == len(data)
    assert files.read(streamed) == data
