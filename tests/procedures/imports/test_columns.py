"""The header row: which column says what."""

import unicodedata
from typing import Any

import pytest

from tests.procedures.imports.builders import HEADER, MN, TH, brief, csv_rows, rows_of, table


def test_columns_tell_what_the_list_speaks_of() -> None:
    found = table([HEADER, (1, "1.004494", MN, "Mầm non", "25 ngày")])

    assert found.columns == {"number", "code", "name", "field", "limit_text"}
    assert "agency" not in found.columns
    assert found.rows[0].columns == found.columns


@pytest.mark.parametrize(
    "label", ["Cơ quan thực hiện", "CƠ QUAN\nTHỰC HIỆN", "implementing_agency"]
)
def test_agency_column_is_known_by_its_names(label: str) -> None:
    assert "agency" in table([(*HEADER, label), (1, "1.004494", MN, "", "", "Phòng GD")]).columns


@pytest.mark.parametrize(
    "label", ["Cơ quan ban hành", "Cơ quan công khai", "Cơ quan phối hợp", "Đối tượng"]
)
def test_agency_column_is_not_another_body(label: str) -> None:
    assert "agency" not in table([(*HEADER, label), (1, "1.004494", MN, "", "", "Bộ")]).columns


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
        ("Số hồ sơ TTHC(1)", "Danh mục thủ tục hành chính"),
        ("Mã hồ sơ", "Tên TTHC"),
        ("Procedure code", "Procedure name"),
        ("Mã TTHC", "Tên thủ tục hành chính được công bố mới"),
    ],
)
def test_header_is_found_by_its_words(code: str, name: str) -> None:
    assert brief(rows_of([("TT", code, name), (1, "1.004494", MN)])) == [(2, "1.004494", MN)]


def test_header_prefers_the_surer_of_two_columns() -> None:
    rows = rows_of([("Mã số", "Mã TTHC", "Tên", "Tên TTHC"), (7, "1.004494", "x", MN)])

    assert brief(rows) == [(2, "1.004494", MN)]


def test_header_prefers_the_code_of_the_nation_to_that_of_the_province() -> None:
    rows = rows_of(
        [("Mã TTHC địa phương", "Mã TTHC quốc gia", "Tên TTHC"), ("T-BGI-1", "1.004494", MN)]
    )

    assert brief(rows) == [(2, "1.004494", MN)]


def test_header_of_two_rows_with_merged_parents_is_read() -> None:
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


def test_header_of_two_rows_in_csv_is_read() -> None:
    (row,) = csv_rows(
        "STT,Thủ tục hành chính,,Lĩnh vực,Thời hạn giải quyết,,Phí",
        ",Mã số,Tên,,Theo quy định,Sau cắt giảm,",
        f"1,1.004494,{MN},Mầm non,25 ngày,20 ngày,Không",
    )

    assert (row.code, row.name, row.field, row.fee) == ("1.004494", MN, "Mầm non", "Không")
    assert (row.limit_text, row.local_limit_text) == ("25 ngày", "20 ngày")


def test_header_whose_second_row_parts_only_other_columns_is_read() -> None:
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
def test_title_over_a_header_is_no_part_of_it(merges: Any) -> None:
    (row,) = rows_of(
        [
            ("Lĩnh vực: Giáo dục mầm non",),
            ("STT", "Mã TTHC", "Tên TTHC", "Kết quả", "Thời hạn"),
            (1, "1.004494", MN, "Quyết định", "25 ngày"),
        ],
        merges=merges,
    )

    assert (row.row, row.field, row.limit_text) == (3, "", "25 ngày")


def test_header_with_one_lone_word_below_sets_no_field() -> None:
    (row,) = csv_rows("STT,Mã TTHC,Tên TTHC,Thời hạn", ",,,(ngày làm việc)", f"1,1.004494,{MN},25")

    assert (row.field, row.limit_text) == ("", "25")


def test_header_may_come_again_on_each_page() -> None:
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


def test_second_list_on_a_sheet_may_have_its_own_columns() -> None:
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


def test_list_without_a_code_column_gives_rows_without_code() -> None:
    rows = rows_of([("STT", "Tên thủ tục hành chính", "Thời hạn"), (1, MN, "25 ngày")])

    assert brief(rows) == [(2, None, MN)]
    assert rows[0].problem is None
