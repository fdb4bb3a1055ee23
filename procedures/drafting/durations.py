"""Working time and limits as typed: a number with a unit."""

import re
from fractions import Fraction

from procedures.content import Unit
from qms.foundation.dates import MINUTES_PER_DAY

MOST_MINUTES = 1_000_000  # what `content.Minutes` holds: some 2,083 working days
STEP_UNITS = {"day": MINUTES_PER_DAY, "hour": 60, "minute": 1}
LIMIT_UNITS = {Unit.WORKING_DAY: MINUTES_PER_DAY, Unit.CALENDAR_DAY: 1440, Unit.HOUR: 60}
_LONGEST = 20  # letters of a number
_GLYPHS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
# 3 · 2,5 · ½ · 1½ · 1/2 · 1 1/2. A point before three digits may mean thousands: refused.
_NUMBER = re.compile(
    r"(?P<whole>[0-9]+)?(?P<decimals>,[0-9]+|\.(?![0-9]{3}$)[0-9]+)?"
    r" ?(?:(?P<glyph>[½¼¾])|(?P<top>(?<![0-9,.])[0-9]+)/(?P<bottom>[0-9]+))?"
)


def read_number(text: str) -> Fraction:
    """Read `3`, `2,5`, `2.5`, `½`, `1½`, `1/2` or `1 1/2`. Raises ValueError for anything else."""
    refusal = ValueError("Hãy ghi một số, ví dụ 3 hoặc 2,5 hoặc ½.")
    found = _NUMBER.fullmatch(" ".join(text.split()))
    if found is None or not 0 < len(found[0]) <= _LONGEST:
        raise refusal
    whole, decimals, glyph, top, bottom = found.group("whole", "decimals", "glyph", "top", "bottom")
    if decimals and (not whole or glyph or top):
        raise refusal
    if bottom is not None and int(bottom) == 0:
        raise refusal
    part = Fraction(int(top), int(bottom)) if top else _GLYPHS.get(glyph or "", Fraction(0))
    return Fraction(f"{whole or 0}{(decimals or '').replace(',', '.')}") + part


def to_minutes(text: str, minutes_each: int) -> int:
    """Return whole minutes of `text` units.

    Raises ValueError when it is no number, no whole minute, or more than a document holds.
    """
    minutes = read_number(text) * minutes_each
    if minutes > MOST_MINUTES:
        raise ValueError(f"Số này lớn quá; nhiều nhất là {MOST_MINUTES // minutes_each}.")
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
