"""Civil dates, deadlines in months, working time in words."""

import datetime as dt

import pytest
from django.utils import timezone

from qms.foundation.dates import (
    add_months,
    covers,
    days_text,
    duration_text,
    format_date,
    parse_date,
    today,
)


@pytest.mark.parametrize("text", ["30/06/2022", "30-06-2022", "2022-06-30", " 30/6/2022 "])
def test_date_is_read_the_vietnamese_way(text: str) -> None:
    assert parse_date(text) == dt.date(2022, 6, 30)


@pytest.mark.parametrize("text", ["", "31/02/2022", "06/30/2022", "hôm qua", "30.06.2022"])
def test_what_is_no_date_is_said_in_vietnamese(text: str) -> None:
    with pytest.raises(ValueError, match="không phải là ngày"):
        parse_date(text)


def test_date_is_shown_day_first() -> None:
    assert format_date(dt.date(2022, 3, 5)) == "05/03/2022"
    assert format_date(None) == ""


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ((2022, 8, 31), 3, (2022, 11, 30)),
        ((2022, 11, 30), 3, (2023, 2, 28)),
        ((2023, 11, 30), 3, (2024, 2, 29)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2024, 11, 20), 3, (2025, 2, 20)),
        ((2022, 3, 31), -1, (2022, 2, 28)),
    ],
)
def test_months_end_at_the_end_of_the_month(
    start: tuple[int, int, int], months: int, end: tuple[int, int, int]
) -> None:
    assert add_months(dt.date(*start), months) == dt.date(*end)


def test_interval_holds_its_first_day_and_not_its_last() -> None:
    first, last = dt.date(2022, 3, 15), dt.date(2022, 6, 1)

    assert [covers(first, last, first), covers(first, last, last)] == [True, False]
    assert covers(None, None, first)
    assert not covers(None, first, first)


@pytest.mark.parametrize(
    ("minutes", "days", "words"),
    [
        (240, "½", "½ ngày làm việc"),
        (480, "1", "1 ngày làm việc"),
        (2160, "4½", "4½ ngày làm việc"),
        (120, "¼", "¼ ngày làm việc"),
        (360, "¾", "¾ ngày làm việc"),
        (180, "0,38", "3 giờ"),
        (45, "0,09", "45 phút"),
        (500, "1,04", "8 giờ 20 phút"),
        (0, "0", "0 ngày làm việc"),
    ],
)
def test_working_time_is_said_as_an_office_writes_it(minutes: int, days: str, words: str) -> None:
    assert (days_text(minutes), duration_text(minutes)) == (days, words)


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ((2022, 6, 30, 16, 59), (2022, 6, 30)),
        ((2022, 6, 30, 17, 0), (2022, 7, 1)),
        ((2024, 2, 28, 17, 0), (2024, 2, 29)),
        ((2022, 12, 31, 17, 30), (2023, 1, 1)),
    ],
)
def test_the_day_is_that_of_vietnam_wherever_the_machine_stands(
    time_machine: object, utc: tuple[int, ...], day: tuple[int, int, int]
) -> None:
    time_machine.move_to(dt.datetime(*utc, tzinfo=dt.UTC), tick=False)  # type: ignore[attr-defined,misc,arg-type]

    assert today() == dt.date(*day)
    assert timezone.localdate() == dt.date(*day)
