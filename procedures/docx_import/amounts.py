"""Times as procedures print them: `½ ngày`, `0,5 ngày`, `4 giờ`, `1 ngày 4 giờ`."""

import re
from dataclasses import dataclass
from fractions import Fraction

from procedures.content import Unit
from qms.foundation.text import clean, fold

_GLYPHS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅓": Fraction(1, 3)}
_VALUE = (
    r"(?:[0-9]{1,4}\s?[½¼¾]|[0-9]{1,2}\s[1-9]/[2-9](?![0-9])|(?<![0-9/])[1-9]/[2-9](?![0-9/])"
    r"|[0-9]{1,4}(?:[.,][0-9]{1,3})?|[½¼¾⅓]|nửa|một nửa)"
)
_IN_WORDS = (
    r"(?:\s?\((?:không|một|mốt|hai|ba|bốn|tư|năm|lăm|sáu|bảy|bẩy|tám|chín|mười|mươi|trăm|linh|lẻ"
    r"|rưỡi|phẩy|\s)+\))?"
)
_UNIT = (
    r"(?:ngày\s?(?:làm việc|công|lv)|ngày(?! tháng)|nlv|giờ(?: (?:làm việc|hành chính))?|tiếng|phút"
    r"|h(?![a-zà-ỹ])|p(?![a-zà-ỹ])|['’′])"
)
_QUANTITY = re.compile(
    rf"(?<![\w.,/])(?P<value>{_VALUE}){_IN_WORDS}\s?(?P<unit>{_UNIT})(?!\w)(?P<half> rưỡi)?"
)
_CLOCK = re.compile(r"\b(?:sau|trước|từ|đến|lúc|tới)\s+[0-9]{1,2}\s?(?:giờ|h)(?:\s?[0-9]{2})?\b")
_HOURS_AND_MINUTES = re.compile(r"(?<![0-9])([0-9]{1,2})\s?h\s?([0-9]{2})(?![0-9])\s?(?:phút|p)?")
_RANGE = re.compile(r"[0-9]\s?(?:-|–|đến|tới|hoặc)\s?[0-9]")
_BARE = re.compile(rf"(?:{_VALUE})")
_BESIDE = re.compile(
    r"(?:(?:khong qua|khong vuot qua|khong lon hon|toi da|nhieu nhat|trong vong|trong|thoi han"
    r"|thoi gian|giai quyet|thuc hien|xu ly|la|cham nhat|va|lam viec|gio hanh chinh|ho so|moi|1|01"
    r"|hop le|du|mot)(?: |$))*"
    r"(?:(?:ke )?(?:tu|sau) (?:ngay|khi|luc|thoi diem) .*|sau khi .*)?"
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_MINUTES = {Unit.WORKING_DAY: 480, Unit.CALENDAR_DAY: 480, Unit.HOUR: 60}
_NOTHING = re.compile(r"[-–—/.\s0…x]*")
BY_PLAN = re.compile(r"\btheo (?:tung |cac )?(?:ke hoach|dot|thong bao|lich)\b")


@dataclass(frozen=True)
class Amount:
    """`value` in `unit`; `minutes` of working time, 480 a day (also of a plain *ngày*)."""

    value: Fraction
    unit: Unit
    minutes: int


@dataclass(frozen=True)
class Limit:
    """What a text says of time: `value` None where it gives no single number."""

    case: str
    value: Fraction | None
    unit: Unit
    text: str
    is_sure: bool = True


def is_nothing(text: str) -> bool:
    """Tell whether a time cell is empty or has a dash."""
    return bool(_NOTHING.fullmatch(clean(text).lower()))


_WORD_THEN_NUMBER = re.compile(
    r"\b(?:một|hai|ba|bốn|năm|sáu|bảy|bẩy|tám|chín|mười|mươi|lăm|mốt|tư|trăm|linh|\s)+"
    r"\((?P<n>[0-9]{1,3})\)",
    re.I,
)


def _figures(text: str) -> str:
    """Return `Mười (10) ngày` as `10 ngày`."""
    return _WORD_THEN_NUMBER.sub(r" \g<n>", text)


def step_minutes(text: str, unit: Unit | None = None, *, minutes_unit: bool = False) -> int | None:
    """Return working minutes of a step's time; None if anything in it is not understood.

    `unit` is what the column says for bare numbers. Hours in brackets must equal the days before
    them: `01 ngày (08 giờ)`.
    """
    text = _figures(clean(text).lower()).strip(" .;:~≤<=")
    bare = _BARE.fullmatch(text)
    if bare and text:
        if minutes_unit:
            return _whole(_number(text))
        return _whole(_number(text) * _MINUTES[unit]) if unit in _MINUTES else None
    brackets = [_all_of(inner) for inner in _BRACKET.findall(text)]
    outside = re.sub(_BRACKET, _keep_words, text)
    total = _all_of(outside)
    if total is None:
        return None
    if any(minutes != total for minutes in brackets if minutes is not None):
        return None
    words = [fold(inner) for inner in _BRACKET.findall(text) if _all_of(inner) is None]
    if any(not re.fullmatch(rf"{_IN_WORDS}", f"({inner})") for inner in _unread(text)) and words:
        return None
    return total


def _unread(text: str) -> list[str]:
    return [inner for inner in _BRACKET.findall(text) if _all_of(inner) is None]


def _keep_words(bracket: re.Match[str]) -> str:
    return bracket[0] if re.fullmatch(_IN_WORDS.removesuffix("?"), " " + bracket[0]) else " "


def _all_of(text: str) -> int | None:
    """Return the sum of the quantities of `text` when it says nothing else but usual words."""
    text = _HOURS_AND_MINUTES.sub(r"\1 giờ \2 phút", text)
    if _RANGE.search(text) or _CLOCK.search(text):
        return None
    found = list(_QUANTITY.finditer(text))
    if not found:
        return None
    beside = fold(_QUANTITY.sub(" ", text))
    if not _BESIDE.fullmatch(beside):
        return None
    kinds = [_unit(one) for one in found]
    if len(kinds) != len(set(kinds)) and "+" not in text:
        return None
    return _whole(sum((_minutes(one) for one in found), Fraction(0)))


def _unit(found: re.Match[str]) -> str:
    unit = found["unit"]
    if unit.startswith(("ngày", "nlv")):
        return "day"
    return "hour" if unit.startswith(("giờ", "tiếng", "h")) else "minute"


def _minutes(found: re.Match[str]) -> Fraction:
    each = {"day": 480, "hour": 60, "minute": 1}[_unit(found)]
    return (_number(found["value"]) + (Fraction(1, 2) if found["half"] else 0)) * each


def _number(text: str) -> Fraction:
    text = text.strip().replace(",", ".")
    if text in {"nửa", "một nửa"}:
        return Fraction(1, 2)
    if text[-1] in _GLYPHS:
        return Fraction(text[:-1].strip() or 0) + _GLYPHS[text[-1]]
    whole, _, part = text.rpartition(" ")
    return Fraction(whole or 0) + Fraction(part)


def _whole(minutes: Fraction) -> int | None:
    return int(minutes) if minutes.denominator == 1 else None


def column_unit(header: str) -> tuple[Unit | None, bool]:
    """Return the unit that a header gives to bare numbers, and whether that is minutes."""
    folded = fold(header)
    if re.search(r"\bphut\b", folded):
        return None, True
    if re.search(r"\bngay(?: lam viec)?\b", folded):
        return Unit.WORKING_DAY, False
    if re.search(r"\b(?:gio|h)\b", folded):
        return Unit.HOUR, False
    return None, False


# Limits


_CASE_BEFORE = re.compile(r"^(?P<case>[^:]{3,160}?)\s*:\s*(?P<said>.+)$", re.S)
_CASE_AFTER = re.compile(
    r"^(?P<said>.*?)(?:,|;)?\s*(?:\(\s*)?(?:áp dụng\s+)?(?:đối với|cho|với|trong trường hợp|nếu"
    r"|khi|trường hợp)\s+(?P<case>[^()]{3,200}?)\)?$",
    re.I | re.S,
)
_CASE_THEN = re.compile(
    r"^(?P<case>(?:đối với|trường hợp|trong trường hợp|nếu|với)\s.{3,160}?)(?:\s*[,:]\s*|\s+)"
    r"(?P<said>(?:thì |là |thời (?:hạn|gian) |không quá |tối đa |giải quyết |kéo dài "
    r"|được kéo dài |trong )?.*)$",
    re.I | re.S,
)
_BRACKETED_CASE = re.compile(
    r"^(?P<said>[^()]+)"
    r"\((?P<case>(?:không|có|cần|phải|trường hợp|đối với|nếu|hồ sơ)\b[^()]+)\)\.?$",
    re.I,
)
_CASE_WORDS = re.compile(
    r"^(?:[-+•*]\s*)?(?:(?:áp dụng )?(?:đối với|với|cho)\s+)?"
    r"(?:(?:các |những )?trường hợp(?:\s+(?=\D)))?",
    re.I,
)
_NOT_A_CASE = re.compile(
    r"(?:tong )?(?:thoi gian|thoi han)(?: .*)?|ke tu.*|trong do|cu the|nhu sau|ghi chu|luu y"
)
_SAYS_TIME = re.compile(r"\b(?:ngay|trong ngay|lap tuc|theo|ke hoach|buoi|gio|phut|thoi diem)\b")


def limits_in(text: str) -> list[Limit]:
    """Return the limits that a line states, one per case; none where it says nothing of time."""
    parts = [part.strip(" .;-–+•") for part in re.split(r";|\.\s+(?=[A-ZĐÀ-Ỹ])|\n", text)]
    return [limit for part in parts if part and (limit := _limit(part))]


def _limit(part: str) -> Limit | None:
    case, said = _parted(part)
    lowered = _figures(clean(said).lower())
    quantities = list(_QUANTITY.finditer(_CLOCK.sub(" ", _BRACKET.sub(_keep_words, lowered))))
    if not quantities:
        quantities = list(_QUANTITY.finditer(_CLOCK.sub(" ", lowered)))
    folded = fold(said)
    if not quantities:
        if not _SAYS_TIME.search(folded) and not BY_PLAN.search(folded):
            return None
        unit = Unit.BY_PLAN if BY_PLAN.search(folded) else Unit.UNKNOWN
        return Limit(case, None, unit, clean(said))
    kinds = {_unit(one) for one in quantities}
    is_range = bool(_RANGE.search(lowered.split("kể từ")[0]))
    first = quantities[0]
    if is_range or "minute" in kinds or _together(lowered, quantities):
        return Limit(case, None, Unit.UNKNOWN, clean(said), is_sure=False)
    value = _number(first["value"]) + (Fraction(1, 2) if first["half"] else 0)
    return Limit(case, value, _unit_of(first), clean(said), is_sure=len(quantities) == 1)


def _together(text: str, quantities: list[re.Match[str]]) -> bool:
    """Whether several quantities make one time: `1 ngày 4 giờ`."""
    if len(quantities) < 2:
        return False
    between = text[quantities[0].end() : quantities[1].start()].strip()
    return between in {"", "và", ","} and _unit(quantities[0]) != _unit(quantities[1])


def _unit_of(found: re.Match[str]) -> Unit:
    unit = found["unit"]
    if re.match(r"ngày\s?(?:làm việc|công|lv)|nlv", unit):
        return Unit.WORKING_DAY
    return Unit.CALENDAR_DAY if unit.startswith("ngày") else Unit.HOUR


def _parted(part: str) -> tuple[str, str]:
    """Return the case that a part of a line is about, empty for all, and what it says of it."""
    before = _CASE_BEFORE.match(part)
    if before:
        if _NOT_A_CASE.fullmatch(fold(before["case"])):
            return _parted(before["said"])
        if not _QUANTITY.search(before["case"].lower()):
            return case_label(before["case"]), before["said"].strip()
    bracketed = _BRACKETED_CASE.match(part)
    if bracketed and _QUANTITY.search(bracketed["said"].lower()):
        return case_label(bracketed["case"]), part
    then = _CASE_THEN.match(part)
    if then and _QUANTITY.search(_CLOCK.sub(" ", part.lower())):
        return _case_up_to_amount(part)
    if then:
        case, so, _ = part.partition(" thì ")
        return (case_label(case), part) if so else ("", part)
    after = _CASE_AFTER.match(part)
    if after and _QUANTITY.search(after["said"].lower()):
        is_case = not _QUANTITY.search(after["case"].lower()) and "kể từ" not in after["case"]
        return (case_label(after["case"]), part) if is_case else ("", part)
    return "", part


_AMOUNT_BEGINS = re.compile(
    r"(?:,|:)?\s*(?:thì\s+)?(?:là\s+)?(?:thời (?:hạn|gian)(?: giải quyết| thực hiện)?\s*)?"
    r"(?:(?:được |có thể )?kéo dài(?: thêm)?\s*)?(?:nhưng\s+)?(?:là\s+|:\s*)?"
    r"(?:không quá|tối đa|trong(?: thời (?:hạn|gian))?|trong vòng|giải quyết trong)?\s*$",
    re.I,
)


def _case_up_to_amount(part: str) -> tuple[str, str]:
    first = _QUANTITY.search(part.lower())
    if first is None:
        return "", part
    head = part[: first.start()]
    begins = _AMOUNT_BEGINS.search(head)
    case = head[: begins.start()] if begins else head
    return case_label(case), part


def case_label(text: str) -> str:
    """Return the name of a case without the words that only say that it is one."""
    text = clean(text).strip(" .;:,-–+•*()")
    label = _CASE_WORDS.sub("", text).strip(" .;:,-–")
    return label or text
