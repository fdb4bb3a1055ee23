"""What headings say of the rows below, and how far each reaches."""

import unicodedata
from typing import Any

import pytest

from procedures.imports.headings import Fate, Headings, fate_of, style_of
from tests.procedures.imports.builders import HEADER, rows_of


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        ("DANH MỤC THỦ TỤC HÀNH CHÍNH MỚI BAN HÀNH", Fate.NEW),
        ("Thủ tục hành chính mới", Fate.NEW),
        ("Mới", Fate.NEW),
        ("Danh mục TTHC được sửa đổi, bổ sung", Fate.AMENDED),
        ("C. DANH MỤC TTHC BỊ BÃI BỎ", Fate.ABOLISHED),
        (unicodedata.normalize("NFD", "Bị bãi bỏ"), Fate.ABOLISHED),
        ("Hết hiệu lực", Fate.ABOLISHED),
        ("Không còn hiệu lực", Fate.ABOLISHED),
        ("Danh mục TTHC bị hủy bỏ, bãi bỏ", Fate.ABOLISHED),
        ("Hủy bỏ", Fate.CANCELLED),
        ("Bị bãi bỏ theo Quyết định sửa đổi số 5", Fate.ABOLISHED),
        ("DANH MỤC TTHC MỚI BAN HÀNH, SỬA ĐỔI, BỊ BÃI BỎ", Fate.SEVERAL),
        ("Thay thế, bãi bỏ", Fate.SEVERAL),
        ("Bãi bỏ một phần", Fate.SEVERAL),
        ("Còn hiệu lực", Fate.SEVERAL),
        ("Chưa bị bãi bỏ", Fate.SEVERAL),
        ("Thủ tục hành chính môi trường", None),
        ("A. CẤP HUYỆN", None),
        ("Công khai", None),
        ("", None),
    ],
)
def test_heading_says_what_becomes_of_its_rows(text: str, fate: Fate | None) -> None:
    assert fate_of(text) is fate


@pytest.mark.parametrize(
    ("number", "style"),
    [
        ("PHẦN I. DANH MỤC", "part"),
        ("III. Danh mục", "roman"),
        ("A. CẤP HUYỆN", "letter"),
        ("A", "letter"),
        ("2. Danh mục", "number"),
        ("DANH MỤC", ""),
        ("VĂN HÓA", ""),
    ],
)
def test_heading_is_numbered_in_a_style(number: str, style: str) -> None:
    assert style_of(number) == style


def _sections(*headings: str) -> list[str]:
    open_headings = Headings()
    found = []
    for text in headings:
        open_headings.enter(text, style_of(text))
        found.append(open_headings.text)
    return found


def test_heading_of_a_level_does_not_end_the_list_it_stands_in() -> None:
    assert _sections("III. TTHC BỊ BÃI BỎ", "A. CẤP TỈNH", "B. CẤP HUYỆN") == [
        "III. TTHC BỊ BÃI BỎ",
        "III. TTHC BỊ BÃI BỎ › A. CẤP TỈNH",
        "III. TTHC BỊ BÃI BỎ › B. CẤP HUYỆN",
    ]


def test_heading_numbered_like_an_outer_one_ends_what_stands_in_that() -> None:
    assert _sections("A. CẤP TỈNH", "I. TTHC MỚI BAN HÀNH", "II. TTHC BỊ BÃI BỎ", "B. CẤP XÃ") == [
        "A. CẤP TỈNH",
        "I. TTHC MỚI BAN HÀNH",
        "II. TTHC BỊ BÃI BỎ",
        "B. CẤP XÃ",
    ]


def test_heading_nearest_to_the_row_decides() -> None:
    title = "DANH MỤC TTHC MỚI BAN HÀNH, BỊ BÃI BỎ"

    assert _sections(title, "II. TTHC BỊ BÃI BỎ", "A. CẤP XÃ")[-1] == (
        "II. TTHC BỊ BÃI BỎ › A. CẤP XÃ"
    )
    assert _sections(title, "A. CẤP XÃ")[-1] == f"{title} › A. CẤP XÃ"


def test_rows_stand_under_the_headings_of_a_real_annex() -> None:
    rows: Any = [
        ("DANH MỤC TTHC MỚI BAN HÀNH VÀ BỊ BÃI BỎ",),
        HEADER,
        ("I", "DANH MỤC TTHC MỚI BAN HÀNH"),
        ("A", "CẤP HUYỆN"),
        (1, "1.000001", "Một"),
        ("II", "DANH MỤC TTHC BỊ BÃI BỎ"),
        ("A", "CẤP HUYỆN"),
        ("1", "Lĩnh vực Mầm non"),
        (1, "1.000002", "Hai"),
        ("B", "CẤP XÃ"),
        (1, "1.000003", "Ba"),
    ]
    merges = [f"B{row}:E{row}" for row in (3, 4, 6, 7, 10)]

    found = rows_of(rows, merges=merges)

    assert [(row.code, row.section, row.level) for row in found] == [
        ("1.000001", "DANH MỤC TTHC MỚI BAN HÀNH › CẤP HUYỆN", "Cấp huyện"),
        ("1.000002", "DANH MỤC TTHC BỊ BÃI BỎ › CẤP HUYỆN", "Cấp huyện"),
        ("1.000003", "DANH MỤC TTHC BỊ BÃI BỎ › CẤP XÃ", "Cấp xã"),
    ]
