"""Groups, totals, signatures: rows of a list that are no TTHC."""

import unicodedata
from typing import Any

import pytest

from tests.procedures.imports.builders import CS, HEADER, MN, TH, brief, csv_rows, rows_of


@pytest.mark.parametrize(
    ("group", "field"),
    [
        (("I. LĨNH VỰC GIÁO DỤC MẦM NON",), "Giáo dục mầm non"),
        (("I. Lĩnh vực Giáo dục Mầm non (09 TTHC)",), "Giáo dục Mầm non"),
        (("I LĨNH VỰC GIÁO DỤC MẦM NON",), "Giáo dục mầm non"),
        (("1. Lĩnh vực: Giáo dục mầm non",), "Giáo dục mầm non"),
        (("A.1. Lĩnh vực giáo dục mầm non: 09 thủ tục",), "Giáo dục mầm non"),
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
def test_group_row_sets_the_field_of_the_rows_below(group: Any, field: str) -> None:
    rows = rows_of([HEADER, group, (1, "1.004494", MN, None, "25 ngày"), (2, "1.004555", TH)])

    assert [(row.row, row.field) for row in rows] == [(3, field), (4, field)]
    assert "field" in rows[0].columns


def test_group_row_with_a_plain_number_is_told_by_its_width() -> None:
    rows = rows_of(
        [HEADER, (1, "GIÁO DỤC MẦM NON"), ("1.1", "1.004494", MN), (2, None, TH)], merges=["B2:E2"]
    )

    assert [(row.code, row.name, row.field) for row in rows] == [
        ("1.004494", MN, "Giáo dục mầm non"),
        (None, TH, "Giáo dục mầm non"),
    ]


def test_group_row_yields_to_a_field_in_the_row() -> None:
    rows = rows_of(
        [HEADER, ("I. LĨNH VỰC MẦM NON",), (1, "1.004494", MN, "Tiểu học"), (2, "1.004555", TH)]
    )

    assert [row.field for row in rows] == ["Tiểu học", "Mầm non"]


def test_group_row_of_a_csv_file_sets_the_field() -> None:
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
def test_group_row_of_a_level_or_section_is_no_field(group: Any, level: str) -> None:
    (row,) = rows_of([HEADER, (group,), (1, "1.004494", MN)], merges=["A2:E2"])

    assert (row.field, row.level, row.section) == ("", level, group)


def test_row_numbered_with_roman_numerals_is_a_tthc_if_it_says_more() -> None:
    rows = rows_of([HEADER, ("I", None, MN, None, "25 ngày"), ("II", "1.004555", TH)])

    assert brief(rows) == [(2, None, MN), (3, "1.004555", TH)]


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
        [(None, None, "2")],
        [(None, None, "Trang 2/5")],
        [("- 3 -",)],
    ],
)
def test_foot_of_a_list_is_no_tthc(end: Any) -> None:
    assert brief(rows_of([HEADER, (1, "1.004494", MN, "Mầm non", "25 ngày"), (), *end])) == [
        (2, "1.004494", MN)
    ]


def test_list_goes_on_below_a_signature_if_there_are_codes() -> None:
    rows = rows_of(
        [HEADER, (1, "1.004494", MN), ("Nơi nhận:",), ("Như trên",), (2, "1.004555", TH)]
    )

    assert brief(rows) == [(2, "1.004494", MN), (5, "1.004555", TH)]


def test_authority_of_a_chairman_does_not_end_the_list() -> None:
    rows = csv_rows(
        "Mã TTHC,Tên TTHC,Cơ quan có thẩm quyền",
        f",{MN},Chủ tịch UBND cấp huyện",
        f",{TH},Chủ tịch UBND cấp huyện",
    )

    assert [row.name for row in rows] == [MN, TH]


@pytest.mark.parametrize(
    "name", ["Công nhận xã đạt chuẩn", "Kỷ luật học sinh", "Bằng tốt nghiệp", "Tổng kết năm học"]
)
def test_names_that_look_like_a_foot_stay(name: str) -> None:
    assert [row.name for row in csv_rows("code,name", f",{name}")] == [name]
