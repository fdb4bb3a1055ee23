"""The pages of a version: who signed, what marks them, every kind of document, every letter."""

import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.content import (
    Abbreviation,
    AttachedFile,
    Case,
    Content,
    CoveredTTHC,
    DossierItem,
    FormUse,
    KeptRecord,
    LegalBasis,
    Statement,
    Step,
    TimeLimit,
)
from procedures.models import Procedure
from procedures.pdf import Mark, PrintedColumn, PrintedSign, version_pdf
from qms.foundation.text import nfc
from qms.records.pdf.text import LEFT_MARGIN, WIDTH
from tests.pdfs import ALPHABET, fonts, pages, printed, reader, squeezed, whole
from tests.procedures.printed import make_printed, make_sign, make_step, make_written, said, working

LONG_WORD = "nghiêng" * 43


# --- identity ---


def test_version_tells_who_issued_it_and_when() -> None:
    texts = pages(version_pdf(make_printed(make_written(), sha256="ab" * 32)))

    front = " ".join(texts[0].split())
    for part in (
        "UBND THÀNH PHỐ BẮC GIANG",
        "QUY TRÌNH Chuyển trường",
        "Mã hiệu: QT-05/GDĐT",
        "Lần ban hành: 02",
        "Lần sửa đổi: 01",
        "Ngày ban hành: 10/03/2022",
        f"Trang: 1/{len(texts)}",
        "Ban hành theo Quyết định số 15/QĐ-PGDĐT ngày 10/03/2022",
        "Có hiệu lực từ ngày 15/03/2022",
        "Soạn thảo Xem xét Phê duyệt",
        "Lê Văn Soạn Trần Thị Phó Nguyễn Văn Trưởng",
        "Chuyên viên Phó Trưởng phòng Trưởng phòng",
        "Đã xác nhận trên hệ thống lúc 09:15 ngày 02/03/2022",
        "ab" * 32,
    ):
        assert part in front
    for number, text in enumerate(texts, 1):
        foot = " ".join(text.split())[-200:]
        assert foot.endswith(
            "QT-05/GDĐT – Lần ban hành 02 – Lần sửa đổi 01 "
            f"Ngày hiệu lực: 15/03/2022 Trang {number}/{len(texts)}"
        )


def test_version_with_one_counter_has_no_revision_number() -> None:
    text = said(make_written(), revision_no=None, revisions=())

    assert "Lần ban hành: 02" in text
    assert "Lần sửa đổi:" not in text


def test_revision_page_stands_alone_with_every_edition() -> None:
    texts = pages(
        version_pdf(make_printed(make_written(), taken_up=("46/2017/NĐ-CP: bị thay thế",)))
    )

    assert [n for n, text in enumerate(texts) if "TRANG THEO DÕI SỬA ĐỔI TÀI LIỆU" in text] == [1]
    page = " ".join(texts[1].split())
    assert "1 Ban hành lần đầu Quyết định số 1 01/00 02/01/2020" in page
    assert "2 Bớt bước 3 Quyết định số 15 02/01 10/03/2022" in page
    assert "46/2017/NĐ-CP: bị thay thế" in page
    assert "MỤC ĐÍCH" not in page


def test_wet_ink_leaves_room_to_sign() -> None:
    plain = version_pdf(make_printed(make_written()))
    inked = version_pdf(make_printed(make_written(), wet_ink=True))

    def room(pdf: bytes) -> float:
        at = {run.text: run.bottom for run in printed(pdf)}
        return at["Chữ ký"] - at["Chức vụ"]

    assert room(inked) > 65 > room(plain)
    text = pages(inked)[0]
    assert "Đã xác nhận" not in text
    assert "Lê Văn Soạn" in text


def test_several_authors_each_have_their_place() -> None:
    signs = (
        PrintedColumn("Biên soạn", (make_sign("Lê Văn Một"), make_sign("Lê Văn Hai"))),
        PrintedColumn("Soát xét", (PrintedSign(),)),
        PrintedColumn("Duyệt", (PrintedSign("Phạm Văn Ba", "Phó Trưởng phòng", "KT. (ký thay)"),)),
    )

    text = " ".join(pages(version_pdf(make_printed(make_written(), signs=signs)))[0].split())

    assert "Biên soạn Soát xét Duyệt" in text
    assert text.index("Lê Văn Một") < text.index("Lê Văn Hai")
    assert "Phó Trưởng phòng KT. (ký thay)" in text
    assert text.count("Họ tên") == 2
    assert "(chưa ký)" in text


@pytest.mark.parametrize(
    ("mark", "warning"),
    [
        (Mark.DRAFT, "DỰ THẢO – CHƯA BAN HÀNH, KHÔNG DÙNG ĐỂ GIẢI QUYẾT CÔNG VIỆC"),
        (Mark.ENDED, "HẾT HIỆU LỰC TỪ NGÀY 20/11/2024 – KHÔNG DÙNG ĐỂ GIẢI QUYẾT CÔNG VIỆC"),
        (Mark.DISCARDED, "DỰ THẢO ĐÃ HỦY – KHÔNG DÙNG ĐỂ GIẢI QUYẾT CÔNG VIỆC"),
        (Mark.NEVER, "KHÔNG CÓ HIỆU LỰC – KHÔNG DÙNG ĐỂ GIẢI QUYẾT CÔNG VIỆC"),
    ],
)
def test_mark_is_on_every_page(mark: Mark, warning: str) -> None:
    ended_on = dt.date(2024, 11, 20) if mark is Mark.ENDED else None
    pdf = version_pdf(make_printed(make_written(), mark=mark, ended_on=ended_on))

    for number, text in enumerate(pages(pdf)):
        assert warning in text
        assert printed(pdf, number)[0].text == mark.value


def test_version_in_force_has_no_mark() -> None:
    text = said(make_written())

    assert "DỰ THẢO" not in text
    assert "HIỆU LỰC –" not in text


def test_file_has_title_outline_and_no_foreign_face() -> None:
    pdf = version_pdf(make_printed(make_written(purpose="<p>x</p>")))

    file = reader(pdf)
    assert file.metadata is not None
    assert file.metadata.title == "QT-05/GDĐT Chuyển trường"
    outline = [entry["/Title"] for entry in file.outline if not isinstance(entry, list)]
    assert outline == [
        "Trang theo dõi sửa đổi tài liệu",
        "1. Mục đích",
        "2. Phạm vi",
        "3. Tài liệu viện dẫn",
        "4. Định nghĩa, viết tắt",
        "5. Nội dung",
        "6. Biểu mẫu",
        "7. Hồ sơ lưu",
    ]
    assert all(embedded and "LiberationSerif" in name for name, embedded in fonts(pdf))
    assert version_pdf(make_printed(make_written(purpose="<p>x</p>"))) == pdf


# --- other kinds ---


def test_system_procedure_prints_its_text_below_the_section() -> None:
    body = "<h3>Nhận diện rủi ro</h3><p>Hằng năm.</p><h3>Xử lý</h3><p>Ngay.</p>"
    printed_version = make_printed(
        Content(title="Quản lý rủi ro", body=body), kind=Procedure.Kind.SYSTEM
    )
    pdf = version_pdf(printed_version)

    text = " ".join(" ".join(pages(pdf)).split())
    assert "5. NỘI DUNG Nhận diện rủi ro Hằng năm. Xử lý Ngay. 6. BIỂU MẪU" in text
    assert "5.1." not in text
    inner: list[Any] = [part for part in reader(pdf).outline if isinstance(part, list)]
    assert [entry["/Title"] for entry in inner[0]] == ["Nhận diện rủi ro", "Xử lý"]


def test_policy_is_printed_without_empty_sections() -> None:
    body = "<h3>Cam kết</h3><p>Phục vụ tận tâm.</p>"
    text = said(Content(title="Chính sách", body=body), kind=Procedure.Kind.POLICY)

    assert "TÀI LIỆU Chính sách" in text
    assert text.count("Cam kết") == 2  # contents and text
    assert "MỤC ĐÍCH" not in text
    assert "Chưa có thông tin" not in text


def test_document_kept_as_a_file_names_it() -> None:
    file = AttachedFile(sha256="cd" * 32, label="so-tay.pdf")
    text = said(Content(title="Sổ tay", file=file), kind=Procedure.Kind.POLICY)

    assert (
        f"Nội dung của tài liệu là tệp đính kèm so-tay.pdf (SHA-256: {'cd' * 32})."
        in squeezed_lines(text)
    )


def squeezed_lines(text: str) -> str:
    """The text with the hash, which breaks at the end of a line, in one piece."""
    return re.sub(r"(?<=[cd]) (?=[cd])", "", text)


def test_version_known_from_its_paper_alone_prints_what_is_known() -> None:
    text = said(
        make_written(bases=(LegalBasis(number="46/2017/NĐ-CP"),)),
        is_on_paper=True,
        notes=("Tài liệu đã ban hành trên bản giấy.",),
    )

    assert "Tài liệu đã ban hành trên bản giấy." in text
    assert "1. PHẠM VI Áp dụng" in text
    assert "2.1. Cơ sở pháp lý – 46/2017/NĐ-CP" in text
    assert "Chưa có thông tin" not in text


def test_version_without_anything_is_still_a_document() -> None:
    for kind in Procedure.Kind:
        assert "QT-05/GDĐT" in said(Content(title=""), kind=kind)
        assert "QT-05/GDĐT" in said(Content(title="x", cases=()), kind=kind)


# --- whatever is written ---

VIETNAMESE = st.text(alphabet=f"{ALPHABET} .,;:/()<>&'\"", min_size=1, max_size=40)


@given(st.lists(VIETNAMESE.filter(str.strip), min_size=40, max_size=40, unique=True))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_text_of_the_content_is_on_paper(texts: list[str]) -> None:
    given_texts = iter(texts)

    def text() -> str:
        return next(given_texts)

    written = Content(
        title=text(),
        tthc=(CoveredTTHC(code=text(), name=text(), decision=text()),),
        bases=(LegalBasis(number=text(), title=text(), note=text()),),
        applicants=(text(), text()),
        dossier=(DossierItem(name=text(), copy_kind=text(), condition=text()),),
        cases=(Case(key="c1", label=text()), Case(key="c2", label=text())),
        limits=(TimeLimit(text=text()),),
        reception_place=text(),
        submission_modes=(text(),),
        fees=(Statement(text=text()),),
        results=(Statement(text=text()),),
        steps=(
            Step(work=text(), responsible=text(), unit_name=text(), output=text(), note=text()),
            Step(work=text(), position=text()),
        ),
        forms=(FormUse(kind="legal", code=text(), name=text(), source=text()),),
        records=(KeptRecord(name=text(), keeper=text()),),
        abbreviations=(Abbreviation(short=text(), meaning=text()),),
    )

    paper = whole(version_pdf(make_printed(written)))

    assert [told for told in written.texts() if squeezed(nfc(told)) not in paper] == []


def test_two_hundred_steps_repeat_the_head_and_stay_in_their_cells() -> None:
    steps = tuple(
        make_step(
            f"Bước số {n} {LONG_WORD if n == 100 else 'thẩm định'}", working(60), output="Phiếu"
        )
        for n in range(1, 201)
    )
    pdf = version_pdf(make_printed(make_written(steps=steps)))

    texts = pages(pdf)
    of_steps = [text for text in texts if "Bước số" in text]
    assert len(of_steps) > 6
    assert all(" ".join(text.split()).count("Trình tự công việc") == 1 for text in of_steps)
    assert re.findall(r"Bước số (\d+)", " ".join(texts)) == [str(n) for n in range(1, 201)]
    runs = [run for number in range(len(texts)) for run in printed(pdf, number)]
    assert all(run.right <= LEFT_MARGIN + WIDTH + 0.1 for run in runs)
    long = "".join(run.text for run in runs if set(run.text) <= set(LONG_WORD))
    assert long in LONG_WORD
    assert len(long) > 280
