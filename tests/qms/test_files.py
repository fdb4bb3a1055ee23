"""Files kept by their content: what is taken, what is refused, what is served."""

import hashlib
import io
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError

from qms.records import files
from qms.records.models import StoredFile
from tests.factories import system
from tests.pictures import encoded, halves

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF"
PNG = encoded(halves(), "PNG")


def _archive(*names: str) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<xml/>")
    return out.getvalue()


DOCX = _archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PDF, "Quyết định.pdf", "pdf"),
        (PDF, "QUYET DINH.PDF", "pdf"),
        (PNG, "anh.png", "png"),
        (encoded(halves()), "anh.jpeg", "jpg"),
    ],
)
def test_ending_and_bytes_that_agree_are_taken(data: bytes, name: str, kind: str) -> None:
    assert files.kind_of(data, name, allowed=files.SCANS) == kind


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "a.pdf", "Tệp rỗng"),
        (PDF, "a.exe", "Chỉ nhận tệp jpg, pdf, png"),
        (PDF, "a", "Chỉ nhận tệp"),
        (PDF, "a.pdf.html", "Chỉ nhận tệp"),
        (b"<html><script>alert(1)</script>", "a.pdf", "không đúng là “.pdf”"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "không đúng là “.png”"),
        (PNG, "a.pdf", "không đúng là “.pdf”"),
        (b"\n" + PDF, "a.pdf", "không đúng là “.pdf”"),
        (DOCX, "a.pdf", "không đúng là “.pdf”"),
    ],
)
def test_what_is_not_what_it_says_is_refused(data: bytes, name: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        files.kind_of(data, name, allowed=files.SCANS)


def test_a_large_file_is_refused_with_its_limit(settings: object) -> None:
    settings.MAX_UPLOAD_BYTES = 1024 * 1024  # type: ignore[attr-defined]

    with pytest.raises(ValidationError, match="lớn hơn 1 MB"):
        files.kind_of(PDF + b"\x00" * 1024 * 1024, "a.pdf", allowed=files.SCANS)


def test_file_lies_under_its_hash_and_is_kept_once() -> None:
    first = files.store(PDF, "Quyết định số 1.pdf", kind="pdf", by=system())
    again = files.store(PDF, "khác.pdf", kind="pdf", by=system())

    digest = hashlib.sha256(PDF).hexdigest()
    assert (first, first.sha256, first.size) == (again, digest, len(PDF))
    assert first.label == "Quyết định số 1.pdf"
    assert files.path_of(digest).read_bytes() == files.read(first) == PDF
    assert StoredFile.objects.count() == 1


def test_a_file_changed_behind_our_back_is_not_read_as_if_nothing_were() -> None:
    stored = files.store(PDF, "a.pdf", kind="pdf", by=system())
    files.path_of(stored.sha256).write_bytes(PDF + b"x")

    with pytest.raises(ValidationError, match="không còn nguyên vẹn"):
        files.read(stored)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd.pdf", ".._.._etc_passwd.pdf"),
        ("a\x00.html.pdf", "a.html.pdf"),
        ("hóa\u0300 đơn.pdf", "hóà đơn.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("C:\\thu muc\\a.pdf", "C:_thu muc_a.pdf"),
    ],
)
def test_name_is_a_label_and_never_a_path(name: str, label: str) -> None:
    assert files.label_of(name) == label


def test_a_long_name_keeps_its_ending() -> None:
    label = files.label_of("Ế" * 300 + ".pdf")

    assert len(label) == 150
    assert label.endswith("Ế.pdf")


def test_file_is_served_as_what_it_is_by_its_name() -> None:
    stored = files.store(PDF, "Quyết định.pdf", kind="pdf", by=system())

    with (
        closing(files.response(stored)) as sent,
        closing(files.response(stored, inline=True)) as shown,
    ):
        body = b"".join(sent.streaming_content)  # type: ignore[arg-type]

    assert sent["Content-Type"] == "application/pdf"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Disposition"] == (
        "attachment; filename*=utf-8''Quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh.pdf"
    )
    assert shown["Content-Disposition"].startswith("inline;")
    assert body == PDF


def test_only_a_pdf_is_shown_in_the_page() -> None:
    stored = files.store(PNG, "a.png", kind="png", by=system())

    with closing(files.response(stored, inline=True)) as sent:
        assert sent["Content-Disposition"].startswith("attachment")


def test_nothing_half_written_is_left_behind(settings: object) -> None:
    files.store(PDF, "a.pdf", kind="pdf", by=system())

    root = Path(settings.MEDIA_ROOT)  # type: ignore[attr-defined]
    kept = [path.name for path in root.rglob("*") if path.is_file()]
    assert kept == [hashlib.sha256(PDF).hexdigest()]
