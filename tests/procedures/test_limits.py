from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.content import Unit
from procedures.limits import Limit, parse_limit, single_limit

DAY = 480
# The column of the 43 real rows, in the order of the list; None: empty.
REAL_LIMITS: dict[str, tuple[Unit, int | None] | None] = {
    "25 ngày làm việc (5 + 15 + 5)": (Unit.WORKING_DAY, 25 * DAY),
    "07 ngày làm việc (Nghệ An); Bắc Giang: 5 ngày làm việc thông báo bổ sung + 15 ngày làm việc"
    " thẩm định + 5 ngày làm việc quyết định": (Unit.UNKNOWN, None),
    "35 ngày làm việc (20 thẩm định + 15 quyết định) (Tuyên Quang)": (Unit.UNKNOWN, None),
    "5 ngày làm việc thông báo bổ sung; 15 ngày thẩm định (khoản 8 Điều 1 NĐ 135/2018)": (
        Unit.UNKNOWN,
        None,
    ),
    "20 ngày làm việc": (Unit.WORKING_DAY, 20 * DAY),
    "20 ngày làm việc (5 + 15)": (Unit.WORKING_DAY, 20 * DAY),
    "09 ngày làm việc trong nước (3 + 3 + 3), 10 ngày làm việc từ nước ngoài về (Lào Cai); trước"
    " TT 28/2020: 5 ngày làm việc (1 + 3 + 1)": (Unit.UNKNOWN, None),
    "25 ngày làm việc (20 + 5)": (Unit.WORKING_DAY, 25 * DAY),
    "20 ngày làm việc (160 giờ)": (Unit.WORKING_DAY, 20 * DAY),
    "20 ngày làm việc (Quảng Nam); 14 ngày làm việc (Vĩnh Phúc)": (Unit.UNKNOWN, None),
    "01 ngày làm việc (Ninh Bình); 2,5 ngày (Đà Nẵng, 2023)": (Unit.UNKNOWN, None),
    "theo kế hoạch tuyển sinh hằng năm (Cần Thơ); 10 ngày làm việc (Cửa Lò)": (Unit.UNKNOWN, None),
    "02 ngày làm việc khi có học bạ (0,5 + 1 + 0,5); 05 ngày làm việc khi phải kiểm tra": (
        Unit.UNKNOWN,
        None,
    ),
    "28 ngày làm việc (12 + 16)": (Unit.WORKING_DAY, 28 * DAY),
    "25 ngày làm việc": (Unit.WORKING_DAY, 25 * DAY),
    "40 ngày làm việc (20 + 20)": (Unit.WORKING_DAY, 40 * DAY),
    "15 ngày làm việc (10 + 5)": (Unit.WORKING_DAY, 15 * DAY),
    "12 ngày làm việc (7 + 5)": (Unit.WORKING_DAY, 12 * DAY),
    "10 ngày làm việc + 5 ngày làm việc": (Unit.UNKNOWN, None),
    "30 ngày làm việc (01 + 27 + 01 + 01)": (Unit.WORKING_DAY, 30 * DAY),
    "chi trả 2 lần trong năm học": (Unit.UNKNOWN, None),
    "10 ngày làm việc từ khi hết hạn nhận đơn (công lập); 40 ngày làm việc từ ngày khai giảng"
    " (ngoài công lập)": (Unit.UNKNOWN, None),
    "24 ngày làm việc": (Unit.WORKING_DAY, 24 * DAY),
    "trong ngày làm việc; nhận sau 15 giờ thì ngày làm việc tiếp theo; 03 ngày làm việc cho hồ sơ"
    " giấy trước 1997 (Đà Nẵng)": (Unit.UNKNOWN, None),
    "05 ngày làm việc (Quảng Trị); 04 ngày làm việc (Bình Phước)": (Unit.UNKNOWN, None),
    "theo đợt tuyển sinh": (Unit.BY_PLAN, None),
}


@pytest.mark.parametrize(("text", "known"), REAL_LIMITS.items())
def test_limit_of_the_real_rows_is_known_only_where_one_value_is_stated(
    text: str, known: Any
) -> None:
    limit = parse_limit(text)

    assert limit is not None
    assert (limit.unit, limit.minutes, limit.text) == (*known, text)


@pytest.mark.parametrize(
    ("text", "unit", "minutes"),
    [
        ("½ ngày", Unit.WORKING_DAY, 240),
        ("1/2 ngày làm việc", Unit.WORKING_DAY, 240),
        ("nửa ngày làm việc", Unit.WORKING_DAY, 240),
        ("2½ ngày làm việc", Unit.WORKING_DAY, 1200),
        ("2 ½ ngày làm việc", Unit.WORKING_DAY, 1200),
        ("2,5 ngày", Unit.WORKING_DAY, 1200),
        ("0.25 ngày làm việc", Unit.WORKING_DAY, 120),
        ("15 ngày", Unit.CALENDAR_DAY, 15 * 1440),
        ("08 giờ làm việc", Unit.HOUR, 480),
        ("200 giờ", Unit.HOUR, 12000),
        ("1,5 giờ", Unit.HOUR, 90),
        ("20 (hai mươi) ngày làm việc", Unit.WORKING_DAY, 9600),
        ("Không quá 05 ngày làm việc, kể từ ngày nhận đủ hồ sơ hợp lệ.", Unit.WORKING_DAY, 2400),
        ("Trong thời hạn 20 ngày làm việc kể từ ngày nhận được hồ sơ", Unit.WORKING_DAY, 9600),
        ("TỐI ĐA 10 NGÀY LÀM VIỆC", Unit.WORKING_DAY, 4800),
        ("10 ngày\nlàm việc", Unit.WORKING_DAY, 4800),
        ("05 ngày làm việc (2 thẩm định + 3 quyết định)", Unit.WORKING_DAY, 2400),
        ("- 05 ngày làm việc;", Unit.WORKING_DAY, 2400),
        ("Theo kế hoạch của Sở", Unit.BY_PLAN, None),
    ],
)
def test_limit_is_known(text: str, unit: Unit, minutes: int | None) -> None:
    limit = parse_limit(text)

    assert limit is not None
    assert (limit.unit, limit.minutes) == (unit, minutes)


@pytest.mark.parametrize(
    "text",
    [
        "trong ngày làm việc",
        "ngay trong ngày",
        "25 ngày làm việc (5 + 15)",
        "20 ngày làm việc (150 giờ)",
        "20 ngày (160 giờ)",
        "5-7 ngày làm việc",
        "từ 5 đến 7 ngày làm việc",
        "10 ngày làm việc hoặc 15 ngày",
        "10 ngày làm việc (Lào Cai)",
        "10 ngày làm việc đối với trường công lập",
        "10 ngày làm việc/hồ sơ",
        "1 tháng",
        "02 tuần",
        "0 ngày làm việc",
        "1.000 giờ",
        "0,33 giờ làm việc và 5 ngày",
        "0,01 ngày làm việc",
        "1 ngày rưỡi",
        "không quy định",
        "-",
        "theo kế hoạch 30 ngày",
        "5",
    ],
)
def test_limit_that_is_not_one_plain_value_stays_text(text: str) -> None:
    assert parse_limit(text) == Limit(Unit.UNKNOWN, None, text)


@pytest.mark.parametrize("text", ["", "  ", "\n", "\u200b"])
def test_limit_of_nothing_is_none(text: str) -> None:
    assert parse_limit(text) is None


@settings(deadline=None)
@given(st.text(alphabet="0123456789½/.,()+- ngàylviệcgờ"))
def test_limit_of_any_text_keeps_the_text(text: str) -> None:
    limit = parse_limit(text)

    assert limit is None or (limit.minutes is None or limit.minutes > 0)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("20 ngày làm việc", (Unit.WORKING_DAY, 20 * DAY)),
        ("theo đợt tuyển sinh", (Unit.BY_PLAN, None)),
        ("20 ngày làm việc (Quảng Nam)", (Unit.UNKNOWN, None)),
        ("", (Unit.UNKNOWN, None)),
    ],
)
def test_single_limit_is_unit_and_minutes(text: str, known: tuple[Unit, int | None]) -> None:
    assert single_limit(text) == known
