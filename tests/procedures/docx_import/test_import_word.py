"""`manage.py import_word` and `word_accuracy`: what they print, write and refuse."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from procedures.docx_import.accuracy import compare
from procedures.models import Procedure, ProcedureVersion, WordImport
from procedures.workflow import VersionStatus
from qms.records import files
from tests.factories import Office, make_draft
from tests.procedures.docx_import.documents import plain, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "quy trình 01.docx"
    path.write_bytes(saved(plain()))
    return path


def run(path: Path, **options: object) -> str:
    out = StringIO()
    call_command("import_word", str(path), stdout=out, **options)
    return out.getvalue()


def test_json_is_all_that_is_printed_and_nothing_is_written(document: Path) -> None:
    said = json.loads(run(document, json=True))

    assert said["code"] == "QT-01/GDĐT"
    assert not WordImport.objects.exists()
    assert not Procedure.objects.exists()


def test_unreadable_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_text("không phải Word")

    with pytest.raises(CommandError, match="không đúng với phần mở rộng"):
        run(path, json=True)
    with pytest.raises(CommandError, match="Không có tệp"):
        run(tmp_path / "b.docx")


def test_wet_run_keeps_the_original_and_makes_one_draft(document: Path) -> None:
    office = Office()

    told = run(document, wet_run=True)
    run(document, wet_run=True)

    row = WordImport.objects.get()
    assert "Đã có dự thảo" in told
    assert files.read(row.file) == document.read_bytes()
    assert row.reading["code"] == "QT-01/GDĐT"
    assert row.version is not None
    assert row.version.status == VersionStatus.DRAFT
    assert row.version.procedure.agency == office.agency
    assert len(row.version.document.steps) == 4
    assert row.history.get().history_user is not None


def test_known_code_gets_a_next_draft_but_not_under_another_name(document: Path) -> None:
    office = Office()
    make_draft(office, code="qt – 01/gdđt", title="Cấp bản sao văn bằng")

    said = json.loads(run(document, json=True))
    assert "Mã hiệu “QT-01/GDĐT” đã dùng cho quy trình “Cấp bản sao văn bằng”." in said["defects"]
    with pytest.raises(CommandError, match="đã dùng cho quy trình"):
        run(document, wet_run=True)

    Procedure.objects.get().versions.get()
    assert not WordImport.objects.exists()


def test_open_draft_stops_the_import(document: Path) -> None:
    office = Office()
    make_draft(office, code="QT-01/GDĐT", title="Thành lập trường mầm non")

    with pytest.raises(CommandError, match="chưa xong"):
        run(document, wet_run=True)

    assert ProcedureVersion.objects.count() == 1
    assert not WordImport.objects.exists()


def test_unknown_agency_is_told(document: Path) -> None:
    Office()

    with pytest.raises(CommandError, match="Không có cơ quan mã"):
        run(document, agency="KHONG-CO")


def test_accuracy_counts_cells_of_each_file_and_of_all(document: Path) -> None:
    truth = json.loads(run(document, json=True))
    truth["title"] = "Tên khác hẳn"
    truth["steps"] = truth["steps"][1:]
    document.with_suffix(".json").write_text(json.dumps(truth))
    out = StringIO()

    call_command("word_accuracy", str(document.parent), stdout=out, show=True)

    first, *_, last = out.getvalue().splitlines()
    assert first.startswith("quy trình 01.docx: 39/44")
    assert "title: 'Tên khác hẳn'" in out.getvalue()
    assert last == first.replace("quy trình 01.docx", "Tất cả 1 tệp")


def test_rows_are_matched_in_order() -> None:
    truth = {"records": ["Đơn đề nghị", "Quyết định", "Sổ theo dõi"], "issue": 2}
    score, wrong = compare(truth, {"records": ["đơn đề nghị.", "Sổ theo dõi"], "issue": 1})

    assert (score.right, score.cells) == (2, 4)
    assert wrong == ["issue: 2 ≠ 1", "records.text: 'Quyết định' ≠ None"]
