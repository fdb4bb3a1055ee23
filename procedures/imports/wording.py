"""What a plan does, in the words of the office: for the page, the command and messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from procedures.content import Unit
from procedures.imports.facts import ending_of, values_of
from procedures.imports.plan import RowPlan
from procedures.imports.rows import TTHCRow
from procedures.models import TTHCChange
from qms.foundation.dates import duration_text

MINUTES_PER_CALENDAR_DAY = 1440

_LABELS = {
    "name": "Tên",
    "field": "Lĩnh vực",
    "level": "Cấp thực hiện",
    "executing_agency": "Cơ quan thực hiện",
    "limit_text": "Thời hạn",
    "local_minutes": "Thời hạn đã cắt giảm",
    "fee": "Phí, lệ phí",
    "online_level": "Mức độ trực tuyến",
    "receiving_place": "Nơi tiếp nhận",
    "legal_basis": "Căn cứ pháp lý",
    "decision_no": "Quyết định công bố TTHC",
    "source_url": "Nguồn",
    "is_verified": "Kiểm chứng",
    "verification_note": "Ghi chú kiểm chứng",
}
_ENDS = {
    TTHCChange.Kind.ABOLISHED: "bị bãi bỏ",
    TTHCChange.Kind.CANCELLED: "bị hủy bỏ",
    TTHCChange.Kind.REPLACED: "bị thay thế",
}


class FactChange(NamedTuple):
    """One fact of a TTHC: what it is called, what it was (empty: not known), what it becomes."""

    label: str
    before: str
    after: str


def fact_changes(plan: RowPlan) -> list[FactChange]:
    """Return what a changed row changes, each fact once, in words."""
    if plan.is_ending:
        return [FactChange("Tình trạng", "còn hiệu lực", _ENDS[TTHCChange.Kind(plan.change)])]
    facts = list(_facts(plan))
    if plan.change == TTHCChange.Kind.ANNOUNCED:
        facts.insert(0, FactChange("Tình trạng", "hết hiệu lực", "có hiệu lực trở lại"))
    return facts


def differences(rows: Sequence[TTHCRow]) -> list[tuple[TTHCRow, list[tuple[str, str]]]]:
    """Return each row with what it says otherwise than the others, as (label, text)."""
    said = [_said(row) for row in rows]
    labels = [label for label in said[0] if len({facts[label] for facts in said}) > 1]
    return [
        (row, [(label, facts[label]) for label in labels])
        for row, facts in zip(rows, said, strict=True)
    ]


def _said(row: TTHCRow) -> dict[str, str]:
    values = values_of(row)
    facts = {label: _worded(values.get(name, "")) for name, label in _LABELS.items()}
    facts |= {_LABELS["local_minutes"]: row.local_limit_text, "Đối tượng": row.applicants}
    ending = ending_of(row)
    return facts | {"Tình trạng": row.status or (_ENDS[ending] if ending else "")}


def _facts(plan: RowPlan) -> Iterable[FactChange]:
    for name, value in plan.values.items():
        if name in _LABELS:
            if name == "local_minutes":
                before, after = _local_limit(plan.before), _local_limit(plan.values)
            else:
                before, after = _worded(plan.before[name]), _worded(value)
            yield FactChange(_LABELS[name], before, after)


def _local_limit(values: Mapping[str, Any]) -> str:
    minutes = values["local_minutes"]
    if minutes is None:
        return ""
    if values["local_unit"] == Unit.CALENDAR_DAY:
        return f"{minutes // MINUTES_PER_CALENDAR_DAY} ngày"
    return duration_text(minutes)


def _worded(value: Any) -> str:
    if isinstance(value, bool):
        return "đã kiểm chứng" if value else "chưa kiểm chứng"
    return str(value)
