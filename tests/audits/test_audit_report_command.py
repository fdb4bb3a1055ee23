"""`manage.py audit_report`: a draft before the approval, then the file that was kept."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audits.models import AuditPaper
from qms.records import files
from tests.audits import making_papers
from tests.audits.making import make_audit
from tests.audits.making_papers import close_and_contest, make_told
from tests.factories import Office
from tests.papers import word_texts
from tests.pdfs import squeezed, whole

pytestmark = pytest.mark.django_db


def test_report_before_approval_is_a_draft(tmp_path: Path) -> None:
    audit = make_audit(Office())
    pdf, docx = tmp_path / "bc.pdf", tmp_path / "bc.docx"

    call_command("audit_report", audit.number, pdf=str(pdf), docx=str(docx), verbosity=0)

    assert "DỰTHẢO" in whole(pdf.read_bytes())
    assert "DỰTHẢO" in squeezed("".join(word_texts(docx.read_bytes())))
    assert not AuditPaper.objects.exists()


def test_report_after_approval_is_the_kept_file(tmp_path: Path) -> None:
    told = make_told()
    close_and_contest(told)
    making_papers.report(told)
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"

    for target in (first, second):
        call_command("audit_report", told.audit.number, pdf=str(target))

    kept = AuditPaper.objects.get()
    assert first.read_bytes() == second.read_bytes() == files.read(kept.file)
    assert "DỰTHẢO" not in whole(first.read_bytes())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Hãy ghi --pdf hoặc --docx"),
        ({"pdf": "x.pdf"}, "Không có cuộc đánh giá nào số “ĐGNB-0”."),
    ],
    ids=["no-file", "no-audit"],
)
def test_what_is_wrong_is_said_in_vietnamese(options: dict[str, str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("audit_report", "ĐGNB-0", **options)


def test_number_of_two_agencies_asks_which(tmp_path: Path) -> None:
    ours, theirs = make_audit(Office()), make_audit(Office())
    target = tmp_path / "bc.pdf"
    assert ours.number == theirs.number

    with pytest.raises(CommandError, match="Hãy ghi --agency"):
        call_command("audit_report", ours.number, pdf=str(target))
    assert not target.exists()

    call_command("audit_report", ours.number, pdf=str(target), agency=ours.agency.code, verbosity=0)
    assert target.exists()


def test_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    audit = make_audit(Office())

    with pytest.raises(CommandError, match="Không ghi được tệp"):
        call_command("audit_report", audit.number, pdf=str(tmp_path / "none" / "bc.pdf"))
