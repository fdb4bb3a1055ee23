"""What the parts of a content are called, and its values in words."""

import html
import re
from collections.abc import Sequence
from typing import Any

from procedures.content import Content, Origin, StepTime, TimeKind, TimeLimit, Unit
from qms.foundation.dates import days_text, duration_text

_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"</(?:p|li|tr|h3|h4)>|<br>")
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
SCALARS = {
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
NARRATIVE = frozenset({"purpose", "scope", "references", "definitions", "body", "conditions"})
TABLES = {
    "tthc": "TTHC",
    "bases": "căn cứ",
    "dossier": "giấy tờ",
    "cases": "trường hợp",
    "limits": "thời hạn",
    "fees": "phí, lệ phí",
    "results": "kết quả",
    "steps": "bước",
    "forms": "biểu mẫu",
    "records": "hồ sơ lưu",
    "abbreviations": "từ viết tắt",
    "taken_up": "thay đổi tiếp thu",
}
# The sections that a comparison is told in, by the names of what belongs to each.
SECTIONS: dict[str, tuple[str, ...]] = {
    "Tên, mục đích, phạm vi": (
        *("procedure", "title", "purpose", "scope", "references", "definitions", "abbreviations"),
    ),
    "TTHC áp dụng": ("tthc",),
    "Căn cứ": ("bases", "taken_up"),
    "Nội dung": ("body", "file"),
    "Thành phần hồ sơ": (
        *("has_no_dossier", "dossier", "dossier_sets", "applicants", "conditions"),
    ),
    "Thời hạn, tiếp nhận, phí, kết quả": (
        *("cases", "limits", "reception_place", "submission_modes", "fees", "results"),
    ),
    "Các bước": ("steps",),
    "Biểu mẫu": ("forms",),
    "Hồ sơ lưu": ("records",),
    "Ghi chú của lần sửa đổi": ("change_summary", "is_significant"),
}
FIELDS = {
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
    "who": "người thực hiện",
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


def scalar_text(document: Content, name: str) -> str:
    """Return what stands in a field that is no table; of narrative what is read, line by line.

    Where a link leads is read too, lest a changed address stay unseen.
    """
    value = getattr(document, name)
    if name not in NARRATIVE:
        return _worded(value)
    told = _LINK.sub(lambda link: _link_text(link[1], link[2]), value)
    text = html.unescape(_TAG.sub(" ", _BREAK.sub("\n", told)))
    return "\n".join(line for line in map(str.strip, text.split("\n")) if line)


def field_text(row: Any, field: str, document: Content) -> str:
    """Return a field of a row in words; keys of forms and cases as what they stand for."""
    value = getattr(row, field)
    if field == "minutes" and isinstance(row, TimeLimit):
        return limit_text(row)
    if field in ("form", "forms"):
        keys: Sequence[str] = value if isinstance(value, tuple) else (value,)
        forms = [document.form(key) for key in keys]
        return "; ".join(f"{form.code} {form.name}".strip() for form in forms if form)
    if field == "case":
        return case_label(value, document)
    if field in _CODED:
        return _WORDS.get(value, value)
    return _worded(value)


def case_label(key: str, document: Content) -> str:
    return next((case.label for case in document.cases if case.key == key), "")


def _link_text(address: str, text: str) -> str:
    return text if html.unescape(text).strip() == html.unescape(address) else f"{text} [{address}]"


def _worded(value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, tuple):
        return "; ".join(_worded(part) for part in value)
    if value is None:
        return ""
    return str(getattr(value, "label", value))
