"""Times and limits as procedures print them."""

from fractions import Fraction

import pytest

from procedures.content import Unit
from procedures.docx_import.amounts import limits_in, step_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("½ ngày", 240),
        ("0,5 ngày", 240),
        ("0.5 ngày", 240),
        ("1/2 ngày", 240),
        ("1½ ngày", 720),
        ("1 1/2 ngày", 720),
        ("4 giờ", 240),
        ("15 phút", 15),
        ("03 ngày làm việc", 1440),
        ("1 ngày 4 giờ", 720),
        ("1h30", 90),
        ("7 giờ 30 phút", 450),
        ("Không quá 02 ngày", 960),
        ("Mười (10) ngày làm việc", 4800),
        ("05 (năm) ngày làm việc", 2400),
        ("01 ngày làm việc (08 giờ)", 480),
        ("01 ngày (04 giờ)", None),
        ("1-2 ngày", None),
        ("01 ngày nếu đủ hồ sơ", None),
        ("Trong ngày", None),
        ("Theo giấy hẹn", None),
        ("2", None),
        ("", None),
    ],
)
def test_time_of_a_step(text: str, minutes: int | None) -> None:
    assert step_minutes(text) == minutes


def test_bare_number_has_the_unit_of_its_column() -> None:
    assert step_minutes("0,5", Unit.WORKING_DAY) == 240
    assert step_minutes("2", Unit.HOUR) == 120
    assert step_minutes("15", minutes_unit=True) == 15


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("05 ngày làm việc kể từ ngày nhận đủ hồ sơ", [("", 5, Unit.WORKING_DAY)]),
        ("không quá 20 ngày", [("", 20, Unit.CALENDAR_DAY)]),
        ("04 giờ làm việc", [("", 4, Unit.HOUR)]),
        ("½ ngày làm việc", [("", Fraction(1, 2), Unit.WORKING_DAY)]),
        ("Ngay trong ngày", [("", None, Unit.UNKNOWN)]),
        ("Theo kế hoạch tuyển sinh", [("", None, Unit.BY_PLAN)]),
        ("Không quy định", []),
        (
            "Trường hợp không xác minh: 05 ngày làm việc; trường hợp có xác minh: 10 ngày làm việc",
            [("không xác minh", 5, Unit.WORKING_DAY), ("có xác minh", 10, Unit.WORKING_DAY)],
        ),
        ("10 ngày đối với trường hợp phải xác minh", [("phải xác minh", 10, Unit.CALENDAR_DAY)]),
        (
            "Trường hợp cần xác minh thì kéo dài nhưng không quá 10 ngày làm việc",
            [("cần xác minh", 10, Unit.WORKING_DAY)],
        ),
        (
            "Trường hợp nhận sau 15 giờ thì trả ngày hôm sau",
            [("nhận sau 15 giờ", None, Unit.UNKNOWN)],
        ),
        ("07 ngày làm việc, trong đó tại Phòng 05 ngày", [("", 7, Unit.WORKING_DAY)]),
    ],
)
def test_limits_of_a_line(text: str, limits: list[tuple[str, int | None, Unit]]) -> None:
    assert [(limit.case, limit.value, limit.unit) for limit in limits_in(text)] == limits
