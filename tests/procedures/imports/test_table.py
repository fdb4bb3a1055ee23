"""Lists as offices really lay them out (DOMAIN §5.3), and anything else."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from procedures.imports.reading import Line, Sheet
from procedures.imports.rows import TTHCRow
from procedures.imports.table import extract, read_table
from tests.procedures.imports.builders import HEADER, MN, TH, brief, rows_of, table, xlsx


def test_format_a_of_the_national_portal_is_read() -> None:
    rows = rows_of(
        [
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc",),
            ("Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"),
            ("1.004494", MN, "Bộ GDĐT", "UBND cấp huyện\nPhòng GDĐT", "Giáo dục mầm non"),
        ],
        merges=["A1:E1"],
    )

    assert brief(rows) == [(3, "1.004494", MN)]
    assert rows[0].agency == "UBND cấp huyện\nPhòng GDĐT"


def test_format_b_of_the_national_database_is_read() -> None:
    header = (
        *("STT", "Mã TTHC", "Tên TTHC", "QĐ Công bố", "Đối tượng", "Lĩnh vực"),
        *("Cơ quan công khai", "Cấp thực hiện", "Tình trạng"),
    )
    (row,) = rows_of(
        [
            ("DANH SÁCH THỦ TỤC HÀNH CHÍNH",),
            (),
            header,
            (1, "1.004494.000.00.00.H02", MN, "2108/QĐ-BGDĐT", "Tổ chức, Hợp tác xã", "Mầm non"),
        ],
        merges=["A1:I2"],
    )

    assert (row.row, row.code, row.agency_suffix) == (4, "1.004494", "000.00.00.H02")
    assert (row.decision, row.applicants) == ("2108/QĐ-BGDĐT", "Tổ chức, Hợp tác xã")
    assert row.section == "DANH SÁCH THỦ TỤC HÀNH CHÍNH"


def test_format_c_of_a_provincial_decision_is_read() -> None:
    rows = rows_of(
        [
            ("PHỤ LỤC",),
            ("DANH MỤC THỦ TỤC HÀNH CHÍNH LĨNH VỰC GIÁO DỤC",),
            ("(Kèm theo Quyết định số 632/QĐ-UBND ngày 24 tháng 4 năm 2019)",),
            ("STT", "Mã TTHC", "Tên TTHC", "Thời hạn", "Địa điểm", "Phí, lệ phí", "Căn cứ pháp lý"),
            ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"),
            ("A. CẤP HUYỆN",),
            ("I. LĨNH VỰC GIÁO DỤC MẦM NON (02 TTHC)",),
            (1, "1.004494", MN, "25 ngày làm việc", "Một cửa", "Không", "46/2017/NĐ-CP"),
            (2, "1.006390", "Cho phép hoạt động", "nt", "nt", "nt", "nt"),
            ("II", None, "Lĩnh vực Giáo dục tiểu học"),
            (1, "1.004555", TH, "20 ngày làm việc", "Một cửa", "-", ""),
            ("B. CẤP XÃ",),
            ("1", "1.004441", "Cho phép cơ sở khác", "", "", "", ""),
            ("Tổng số: 04 thủ tục",),
            ("Nơi nhận:",),
            ("- Như trên;", None, None, None, "TRƯỞNG PHÒNG"),
            (None, None, "Nguyễn Văn A"),
        ],
        merges=["A2:G2", "A3:G3", "A6:G6", "A7:G7", "A12:G12", "A14:G14"],
    )

    assert [(r.row, r.code, r.field, r.level) for r in rows] == [
        (8, "1.004494", "Giáo dục mầm non", "Cấp huyện"),
        (9, "1.006390", "Giáo dục mầm non", "Cấp huyện"),
        (11, "1.004555", "Giáo dục tiểu học", "Cấp huyện"),
        (13, "1.004441", "", "Cấp xã"),
    ]
    assert (rows[1].limit_text, rows[1].fee, rows[1].legal_basis) == (
        "25 ngày làm việc",
        "Không",
        "46/2017/NĐ-CP",
    )
    assert (rows[2].fee, rows[2].legal_basis) == ("", "")
    assert rows[3].section == "B. CẤP XÃ"


def test_each_sheet_may_have_its_own_header() -> None:
    found = table(
        [HEADER, (1, "1.004494", MN)],
        title="Mầm non",
        sheets={
            "Hướng dẫn": [("Cách điền danh sách",), ("Mã", "cột B"), ("Tên", "cột C")],
            "Tiểu học": [("Tiêu đề",), ("Tên thủ tục", "Mã TTHC"), (TH, "1.004555")],
            "Trống": [],
        },
    )

    assert [(row.sheet, row.row, row.code) for row in found.rows] == [
        ("Mầm non", 2, "1.004494"),
        ("Tiểu học", 3, "1.004555"),
    ]
    assert found.skipped == ("Hướng dẫn", "Trống")


def test_what_one_sheet_sets_does_not_reach_the_next() -> None:
    rows = rows_of(
        [HEADER, ("I. LĨNH VỰC MẦM NON",), (1, "1.004494", MN)],
        sheets={"Hai": [HEADER, (1, "1.004555", TH, "nt")]},
    )

    assert [row.field for row in rows] == ["Mầm non", ""]


def test_list_of_something_else_on_another_sheet_is_skipped() -> None:
    found = table(
        [HEADER, (1, "1.004494", MN)],
        sheets={"Đơn vị": [("Mã", "Tên"), ("DV01", "Phòng GD"), ("DV02", "Một cửa")]},
    )

    assert [row.code for row in found.rows] == ["1.004494"]
    assert found.skipped == ("Đơn vị",)


def test_hidden_sheets_are_not_read() -> None:
    def hide(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        old = sheet.parent.create_sheet("Cũ")
        old.append(HEADER)
        old.append((1, "1.004555", TH))
        old.sheet_state = "hidden"

    found = table([HEADER, (1, "1.004494", MN)], change=hide)

    assert [row.code for row in found.rows] == ["1.004494"]
    assert found.skipped == ("Cũ",)


def test_rows_are_counted_as_a_person_sees_them() -> None:
    def put(sheet: Worksheet) -> None:
        for column, label in enumerate(HEADER, start=3):
            sheet.cell(7, column, label)
        for column, value in enumerate(("1", "1.004494", MN), start=3):
            sheet.cell(12, column, value)

    assert brief(rows_of([], change=put)) == [(12, "1.004494", MN)]


def test_same_file_gives_the_same_table() -> None:
    data = xlsx([HEADER, (1, "1.004494", MN, "Mầm non", "25 ngày")])

    assert read_table(data, "a.xlsx") == read_table(data, "a.xlsx")


cells = st.one_of(
    st.text(max_size=40),
    st.floats(),
    st.sampled_from(
        [
            "Mã TTHC",
            "Tên TTHC",
            "Lĩnh vực",
            "STT",
            "1.004494",
            "I",
            "nt",
            '"',
            "Tổng số: 3",
            "Nơi nhận:",
        ]
    ),
)
lines = st.builds(
    Line,
    st.integers(1, 99),
    st.lists(cells, max_size=5).map(tuple),
    st.frozensets(st.integers(0, 5), max_size=2),
    st.lists(st.tuples(st.integers(-2, 5), st.integers(0, 100)), max_size=2).map(tuple),
)


@settings(deadline=None)
@given(body=st.lists(lines, max_size=8), from_csv=st.booleans())
def test_any_cells_give_a_table(body: list[Line], *, from_csv: bool) -> None:
    head = Line(1, ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực"))
    found = extract([Sheet("S", (head, *body))], from_csv=from_csv)

    assert all(isinstance(row, TTHCRow) for row in found.rows)
    assert all(row.name or row.problem for row in found.rows)


@settings(deadline=None)
@given(st.lists(lines, max_size=8))
def test_any_cells_without_a_header_are_refused_at_most(body: Any) -> None:
    found = extract([Sheet("S", tuple(body))])

    assert found.columns or not found.rows
