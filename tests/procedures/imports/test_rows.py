"""What one row says, with what stands above it."""

import unicodedata

import pytest

from tests.procedures.imports.builders import CS, HEADER, MN, TH, brief, csv_rows, rows_of


def test_row_carries_every_known_column_of_our_own_list() -> None:
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


def test_merged_cells_say_the_same_for_each_row_and_blank_cells_nothing() -> None:
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


def test_merged_cells_reach_over_group_rows_without_filling_them() -> None:
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


def test_merged_code_stands_on_each_of_its_rows() -> None:
    rows = rows_of(
        [HEADER, (1, "1.004494", MN, "", "25 ngày"), (2, None, "Trường hợp khác", "", "5 ngày")],
        merges=["B2:B3"],
    )

    assert brief(rows) == [(2, "1.004494", MN), (3, "1.004494", "Trường hợp khác")]


def test_cells_merged_sideways_say_nothing_for_the_next_column() -> None:
    (row,) = rows_of([HEADER, (1, "1.004494", MN, "Mầm non", None)], merges=["D2:E2"])

    assert (row.field, row.limit_text) == ("Mầm non", "")


@pytest.mark.parametrize(
    "mark",
    ["nt", "NT", "-nt-", "- nt -", "n/t", "Như trên", "-như trên-", '"', "”", "''", '-"-', "//"],
)
def test_mark_for_as_above_repeats_the_cell_above(mark: str) -> None:
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


def test_mark_for_as_above_may_repeat_the_field_of_a_group() -> None:
    rows = rows_of(
        [HEADER, ("I. LĨNH VỰC MẦM NON",), (1, "1.004494", MN), (2, "1.006390", "x", "nt")]
    )

    assert [row.field for row in rows] == ["Mầm non", "Mầm non"]


def test_mark_for_as_above_repeats_a_code_too() -> None:
    rows = rows_of([HEADER, (1, 1.00449, MN), (2, "nt", "Tên khác")])

    assert [(row.code, row.restored) for row in rows] == [("1.004490", True), ("1.004490", True)]


def test_cells_are_cleaned_and_kept_as_printed() -> None:
    name = unicodedata.normalize("NFD", "  Thành lập\ntrường \u200bmầm\u00a0 non ")
    (row,) = rows_of([HEADER, (1, "1.\n004494", name, "Mầm\nnon", "25 ngày\nlàm việc")])

    assert (row.code, row.name, row.field) == ("1.004494", MN, "Mầm non")
    assert row.limit_text == "25 ngày\nlàm việc"
    assert dict(row.cells)["Tên thủ tục hành chính"] == name
    assert dict(row.cells)["Mã TTHC"] == "1.\n004494"


@pytest.mark.parametrize("blank", ["", "-", "–", "...", None])
def test_dash_is_an_empty_cell(blank: str | None) -> None:
    (row,) = rows_of([HEADER, (1, "1.004494", MN, blank, blank)])

    assert (row.field, row.limit_text) == ("", "")


def test_numbers_dates_and_truth_in_cells_become_text() -> None:
    rows = rows_of([(*HEADER, "Mức độ DVC"), (1, "1.004494", MN, None, 20, 4)])

    assert (rows[0].limit_text, rows[0].online_level) == ("20", "4")


@pytest.mark.parametrize(
    ("printed", "verified"),
    [("yes", True), ("có", True), ("no", False), ("không", False), ("", None)],
)
def test_verified_is_yes_no_or_unknown(printed: str, *, verified: bool | None) -> None:
    (row,) = csv_rows("code,name,verified", f"1.004494,{MN},{printed}")

    assert row.verified is verified


def test_codes_that_excel_made_numbers_are_restored() -> None:
    rows = rows_of([HEADER, (1, 1.00449, MN), (2, 1.004555, TH), (3, 1004442, CS)])

    assert [(row.code, row.printed_code, row.restored) for row in rows] == [
        ("1.004490", "1.00449", True),
        ("1.004555", "1.004555", True),
        ("1.004442", "1004442", True),
    ]


def test_codes_that_lost_a_zero_in_csv_are_restored() -> None:
    rows = csv_rows("Mã TTHC;Tên TTHC", f"1,00449;{MN}", f"1.0045;{TH}")

    assert [(row.code, row.restored) for row in rows] == [("1.004490", True), ("1.004500", True)]


@pytest.mark.parametrize("printed", [None, "-", "Chưa có mã", "chưa cấp"])
def test_row_without_a_code_is_listed_as_such(printed: str) -> None:
    rows = rows_of([HEADER, (1, "1.004494", MN), (2, printed, TH, "Tiểu học", "20 ngày")])

    assert (rows[1].row, rows[1].code, rows[1].problem, rows[1].name) == (3, None, None, TH)


def test_row_with_nothing_but_a_name_is_listed_without_code() -> None:
    assert brief(csv_rows("code,name", f"1.004494,{MN}", f",{TH}")) == [
        (2, "1.004494", MN),
        (3, None, TH),
    ]


@pytest.mark.parametrize("printed", ["1.0044", "BGD-285372", "abc", "12.004494"])
def test_row_with_an_unreadable_code_is_invalid(printed: str) -> None:
    row = rows_of([HEADER, (1, printed, MN, "Mầm non", "25 ngày")])[0]

    assert (row.row, row.code, row.printed_code, row.name) == (2, None, printed, MN)
    assert row.problem is not None
    assert row.problem.startswith(f"Mã “{printed}” không đọc được")


def test_row_with_a_code_and_no_name_is_invalid() -> None:
    rows = rows_of([HEADER, (1, "1.004494", None, "Mầm non"), (2, "1.004555", "-")])

    assert [(row.code, row.problem) for row in rows] == [
        ("1.004494", "Có mã 1.004494 nhưng không có tên thủ tục."),
        ("1.004555", "Có mã 1.004555 nhưng không có tên thủ tục."),
    ]


def test_row_with_a_number_but_neither_code_nor_name_is_invalid() -> None:
    rows = rows_of([HEADER, (1, "1.004494", MN), (2, None, None, "Mầm non", "5 ngày"), (3,)])

    assert [(row.row, row.problem) for row in rows[1:]] == [
        (3, "Dòng có số thứ tự nhưng không có mã và tên thủ tục.")
    ]


def test_name_may_have_1100_letters_and_no_more() -> None:
    rows = rows_of([HEADER, (1, "1.004494", "ă" * 1_100), (2, "1.004555", "ă" * 1_101)])

    assert rows[0].problem is None
    assert rows[1].problem == "Tên thủ tục dài 1.101 ký tự, vượt quá 1.100 ký tự."


def test_online_level_may_be_ticked_in_columns_of_its_own() -> None:
    rows = rows_of(
        [
            ("STT", "Mã TTHC", "Tên TTHC", "Dịch vụ công trực tuyến", None),
            (None, None, None, "Toàn trình", "Một phần"),
            (1, "1.004494", MN, "x", None),
            (2, "1.004555", TH, None, "X"),
            (3, "1.004442", CS, "không", "-"),
        ],
        merges=["A1:A2", "B1:B2", "C1:C2", "D1:E1"],
    )

    assert [row.online_level for row in rows] == ["Toàn trình", "Một phần", ""]


def test_names_lose_full_width_letters_and_marks_parted_from_their_letter() -> None:
    parted = "Tha\u200b\u0300nh lập ｔｒường"

    (row,) = rows_of([HEADER, (1, "1.004494", parted, "Ｍầm　non", "２５ ngày")])

    assert (row.name, row.field, row.limit_text) == ("Thành lập trường", "Mầm non", "25 ngày")


@pytest.mark.parametrize(
    ("label", "cell", "limit"),
    [
        ("Thời hạn giải quyết (ngày làm việc)", 25, "25 ngày làm việc"),
        ("Thời hạn (ngày)", "2,5", "2,5 ngày"),
        ("Thời hạn (tính bằng giờ làm việc)", "04", "04 giờ làm việc"),
        ("Thời hạn (ngày làm việc)", "25 ngày", "25 ngày"),
        ("Thời hạn (nếu có)", 25, "25"),
        ("Thời hạn", 25, "25"),
    ],
)
def test_limit_takes_its_unit_from_the_header(label: str, cell: str | int, limit: str) -> None:
    (row,) = rows_of([("Mã TTHC", "Tên TTHC", label), ("1.004494", MN, cell)])

    assert row.limit_text == limit


def test_csv_row_with_more_cells_than_the_header_is_invalid() -> None:
    rows = csv_rows("Mã TTHC,Tên TTHC", f"1.004494,{MN},,", f"1.004555,{TH},dư", f",{CS},dư")

    assert [row.problem is None for row in rows] == [True, False, True]
    assert (rows[1].problem or "").startswith("Dòng có nhiều hơn 2 ô của dòng tiêu đề")
