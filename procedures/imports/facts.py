"""What a row of a list says of a TTHC, and what the catalogue knows of it, in the same terms."""

from collections.abc import Mapping
from typing import Any

from procedures.imports.headings import Fate, fate_of
from procedures.imports.rows import TTHCRow
from procedures.limits import single_limit
from procedures.models import STATE_FIELDS, TTHCChange, TTHCOnDay
from qms.foundation.text import fold

# What a row says of a TTHC, by the column of the list and the field of the record.
_STATE = {
    "level": "level",
    "agency": "executing_agency",
    "limit_text": "limit_text",
    "fee": "fee",
    "online_level": "online_level",
    "receiving_place": "receiving_place",
    "legal_basis": "legal_basis",
    "decision": "decision_no",
}
_ABOUT = {"source_url": "source_url", "note": "verification_note"}
LONGEST_STATEMENT = 30  # letters of a note that says but *bị bãi bỏ*; longer ones tell stories
_ENDINGS = {
    Fate.ABOLISHED: TTHCChange.Kind.ABOLISHED,
    Fate.CANCELLED: TTHCChange.Kind.CANCELLED,
}


def values_of(row: TTHCRow) -> dict[str, Any]:
    """Return what the row states, by field. An empty cell states nothing, so it takes nothing away.

    The unit and minutes of a limit go with its text.
    """
    values: dict[str, Any] = {"name": row.name, "field": row.field}
    values |= {name: getattr(row, column) for column, name in (_STATE | _ABOUT).items()}
    values = {name: value for name, value in values.items() if value}
    if row.limit_text:
        values["law_unit"], values["law_minutes"] = single_limit(row.limit_text)
    unit, minutes = single_limit(row.local_limit_text)
    if minutes is not None:
        values["local_unit"], values["local_minutes"] = unit, minutes
    if row.verified is not None:
        values["is_verified"] = row.verified
    return values


def values_known(known: TTHCOnDay) -> dict[str, Any]:
    """Return what is known of a TTHC on a day, by the names of `values_of`."""
    tthc = known.tthc
    return {
        **known.values,
        "name": known.name,
        "field": known.field.name if known.field else "",
        "source_url": tthc.source_url,
        "is_verified": tthc.is_verified,
        "verification_note": tthc.verification_note,
    }


def is_state(name: str) -> bool:
    """Tell whether a change may set the field anew; the others only describe our record."""
    return name in STATE_FIELDS or name in ("name", "field")


def changed_values(row: TTHCRow, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the row states otherwise than `before`; unit and minutes of a limit together."""
    values = values_of(row)
    differing = {name for name, value in values.items() if _differs(name, before[name], value)}
    if "limit_text" in differing:
        differing |= {"law_unit", "law_minutes"}
    else:  # read better today than when it was imported: no change
        differing -= {"law_unit", "law_minutes"}
    if differing & {"local_unit", "local_minutes"}:
        differing |= {"local_unit", "local_minutes"}
    return {name: value for name, value in values.items() if name in differing}


def signature(row: TTHCRow) -> tuple[Any, ...]:
    """Return what two rows of one code must share to be the same row twice.

    The number in the list and the agency behind the code are no part of it.
    """
    texts = [getattr(row, column) for column in (*_STATE, *_ABOUT)]
    more = (row.local_limit_text, row.verified, fold(row.status), row.applicants, ending_of(row))
    return (row.name, fold(row.field), *texts, *more)


def ending_of(row: TTHCRow) -> TTHCChange.Kind | None:
    """Return how the row says that its TTHC ends, None if it does not."""
    fate = _fate(row)
    return _ENDINGS.get(fate) if fate else None


def is_amended(row: TTHCRow) -> bool:
    """Tell whether the row stands among those that were in force before and are changed."""
    return _fate(row) is Fate.AMENDED


def _fate(row: TTHCRow) -> Fate | None:
    """Return what the row says of itself, or else its heading, or else its sheet."""
    note = row.note if len(row.note) <= LONGEST_STATEMENT else ""
    said = (fate_of(text) for text in (row.status, note, row.section, row.sheet))
    return next((fate for fate in said if fate), None)


def _differs(key: str, before: Any, value: Any) -> bool:
    if key == "field":
        return fold(before) != fold(value)
    return bool(before != value)
