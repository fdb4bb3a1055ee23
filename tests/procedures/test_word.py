"""The Word document of a version: read back, it says what the content says."""

import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn

from procedures.content import (
    Abbreviation,
    Case,
    Content,
    DossierItem,
    FormUse,
    KeptRecord,
    LegalBasis,
    Statement,
    Step,
    StepTime,
    TimeLimit,
)
from procedures.docx_import.reading import read_word
from procedures.models import ProcedureVersion
from procedures.pdf import version_story
from procedures.pdf.wording import copies, step_time
from procedures.printing import copy_docx, printed_version
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL, today
from qms.organisation.roles import Role
from qms.records.pdf import Heading
from tests.factories import Office, make_next_version, make_user, make_version, restrict, sign_in

pytestmark = pytest.mark.django_db
MADE_AT = dt.datetime(2022, 6, 30, 10, 5, tzinfo=LOCAL)
PLAIN, CHECKED = Case(key="k1", label="không xác minh"), Case(key="k2", label="có xác minh")
NARRATIVE = """<p>Lời mở đầu <strong>đậm</strong>, H<sub>2</sub>O &lt;chào&gt;.</p>
<ol><li>Một<ul><li>Con</li></ul></li><li>Hai</li></ol><ol><li>Lại một</li></ol>
<table><tr><th>Cột A</th><th>Cột B</th></tr><tr><td rowspan="2">Gộp dọc</td><td>b1</td></tr>
<tr><td>b2</td></tr><tr><td colspan="2">Gộp ngang</td></tr></table>"""


def _step(work: str, who: str, first: int, second: StepTime) -> Step:
    counted = StepTime(case="k1", kind="working", minutes=first)
    return Step(work=work, position=who, times=(counted, second), output=f"Kết quả: {work}")


def _filled() -> dict[str, Any]:
    return {
        "purpose": NARRATIVE,
        "abbreviations": (Abbreviation(short="TTHC", meaning="Thủ tục hành chính"),),
        "bases": (
            LegalBasis(number="28/2020/TT-BGDĐT", title="Điều lệ trường tiểu học"),
            LegalBasis(number="61/2018/NĐ-CP", title="Một cửa", kind="general"),
        ),
        "cases": (PLAIN, CHECKED),
        "limits": (
            TimeLimit(case="k1", unit="working_day", minutes=2400, text="05 ngày làm việc"),
            TimeLimit(case="k2", unit="working_day", minutes=4800, text="10 ngày làm việc"),
        ),
        "dossier": (
            DossierItem(name="Đơn đề nghị", originals=1, copies=0),
            DossierItem(name="Học bạ", originals=0, copies=2, copy_kind="có chứng thực"),
            DossierItem(name="Thẻ căn cước", kind="present", originals=1),
        ),
        "fees": (Statement(text="Không thu"),),
        "results": (Statement(text="Quyết định"), Statement(text="Công văn trả lời")),
        "steps": (
            _step("Tiếp nhận", "Văn thư", 240, StepTime(case="k2", kind="working", minutes=480)),
            _step("Thẩm định " + "rất dài " * 150, "Chuyên viên", 1920, StepTime(case="k2")),
            _step("Niêm yết", "Văn thư", 240, StepTime(case="k2", kind="parallel")),
        ),
        "forms": (FormUse(code="BM-05.01", name="Đơn xin chuyển trường"),),
        "records": (KeptRecord(name="Hồ sơ giải quyết", keeper="Văn thư", years=5),),
    }


def _document(version: ProcedureVersion) -> Any:
    return Document(io.BytesIO(copy_docx(version, made_at=MADE_AT)))


def _table(document: Any, *heads: str) -> list[list[str]]:
    """The rows of the table that has these heads, its own head left out."""
    for table in document.tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        if rows and tuple(rows[0][: len(heads)]) == heads:
            return rows[1:]
    raise AssertionError(heads)


def _texts(document: Any, style: str) -> list[str]:
    return [p.text for p in document.paragraphs if p.style.name == style]


def test_word_reads_back_equal_to_the_content() -> None:
    version = make_version(VersionStatus.DRAFT, **_filled())
    content: Content = version.document

    document = _document(version)

    head = document.sections[0].first_page_header
    assert version.procedure.code in head.tables[0].cell(0, 2).text
    assert content.title in head.tables[0].cell(0, 1).text
    dossier = [row for row in _table(document, "TT", "Tên giấy tờ") if row[0] != row[1]]
    assert [row[1:] for row in dossier] == [
        [row.name, copies(row.originals), f"{copies(row.copies)} {row.copy_kind}".strip()]
        for row in content.dossier
    ]
    steps = _table(document, "TT", "Trình tự công việc", "Trách nhiệm")
    assert [row[:5] for row in steps[:-2]] == [
        [str(n), step.work, step.who, *(step_time(step.time(case.key)) for case in content.cases)]
        for n, step in enumerate(content.steps, 1)
    ]
    assert [row[5] for row in steps[:-2]] == [step.output for step in content.steps]
    assert steps[-1][3:5] == ["5 ngày\nlàm việc", "10 ngày\nlàm việc"]
    assert _table(document, "TT", "Mã hiệu") == [
        ["1", "BM-05.01", "Đơn xin chuyển trường", "Biểu mẫu nội bộ"]
    ]
    assert [row[1:3] for row in _table(document, "TT", "Tên hồ sơ")] == [
        ["Hồ sơ giải quyết", "Văn thư"]
    ]
    bullets = _texts(document, "List Bullet")
    assert [text for text in bullets if "/20" in text] == [
        f"{basis.number}: {basis.title}" for basis in content.bases
    ]
    assert _table(document, "Viết tắt") == [["TTHC", "Thủ tục hành chính"]]


def test_a_word_copy_is_read_in_again_with_its_own_day_and_steps() -> None:
    version = make_version(VersionStatus.ISSUED, **(_filled() | {"forms": ()}))
    later = MADE_AT.replace(year=2099)

    read = read_word(copy_docx(version, made_at=later), "quy-trinh.docx")

    assert [row.work for row in read.steps.rows] == [step.work for step in version.document.steps]
    assert read.front.issued_on == today()
    assert not [told for told in read.defects if "vượt" in told or "2099" in told]


def test_word_numbers_its_sections_as_the_pdf_does() -> None:
    version = make_version(VersionStatus.DRAFT, **_filled())

    document = _document(version)

    listed = [
        part.getPlainText()
        for part in version_story(printed_version(version))
        if isinstance(part, Heading) and part.entry and part.style.name != "title"
    ]
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == listed
    assert headings[0] == "1. MỤC ĐÍCH"


def test_word_makes_real_lists_and_merged_cells_of_narrative() -> None:
    document = _document(make_version(VersionStatus.DRAFT, **_filled()))

    numbered = [p for p in document.paragraphs if p.style.name == "List Number"]
    assert [p.text for p in numbered] == ["Một", "Hai", "Lại một"]
    lists = [p._p.pPr.numPr.numId.val for p in numbered]
    assert lists[0] == lists[1] != lists[2]  # a second list counts from 1 again
    assert _texts(document, "List Bullet 2") == ["Con"]
    assert _table(document, "Cột A") == [
        ["Gộp dọc", "b1"],
        ["Gộp dọc", "b2"],
        ["Gộp ngang", "Gộp ngang"],
    ]
    first = next(p for p in document.paragraphs if p.text.startswith("Lời mở đầu"))
    assert first.text == "Lời mở đầu đậm, H2O <chào>."
    assert [run.text for run in first.runs if run.bold] == ["đậm"]
    assert [run.text for run in first.runs if run.font.subscript] == ["2"]


def test_word_counts_its_pages_by_fields() -> None:
    document = _document(make_version(VersionStatus.DRAFT))

    section = document.sections[0]
    for foot in (section.footer, section.first_page_footer):
        fields = [f.get(qn("w:instr")) for f in foot._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]


def _marks(version: ProcedureVersion) -> set[str]:
    section = _document(version).sections[0]
    return {head.paragraphs[0].text for head in (section.header, section.first_page_header)}


def test_word_says_in_its_head_what_copy_it_is() -> None:
    office, day = Office(), today()
    draft = make_version(VersionStatus.DRAFT, office)
    old = make_version(
        VersionStatus.ISSUED, office, paper_on=day - dt.timedelta(9), effective_on=day
    )

    assert _marks(old) == {"Bản in không kiểm soát – xuất lúc 10:05 ngày 30/06/2022"}
    assert [m[:17] for m in _marks(draft)] == ["DỰ THẢO – CHƯA BA"]
    make_next_version(office, old, effective_on=day + dt.timedelta(1))
    assert _marks(old) == {"Bản in không kiểm soát – xuất lúc 10:05 ngày 30/06/2022"}


def test_word_says_that_an_edition_has_ended() -> None:
    office, day = Office(), today()
    old = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=day - dt.timedelta(9),
        effective_on=day - dt.timedelta(9),
    )
    make_next_version(office, old, effective_on=day)

    (mark,) = _marks(old)
    assert mark.startswith(f"HẾT HIỆU LỰC TỪ NGÀY {day:%d/%m/%Y}")


def _word_url(version: ProcedureVersion) -> str:
    return reverse("procedures:version-docx", args=[version.procedure.slug, version.number_slug])


def test_version_docx_is_served_to_readers(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    sign_in(client, office.staff)

    answer = client.get(_word_url(version))

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert f"{timezone.localtime():%d/%m/%Y}" in "".join(
        p.text for p in Document(io.BytesIO(answer.content)).sections[0].header.paragraphs
    )


def test_version_docx_of_a_restricted_procedure_is_hidden(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    restrict(version.procedure)
    sign_in(client, office.staff)

    assert client.get(_word_url(version)).status_code == 404
    sign_in(client, office.secretary)
    assert client.get(_word_url(version)).status_code == 200


def test_draft_docx_is_for_those_who_see_the_draft(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.DRAFT, office)
    url = reverse("procedures:draft-docx", args=[version.pk])
    sign_in(client, make_user(Role.STAFF, unit=office.agency))

    assert client.get(url).status_code == 404
    sign_in(client, office.staff)
    assert Document(io.BytesIO(client.get(url).content)).paragraphs
