"""Lists as offices really lay them out (DOMAIN §5.3)."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.imports.reading import Line, Sheet
from procedures.imports.rows import TTHCRow
from procedures.imports.table import TTHCTable, extract, read_table
from tests.procedures.imports.builders import HEADER, xlsx

MN = "Thành lập trường mầm non"
TH = "Thành lập trường tiểu học"
CS = "Thành lập trường trung học cơ sở"


def table(rows, **kwargs) -> TTHCTable:
    return read_table(xlsx(rows, **kwargs), "danh-sach.xlsx")


def rows_of(rows, **kwargs) -> tuple[TTHCRow, ...]:
    return table(rows, **kwargs).rows


def csv_rows(*lines: str) -> tuple[TTHCRow, ...]:
    return read_table("\n".join(lines).encode(), "danh-sach.csv").rows


def brief(rows) -> list[tuple[int, str | None, str]]:
    return [(row.row, row.code, row.name) for row in rows]


def test_row_carries_every_known_column_of_our_own_list():
    header = (
        "code,code_seen_as,name,field,level,implementing_agency,processing_time,fee,"
        "online_service_level,announcing_decision,legal_basis,receiving_place,source_url,verified,"
        "verification_note"
    )
    (row,) = csv_rows(
        header,
        "1.005099,1.005099.000.00.00.H38 ; 1.005099.000.00.00.H42,Chuyển trường,Giáo dục tiểu học,"
        "Cấp huyện,Phòng Giáo dục và Đào tạo,5 ngày làm việc,Không,3,2855/QĐ-BGDĐT,"
        "28/2020/TT-BGDĐT,Một cửa,http://a.vn,yes,seen",
    )

    assert (row.code, row.printed_code, row.agency_suffix) == ("1.005099", "1.005099", "")
    assert (row.name, row.field, row.level) == ("Chuyển trường", "Giáo dục tiểu học", "Cấp huyện")
    assert (row.agency, row.limit_text) == ("Phòng Giáo dục và Đào tạo", "5 ngày làm việc")
    assert (row.fee, row.online_level, row.decision) == ("Không", "3", "2855/QĐ-BGDĐT")
    assert (row.legal_basis, row.receiving_place) == ("28/2020/TT-BGDĐT", "Một cửa")
    assert (row.source_url, row.verified, row.note) == ("http://a.vn", True, "seen")
    assert row.problem is None
    assert dict(row.cells)["code_seen_as"] == "1.005099.000.00.00.H38 ; 1.005099.000.00.00.H42"


def test_columns_tell_what_the_list_speaks_of():
    found = table([HEADER, (1, "1.004494", MN, "Mầm non", "25 ngày")])

    assert found.columns == {"number", "code", "name", "field", "limit_text"}
    assert not found.has_agency_column
    assert found.rows[0].columns == found.columns


@pytest.mark.parametrize(
    "label", ["Cơ quan thực hiện", "CƠ QUAN\nTHỰC HIỆN", "implementing_agency"]
)
def test_agency_column_is_known_by_its_names(label):
    assert table([(*HEADER, label), (1, "1.004494", MN, "", "", "Phòng GD")]).has_agency_column


@pytest.mark.parametrize(
    "label", ["Cơ quan ban hành", "Cơ quan công khai", "Cơ quan phối hợp", "Đối tượng"]
)
def test_agency_column_is_not_another_body(label):
    assert not table([(*HEADER, label), (1, "1.004494", MN, "", "", "Bộ")]).has_agency_column


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("Mã số", "Tên"),
        ("MÃ TTHC", "TÊN TTHC"),
        ("Mã thủ tục", "Tên thủ tục hành chính"),
        ("Mã số TTHC (trên Cổng DVC quốc gia)", "Tên thủ tục hành chính (cấp huyện)"),
        ("Mã\nTTHC", "Tên  thủ\u00a0tục"),
        (unicodedata.normalize("NFD", "Mã TTHC"), unicodedata.normalize("NFD", "Tên thủ tục")),
        ("Ｍã TTHC", "Tên \u200bTTHC"),
        ("ma tthc", "ten tthc"),
        ("Mã TTHC:", "Tên TTHC *"),
        ("code", "name"),
        ("Mã số hồ sơ TTHC", "Thủ tục hành chính"),
        ("Mã TTHC", "Tên thủ tục hành chính được công bố mới"),
    ],
)
def test_header_is_found_by_its_words(code, name):
    assert brief(rows_of([("TT", code, name), (1, "1.004494", MN)])) == [(2, "1.004494", MN)]


def test_header_prefers_the_surer_of_two_columns():
    rows = rows_of([("Mã số", "Mã TTHC", "Tên", "Tên TTHC"), (7, "1.004494", "x", MN)])

    assert brief(rows) == [(2, "1.004494", MN)]


def test_format_a_of_the_national_portal_is_read():
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


def test_format_b_of_the_national_database_is_read():
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


def test_format_c_of_a_provincial_decision_is_read():
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


# Headers of two rows


def test_header_of_two_rows_with_merged_parents_is_read():
    (row,) = rows_of(
        [
            ("STT", "Thủ tục hành chính", None, "Lĩnh vực", "Thời hạn giải quyết", None, "Phí"),
            (None, "Mã số", "Tên", None, "Theo quy định", "Sau cắt giảm", None),
            (1, "1.004494", MN, "Mầm non", "25 ngày làm việc", "20 ngày làm việc", "Không"),
        ],
        merges=["A1:A2", "B1:C1", "D1:D2", "E1:F1", "G1:G2"],
    )

    assert (row.row, row.code, row.name, row.field) == (3, "1.004494", MN, "Mầm non")
    assert (row.limit_text, row.local_limit_text) == ("25 ngày làm việc", "20 ngày làm việc")
    assert row.fee == "Không"


def test_header_of_two_rows_in_csv_is_read():
    (row,) = csv_rows(
        "STT,Thủ tục hành chính,,Lĩnh vực,Thời hạn giải quyết,,Phí",
        ",Mã số,Tên,,Theo quy định,Sau cắt giảm,",
        f"1,1.004494,{MN},Mầm non,25 ngày,20 ngày,Không",
    )

    assert (row.code, row.name, row.field, row.fee) == ("1.004494", MN, "Mầm non", "Không")
    assert (row.limit_text, row.local_limit_text) == ("25 ngày", "20 ngày")


def test_header_whose_second_row_parts_only_other_columns_is_read():
    rows = rows_of(
        [
            ("STT", "Mã TTHC", "Tên TTHC", "Phí, lệ phí", None, "Thời hạn"),
            (None, None, None, "Phí", "Lệ phí", None),
            (1, 2, 3, 4, 5, 6),
            (1, "1.004494", MN, "10.000đ", "5.000đ", "25 ngày"),
            (2, "1.004555", TH, "-", "Không", "20 ngày"),
        ],
        merges=["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2"],
    )

    assert brief(rows) == [(4, "1.004494", MN), (5, "1.004555", TH)]
    assert [row.fee for row in rows] == ["Phí: 10.000đ; lệ phí: 5.000đ", "Không"]
    assert [row.limit_text for row in rows] == ["25 ngày", "20 ngày"]


@pytest.mark.parametrize("merges", [[], ["A1:E1"]])
def test_title_over_a_header_is_no_part_of_it(merges):
    (row,) = rows_of(
        [
            ("Lĩnh vực: Giáo dục mầm non",),
            ("STT", "Mã TTHC", "Tên TTHC", "Kết quả", "Thời hạn"),
            (1, "1.004494", MN, "Quyết định", "25 ngày"),
        ],
        merges=merges,
    )

    assert (row.row, row.field, row.limit_text) == (3, "", "25 ngày")


def test_header_with_one_lone_word_below_sets_no_field():
    (row,) = csv_rows("STT,Mã TTHC,Tên TTHC,Thời hạn", ",,,(ngày làm việc)", f"1,1.004494,{MN},25")

    assert (row.field, row.limit_text) == ("", "25")


def test_header_may_come_again_on_each_page():
    rows = rows_of(
        [
            HEADER,
            (1, 2, 3, 4, 5),
            (1, "1.004494", MN, "Mầm non", "25 ngày"),
            HEADER,
            (1, 2, 3, 4, 5),
            (2, "1.004555", TH, "Tiểu học", "20 ngày"),
        ]
    )

    assert brief(rows) == [(3, "1.004494", MN), (6, "1.004555", TH)]


def test_second_list_on_a_sheet_may_have_its_own_columns():
    rows = rows_of(
        [
            HEADER,
            (1, "1.004494", MN, "Mầm non", "25 ngày"),
            ("II. DANH MỤC TTHC BỊ BÃI BỎ",),
            ("STT", "Tên TTHC", "Mã TTHC", "Văn bản quy định"),
            (1, TH, "1.004555", "NĐ 125/2024"),
        ],
        merges=["A3:E3"],
    )

    assert brief(rows) == [(2, "1.004494", MN), (5, "1.004555", TH)]
    assert (rows[1].section, rows[1].legal_basis) == ("II. DANH MỤC TTHC BỊ BÃI BỎ", "NĐ 125/2024")
    assert "limit_text" not in rows[1].columns


def test_list_without_a_code_column_gives_rows_without_code():
    rows = rows_of([("STT", "Tên thủ tục hành chính", "Thời hạn"), (1, MN, "25 ngày")])

    assert brief(rows) == [(2, None, MN)]
    assert rows[0].problem is None


# Groups


@pytest.mark.parametrize(
    ("group", "field"),
    [
        (("I. LĨNH VỰC GIÁO DỤC MẦM NON",), "Giáo dục mầm non"),
        (("I. Lĩnh vực Giáo dục Mầm non (09 TTHC)",), "Giáo dục Mầm non"),
        (("I LĨNH VỰC GIÁO DỤC MẦM NON",), "Giáo dục mầm non"),
        (("1. Lĩnh vực: Giáo dục mầm non",), "Giáo dục mầm non"),
        (("A.1. Lĩnh vực giáo dục mầm non: 09 thủ tục",), "giáo dục mầm non"),
        (("LĨNH VỰC GIÁO DỤC MẦM NON",), "Giáo dục mầm non"),
        (("Giáo dục mầm non",), "Giáo dục mầm non"),
        (("III", None, "Giáo dục mầm non"), "Giáo dục mầm non"),
        (("IV.", None, "LĨNH VỰC GIÁO DỤC MẦM NON"), "Giáo dục mầm non"),
        (("IV", None, "Lĩnh vực Giáo dục mầm non", None, "09"), "Giáo dục mầm non"),
        ((None, None, "LĨNH VỰC GIÁO DỤC MẦM NON"), "Giáo dục mầm non"),
        ((None, None, "I. Giáo dục mầm non"), "Giáo dục mầm non"),
        ((None, "II", "Lĩnh vực Giáo dục mầm non"), "Giáo dục mầm non"),
        ((2, None, "Lĩnh vực Giáo dục mầm non"), "Giáo dục mầm non"),
        (("Lĩnh vực Giáo dục mầm non",) * 5, "Giáo dục mầm non"),
        (("I. Lĩnh vực Giáo dục mầm non (cấp huyện)",), "Giáo dục mầm non"),
        (("V. Phòng, chống tham nhũng",), "Phòng, chống tham nhũng"),
        (("I. " + unicodedata.normalize("NFD", "LĨNH VỰC GIÁO DỤC MẦM NON"),), "Giáo dục mầm non"),
    ],
)
def test_group_row_sets_the_field_of_the_rows_below(group, field):
    rows = rows_of([HEADER, group, (1, "1.004494", MN, None, "25 ngày"), (2, "1.004555", TH)])

    assert [(row.row, row.field) for row in rows] == [(3, field), (4, field)]
    assert "field" in rows[0].columns


def test_group_row_with_a_plain_number_is_told_by_its_width():
    rows = rows_of(
        [HEADER, (1, "GIÁO DỤC MẦM NON"), ("1.1", "1.004494", MN), (2, None, TH)], merges=["B2:E2"]
    )

    assert [(row.code, row.name, row.field) for row in rows] == [
        ("1.004494", MN, "Giáo dục mầm non"),
        (None, TH, "Giáo dục mầm non"),
    ]


def test_group_row_yields_to_a_field_in_the_row():
    rows = rows_of(
        [HEADER, ("I. LĨNH VỰC MẦM NON",), (1, "1.004494", MN, "Tiểu học"), (2, "1.004555", TH)]
    )

    assert [row.field for row in rows] == ["Tiểu học", "Mầm non"]


def test_group_row_of_a_csv_file_sets_the_field():
    rows = csv_rows(
        "Mã TTHC,Tên TTHC,Thời hạn",
        "I. Lĩnh vực Giáo dục mầm non,,",
        f"1.004494,{MN},25 ngày",
        "GIÁO DỤC TIỂU HỌC,,",
        f"1.004555,{TH},20 ngày",
        ",GIÁO DỤC TRUNG HỌC,",
        f"1.004442,{CS},20 ngày",
    )

    assert [(row.row, row.field) for row in rows] == [
        (3, "Giáo dục mầm non"),
        (5, "Giáo dục tiểu học"),
        (7, "Giáo dục trung học"),
    ]


@pytest.mark.parametrize(
    ("group", "level"),
    [
        ("A. CẤP HUYỆN", "Cấp huyện"),
        ("B. THỦ TỤC HÀNH CHÍNH CẤP XÃ", "Cấp xã"),
        ("A - TTHC THUỘC THẨM QUYỀN GIẢI QUYẾT CỦA UBND CẤP HUYỆN", "Cấp huyện"),
        ("I. THỦ TỤC HÀNH CHÍNH CẤP TỈNH, CẤP HUYỆN", ""),
        ("A. DANH MỤC THỦ TỤC HÀNH CHÍNH MỚI BAN HÀNH", ""),
        ("A. PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", ""),
    ],
)
def test_group_row_of_a_level_or_section_is_no_field(group, level):
    (row,) = rows_of([HEADER, (group,), (1, "1.004494", MN)], merges=["A2:E2"])

    assert (row.field, row.level, row.section) == ("", level, group)


def test_row_numbered_with_roman_numerals_is_a_tthc_if_it_says_more():
    rows = rows_of([HEADER, ("I", None, MN, None, "25 ngày"), ("II", "1.004555", TH)])

    assert brief(rows) == [(2, None, MN), (3, "1.004555", TH)]


# As above


def test_merged_cells_say_the_same_for_each_row_and_blank_cells_nothing():
    rows = rows_of(
        [
            HEADER,
            (1, "1.004494", MN, "Mầm non", "25 ngày"),
            (2, "1.006390", "Cho phép", None, None),
            (3, "1.006444", "Trở lại", None, None),
        ],
        merges=["D2:D3"],
    )

    assert [(row.field, row.limit_text) for row in rows] == [
        ("Mầm non", "25 ngày"),
        ("Mầm non", ""),
        ("", ""),
    ]


def test_merged_cells_reach_over_group_rows_without_filling_them():
    rows = rows_of(
        [
            (*HEADER, "Cơ quan thực hiện"),
            (1, "1.004494", MN, None, None, "Phòng GD"),
            ("II", None, "Lĩnh vực Tiểu học"),
            (1, "1.004555", TH),
        ],
        merges=["F2:F4"],
    )

    assert [(row.code, row.field, row.agency) for row in rows] == [
        ("1.004494", "", "Phòng GD"),
        ("1.004555", "Tiểu học", "Phòng GD"),
    ]


def test_merged_code_stands_on_each_of_its_rows():
    rows = rows_of(
        [HEADER, (1, "1.004494", MN, "", "25 ngày"), (2, None, "Trường hợp khác", "", "5 ngày")],
        merges=["B2:B3"],
    )

    assert brief(rows) == [(2, "1.004494", MN), (3, "1.004494", "Trường hợp khác")]


def test_cells_merged_sideways_say_nothing_for_the_next_column():
    (row,) = rows_of([HEADER, (1, "1.004494", MN, "Mầm non", None)], merges=["D2:E2"])

    assert (row.field, row.limit_text) == ("Mầm non", "")


@pytest.mark.parametrize(
    "mark",
    ["nt", "NT", "-nt-", "- nt -", "n/t", "Như trên", "-như trên-", '"', "”", "''", '-"-', "//"],
)
def test_mark_for_as_above_repeats_the_cell_above(mark):
    rows = rows_of(
        [
            HEADER,
            (1, "1.004494", MN, "Mầm non", "25 ngày"),
            (2, "1.006390", "Cho phép", mark, mark),
            (3, "1.006444", "Trở lại", mark, None),
            (4, "1.006445", "Sáp nhập", mark, mark),
        ]
    )

    assert [(row.field, row.limit_text) for row in rows] == [
        ("Mầm non", "25 ngày"),
        ("Mầm non", "25 ngày"),
        ("Mầm non", ""),
        ("Mầm non", ""),
    ]


def test_mark_for_as_above_may_repeat_the_field_of_a_group():
    rows = rows_of(
        [HEADER, ("I. LĨNH VỰC MẦM NON",), (1, "1.004494", MN), (2, "1.006390", "x", "nt")]
    )

    assert [row.field for row in rows] == ["Mầm non", "Mầm non"]


def test_mark_for_as_above_repeats_a_code_too():
    rows = rows_of([HEADER, (1, 1.00449, MN), (2, "nt", "Tên khác")])

    assert [(row.code, row.restored) for row in rows] == [("1.004490", True), ("1.004490", True)]


# Text


def test_cells_are_cleaned_and_kept_as_printed():
    name = unicodedata.normalize("NFD", "  Thành lập\ntrường \u200bmầm\u00a0 non ")
    (row,) = rows_of([HEADER, (1, "1.\n004494", name, "Mầm\nnon", "25 ngày\nlàm việc")])

    assert (row.code, row.name, row.field) == ("1.004494", MN, "Mầm non")
    assert row.limit_text == "25 ngày\nlàm việc"
    assert dict(row.cells)["Tên thủ tục hành chính"] == name
    assert dict(row.cells)["Mã TTHC"] == "1.\n004494"


@pytest.mark.parametrize("blank", ["", "-", "–", "...", None])
def test_dash_is_an_empty_cell(blank):
    (row,) = rows_of([HEADER, (1, "1.004494", MN, blank, blank)])

    assert (row.field, row.limit_text) == ("", "")


def test_numbers_dates_and_truth_in_cells_become_text():
    rows = rows_of([(*HEADER, "Mức độ DVC"), (1, "1.004494", MN, None, 20, 4)])

    assert (rows[0].limit_text, rows[0].online_level) == ("20", "4")


@pytest.mark.parametrize(
    ("printed", "verified"),
    [("yes", True), ("có", True), ("no", False), ("không", False), ("", None)],
)
def test_verified_is_yes_no_or_unknown(printed, verified):
    (row,) = csv_rows("code,name,verified", f"1.004494,{MN},{printed}")

    assert row.verified is verified


# Codes


def test_codes_that_excel_made_numbers_are_restored():
    rows = rows_of([HEADER, (1, 1.00449, MN), (2, 1.004555, TH), (3, 1004442, CS)])

    assert [(row.code, row.printed_code, row.restored) for row in rows] == [
        ("1.004490", "1.00449", True),
        ("1.004555", "1.004555", True),
        ("1.004442", "1004442", True),
    ]


def test_codes_that_lost_a_zero_in_csv_are_restored():
    rows = csv_rows("Mã TTHC;Tên TTHC", f"1,00449;{MN}", f"1.0045;{TH}")

    assert [(row.code, row.restored) for row in rows] == [("1.004490", True), ("1.004500", True)]


@pytest.mark.parametrize("printed", [None, "-", "Chưa có mã", "chưa cấp"])
def test_row_without_a_code_is_listed_as_such(printed):
    rows = rows_of([HEADER, (1, "1.004494", MN), (2, printed, TH, "Tiểu học", "20 ngày")])

    assert (rows[1].row, rows[1].code, rows[1].problem, rows[1].name) == (3, None, None, TH)


def test_row_with_nothing_but_a_name_is_listed_without_code():
    assert brief(csv_rows("code,name", f"1.004494,{MN}", f",{TH}")) == [
        (2, "1.004494", MN),
        (3, None, TH),
    ]


@pytest.mark.parametrize("printed", ["1.0044", "BGD-285372", "abc", "12.004494"])
def test_row_with_an_unreadable_code_is_invalid(printed):
    row = rows_of([HEADER, (1, printed, MN, "Mầm non", "25 ngày")])[0]

    assert (row.row, row.code, row.printed_code, row.name) == (2, None, printed, MN)
    assert row.problem is not None
    assert row.problem.startswith(f"Mã “{printed}” không đọc được")


def test_row_with_a_code_and_no_name_is_invalid():
    rows = rows_of([HEADER, (1, "1.004494", None, "Mầm non"), (2, "1.004555", "-")])

    assert [(row.code, row.problem) for row in rows] == [
        ("1.004494", "Có mã 1.004494 nhưng không có tên thủ tục."),
        ("1.004555", "Có mã 1.004555 nhưng không có tên thủ tục."),
    ]


def test_row_with_a_number_but_neither_code_nor_name_is_invalid():
    rows = rows_of([HEADER, (1, "1.004494", MN), (2, None, None, "Mầm non", "5 ngày"), (3,)])

    assert [(row.row, row.problem) for row in rows[1:]] == [
        (3, "Dòng có số thứ tự nhưng không có mã và tên thủ tục.")
    ]


def test_name_may_have_1100_letters_and_no_more():
    rows = rows_of([HEADER, (1, "1.004494", "ă" * 1_100), (2, "1.004555", "ă" * 1_101)])

    assert rows[0].problem is None
    assert rows[1].problem == "Tên thủ tục dài 1.101 ký tự, vượt quá 1.100 ký tự."


# What is no TTHC


@pytest.mark.parametrize(
    "end",
    [
        [("Tổng số: 43 thủ tục",)],
        [(None, None, "Tổng cộng", None, 43)],
        [(None, None, "Cộng: 43 TTHC")],
        [("Danh sách này có 01 thủ tục hành chính",)],
        [("Ghi chú: TTHC in nghiêng được sửa đổi",)],
        [("* TTHC được sửa đổi, bổ sung",)],
        [("(*) Mức độ 4",)],
        [("Nơi nhận:",), ("- UBND thành phố;",), ("- Lưu: VT.",)],
        [
            (None, "NGƯỜI LẬP BIỂU", None, None, "TRƯỞNG PHÒNG"),
            (None, "Nguyễn Văn A", None, "Trần B"),
        ],
        [
            (None, None, None, "Bắc Giang, ngày 15 tháng 3 năm 2022"),
            (None, None, "KT. TRƯỞNG PHÒNG"),
        ],
        [("Người kiểm tra", None, None, None, "Lãnh đạo Phòng"), (None, None, "Nguyễn Văn A")],
        [(None, None, "KT. CHỦ TỊCH"), (None, None, "PHÓ CHỦ TỊCH"), (None, None, "Nguyễn Văn A")],
        [(None, None, "(Ký, ghi rõ họ tên)"), (None, None, "Nguyễn Văn A")],
        [(2,), (None, None, None, None, "5 ngày")],
    ],
)
def test_foot_of_a_list_is_no_tthc(end):
    assert brief(rows_of([HEADER, (1, "1.004494", MN, "Mầm non", "25 ngày"), (), *end])) == [
        (2, "1.004494", MN)
    ]


def test_list_goes_on_below_a_signature_if_there_are_codes():
    rows = rows_of(
        [HEADER, (1, "1.004494", MN), ("Nơi nhận:",), ("Như trên",), (2, "1.004555", TH)]
    )

    assert brief(rows) == [(2, "1.004494", MN), (5, "1.004555", TH)]


def test_authority_of_a_chairman_does_not_end_the_list():
    rows = csv_rows(
        "Mã TTHC,Tên TTHC,Cơ quan có thẩm quyền",
        f",{MN},Chủ tịch UBND cấp huyện",
        f",{TH},Chủ tịch UBND cấp huyện",
    )

    assert [row.name for row in rows] == [MN, TH]


@pytest.mark.parametrize(
    "name", ["Công nhận xã đạt chuẩn", "Kỷ luật học sinh", "Bằng tốt nghiệp", "Tổng kết năm học"]
)
def test_names_that_look_like_a_foot_stay(name):
    assert [row.name for row in csv_rows("code,name", f",{name}")] == [name]


# Sheets


def test_each_sheet_may_have_its_own_header():
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


def test_what_one_sheet_sets_does_not_reach_the_next():
    rows = rows_of(
        [HEADER, ("I. LĨNH VỰC MẦM NON",), (1, "1.004494", MN)],
        sheets={"Hai": [HEADER, (1, "1.004555", TH, "nt")]},
    )

    assert [row.field for row in rows] == ["Mầm non", ""]


def test_list_of_something_else_on_another_sheet_is_skipped():
    found = table(
        [HEADER, (1, "1.004494", MN)],
        sheets={"Đơn vị": [("Mã", "Tên"), ("DV01", "Phòng GD"), ("DV02", "Một cửa")]},
    )

    assert [row.code for row in found.rows] == ["1.004494"]
    assert found.skipped == ("Đơn vị",)


def test_hidden_sheets_are_not_read():
    def hide(sheet):
        old = sheet.parent.create_sheet("Cũ")
        old.append(HEADER)
        old.append((1, "1.004555", TH))
        old.sheet_state = "hidden"

    found = table([HEADER, (1, "1.004494", MN)], change=hide)

    assert [row.code for row in found.rows] == ["1.004494"]
    assert found.skipped == ("Cũ",)


def test_rows_are_counted_as_a_person_sees_them():
    def put(sheet):
        for column, label in enumerate(HEADER, start=3):
            sheet.cell(7, column, label)
        for column, value in enumerate((1, "1.004494", MN), start=3):
            sheet.cell(12, column, value)

    assert brief(rows_of([], change=put)) == [(12, "1.004494", MN)]


def test_same_file_gives_the_same_table():
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
@given(st.lists(lines, max_size=8), st.booleans())
def test_any_cells_give_a_table(body, from_csv):
    head = Line(1, ("STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực"))
    found = extract([Sheet("S", (head, *body))], from_csv=from_csv)

    assert all(isinstance(row, TTHCRow) for row in found.rows)
    assert all(row.name or row.problem for row in found.rows)


@settings(deadline=None)
@given(st.lists(lines, max_size=8))
def test_any_cells_without_a_header_are_refused_at_most(body):
    found = extract([Sheet("S", tuple(body))])

    assert found.columns or not found.rows
