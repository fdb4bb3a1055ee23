"""Units that end and begin on a day, and what people hold in them: rows with dates, all kept.

A unit is never overwritten: the old row ends with its successor, a new one begins. So every
question about a day before has its answer as before (DESIGN §2).
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from qms.foundation.dates import format_date
from qms.foundation.recorded import RecordedModel
from qms.foundation.text import clean
from qms.organisation.models import Position, Unit, User

R = TypeVar("R", bound=RecordedModel)

_YEAR = re.compile(r"-(?:19|20|21)\d\d(?:-\d+)?$")
_LONGEST_STEM = 30  # of the 40 letters of a code; year and number follow


def successor_code(code: str, *, on: dt.date) -> str:
    """Return a free code for what follows the unit of `code`: `TH` → `TH-2025`, `TH-2025-2`."""
    stem = f"{_YEAR.sub('', code)[:_LONGEST_STEM]}-{on.year}"
    taken = set(Unit.objects.filter(code__startswith=stem).values_list("code", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (stem, *numbered) if each not in taken)


def begin_unit(
    name: str, *, like: Unit, parent: Unit | None, on: dt.date, by: User, reason: str
) -> Unit:
    """Make the unit that follows `like` from the day on, of its kind, under `parent`."""
    unit = Unit(
        code=successor_code(like.code, on=on),
        name=clean(name),
        kind=like.kind,
        parent=parent,
        valid_from=on,
    )
    unit.record(by=by, reason=reason)
    return unit


@transaction.atomic
def end_unit(unit: Unit, *, on: dt.date, successor: Unit | None, by: User, reason: str) -> None:
    """Let the unit end on the day, followed by `successor` (None: by nobody, or by several).

    Raises ValidationError for one that does not stand just before the day.
    """
    stored = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if stored.valid_from and stored.valid_from >= on:
        raise ValidationError(f"{stored} chưa hoạt động trước ngày {format_date(on)}.")
    if stored.valid_to and stored.valid_to <= on:
        raise ValidationError(f"{stored} đã kết thúc từ ngày {format_date(stored.valid_to)}.")
    unit.valid_to, unit.successor = on, successor
    unit.record(by=by, reason=reason, fields=["valid_to", "successor"])


def begin_position(name: str, *, like: Position, by: User, reason: str) -> Position:
    """Return the position of that name, made with the rank of `like` where there is none."""
    position = Position.objects.filter(name=clean(name)).first()
    if position is None:
        position = Position(name=clean(name), rank=like.rank)
        position.record(by=by, reason=reason)
    return position


def lasting(on: dt.date) -> Q:
    """Return the condition that a period holds the day or a later one."""
    return Q(valid_to__isnull=True) | Q(valid_to__gt=on)


@transaction.atomic
def hand_over(
    row: R, successors: Sequence[Mapping[str, Any]], *, on: dt.date, by: User, reason: str
) -> list[R]:
    """End `row`, a fact with a period, on the day and begin it anew with the values of each.

    What was to begin on the day or later begins with the new values instead. Where the same stands
    already, nothing is added. Returns the rows that hold from the day on.
    """
    begins = _attribute(row, "valid_from")
    if begins is not None and begins >= on:
        return _begin_otherwise(row, successors, by=by, reason=reason)
    until = _attribute(row, "valid_to")
    made = [_begin(row, values, on, until, by=by, reason=reason) for values in successors]
    _set(row, {"valid_to": on})
    row.record(by=by, reason=reason)
    return made


def _begin_otherwise(
    row: R, successors: Sequence[Mapping[str, Any]], *, by: User, reason: str
) -> list[R]:
    first, *others = successors
    since, until = _attribute(row, "valid_from"), _attribute(row, "valid_to")
    made = [_begin(row, values, since, until, by=by, reason=reason) for values in others]
    _set(row, first)
    row.record(by=by, reason=reason)
    return [row, *made]


def _begin(
    row: R,
    values: Mapping[str, Any],
    since: dt.date,
    until: dt.date | None,
    *,
    by: User,
    reason: str,
) -> R:
    made = type(row)()
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    _set(made, kept)
    _set(made, values)
    standing = _standing(made)
    if standing is not None and until is None:
        begins = _attribute(standing, "valid_from")
        if begins is not None and begins > since:
            _set(standing, {"valid_from": since})
            standing.record(by=by, reason=reason)
        return standing
    _set(made, {"valid_from": since, "valid_to": until})
    if hasattr(type(made), "granted_by"):
        _set(made, {"granted_by": by})
    made.record(by=by, reason=reason)
    return made


def _standing(row: R) -> R | None:
    """Return the row without end that says the same already."""
    beside = {"valid_from", "valid_to", "granted_by_id"}
    same = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.attname not in beside
    }
    rows: models.QuerySet[Any] = type(row)._default_manager.filter(**same, valid_to=None)
    found: R | None = rows.first()
    return found


def _attribute(row: RecordedModel, name: str) -> Any:
    return getattr(row, name)


def _set(row: RecordedModel, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
