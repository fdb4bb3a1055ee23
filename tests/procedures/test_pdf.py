"""The pages of a version: what its content says stands on paper, in the outline of an office."""

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
    Origin,
    Statement,
    Step,
    StepTime,
    TimeLimit,
)
from procedures.models import Procedure
from procedures.pdf import (
    Mark,
    PrintedColumn,
    PrintedRevision,
    PrintedSign,
    PrintedVersion,
    version_pdf,
)
from qms.foundation.text import nfc
from qms.records.pdf.text import LEFT_MARGIN, WIDTH
from tests.pdfs import ALPHABET, fonts, pages, printed, reader, squeezed, whole

DAY = 480
LONG_WORD = "nghiêng" * 43
CHUYEN_TRUONG = CoveredTTHC(
    code="1.005099", name="Chuyển trường tiểu học", decision="2108/QĐ-BGDĐT ngày 24/6/2021"
)


def sign(name: str, position: str = "Chuyên viên") -> PrintedSign:
    return PrintedSign(name, position, "", "Đã xác nhận trên hệ thống lúc 09:15 ngày 02/03/2022")


def version(content: Content, **values: Any) -> PrintedVersion:
    usual: dict[str, Any] = {
        "kind": Procedure.Kind.TTHC,
        "agency_parent": "UBND THÀNH PHỐ BẮC GIANG",
        "agency_name": "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",
        "standard": "TCVN ISO 9001:2015",
        "code": "QT-05/GDĐT",
        "issue_no": 2,
        "revision_no": 1,
        "issued_on": dt.date(2022, 3, 10),
        "effective_on": dt.date(2022, 3, 15),
        "decision": "Quyết định số 15/QĐ-PGDĐT ngày 10/03/2022",
        "signs": (
            PrintedColumn("Soạn thảo", (sign("Lê Văn Soạn"),)),
            PrintedColumn("Xem xét", (sign("Trần Thị Phó", "Phó Trưởng phòng"),)),
            PrintedColumn("Phê duyệt", (sign("Nguyễn Văn Trưởng", "Trưởng phòng"),)),
        ),
        "revisions": (
            PrintedRevision("Ban hành lần đầu", "Quyết định số 1", 1, 0, dt.date(2020, 1, 2)),
            PrintedRevision("Bớt bước 3", "Quyết định số 15", 2, 1, dt.date(2022, 3, 10)),
        ),
        "content": content,
    }
    return PrintedVersion(**(usual | values))


def content(**values: Any) -> Content:
    return Content(**({"title": "Chuyển trường", "tthc": (CHUYEN_TRUONG,)} | values))


def step(work: str, *times: StepTime, **values: Any) -> Step:
    return Step(work=work, **({"position": "Chuyên viên", "times": times} | values))


def working(minutes: int, case: str = "c1") -> StepTime:
    return StepTime(case=case, kind="working", minutes=minutes)


def said(content: Content, **values: Any) -> str:
    """The text of all pages, runs of white space as one space."""
    return " ".join(" ".join(pages(version_pdf(version(content, **values)))).split())


def section(text: str, begin: str, end: str) -> str:
    """What stands between two headings, behind the table of contents."""
    body = text[text.rindex("TRANG THEO DÕI") :]
    return body[body.index(begin) + len(begin) : body.index(end)].strip()


# --- identity ---


def test_version_tells_who_issued_it_and_when() -> None:
    texts = pages(version_pdf(version(content(), sha256="ab" * 32)))

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
    text = said(content(), revision_no=None, revisions=())

    assert "Lần ban hành: 02" in text
    assert "Lần sửa đổi:" not in text


def test_revision_page_stands_alone_with_every_edition() -> None:
    texts = pages(version_pdf(version(content(), taken_up=("46/2017/NĐ-CP: bị thay thế",))))

    assert [n for n, text in enumerate(texts) if "TRANG THEO DÕI SỬA ĐỔI TÀI LIỆU" in text] == [1]
    page = " ".join(texts[1].split())
    assert "1 Ban hành lần đầu Quyết định số 1 01/00 02/01/2020" in page
    assert "2 Bớt bước 3 Quyết định số 15 02/01 10/03/2022" in page
    assert "46/2017/NĐ-CP: bị thay thế" in page
    assert "MỤC ĐÍCH" not in page


def test_wet_ink_leaves_room_to_sign() -> None:
    plain = version_pdf(version(content()))
    inked = version_pdf(version(content(), wet_ink=True))

    def room(pdf: bytes) -> float:
        at = {run.text: run.bottom for run in printed(pdf)}
        return at["Chữ ký"] - at["Chức vụ"]

    assert room(inked) > 65 > room(plain)
    text = pages(inked)[0]
    assert "Đã xác nhận" not in text
    assert "Lê Văn Soạn" in text


def test_several_authors_each_have_their_place() -> None:
    signs = (
        PrintedColumn("Biên soạn", (sign("Lê Văn Một"), sign("Lê Văn Hai"))),
        PrintedColumn("Soát xét", (PrintedSign(),)),
        PrintedColumn("Duyệt", (PrintedSign("Phạm Văn Ba", "Phó Trưởng phòng", "KT. (ký thay)"),)),
    )

    text = " ".join(pages(version_pdf(version(content(), signs=signs)))[0].split())

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
    pdf = version_pdf(version(content(), mark=mark, ended_on=ended_on))

    for number, text in enumerate(pages(pdf)):
        assert warning in text
        assert printed(pdf, number)[0].text == mark.value


def test_version_in_force_has_no_mark() -> None:
    text = said(content())

    assert "DỰ THẢO" not in text
    assert "HIỆU LỰC –" not in text


def test_file_has_title_outline_and_no_foreign_face() -> None:
    pdf = version_pdf(version(content(purpose="<p>x</p>")))

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
    assert version_pdf(version(content(purpose="<p>x</p>"))) == pdf


# --- what the content says ---


def test_scope_names_every_tthc_and_its_decision() -> None:
    other = CoveredTTHC(code="2.000011", name="Chuyển trường trung học cơ sở")
    text = section(said(content(tthc=(CHUYEN_TRUONG, other))), "2. PHẠM VI", "3. TÀI LIỆU")

    assert "1 1.005099 Chuyển trường tiểu học 2108/QĐ-BGDĐT ngày 24/6/2021" in text
    assert "2 2.000011 Chuyển trường trung học cơ sở chưa rõ" in text


def test_what_is_not_known_says_so_in_its_place() -> None:
    text = said(content())

    body = text[text.rindex("TRANG THEO DÕI") :]
    titles = re.findall(r"5\.(\d+)\. ", body)
    assert titles == [str(n) for n in range(1, 11)]
    assert body.count("Chưa có thông tin.") == 3 + 10
    assert "Không có biểu mẫu." in body
    assert "Chưa quy định hồ sơ phải lưu." in body


def test_bases_are_parted_and_marked() -> None:
    bases = (
        LegalBasis(number="28/2020/TT-BGDĐT", title="Điều lệ trường tiểu học", note="Điều 36"),
        LegalBasis(number="61/2018/NĐ-CP", kind="general", origin=Origin.UNVERIFIED),
    )
    text = section(said(content(bases=bases)), "5.1. Cơ sở pháp lý", "5.2.")

    assert text == (
        "– 28/2020/TT-BGDĐT: Điều lệ trường tiểu học – Điều 36 "
        "Văn bản viện dẫn chung: – 61/2018/NĐ-CP (chưa kiểm chứng)"
    )


def test_dossier_tells_originals_copies_and_groups() -> None:
    cases = (Case(key="c1", label="không xác minh"), Case(key="c2", label="có xác minh"))
    dossier = (
        DossierItem(name="Đơn xin chuyển trường", originals=1, copies=0, form="f1"),
        DossierItem(name="Giấy xác nhận", originals=1, copies=None, case="c2"),
        DossierItem(name="Học bạ", originals=None, copies=2, copy_kind="chứng thực"),
        DossierItem(name="Căn cước", kind="present", originals=1, condition="Còn hạn"),
    )
    forms = (FormUse(key="f1", code="BM-05.01", name="Đơn"),)
    text = section(
        said(content(cases=cases, dossier=dossier, forms=forms, dossier_sets=2)),
        "5.2. Thành phần hồ sơ",
        " bộ.",
    )

    assert text == (
        "TT Tên giấy tờ Bản chính Bản sao "
        "Giấy tờ phải nộp "
        "1 Đơn xin chuyển trường Theo mẫu: BM-05.01 Đơn 01 – "
        "2 Học bạ chưa rõ 02 chứng thực "
        "Giấy tờ phải nộp – Trường hợp có xác minh "
        "3 Giấy xác nhận 01 chưa rõ "
        "Giấy tờ phải xuất trình "
        "4 Căn cước Còn hạn 01 chưa rõ "
        "5.3. Số lượng hồ sơ 02"
    )


def test_dossier_of_none_is_told() -> None:
    text = section(said(content(has_no_dossier=True)), "5.2. Thành phần hồ sơ", "5.3.")

    assert text == "Không yêu cầu giấy tờ."


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (
            TimeLimit(unit="working_day", minutes=5 * DAY, text="05 ngày làm việc"),
            "05 ngày làm việc",
        ),
        (TimeLimit(unit="working_day", minutes=5 * DAY), "5 ngày làm việc"),
        (
            TimeLimit(
                unit="working_day", minutes=25 * DAY, text="25 ngày làm việc (20 + 5; 200 giờ)"
            ),
            "25 ngày làm việc (20 + 5; 200 giờ)",
        ),
        (
            TimeLimit(unit="working_day", minutes=5 * DAY, text="07 ngày, địa phương rút còn 05"),
            "5 ngày làm việc (07 ngày, địa phương rút còn 05)",
        ),
        (TimeLimit(unit="calendar_day", minutes=10 * 1440), "10 ngày"),
        (TimeLimit(unit="by_plan"), "theo kế hoạch"),
        (TimeLimit(text="Trước 31/8 hằng năm"), "Trước 31/8 hằng năm"),
        (
            TimeLimit(unit="hour", minutes=240, origin=Origin.PARTLY),
            "4 giờ làm việc (kiểm chứng một phần)",
        ),
    ],
)
def test_limit_is_worded_as_its_source_does(limit: TimeLimit, expected: str) -> None:
    text = section(said(content(limits=(limit,))), "5.4. Thời hạn giải quyết", "5.5.")

    assert text == expected


def test_steps_have_a_column_of_time_for_each_case() -> None:
    cases = (Case(key="c1", label="Không xác minh"), Case(key="c2", label="Có xác minh"))
    steps = (
        step(
            "Tiếp nhận", working(DAY // 2), working(DAY // 2, "c2"), responsible="", output="Giấy"
        ),
        step("Thẩm tra", working(2 * DAY), working(7 * DAY, "c2"), note="Theo mẫu", forms=("f1",)),
        step("Trả", working(180), StepTime(case="c2", kind="not_counted"), position=""),
    )
    limits = (
        TimeLimit(case="c1", unit="working_day", minutes=5 * DAY),
        TimeLimit(case="c2", unit="working_day", minutes=10 * DAY),
    )
    forms = (FormUse(key="f1", code="BM-05.02", name="Phiếu"),)
    text = section(
        said(content(cases=cases, steps=steps, limits=limits, forms=forms)),
        "5.10. Quy trình xử lý công việc",
        "Thời gian của các bước",
    )

    assert text == (
        "TT Trình tự công việc Trách nhiệm Thời gian Không xác minh Thời gian Có xác minh "
        "Biểu mẫu, kết quả "
        "1 Tiếp nhận Chuyên viên ½ ngày ½ ngày Giấy "
        "2 Thẩm tra Theo mẫu Chuyên viên 2 ngày 7 ngày BM-05.02 "
        "3 Trả chưa rõ 3 giờ không tính "
        "Tổng thời gian các bước 2,88 ngày 7½ ngày "
        "Thời hạn giải quyết 5 ngày làm việc 10 ngày làm việc"
    )


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([working(DAY), working(DAY)], "2 ngày"),
        ([working(DAY), StepTime(case="c1")], "1 ngày (chưa đủ)"),
        ([StepTime(case="c1")], "chưa rõ"),
        ([StepTime(case="c1", kind="by_plan")], "theo kế hoạch"),
        ([StepTime(case="c1", kind="parallel"), working(120)], "¼ ngày"),
    ],
)
def test_total_says_when_it_is_not_whole(times: list[StepTime], expected: str) -> None:
    steps = tuple(step("Làm", time) for time in times)
    text = said(content(steps=steps))

    found = section(text, "Tổng thời gian các bước", "Thời hạn giải quyết chưa rõ")
    assert found == expected


def test_limits_that_differ_between_tthc_are_not_given_as_one() -> None:
    other = CoveredTTHC(code="2.000011")
    limits = (
        TimeLimit(tthc="1.005099", unit="working_day", minutes=5 * DAY),
        TimeLimit(tthc="2.000011", unit="working_day", minutes=7 * DAY),
    )
    text = said(
        content(tthc=(CHUYEN_TRUONG, other), limits=limits, steps=(step("Làm", working(DAY)),))
    )

    assert "– 5 ngày làm việc (áp dụng cho TTHC 1.005099)" in text
    assert "Thời hạn giải quyết theo từng TTHC" in text


def test_many_cases_are_told_line_by_line() -> None:
    cases = tuple(Case(key=f"c{n}", label=f"Nhóm {n}") for n in range(6))
    one = step("Làm", *(working(DAY * (n + 1), f"c{n}") for n in range(6)))
    text = said(content(cases=cases, steps=(one,)))

    assert "Nhóm 0: 1 ngày Nhóm 1: 2 ngày" in text
    assert "Tổng thời gian các bước Nhóm 0: 1 ngày" in text


def test_fees_results_reception_records_and_forms_are_told() -> None:
    text = said(
        content(
            tthc=(CHUYEN_TRUONG, CoveredTTHC(code="2.000011")),
            reception_place="Bộ phận Một cửa",
            submission_modes=("Trực tiếp", "Trực tuyến"),
            fees=(Statement(text="Không"),),
            applicants=("Cha mẹ", "Người giám hộ"),
            results=(Statement(text="Quyết định", tthc=("2.000011",)),),
            conditions="<p>Còn chỗ học.</p>",
            forms=(FormUse(kind="legal", code="Mẫu 01", name="Đơn", source="TT 28/2020"),),
            records=(
                KeptRecord(name="Hồ sơ", keeper="Văn thư", years=5, medium="both"),
                KeptRecord(name="Sổ", is_permanent=True, origin=Origin.ILLUSTRATIVE),
                KeptRecord(name="Phiếu"),
            ),
            abbreviations=(Abbreviation(short="TTHC", meaning="Thủ tục hành chính"),),
            illustrative=("abbreviations", "purpose"),
            purpose="<p>Thống nhất.</p>",
        )
    )

    for part in (
        "Bộ phận Một cửa Cách thức thực hiện: Trực tiếp; Trực tuyến.",
        "5.6. Phí, lệ phí Không 5.7. Đối tượng thực hiện – Cha mẹ – Người giám hộ",
        "5.8. Kết quả thực hiện Quyết định (áp dụng cho TTHC 2.000011)",
        "5.9. Yêu cầu, điều kiện Còn chỗ học.",
        "1 Mẫu 01 Đơn Mẫu do TT 28/2020 quy định",
        "1 Hồ sơ Văn thư Giấy và điện tử 5 năm",
        "2 Sổ (minh họa) chưa rõ – Vĩnh viễn",
        "3 Phiếu chưa rõ – Chưa rõ",
        "TTHC Thủ tục hành chính (Nội dung minh họa, cơ quan cần xác nhận.)",
        "1. MỤC ĐÍCH Thống nhất. (Nội dung minh họa, cơ quan cần xác nhận.)",
        "Phần được lập để minh họa, cơ quan cần xác nhận: từ viết tắt, mục đích.",
        "Có 1 nội dung lấy từ nguồn ngoài",
    ):
        assert part in text


# --- other kinds ---


def test_system_procedure_prints_its_text_below_the_section() -> None:
    body = "<h3>Nhận diện rủi ro</h3><p>Hằng năm.</p><h3>Xử lý</h3><p>Ngay.</p>"
    printed_version = version(
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
        content(bases=(LegalBasis(number="46/2017/NĐ-CP"),)),
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

    paper = whole(version_pdf(version(written)))

    assert [told for told in written.texts() if squeezed(nfc(told)) not in paper] == []


def test_two_hundred_steps_repeat_the_head_and_stay_in_their_cells() -> None:
    steps = tuple(
        step(f"Bước số {n} {LONG_WORD if n == 100 else 'thẩm định'}", working(60), output="Phiếu")
        for n in range(1, 201)
    )
    pdf = version_pdf(version(content(steps=steps)))

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
