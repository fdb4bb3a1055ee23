"""Names much alike."""

import time

from procedures.imports.names import ALIKE, NameIndex
from qms.foundation.text import fold

NAMES = {
    "1.000001": "Thành lập trường tiểu học công lập",
    "1.000002": "Giải thể trường tiểu học công lập",
    "1.000003": "Thành lập trường trung học cơ sở công lập",
}


def _alike(name: str) -> list[tuple[str, float]]:
    return NameIndex({code: fold(text) for code, text in NAMES.items()}).alike(fold(name))


def test_name_that_is_the_same_but_for_accents_and_case_is_found() -> None:
    assert _alike("THANH LẬP trường, tiểu học công lập.") == [("1.000001", 1.0)]


def test_name_with_a_slip_of_the_pen_is_found_with_how_alike_it_is() -> None:
    ((code, similarity),) = _alike("Thành lập trường tiểu học công lâp mới")

    assert code == "1.000001"
    assert ALIKE <= similarity < 1


def test_names_of_other_deeds_and_schools_are_not_found() -> None:
    assert _alike("Sáp nhập trường tiểu học công lập") == []
    assert _alike("Cấp bản sao văn bằng") == []
    assert _alike("") == []


def test_same_name_is_found_among_many_that_have_all_its_words() -> None:
    many = {f"2.{n:06d}": f"thanh lap truong tieu hoc xa so {n}" for n in range(500)}

    assert NameIndex(many | {"1.000001": "thanh lap truong tieu hoc"}).alike(
        "thanh lap truong tieu hoc"
    ) == [("1.000001", 1.0)]


def test_three_at_most_are_proposed_for_one_name() -> None:
    assert (
        len(NameIndex({str(n): "thanh lap truong" for n in range(9)}).alike("thanh lap truong"))
        == 3
    )


def test_search_among_very_many_names_alike_ends_and_still_finds_the_same_name() -> None:
    words = "thanh lap truong tieu hoc cong lap tren dia ban huyen"
    index = NameIndex({f"1.{n:06d}": f"{words} {n}" for n in range(2_000)})

    started = time.monotonic()
    for number in range(2_000, 6_000):
        index.alike(f"{words} {number}")

    assert time.monotonic() - started < 20  # seconds
    assert index.alike(f"{words} 7") == [("1.000007", 1.0)]
