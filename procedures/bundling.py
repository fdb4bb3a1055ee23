"""Which procedures may be issued anew as they are, and what holds the others back."""

import datetime as dt
from collections.abc import Collection

from procedures.coverage import load_facts, profile_of
from procedures.coverage.rules import open_changes
from procedures.models import DecisionItem, Procedure, ProcedureVersion
from qms.organisation.models import Unit

_OPEN = "đang có bản dự thảo chưa xong"
_HELD = "đang nằm trong một quyết định chưa ban hành"
_ENDED = "không có bản nào đang có hiệu lực"
_STALE = "còn thay đổi pháp luật chưa cập nhật, phải sửa nội dung"


def obstacles(procedures: Collection[Procedure], *, on: dt.date) -> dict[int, str]:
    """Return why a procedure cannot be issued anew as it is on the day, by key; only those.

    All are of one agency. One that is stale is among them: a new first day in force would count
    as having taken the change up. As many queries for three as for three hundred.
    """
    if not procedures:
        return {}
    keys = {procedure.pk for procedure in procedures}
    versions = ProcedureVersion.objects.filter(procedure__in=keys).order_by()
    opened = set(versions.open().values_list("procedure", flat=True))
    standing = set(versions.in_force(on=on).values_list("procedure", flat=True))
    items = DecisionItem.objects.filter(procedure__in=keys, closed_at=None)
    held = set(items.values_list("procedure", flat=True))
    stale = _stale(next(iter(procedures)).agency, on)
    found = [
        *((key, _STALE) for key in keys & stale),
        *((key, _HELD) for key in held),
        *((key, _OPEN) for key in opened),
        *((key, _ENDED) for key in keys - standing),
    ]
    return dict(found)


def _stale(agency: Unit, on: dt.date) -> set[int]:
    """Return the procedures whose version in force on the day has not taken up some change."""
    facts = load_facts(agency, profile_of(agency))
    return {
        version.procedure_id
        for item in facts.tthc.values()
        for version in item.versions
        if version.is_in_force(on) and open_changes(item, version, facts.kept, on)
    }
