"""How two editions of a procedure differ, in words of the content.

Rows are matched by their key, so that a step that moved is known as moved. NFC and NFD, the place
of a tone mark (*hòa*, *hoà*) and white space are no changes.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from procedures.content import (
    Abbreviation,
    Content,
    Origin,
    Row,
    Step,
    StepTime,
    TimeKind,
    TimeLimit,
    Unit,
)
from qms.foundation.dates import days_text, duration_text
from qms.foundation.text import nfc

_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"</(?:p|li|tr|h3|h4)>|<br>")
_OLD_TONES = {
    nfc(first + second + mark): nfc(first + mark + second)
    for vowel in ("oa", "oe", "uy")
    for first in (vowel[0], vowel[0].upper())
    for second in (vowel[1], vowel[1].upper())
    for mark in "\u0300\u0309\u0303\u0301\u0323"
}
_TONES = re.compile("|".join(map(re.escape, _OLD_TONES)))


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One difference: in which section, of what, from which text to which."""

    section: str
    kind: Kind
    label: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        if self.kind is Kind.ADDED:
            return f"Thêm {self.label}: {self.new}"
        if self.kind is Kind.REMOVED:
            return f"Bỏ {self.label}: {self.old}"
        if self.kind is Kind.MOVED:
            return f"Chuyển {self.label}: {self.old} → {self.new}"
        return f"{self.label}: {self.old or '(trống)'} → {self.new or '(trống)'}"


_SCALARS = {
    "title": "Tên quy trình",
    "purpose": "Mục đích",
    "scope": "Phạm vi",
    "references": "Tài liệu viện dẫn",
    "definitions": "Định nghĩa",
    "body": "Nội dung",
    "file": "Tệp tài liệu",
    "has_no_dossier": "Không yêu cầu giấy tờ",
    "dossier_sets": "Số lượng hồ sơ",
    "applicants": "Đối tượng thực hiện",
    "conditions": "Yêu cầu, điều kiện",
    "reception_place": "Nơi tiếp nhận và trả kết quả",
    "submission_modes": "Cách thức thực hiện",
    "change_summary": "Tóm tắt thay đổi",
    "is_significant": "Thay đổi quan trọng",
}
_NARRATIVE = frozenset({"purpose", "scope", "references", "definitions", "body", "conditions"})
_TABLES = {
    "tthc": ("TTHC áp dụng", "TTHC"),
    "bases": ("Căn cứ", "căn cứ"),
    "dossier": ("Thành phần hồ sơ", "giấy tờ"),
    "cases": ("Trường hợp", "trường hợp"),
    "limits": ("Thời hạn", "thời hạn"),
    "fees": ("Phí, lệ phí", "phí, lệ phí"),
    "results": ("Kết quả", "kết quả"),
    "steps": ("Các bước", "bước"),
    "forms": ("Biểu mẫu", "biểu mẫu"),
    "records": ("Hồ sơ lưu", "hồ sơ lưu"),
    "abbreviations": ("Từ viết tắt", "từ viết tắt"),
    "taken_up": ("Thay đổi đã tiếp thu", "thay đổi tiếp thu"),
}
_FIELDS = {
    "name": "tên",
    "code": "mã",
    "title": "trích yếu",
    "number": "số, ký hiệu",
    "decision": "quyết định công bố",
    "kind": "loại",
    "originals": "bản chính",
    "copies": "bản sao",
    "copy_kind": "loại bản sao",
    "condition": "điều kiện",
    "case": "trường hợp",
    "form": "biểu mẫu",
    "forms": "biểu mẫu",
    "label": "tên",
    "unit": "đơn vị thời gian",
    "minutes": "thời hạn",
    "text": "nội dung",
    "work": "công việc",
    "position": "người thực hiện",
    "responsible": "người thực hiện",
    "unit_name": "đơn vị",
    "unit_code": "mã đơn vị",
    "times": "thời gian",
    "output": "kết quả",
    "note": "ghi chú",
    "source": "văn bản quy định",
    "keeper": "nơi lưu",
    "years": "số năm lưu",
    "is_permanent": "vĩnh viễn",
    "medium": "dạng lưu",
    "short": "viết tắt",
    "meaning": "nghĩa",
    "tthc": "TTHC áp dụng",
    "origin": "kiểm chứng",
}
_CODED = frozenset({"kind", "unit", "medium", "origin"})  # their values are codes, not texts
_WORDS = {
    "direct": "căn cứ trực tiếp",
    "general": "viện dẫn chung",
    "submit": "phải nộp",
    "present": "xuất trình",
    "internal": "biểu mẫu nội bộ",
    "legal": "mẫu do văn bản quy định",
    "paper": "giấy",
    "electronic": "điện tử",
    "both": "giấy và điện tử",
    Unit.WORKING_DAY: "ngày làm việc",
    Unit.CALENDAR_DAY: "ngày",
    Unit.HOUR: "giờ làm việc",
    Unit.BY_PLAN: "theo kế hoạch",
    Unit.UNKNOWN: "chưa rõ",
    Origin.STATED: "cơ quan xác nhận",
    Origin.PARTLY: "kiểm chứng một phần",
    Origin.UNVERIFIED: "chưa kiểm chứng",
    Origin.ILLUSTRATIVE: "minh họa",
}
TIME_WORDS = {
    TimeKind.PARALLEL: "song song",
    TimeKind.NOT_COUNTED: "không tính",
    TimeKind.BY_PLAN: "theo kế hoạch",
    TimeKind.UNKNOWN: "chưa rõ",
}


def same(old: str, new: str) -> bool:
    """Tell whether two texts say the same but for composition, tone place and white space."""
    return _plain(old) == _plain(new)


def changes(old: Content, new: Content) -> list[Change]:
    """Return every difference from `old` to `new`, section by section in the page's order."""
    found: list[Change] = []
    for name, label in _SCALARS.items():
        before, after = _scalar(old, name), _scalar(new, name)
        if not same(before, after):
            found.append(Change(name, Kind.CHANGED, label, before, after))
    for name in _TABLES:
        found += _rows(name, old, new)
    return found


def time_text(time: StepTime) -> str:
    """Return a step's time in words."""
    if time.kind is TimeKind.WORKING:
        return duration_text(time.minutes or 0)
    return TIME_WORDS[time.kind]


def limit_text(limit: TimeLimit) -> str:
    """Return how long a limit is, in words; `chưa rõ` or `theo kế hoạch` where it has no length."""
    if limit.minutes is None:
        return _WORDS[limit.unit if limit.unit is Unit.BY_PLAN else Unit.UNKNOWN]
    if limit.unit is Unit.CALENDAR_DAY:
        return f"{limit.minutes / 1440:g} ngày".replace(".", ",")
    if limit.unit is Unit.HOUR:
        return f"{limit.minutes / 60:g} giờ làm việc".replace(".", ",")
    return f"{days_text(limit.minutes)} ngày làm việc"


def _plain(text: str) -> str:
    return " ".join(_TONES.sub(lambda match: _OLD_TONES[match[0]], nfc(text)).split())


def _scalar(document: Content, name: str) -> str:
    value = getattr(document, name)
    if name in _NARRATIVE:
        text = html.unescape(_TAG.sub(" ", _BREAK.sub("\n", value)))
        return "\n".join(line for line in map(str.strip, text.split("\n")) if line)
    return _worded(value)


def _worded(value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, tuple):
        return "; ".join(_worded(part) for part in value)
    if value is None:
        return ""
    return str(getattr(value, "label", value))


def _key(row: Any) -> str:
    if isinstance(row, Row):
        return row.key
    if hasattr(row, "code"):
        return str(row.code)
    return f"{row.kind} {row.subject} {row.change} {row.effective_on}"


def _named(name: str, row: Any) -> str:
    """Return the words by which a person knows the row."""
    if name == "taken_up":
        return f"{row.subject} ({row.effective_on:%d/%m/%Y})"
    if isinstance(row, TimeLimit):
        return row.text or limit_text(row)
    if isinstance(row, Abbreviation):
        return f"{row.short} – {row.meaning}"
    for field in ("work", "name", "number", "text", "label"):
        if getattr(row, field, ""):
            code = f"{row.code} " if getattr(row, "code", "") else ""
            return code + str(getattr(row, field))
    return str(getattr(row, "code", "")) or "(trống)"


def _rows(name: str, old: Content, new: Content) -> Iterator[Change]:
    noun = _TABLES[name][1]
    before: Sequence[Any] = getattr(old, name)
    after: Sequence[Any] = getattr(new, name)
    was = {_key(row): row for row in before}
    now = {_key(row): row for row in after}
    for key, row in was.items():
        if key not in now:
            yield Change(name, Kind.REMOVED, noun, old=_named(name, row))
    for number, row in enumerate(after, 1):
        key = _key(row)
        if key not in was:
            yield Change(name, Kind.ADDED, noun, new=_named(name, row))
        elif was[key] != row:
            label = f"Bước {number}" if isinstance(row, Step) else _named(name, was[key])
            yield from _fields(name, label, (was[key], old), (row, new))
    yield from _moves(name, noun, before, after)


def _moves(name: str, noun: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    """Yield the fewest rows whose moving explains the new order of those that stayed."""
    kept = {_key(row) for row in before} & {_key(row) for row in after}
    was = [_key(row) for row in before if _key(row) in kept]
    now = [_key(row) for row in after if _key(row) in kept]
    place = {key: index for index, key in enumerate(was)}
    stay = _longest_rising([place[key] for key in now])
    places = {_key(row): index for index, row in enumerate(before, 1)}
    for index, row in enumerate(after, 1):
        key = _key(row)
        if key in kept and place[key] not in stay:
            where = (f"vị trí {places[key]}", f"vị trí {index}")
            yield Change(name, Kind.MOVED, f"{noun} “{_named(name, row)}”", *where)


def _longest_rising(numbers: list[int]) -> set[int]:
    """Return the members of a longest rising subsequence."""
    best: list[list[int]] = []
    for number in numbers:
        before = sorted((run for run in best if run[-1] < number), key=len)
        best.append([*(before[-1] if before else []), number])
    return set(sorted(best, key=len)[-1]) if best else set()


def _fields(
    name: str, label: str, was: tuple[Any, Content], now: tuple[Any, Content]
) -> Iterator[Change]:
    (old, old_document), (new, new_document) = was, now
    for field in type(new).model_fields:
        is_limit = isinstance(new, TimeLimit)
        if field == "key" or (is_limit and field == "unit"):  # a limit is told with its unit
            continue
        if getattr(old, field) == getattr(new, field) and not (is_limit and field == "minutes"):
            continue
        if field == "times":
            yield from _times(label, was, now)
            continue
        texts = (_field(old, field, old_document), _field(new, field, new_document))
        if not same(*texts):
            yield Change(name, Kind.CHANGED, f"{label}, {_FIELDS.get(field, field)}", *texts)


def _field(row: Any, field: str, document: Content) -> str:
    value = getattr(row, field)
    if field == "minutes" and isinstance(row, TimeLimit):
        return limit_text(row)
    if field in ("form", "forms"):
        keys = value if isinstance(value, tuple) else (value,)
        forms = [document.form(key) for key in keys]
        return "; ".join(f"{form.code} {form.name}".strip() for form in forms if form)
    if field == "case":
        return next((case.label for case in document.cases if case.key == value), "")
    if field in _CODED:
        return _WORDS.get(value, value)
    return _worded(value)


def _times(label: str, was: tuple[Any, Content], now: tuple[Any, Content]) -> Iterator[Change]:
    (old, _), (new, document) = was, now
    for case in document.cases:
        before, after = time_text(old.time(case.key)), time_text(new.time(case.key))
        if before != after:
            of_case = f" ({case.label})" if case.label else ""
            yield Change("steps", Kind.CHANGED, f"{label}, thời gian{of_case}", before, after)
