"""Small Word procedures in the layouts that offices use, built with python-docx."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.shared import Cm
from docx.table import Table

TITLE = "Thành lập trường mầm non"


def saved(document: Document) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def table(parent: Any, rows: Iterable[Sequence[str]], **merges: Any) -> Table:
    """A table of texts; `merges` is `merge=[((row, column), (row, column)), …]`."""
    rows = [list(row) for row in rows]
    made: Table = parent.add_table(len(rows), max(map(len, rows)))
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            made.cell(r, c).text = text
    for first, last in merges.get("merge", ()):
        texts = made.cell(*first).text
        merged = made.cell(*first).merge(made.cell(*last))
        merged.text = texts
    return made


def head(document: Document, code: str = "QT-01/GDĐT", title: str = TITLE) -> None:
    """The head of every page: office, name, code with issue and date."""
    header = document.sections[0].header
    made = header.add_table(1, 3, Cm(16))
    made.cell(0, 0).text = "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"
    made.cell(0, 1).text = f"QUY TRÌNH\n{title}"
    made.cell(0, 2).text = f"Mã hiệu: {code}\nLần ban hành: 02\nNgày ban hành: 07/7/2025"


def foot(document: Document, text: str) -> None:
    document.sections[0].footer.paragraphs[0].text = text


STEPS = [
    ("TT", "Trình tự", "Trách nhiệm", "Thời gian", "Biểu mẫu/Kết quả"),
    ("1", "Tiếp nhận, kiểm tra hồ sơ", "Bộ phận Một cửa", "½ ngày", "Giấy tiếp nhận"),
    ("2", "Thẩm định hồ sơ", "Chuyên viên", "03 ngày làm việc", ""),
    ("3", "Ký kết quả", "Lãnh đạo phòng", "01 ngày", "Quyết định"),
    ("4", "Trả kết quả", "Bộ phận Một cửa", "4 giờ", "Sổ theo dõi"),
]


def plain(steps: Sequence[Sequence[str]] = STEPS, **merges: Any) -> Document:
    """The older outline down the page, with a data table for dossier, steps and records."""
    document = docx.Document()
    head(document)
    add = document.add_paragraph
    add("1. MỤC ĐÍCH")
    add("Quy định thống nhất cách giải quyết thủ tục.")
    add("2. PHẠM VI")
    add("Áp dụng cho tổ chức, cá nhân.")
    add("3. TÀI LIỆU VIỆN DẪN")
    add("- Tiêu chuẩn TCVN ISO 9001:2015")
    add("4. ĐỊNH NGHĨA/VIẾT TẮT")
    add("- UBND: Ủy ban nhân dân")
    add("5. NỘI DUNG QUY TRÌNH")
    add("Mã TTHC: 1.004494.000.00.00.H02")
    add("5.1. Cơ sở pháp lý")
    add("- Luật Giáo dục số 43/2019/QH14; Nghị định số 46/2017/NĐ-CP ngày 21/4/2017;")
    add("- Thông tư số 52/2020/TT-BGDĐT ban hành Điều lệ trường mầm non.")
    add("5.2. Thành phần hồ sơ")
    table(
        document,
        [
            ("STT", "Tên giấy tờ", "Bản chính", "Bản sao"),
            ("1", "Tờ trình đề nghị thành lập trường", "x", ""),
            ("2", "Đề án thành lập trường", "01", ""),
            ("3", "Giấy chứng nhận quyền sử dụng đất", "", "02"),
        ],
    )
    add("5.3. Số lượng hồ sơ")
    add("01 bộ")
    add("5.4. Thời gian xử lý")
    add("05 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ")
    add("5.5. Nơi tiếp nhận và trả kết quả")
    add("Bộ phận Một cửa UBND thành phố")
    add("5.6. Lệ phí: Không")
    add("5.7. Quy trình xử lý công việc")
    table(document, steps, **merges)
    add("6. BIỂU MẪU")
    add("BM-01.01 Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
    add("BM-01.02 Phiếu kiểm soát quá trình giải quyết hồ sơ")
    add("7. HỒ SƠ CẦN LƯU")
    table(
        document,
        [
            ("STT", "Tên hồ sơ", "Nơi lưu", "Thời gian lưu"),
            ("1", "Thành phần hồ sơ theo mục 5.2", "Phòng GD&ĐT", "05 năm"),
            ("2", "Kết quả giải quyết TTHC", "Văn thư", "Vĩnh viễn"),
        ],
    )
    foot(document, "Thành lập trường mầm non | Trang 1/5 | Lần ban hành: 02")
    return document


def one_big_table() -> Document:
    """The older outline in one table: number | heading, then what belongs to it."""
    document = docx.Document()
    document.add_paragraph("ỦY BAN NHÂN DÂN THÀNH PHỐ")
    document.add_paragraph("PHÒNG GIÁO DỤC VÀ ĐÀO TẠO")
    document.add_paragraph("QUY TRÌNH")
    document.add_paragraph("CÔNG NHẬN TRƯỜNG MẦM NON ĐẠT CHUẨN")
    table(
        document,
        [
            ("Mã hiệu", "Lần ban hành", "Ngày ban hành"),
            ("QT.GD-05", "01", "01-9-2022"),
        ],
    )
    document.add_paragraph("5. NỘI DUNG")
    rows = [
        ("5.1", "Cơ sở pháp lý", "", "", ""),
        ("", "Luật Giáo dục số 43/2019/QH14", "", "", ""),
        ("", "Nghị định 24/2021/NĐ-CP", "", "", ""),
        ("5.2", "Thành phần hồ sơ", "", "Bản chính", "Bản sao"),
        ("", "- Đơn đề nghị", "", "x", ""),
        ("", "- Báo cáo tự đánh giá", "", "", "x"),
        ("5.3", "Số lượng hồ sơ", "", "", ""),
        ("", "01 (một) bộ", "", "", ""),
        ("5.4", "Thời gian xử lý", "", "", ""),
        ("", "20 ngày làm việc", "", "", ""),
        ("5.5", "Nơi tiếp nhận và trả kết quả", "", "", ""),
        ("", "Bộ phận Một cửa", "", "", ""),
        ("5.6", "Lệ phí", "", "", ""),
        ("", "Không", "", "", ""),
        ("5.7", "Quy trình xử lý công việc", "", "", ""),
        ("TT", "Trình tự", "Trách nhiệm", "Thời gian", "Biểu mẫu/Kết quả"),
        ("B1", "Nộp hồ sơ", "Tổ chức, cá nhân", "Giờ hành chính", "Theo mục 5.2"),
        ("B2", "Thẩm định", "Chuyên viên", "15 ngày", "Tờ trình"),
        ("B3", "Ký quyết định", "Trưởng phòng", "0,5 ngày", "Quyết định"),
        ("6", "Biểu mẫu", "", "", ""),
        ("", "Mẫu số 01: Đơn đề nghị công nhận", "", "", ""),
        ("7", "Hồ sơ cần lưu", "", "", ""),
        ("TT", "Hồ sơ lưu", "", "", "Thời gian lưu"),
        ("1", "Đơn đề nghị", "", "", "5 năm"),
        ("2", "Quyết định công nhận", "", "", "5 năm"),
    ]
    merges = []
    for r, row in enumerate(rows):
        if row[2:] == ("", "", ""):
            merges.append(((r, 1), (r, 4)))
        elif 3 <= r <= 5:
            merges.append(((r, 1), (r, 2)))
        elif r >= 22:
            merges.append(((r, 1), (r, 3)))
    table(document, rows, merge=merges)
    return document


def newer() -> Document:
    """The outline of 2025: 5.a … 5.l, two time columns, papers to submit and to present."""
    document = docx.Document()
    head(document, "QT 33/CX-HCTP", "Đăng ký khai sinh có yếu tố nước ngoài")
    add = document.add_paragraph

    def bold(text: str) -> None:
        add().add_run(text).bold = True

    bold("1. MỤC ĐÍCH")
    add("Thống nhất trình tự.")
    bold("2. PHẠM VI")
    add("Áp dụng tại UBND cấp xã.")
    bold("5. NỘI DUNG QUY TRÌNH")
    bold("5.a) Thành phần, số lượng hồ sơ")
    add("* Giấy tờ phải nộp:")
    add("- Tờ khai đăng ký khai sinh (theo mẫu): 01 bản chính")
    add("- Giấy chứng sinh (01 bản chính, 01 bản sao)")
    add("- Văn bản ủy quyền (bản sao có chứng thực)")
    add("* Giấy tờ phải xuất trình:")
    add("- Hộ chiếu hoặc thẻ căn cước")
    add("Số lượng hồ sơ: 01 bộ")
    bold("5.b) Thời hạn")
    add("05 ngày làm việc; trường hợp có xác minh: 10 ngày làm việc")
    bold("5.c) Đối tượng thực hiện")
    add("Cá nhân")
    bold("5.d) Cơ quan thực hiện")
    add("UBND cấp xã")
    bold("5.e) Kết quả")
    add("Giấy khai sinh")
    bold("5.g) Lệ phí")
    add("75.000 đồng")
    bold("5.h) Tên mẫu đơn, tờ khai")
    add("Tờ khai đăng ký khai sinh (TP/HT-2024-TKĐKKS)")
    bold("5.i) Yêu cầu, điều kiện: Không")
    bold("5.k) Căn cứ pháp lý")
    add("Luật Hộ tịch số 60/2014/QH13")
    bold("5.l) Quy trình các bước giải quyết công việc")
    _two_times(document)
    bold("6. BIỂU MẪU")
    add("Xem mục 5")
    bold("7. HỒ SƠ LƯU TRỮ")
    records = [("STT", "Tên biểu mẫu/hồ sơ", "Nơi lưu/người lưu", "Thời gian lưu")]
    table(document, [*records, ("1", "Hồ sơ theo mục 5.a", "Công chức hộ tịch", "20 năm")])
    foot(document, "Đăng ký kết hôn    Ngày hiệu lực: 03/7/2024    Lần ban hành: 01")
    return document


def _two_times(document: Document) -> None:
    table(
        document,
        [
            ("TT", "Trình tự", "Trách nhiệm", "Thời gian", ""),
            ("", "", "", "Không xác minh", "Có xác minh"),
            ("1", "Tiếp nhận, kiểm tra hồ sơ", "Bộ phận tiếp nhận", "01 ngày", "01 ngày"),
            ("2", "Thẩm tra", "Công chức chuyên môn", "02 ngày", "07 ngày"),
            ("3", "Ký kết quả", "Lãnh đạo UBND", "01 ngày", "01 ngày"),
            ("4", "Đóng dấu", "Văn thư", "½ ngày", "½ ngày"),
            ("4", "Vào sổ, trả kết quả", "Bộ phận tiếp nhận", "½ ngày", "½ ngày"),
            ("Tổng cộng", "", "", "05 ngày", "10 ngày"),
        ],
        merge=[((0, c), (1, c)) for c in range(3)] + [((0, 3), (0, 4)), ((7, 0), (7, 2))],
    )
