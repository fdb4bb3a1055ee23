"""Working time and limits as typed: a number with a unit."""

from fractions import Fraction

from procedures.content import Unit
from qms.foundation.dates import MINUTES_PER_DAY

_GLYPHS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
STEP_UNITS = {"day": MINUTES_PER_DAY, "hour": 60, "minute": 1}
LIMIT_UNITS = {Unit.WORKING_DAY: MINUTES_PER_DAY, Unit.CALENDAR_DAY: 1440, Unit.HOUR: 60}


def read_number(text: str) -> Fraction:
    """Read `3`, `2,5`, `2.5`, `½`, `1½` or `1/2`. Raises ValueError for anything else."""
    text = text.strip().replace(" ", "")
    whole = Fraction(0)
    if text and text[-1] in _GLYPHS:
        whole, text = _GLYPHS[text[-1]], text[:-1] or "0"
    try:
        number = Fraction(text.replace(",", ".")) + whole
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("Hãy ghi một số, ví dụ 3 hoặc 2,5 hoặc ½.") from error
    if number < 0 or number > 10_000:
        raise ValueError("Số phải từ 0 đến 10.000.")
    return number


def to_minutes(text: str, minutes_each: int) -> int:
    """Return whole minutes of `text` units. Raises ValueError when it is no whole minute."""
    minutes = read_number(text) * minutes_each
    if minutes.denominator != 1:
        raise ValueError("Thời gian phải tròn phút.")
    return int(minutes)


def number_text(minutes: int, minutes_each: int) -> str:
    """Return `minutes` in the unit with a decimal comma; exact, for it is read back."""
    number = Fraction(minutes, minutes_each)
    if number.denominator == 1:
        return str(number.numerator)
    places = f"{float(number):.6f}".rstrip("0")
    if Fraction(places) == number:
        return places.replace(".", ",")
    return f"{number.numerator}/{number.denominator}"


def step_text(minutes: int) -> tuple[str, str]:
    """Return (number, unit) in which a step's time is shown for typing."""
    for unit in ("day", "hour"):
        each = STEP_UNITS[unit]
        if minutes % (each // 4) == 0:
            return number_text(minutes, each), unit
    return str(minutes), "minute"
