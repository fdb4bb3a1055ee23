"""The time limit of a TTHC, read from what lists print."""

import re
from dataclasses import dataclass
from fractions import Fraction

from procedures.content import Unit
from qms.foundation.text import clean, fold

_MINUTES = {Unit.WORKING_DAY: 480, Unit.HOUR: 60, Unit.CALENDAR_DAY: 1440}
_UNITS = {
    "ngày làm việc": Unit.WORKING_DAY,
    "ngày": Unit.CALENDAR_DAY,
    "giờ làm việc": Unit.HOUR,
    "giờ": Unit.HOUR,
}
_HALVES = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "nửa": Fraction(1, 2)}
_VALUE = r"(?:[0-9]{1,4}(?:[.,][0-9]{1,2}(?![0-9]))?|[0-9]{0,2} ?[½¼¾]|[1-3]/[2-4]|nửa)"
_IN_WORDS = (
    r"(?: ?\((?:không|một|mốt|hai|ba|bốn|tư|năm|lăm|sáu|bảy|tám|chín|mười|mươi|trăm|linh|lẻ| )+\))?"
)
_QUANTITY = re.compile(
    rf"(?<![0-9.,/])(?P<value>{_VALUE}){_IN_WORDS} ?"
    r"(?P<unit>ngày làm việc|ngày|giờ làm việc|giờ)(?!\w)"
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_PART = re.compile(rf"({_VALUE})(?: (?:ngày làm việc|ngày))?(?: [^0-9½¼¾+]*)?")
_SAID_BESIDE = re.compile(
    r"(?:(?:khong qua|toi da|trong|thoi han|thoi gian|giai quyet|la)(?: |$))*"
    r"(?:(?:ke )?tu (?:ngay|khi) (?:tiep )?nhan (?:duoc )?(?:(?:day )?du )?ho so"
    r"(?: day du)?(?: va)?(?: hop le)?)?(?: ?theo quy dinh)?"
)
_BY_PLAN = re.compile(r"theo (?:ke hoach|dot|thong bao)\b")


@dataclass(frozen=True)
class Limit:
    """What a text says of time. `minutes` as in `content.TimeLimit`, None where not known."""

    unit: Unit
    minutes: int | None
    text: str


def parse_limit(text: str) -> Limit | None:
    """Return the limit that `text` states, None for an empty text.

    Known only if the whole text is understood and states one value: a sum in brackets must add
    up to it and hours must equal its days; several values, a place, a case or a condition make it
    unknown, for a wrong limit would be worse than none. *Ngày* alone is a calendar day, but half
    days are counted in working time only.
    """
    text = clean(text)
    if not text:
        return None
    unknown = Limit(Unit.UNKNOWN, None, text)
    lowered = text.lower()
    quantities = list(_QUANTITY.finditer(_BRACKET.sub(_keep_words, lowered)))
    if not quantities:
        by_plan = _BY_PLAN.match(fold(text)) and not any(c.isdigit() for c in text)
        return Limit(Unit.BY_PLAN, None, text) if by_plan else unknown
    if len(quantities) > 1 or not _understood(lowered, quantities[0]):
        return unknown
    value, unit = _value(quantities[0]["value"]), _UNITS[quantities[0]["unit"]]
    if unit is Unit.CALENDAR_DAY and value.denominator > 1:
        unit = Unit.WORKING_DAY
    minutes = value * _MINUTES[unit]
    if minutes.denominator > 1 or not minutes:
        return unknown
    return Limit(unit, int(minutes), text)


def single_limit(text: str) -> tuple[Unit, int | None]:
    """Return unit and minutes of the limit that `text` states, unknown for an empty text too."""
    limit = parse_limit(text)
    return (limit.unit, limit.minutes) if limit else (Unit.UNKNOWN, None)


def _keep_words(bracket: re.Match[str]) -> str:
    """Keep `(hai mươi)` between a number and its unit; other brackets are judged on their own."""
    return bracket[0] if re.fullmatch(_IN_WORDS.removesuffix("?"), bracket[0]) else ""


def _understood(text: str, quantity: re.Match[str]) -> bool:
    value, unit = _value(quantity["value"]), _UNITS[quantity["unit"]]
    for bracket in _BRACKET.findall(text):
        if re.fullmatch(_IN_WORDS, f"({bracket})"):
            continue
        if not (_adds_up(bracket, value) or _same_in_hours(bracket, value, unit)):
            return False
    beside = _QUANTITY.sub(" ", _BRACKET.sub(_keep_words, text), count=1)
    return bool(_SAID_BESIDE.fullmatch(fold(beside)))


def _adds_up(bracket: str, value: Fraction) -> bool:
    parts = [_PART.fullmatch(part.strip()) for part in bracket.split("+")]
    if len(parts) < 2 or None in parts:
        return False
    return sum(_value(part[1]) for part in parts if part) == value


def _same_in_hours(bracket: str, value: Fraction, unit: Unit) -> bool:
    hours = _QUANTITY.fullmatch(bracket.strip())
    if not hours or unit is not Unit.WORKING_DAY or _UNITS[hours["unit"]] is not Unit.HOUR:
        return False
    return _value(hours["value"]) * 60 == value * 480


def _value(text: str) -> Fraction:
    text = text.replace(",", ".").replace(" ", "")
    if text[-1] in _HALVES:
        return Fraction(text[:-1] or 0) + _HALVES[text[-1]]
    return _HALVES[text] if text in _HALVES else Fraction(text)
