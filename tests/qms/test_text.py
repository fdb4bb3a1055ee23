"""Vietnamese text: stored, compared, searched and sorted in one way."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qms.foundation.text import (
    clean,
    clean_lines,
    comparison_key,
    confusable_key,
    fold,
    slugify,
    sort_key,
)


def _nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Quy  trình\tmột ", "Quy trình một"),
        (_nfd("Chuyển trường"), "Chuyển trường"),
        ("QT\u200b-01", "QT-01"),
        ("a\u202eb", "ab"),
        ("dòng một\r\ndòng hai", "dòng một dòng hai"),
        ("a\x00b\x07", "ab"),
    ],
)
def test_text_is_kept_composed_and_without_what_is_not_seen(given: str, kept: str) -> None:
    assert clean(given) == kept


def test_lines_stay_lines() -> None:
    assert clean_lines(" một \r\n\r\n hai  ba\rbốn ") == "một\n\nhai ba\nbốn"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_lines(clean_lines(text)) == clean_lines(text)
    assert unicodedata.is_normalized("NFC", clean(text))


@pytest.mark.parametrize(
    "spelling", ["QT-01/GDĐT", "qt – 01/GDĐT", "QT - 01 / gdđt", _nfd("QT-01/GDĐT"), "ＱＴ-01/GDĐT"]
)
def test_spellings_of_one_code_have_one_key(spelling: str) -> None:
    assert comparison_key(spelling) == "qt-01/gdđt"


def test_d_and_đ_are_two_codes_but_easily_mistaken() -> None:
    assert comparison_key("QT-01/GDDT") != comparison_key("QT-01/GDĐT")
    assert confusable_key("QT-01/GDDT") == confusable_key("QT-01/GDĐT")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Quy trình Chuyển trường", "quy trinh chuyen truong"),
        ("ĐÁNH GIÁ nội bộ", "danh gia noi bo"),
        (_nfd("Điểm"), "diem"),
        ("QT-05.000102/GDĐT", "qt 05 000102 gddt"),
        ("", ""),
    ],
)
def test_search_knows_neither_accents_nor_case(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_address_part_drops_accents_and_slashes() -> None:
    assert slugify("QT-01/GDĐT") == "qt-01-gddt"


ORDERED = [
    *("an", "An Bình", "anh", "ảnh", "ánh", "ạnh"),
    *("ăn", "ân", "bà", "bả", "bã", "bá", "bạ"),
    *("dạy", "đà", "đi", "em", "êm", "on", "ôn", "ơn", "sự"),
    *("Trường 2", "Trường 10", "tu", "tư", "y"),
]


def test_names_stand_in_the_order_of_a_dictionary() -> None:
    shuffled = random.Random(1).sample(ORDERED, len(ORDERED))  # noqa: S311  no secret

    assert sorted(shuffled, key=sort_key) == ORDERED


@given(st.text(alphabet=st.characters(max_codepoint=0x1EFF)))
def test_sort_key_holds_only_what_every_database_sorts_alike(text: str) -> None:
    plain = sort_key("".join(c for c in text if c.isascii() or c in "ăâđêôơưáàảãạ"))

    assert all(c.isdecimal() or c.islower() for c in plain)
