"""Filters that every template may use: dates, working time and figures as an office writes them."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django import template

from qms.foundation import dates

register = template.Library()


@register.filter
def vi_date(value: dt.date | dt.datetime | None) -> str:
    """Return `30/06/2022`."""
    if isinstance(value, dt.datetime):
        value = value.astimezone(dates.LOCAL).date()
    return dates.format_date(value)


@register.filter
def vi_time(value: dt.datetime | None) -> str:
    """Return `10:32 30/06/2022` in the office's time."""
    return value.astimezone(dates.LOCAL).strftime("%H:%M %d/%m/%Y") if value else ""


@register.filter
def iso_date(value: dt.date | None) -> str:
    """Return `2022-06-30`, for addresses."""
    return value.isoformat() if value else ""


@register.filter
def days(minutes: int | None) -> str:
    """Return minutes of working time in days: `4½`."""
    return "" if minutes is None else dates.days_text(minutes)


@register.filter
def two_digits(number: int | None) -> str:
    """Return an issue or revision number as printed: `01`; nothing where there is none."""
    return "" if number is None else f"{number:02d}"


@register.filter
def percent(ratio: tuple[int, int]) -> str:
    """Return `88,37%` of (38, 43), two decimals, half up; of nothing `không áp dụng`."""
    part, whole = ratio
    if whole == 0:
        return "không áp dụng"
    if part == whole:
        return "100%"
    value = (Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{min(value, Decimal('99.99'))}%".replace(".", ",")
