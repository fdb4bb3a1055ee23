"""What is told of one TTHC on a day: the facts of the catalogue, changes, versions, duties."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from procedures.content import TimeLimit
from procedures.coverage import (
    Duty,
    Facts,
    Period,
    TTHCFacts,
    VersionFacts,
    reasons_on,
    serving,
)
from procedures.models import ImpactSheet, Responsibility, TTHCChange, TTHCOnDay
from procedures.permissions.reviews import visible_sheets
from procedures.reading import limit_text
from procedures.views.standing import Cause, causes_of, readable


@dataclass(frozen=True)
class VersionLine:
    """A version that covers the TTHC in a period; `status` is for the badge, as of the day."""

    version: VersionFacts
    period: Period
    status: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class DutyLine:
    duty: Duty
    kind: str
    status: str


@dataclass(frozen=True)
class ChangeLine:
    """A change of the TTHC, and what it says anew as (what, how it is from then on)."""

    change: TTHCChange
    is_to_come: bool
    news: tuple[tuple[str, str], ...]
    sheets: tuple[ImpactSheet, ...] = ()


def status_of(state: TTHCOnDay) -> str:
    """Return what the badge shows: `in_force`, `scheduled`, or the kind of change that ended it."""
    if state.is_in_force:
        return "in_force"
    return str(state.last_change.kind) if state.last_change else "scheduled"


def version_lines(
    user: Any, facts: Facts, item: TTHCFacts | None, day: dt.date
) -> list[VersionLine]:
    """Return each period of each version that this person may read, the latest first."""
    if item is None:
        return []
    lines = [
        _version_line(facts, item, version, key, day)
        for version in readable(user, serving(item, item.duties.values()))
        for key in version.periods
    ]
    return sorted(lines, key=lambda line: line.period.span.valid_from or dt.date.min, reverse=True)


def _version_line(
    facts: Facts, item: TTHCFacts, version: VersionFacts, key: int, day: dt.date
) -> VersionLine:
    period = version.periods[key]
    causes: tuple[Cause, ...] = ()
    if period.span.contains(day):
        causes = causes_of(reasons_on(facts, item, version, day), day)
        status = "stale" if causes else "covered"
        if any(cause.is_late for cause in causes):
            status = "overdue"
    else:
        is_over = period.span.valid_to is not None and period.span.valid_to <= day
        status = "ended" if is_over else "scheduled"
    return VersionLine(version, period, status, causes)


def duty_lines(item: TTHCFacts | None, day: dt.date) -> list[DutyLine]:
    kinds = dict(Responsibility.Kind.choices)
    lines = []
    for duty in item.duties.values() if item else ():
        status = "ended" if duty.span.valid_to and duty.span.valid_to <= day else "scheduled"
        if duty.span.contains(day):
            status = "excluded" if duty.is_excluded(day) else "in_force"
        lines.append(DutyLine(duty, str(kinds[duty.kind]), status))
    return lines


# What a change may say anew; the parsed limits stand in its text already.
_NEWS = {
    "level": "Cấp thực hiện",
    "executing_agency": "Cơ quan thực hiện",
    "limit_text": "Thời hạn giải quyết",
    "fee": "Phí, lệ phí",
    "online_level": "Mức độ dịch vụ công trực tuyến",
    "receiving_place": "Nơi tiếp nhận",
    "legal_basis": "Căn cứ pháp lý",
}


def change_lines(user: Any, changes: Iterable[TTHCChange], day: dt.date) -> list[ChangeLine]:
    """Return the changes, the latest first, with the impact sheets that `user` sees."""
    listed = list(changes)
    sheets = list(visible_sheets(user).filter(tthc_change__in=listed)) if listed else []
    lines = [
        ChangeLine(
            change,
            change.effective_on > day,
            tuple(_news(change)),
            tuple(sheet for sheet in sheets if sheet.tthc_change_id == change.pk),
        )
        for change in listed
    ]
    return lines[::-1]


def _news(change: TTHCChange) -> Iterable[tuple[str, str]]:
    if change.name:
        yield "Tên", change.name
    if change.field:
        yield "Lĩnh vực", str(change.field)
    for key, word in _NEWS.items():
        if key in change.changed_fields:
            yield word, getattr(change, key) or "bỏ trống"


def catalogue_facts(state: TTHCOnDay) -> list[tuple[str, str]]:
    """Return (term, value) as the catalogue has them on the day; an empty value is not known."""
    values = state.values
    facts = [
        ("Lĩnh vực", str(state.field or "")),
        ("QĐ công bố TTHC", str(values["decision_no"])),
        ("Cấp thực hiện", str(values["level"])),
        ("Cơ quan thực hiện", str(values["executing_agency"])),
        ("Thời hạn giải quyết", _known(state, "law") or str(values["limit_text"])),
    ]
    if values["local_minutes"] is not None:
        facts.append(("Thời hạn rút ngắn tại địa phương", _known(state, "local")))
    facts += [
        ("Phí, lệ phí", str(values["fee"])),
        ("Mức độ dịch vụ công trực tuyến", str(values["online_level"])),
        ("Nơi tiếp nhận", str(values["receiving_place"])),
        ("Căn cứ pháp lý", "\n".join(_parts(str(values["legal_basis"])))),
    ]
    return facts


def _known(state: TTHCOnDay, which: str) -> str:
    """Return the limit in one unit, beside it how the list prints it; empty where not known."""
    known = state.known_limit(which)
    if known is None:
        return ""
    text = limit_text(TimeLimit(unit=known[0], minutes=known[1]))
    printed = str(state.values["limit_text"]) if which == "law" else ""
    is_same = printed.lstrip("0").casefold() == text.casefold()
    return f"{text}\nDanh mục ghi: “{printed}”" if printed and not is_same else text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]
