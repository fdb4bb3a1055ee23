"""Civil dates of Asia/Ho_Chi_Minh, half-open periods, and working time in whole minutes."""

import calendar
import datetime as dt
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTES_PER_DAY = 480  # a working day has 8 hours; the ISO procedures print 25 days as 200 hours
_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d")
_HALVES = {Fraction(1, 2): "½", Fraction(1, 4): "¼", Fraction(3, 4): "¾"}


def today() -> dt.date:
    """Return the day it is now in Asia/Ho_Chi_Minh."""
    return timezone.localdate(timezone=LOCAL)


def parse_date(text: str) -> dt.date:
    """Read `30/06/2022`, `30-06-2022` or `2022-06-30`.

    Raises ValueError with a Vietnamese sentence for anything else.
    """
    for form in _FORMATS:
        try:
            return dt.datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  a civil date
        except ValueError:
            continue
    raise ValueError(f"“{text}” không phải là ngày; hãy ghi như 30/06/2022.")


def format_date(day: dt.date | None) -> str:
    """Return `30/06/2022`, or nothing for None."""
    return day.strftime("%d/%m/%Y") if day else ""


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day `months` later, clamped to the month's end (31/08 + 3 = 30/11)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return dt.date(year, month0 + 1, min(day.day, last))


def covers(valid_from: dt.date | None, valid_to: dt.date | None, on: dt.date) -> bool:
    """Tell whether `[valid_from, valid_to)` contains `on`; None is open on that side."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on < valid_to)


def valid_on(on: dt.date, prefix: str = "") -> Q:
    """Return the condition that `[valid_from, valid_to)` contains `on`; NULL is open-ended."""
    begins, ends = f"{prefix}valid_from", f"{prefix}valid_to"
    return (Q(**{f"{begins}__isnull": True}) | Q(**{f"{begins}__lte": on})) & (
        Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gt": on})
    )


def days_text(minutes: int) -> str:
    """Return working time in days as an office writes it: 240 → `½`, 2160 → `4½`, 480 → `1`.

    What is no quarter of a day is written with a decimal comma, at most two places.
    """
    whole, rest = divmod(Fraction(minutes, MINUTES_PER_DAY), 1)
    if rest in _HALVES:
        return f"{whole or ''}{_HALVES[rest]}"
    if rest:
        return f"{float(whole + rest):.2f}".rstrip("0").replace(".", ",")
    return str(whole)


def duration_text(minutes: int) -> str:
    """Return `4½ ngày làm việc`; what is no quarter of a day as `3 giờ` or `45 phút`."""
    if minutes and minutes % 60 == 0 and minutes % 120 and minutes < MINUTES_PER_DAY:
        return f"{minutes // 60} giờ"
    if minutes % 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} giờ {rest} phút" if hours else f"{rest} phút"
    return f"{days_text(minutes)} ngày làm việc"
