"""Numbers as an office types them, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.drafting.durations import (
    MOST_MINUTES,
    STEP_UNITS,
    number_text,
    read_number,
    step_text,
    to_minutes,
)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("3", 1440),
        ("2,5", 1200),
        ("2.5", 1200),
        ("½", 240),
        ("1½", 720),
        ("1 ½", 720),
        ("1/4", 120),
        ("1 1/2", 720),
        (" 0,25 ", 120),
        ("0", 0),
    ],
)
def test_days_are_read_as_offices_write_them(text: str, minutes: int) -> None:
    assert to_minutes(text, 480) == minutes


@pytest.mark.parametrize(
    "text",
    ["", "bốn", "-1", "+3", "1e5", "1_0", "1.000", "2,5½", ",5", "1 2", "1/0", "7/", "9" * 500],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Hãy ghi một số, ví dụ 3 hoặc 2,5"):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "each", "message"),
    [
        ("0,001", 480, "Thời gian phải tròn phút."),
        ("2084", 480, "Số này lớn quá; nhiều nhất là 2083."),
        ("1000001", 1, "Số này lớn quá; nhiều nhất là 1000000."),
    ],
)
def test_minutes_are_whole_and_fit_a_document(text: str, each: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        to_minutes(text, each)


@given(st.integers(min_value=0, max_value=MOST_MINUTES))
def test_step_time_is_shown_and_read_back_exactly(minutes: int) -> None:
    text, unit = step_text(minutes)

    assert to_minutes(text, STEP_UNITS[unit]) == minutes


@given(st.integers(min_value=0, max_value=MOST_MINUTES), st.sampled_from([1440, 480, 60]))
def test_limit_is_shown_and_read_back_exactly(minutes: int, each: int) -> None:
    assert to_minutes(number_text(minutes, each), each) == minutes
