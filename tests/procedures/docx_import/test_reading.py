"""What is understood of whole documents, in the layouts that offices use."""

import unicodedata
from typing import Any

import docx
from docx.document import Document

from procedures.content import TimeKind
from procedures.docx_import.drafting import to_content
from procedures.docx_import.reading import Reading, read_word
from tests.procedures.docx_import.documents import (
    STEPS,
    foot,
    head,
    newer,
    one_big_table,
    plain,
    saved,
    table,
)


def read(document: Document) -> Reading:
    return read_word(saved(document), "quy-trinh.docx")


def as_json(document: Document) -> dict[str, Any]:
    return read(document).as_json()


def test_older_outline_down_the_page() -> None:
    said = as_json(plain())

    assert list(said) == [
        *("code", "title", "issue", "issued_on", "time_limits", "dossier", "steps", "forms"),
        *("records", "legal_bases", "tthc", "defects", "unparsed", "confidence"),
    ]
    assert (said["code"], said["title"]) == ("QT-01/GDĐT", "Thành lập trường mầm non")
    assert (said["issue"], said["issued_on"]) == (2, "2025-07-07")
    assert said["time_limits"] == [
        {
            "case": "",
            "value": 5,
            "unit": "working_day",
            "text": "05 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ",
        }
    ]
    assert said["dossier"][2] == {
        "name": "Giấy chứng nhận quyền sử dụng đất",
        "kind": "submit",
        "originals": 0,
        "copies": 2,
    }
    assert [step["times"] for step in said["steps"]] == [[240], [1440], [480], [240]]
    assert said["forms"][0] == "BM-01.01 Giấy tiếp nhận hồ sơ và hẹn trả kết quả"
    assert said["records"] == ["Thành phần hồ sơ theo mục 5.2", "Kết quả giải quyết TTHC"]
    assert said["legal_bases"] == [
        "Luật Giáo dục số 43/2019/QH14",
        "Nghị định số 46/2017/NĐ-CP ngày 21/4/2017",
        "Thông tư số 52/2020/TT-BGDĐT ban hành Điều lệ trường mầm non",
    ]
    assert said["tthc"] == ["1.004494"]
    assert (said["defects"], said["unparsed"]) == ([], [])
    assert min(said["confidence"].values()) > 0.8


def test_older_outline_in_one_big_table() -> None:
    said = as_json(one_big_table())

    assert (said["code"], said["title"]) == ("QT.GD-05", "CÔNG NHẬN TRƯỜNG MẦM NON ĐẠT CHUẨN")
    assert [(i["name"], i["originals"], i["copies"]) for i in said["dossier"]] == [
        ("Đơn đề nghị", 1, 0),
        ("Báo cáo tự đánh giá", 0, 1),
    ]
    assert [(s["no"], s["times"]) for s in said["steps"]] == [(1, [None]), (2, [7200]), (3, [240])]
    assert said["records"] == ["Đơn đề nghị", "Quyết định công nhận"]
    assert said["unparsed"] == ["Giờ hành chính"]


def test_outline_of_2025_with_two_time_columns() -> None:
    said = as_json(newer())

    assert [(i["name"], i["kind"]) for i in said["dossier"]] == [
        ("Tờ khai đăng ký khai sinh (theo mẫu)", "submit"),
        ("Giấy chứng sinh", "submit"),
        ("Văn bản ủy quyền", "submit"),
        ("Hộ chiếu hoặc thẻ căn cước", "present"),
    ]
    assert [s["times"] for s in said["steps"]] == [
        *([480, 480], [960, 3360], [480, 480], [240, 240], [240, 240])
    ]
    assert [(limit["case"], limit["value"]) for limit in said["time_limits"]] == [
        ("", 5),
        ("Có xác minh", 10),
    ]
    assert said["defects"] == [
        "Chân trang ghi lần ban hành 1, đầu trang ghi lần ban hành 2.",
        "Chân trang ghi ngày hiệu lực 03/07/2024, trước ngày ban hành 07/07/2025: ngày cũ còn sót.",
        "Chân trang ghi tên “Đăng ký kết hôn”, khác tên quy trình.",
        "Số thứ tự bước 4 bị trùng.",
        "Không ghi mã thủ tục hành chính (TTHC).",
    ]


def test_merged_time_counts_once_and_other_words_stay_visible() -> None:
    steps = [
        STEPS[0],
        ("1", "Tiếp nhận", "Một cửa", "01 ngày", ""),
        ("2", "Thẩm định", "Chuyên viên", "", ""),
        ("3", "Ký", "Lãnh đạo", "Theo lịch công tác", ""),
    ]
    reading = read(plain(steps, merge=[((1, 3), (2, 3))]))

    assert [row["times"] for row in reading.as_json()["steps"]] == [[480], [None], [None]]
    assert "Theo lịch công tác" in reading.unparsed
    assert [step.times[0].kind for step in to_content(reading).steps] == [
        TimeKind.WORKING,
        TimeKind.NOT_COUNTED,
        TimeKind.BY_PLAN,
    ]


def test_table_goes_on_after_the_page_with_its_header_again() -> None:
    document = docx.Document()
    head(document)
    document.add_paragraph("5.7. Quy trình xử lý công việc")
    table(document, STEPS[:3])
    document.add_paragraph()
    table(document, [STEPS[0], *STEPS[3:]])
    table(
        document,
        [("5", "Lưu hồ sơ", "Văn thư", "30 phút", ""), ("", "Tổng cộng", "", "6 ngày", "")],
    )

    said = as_json(document)

    assert [step["no"] for step in said["steps"]] == [1, 2, 3, 4, 5]
    assert any("Dòng tổng cộng ghi 6 ngày" in defect for defect in said["defects"])


def test_sum_over_the_limit_is_told() -> None:
    steps = [STEPS[0], ("1", "Thẩm định", "Chuyên viên", "06 ngày", "")]

    assert (
        "Tổng thời gian các bước là 6 ngày, vượt thời hạn 5 ngày."
        in as_json(plain(steps))["defects"]
    )


def test_letters_that_are_taken_apart_read_alike() -> None:
    document = docx.Document()
    for text in ("QUY TRÌNH", "CẤP BẢN SAO", "Mã hiệu: QT-02 Lần ban hành: 1", "I. CƠ SỞ PHÁP LÝ"):
        document.add_paragraph(unicodedata.normalize("NFD", text))
    document.add_paragraph(unicodedata.normalize("NFD", "1. Luật Hộ tịch số 60/2014/QH13;"))

    said = as_json(document)

    assert (said["title"], said["code"], said["issue"]) == ("CẤP BẢN SAO", "QT-02", 1)
    assert said["legal_bases"] == ["Luật Hộ tịch số 60/2014/QH13"]


def test_numbers_that_word_makes_are_read() -> None:
    document = docx.Document()
    head(document)
    document.add_heading("Quy trình giải quyết", 1)
    made = table(document, [("TT", "Nội dung", "Trách nhiệm", "Thời gian")])
    for work in ("Tiếp nhận", "Thẩm định"):
        cells = made.add_row().cells
        cells[0].paragraphs[0].style = "List Number"
        cells[1].text, cells[2].text, cells[3].text = work, "Một cửa", "1 giờ"

    assert [(s["no"], s["work"]) for s in as_json(document)["steps"]] == [
        (1, "Tiếp nhận"),
        (2, "Thẩm định"),
    ]


def test_contents_signs_and_amendments_are_no_headings() -> None:
    document = docx.Document()
    for text in ("QUY TRÌNH", "Cấp bản sao", "Mã hiệu: QT-02", "Lần ban hành: 03"):
        document.add_paragraph(text)
    table(document, [("Soạn thảo", "Xem xét", "Phê duyệt"), ("Chuyên viên", "Phó phòng", "Phòng")])
    for text in ("MỤC LỤC", "1. Mục đích\t2", "2. Hồ sơ cần lưu"):
        document.add_paragraph(text)
    table(
        document,
        [("Lần sửa đổi", "Ngày sửa đổi", "Nội dung sửa đổi"), ("01", "1/2/2021", "Bước 3")],
    )
    for text in ("1. MỤC ĐÍCH", "Thống nhất.", "2. HỒ SƠ CẦN LƯU", "- Sổ cấp bản sao (lưu 5 năm)"):
        document.add_paragraph(text)
    reading = read(document)

    assert (reading.front.code, reading.front.title) == ("QT-02", "Cấp bản sao")
    assert [(r.name, r.kept_for) for r in reading.records] == [("Sổ cấp bản sao", "5 năm")]
    assert reading.narrative["purpose"] == "<p>Thống nhất.</p>"
    assert reading.unparsed == []


def test_what_has_no_place_stays_visible() -> None:
    document = plain()
    document.add_paragraph("PHỤ LỤC")
    document.add_paragraph("Câu này không thuộc phần nào.")

    assert as_json(document)["unparsed"] == ["Câu này không thuộc phần nào."]


def test_code_of_the_foot_that_differs_is_told() -> None:
    document = plain()
    foot(document, "Mã hiệu: QT-09/GDĐT – Ngày ban hành: 03/01/2013")

    assert as_json(document)["defects"] == [
        "Chân trang ghi mã hiệu “QT-09/GDĐT”, khác mã hiệu “QT-01/GDĐT” của tài liệu.",
        "Chân trang ghi ngày ban hành 03/01/2013, đầu trang ghi 07/07/2025: ngày cũ còn sót.",
    ]


def test_a_guess_says_so() -> None:
    document = docx.Document()
    document.add_paragraph("SỔ TAY HƯỚNG DẪN NGHIỆP VỤ").runs[0].bold = True
    document.add_paragraph("Văn bản không theo mẫu nào.")

    said = as_json(document)

    assert said["title"] == "SỔ TAY HƯỚNG DẪN NGHIỆP VỤ"
    assert said["confidence"]["title"] < 0.5
    assert said["confidence"]["steps"] == 0
    assert "Văn bản không theo mẫu nào." in said["unparsed"]


def test_content_of_a_draft_says_what_was_read() -> None:
    content = to_content(read(plain()))

    assert content.title == "Thành lập trường mầm non"
    assert [basis.number for basis in content.bases][:2] == ["43/2019/QH14", "46/2017/NĐ-CP"]
    assert (content.limits[0].minutes, content.dossier_sets) == (2400, 1)
    assert content.case_total(content.cases[0].key) == 2400
    assert [(r.years, r.is_permanent) for r in content.records] == [(5, False), (None, True)]
    assert content.fees[0].text == "Không"
    assert content.reception_place == "Bộ phận Một cửa UBND thành phố"


def test_blank_forms_after_the_last_section_are_no_part_of_it() -> None:
    document = plain()
    for text in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "ĐƠN ĐỀ NGHỊ", "2. Thành phần hồ sơ:"):
        document.add_paragraph(text)
    table(document, [("TT", "Nội dung công việc", "Trách nhiệm", "Thời gian"), ("9", "", "", "")])
    reading = read(document)

    assert (len(reading.steps.rows), len(reading.records), len(reading.dossier)) == (4, 2, 3)
    assert {"ĐƠN ĐỀ NGHỊ", "2. Thành phần hồ sơ:"} <= set(reading.unparsed)


def test_number_merged_over_two_rows_is_no_duplicate() -> None:
    steps = [*STEPS[:2], ("2", "Thẩm tra", "Chuyên viên", "01 ngày", ""), STEPS[3]]
    steps.insert(3, ("", "Xác minh thực tế", "Chuyên viên", "1", ""))
    said = as_json(plain(steps, merge=[((2, 0), (3, 0))]))

    assert [(s["no"], s["times"]) for s in said["steps"]] == [
        *[(1, [240]), (2, [480]), (2, [None]), (3, [480])]
    ]
    assert said["defects"] == []
    assert said["unparsed"] == ["1"]  # of what unit, the column does not say
