import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.imports.codes import is_without_code, looks_like_code, read_code


@pytest.mark.parametrize(
    ("printed", "suffix"),
    [
        ("1.004494", ""),
        (" 1.004494 ", ""),
        ("1.004494.", ""),
        ("1. 004494", ""),
        ("1.004\n494", ""),
        ("1.\r\n004494", ""),
        ("1\u00a0.\u2009004494", ""),
        ("\ufeff1.00\u200b4494\u200d", ""),
        ("1.00\u00ad4494", ""),
        ("１．００４４９４", ""),
        ("1,004494", ""),
        ("1·004494", ""),
        ("1。004494", ""),
        ("1.004494.000.00.00.H02", "000.00.00.H02"),
        ("1.004494.000.00.00.h02", "000.00.00.H02"),
        ("1.004494.\n000.00.00.H02", "000.00.00.H02"),
        ("1,004494,000,00,00,H02", "000.00.00.H02"),
        ("1.004494-000.00.00.H02", "000.00.00.H02"),
        ("１.００４４９４.０００.００.００.Ｈ０２", "000.00.00.H02"),
        ("1.004494.H02", "H02"),
        ("1.004494.000.00.53.H48", "000.00.53.H48"),
        ("Mã TTHC: 1.004494", ""),
        (unicodedata.normalize("NFD", "Mã số: 1.004494"), ""),
        ("(1.004494)", ""),
        ("'1.004494", ""),
        ('="1.004494"', ""),
        ("1.004494*", ""),
        ("1.004494¹", ""),
        ("1.004494.000.00.00.H38 ; 1.004494.000.00.00.H42", ""),
        ("1.004494\n(1.004494.000.00.00.H02)", "000.00.00.H02"),
    ],
)
def test_code_is_read_as_printed_in_lists(printed: str, suffix: str) -> None:
    code = read_code(printed)

    assert (code.code, code.agency_suffix, code.restored) == ("1.004494", suffix, False)
    assert code.problem is None


@pytest.mark.parametrize(
    ("cell", "printed"),
    [(1.00449, "1.00449"), (1004490.0, "1004490")],
)
def test_code_that_excel_made_a_number_is_restored(cell: Any, printed: str) -> None:
    code = read_code(cell)

    assert (code.code, code.restored, code.printed) == ("1.004490", True, printed)


def test_code_number_with_two_and_more_lost_zeros_is_restored() -> None:
    assert [read_code(n).code for n in (1.0045, 1.005, 2.01)] == [
        "1.004500",
        "1.005000",
        "2.010000",
    ]


def test_code_number_with_all_digits_is_restored_too() -> None:
    assert read_code(1.004494).restored


@pytest.mark.parametrize("cell", [1.0, 12.0, 1.5, 12.004494, 1.0044941, -1.00449, 44562.0, 0.0])
def test_code_number_that_cannot_be_one_is_invalid(cell: Any) -> None:
    code = read_code(cell)

    assert code.code is None
    assert code.problem is not None
    assert "không đọc được" in code.problem


@pytest.mark.parametrize(
    ("printed", "in_csv", "in_workbook"),
    [
        ("1.00449", "1.004490", "1.004490"),
        ("1,00449", "1.004490", "1.004490"),
        ("1.0045", "1.004500", None),
        ("1004494", "1.004494", None),
        ("1.004.494", "1.004494", None),
        ("1.004", None, None),
        ("1", None, None),
    ],
)
def test_code_text_that_lost_zeros_is_restored_where_a_number_may_have_been(
    printed: str, in_csv: str | None, in_workbook: str | None
) -> None:
    assert read_code(printed, from_csv=True).code == in_csv
    assert read_code(printed).code == in_workbook
    assert read_code(printed, from_csv=True).restored == (in_csv is not None)


@pytest.mark.parametrize(
    "printed",
    [
        *("", "  ", "-", "–", "—", "…", "...", "/", "\u200b", "\u00a0"),
        *("chưa có mã", "Chưa có", "CHƯA CÓ MÃ", "chưa có mã TTHC", "Không có", "không"),
        *(
            "Đang cập nhật",
            "chờ cấp mã",
            "N/A",
            "TTHC mới",
            unicodedata.normalize("NFD", "Chưa có mã"),
        ),
    ],
)
def test_code_cell_that_says_none_is_without_code(printed: str) -> None:
    code = read_code(printed)

    assert (code.code, code.problem) == (None, None)
    assert is_without_code(printed)


@pytest.mark.parametrize(
    "printed",
    [
        *("abc", "1.00449A", "l.004494", "1.OO4494", "12.004494", "1.0044944", "x1.004494"),
        *("BGD-NBI-285372", "T-BGI-123456-TT", "1.004494.H2", "1.004494.000.00.00", "?1.004494"),
        *("1.004494 thay thế", "1.٠٠٤٤٩٤", "chưa rõ 1.004494", "1-004494"),
    ],
)
def test_code_that_is_not_readable_says_what_is_wanted(printed: str) -> None:
    code = read_code(printed)

    assert code.code is None
    assert code.problem == (
        f"Mã “{printed}” không đọc được: cần dạng 1.004494 (một chữ số, dấu chấm, sáu chữ số)."
    )


@pytest.mark.parametrize(
    "printed",
    [
        *("1.004494; 1.004495", "1.004494\n1.004495", "1.004494, 1.004495", "1.0044941.004495"),
        *("1,004494,1,004495", "1.004494/1.004495", "1.004494.H02 và 1.004495.H02"),
    ],
)
def test_code_cell_with_several_codes_is_invalid(printed: str) -> None:
    code = read_code(printed)

    assert code.code is None
    assert code.problem == "Ô mã có nhiều mã (1.004494, 1.004495): mỗi dòng chỉ ghi một mã."


def test_code_printed_keeps_what_stood_there() -> None:
    assert read_code(" 1,00449 ", from_csv=True).printed == "1,00449"


def test_code_problem_shortens_a_text_put_in_the_wrong_column() -> None:
    problem = read_code("Thành lập 12.3456 " + "trường " * 300).problem

    assert problem is not None
    assert len(problem) < 160


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *[(t, True) for t in ("1.0044", "1,00", "T-BGI-123456", "1.004494x", "12345")],
        *[(t, False) for t in ("Tổng số: 43 thủ tục", "Mầm non", "", "I", "1")],
    ],
)
def test_code_meant_is_told_from_words(text: str, *, meant: bool) -> None:
    assert looks_like_code(text) is meant


@settings(deadline=None)
@given(cell=st.text() | st.floats(), from_csv=st.booleans())
def test_code_cell_of_any_content_gets_an_answer(cell: str | float, *, from_csv: bool) -> None:
    code = read_code(cell, from_csv=from_csv)

    assert code.code is None or code.problem is None
    assert code.code is None or (len(code.code) == 8 and code.code.isascii())
    assert code.code is not None or not code.restored
