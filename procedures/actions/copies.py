"""Handing out numbered copies on paper, and calling them back: all of a batch, or none."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from procedures.models import (
    DocumentSettings,
    InForcePeriod,
    PrintedCopy,
    ProcedureVersion,
    RecallRecord,
    new_token,
)
from qms.foundation.dates import format_date, today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import Unit, User
from qms.records.numbers import take_number
from qms.records.workflow import TransitionNotAllowed


@dataclass(frozen=True)
class Holder:
    """Who is given a copy: a unit, a person by name, or a person of a unit."""

    unit: Unit | None = None
    name: str = ""


@dataclass(frozen=True)
class Recall:
    """What is told of a batch: `kind` is one of `RecallRecord.Kind`, `done_on` a day by now."""

    kind: str
    done_on: dt.date
    reason: str
    performed_by: str
    way: str = ""
    witnessed_by: str = ""


@transaction.atomic
def hand_out_copies(
    version: ProcedureVersion,
    holders: Sequence[Holder],
    *,
    by: User,
    handed_on: dt.date | None = None,
) -> list[PrintedCopy]:
    """Give each holder a copy of its own number; the numbers of a version have no gap.

    Each copy gets its token. `handed_on` None is today. Raises ValidationError without a holder
    or for a day in the future, TransitionNotAllowed for a version that is not in force today or
    on a later day.
    """
    day = handed_on or today()
    if day > today():
        raise ValidationError({"handed_on": "Ngày giao không được ở tương lai."})
    if not holders or any(not (holder.unit or clean(holder.name)) for holder in holders):
        raise ValidationError("Hãy ghi đơn vị hoặc người giữ của từng bản.")
    stored = version.locked()  # whoever hands out the same version waits here
    later = Q(valid_to__isnull=True) | Q(valid_to__gt=today())
    if not InForcePeriod.objects.standing().filter(later, version=stored).exists():
        raise TransitionNotAllowed(
            f"{version} không còn hiệu lực, không cấp bản kiểm soát được nữa."
        )
    last = PrintedCopy.objects.filter(version=stored).count()
    made = []
    for number, holder in enumerate(holders, last + 1):
        copy = PrintedCopy(
            version=version,
            number=number,
            token=new_token(),
            unit=holder.unit,
            holder=clean(holder.name)[:255],
            handed_on=day,
            made_by=by,
        )
        copy.record(by=by, reason="Cấp bản kiểm soát")
        made.append(copy)
    return made


@transaction.atomic
def recall_copies(copies: Iterable[PrintedCopy], recall: Recall, *, by: User) -> RecallRecord:
    """Note in one numbered record what became of `copies`; each ends by its verb.

    Raises ValidationError at the field that is wrong, for copies of two agencies or none at all;
    TransitionNotAllowed when one of them was settled meanwhile. Nothing is written then.
    """
    chosen = sorted(copies, key=lambda copy: copy.pk)  # locked in one order by everybody
    agencies = {copy.version.procedure.agency_id: copy.version.procedure.agency for copy in chosen}
    if not chosen:
        raise ValidationError("Hãy chọn ít nhất một bản kiểm soát.")
    if len(agencies) > 1:
        raise ValidationError("Một biên bản chỉ ghi bản kiểm soát của một cơ quan.")
    _check(recall, chosen)
    (agency,) = agencies.values()
    number = take_number(
        agency,
        "recall",
        year=recall.done_on.year,
        pattern=DocumentSettings.of(agency).recall_pattern,
    )
    record = RecallRecord(
        agency=agency,
        number=number,
        kind=recall.kind,
        done_on=recall.done_on,
        reason=clean_lines(recall.reason),
        way=clean(recall.way),
        performed_by=clean(recall.performed_by),
        witnessed_by=clean(recall.witnessed_by),
        recorded_by=by,
    )
    record.record(by=by, reason="Lập biên bản")
    for copy in chosen:
        copy.end(record, by=by)
    return record


def _check(recall: Recall, copies: Sequence[PrintedCopy]) -> None:
    wrong = _missing(recall)
    first = max(copy.ended_on or copy.handed_on for copy in copies)
    if recall.done_on > today():
        wrong["done_on"] = "Ngày không được ở tương lai."
    elif recall.done_on < first:
        wrong["done_on"] = (
            f"Ngày không được trước ngày {format_date(first)}, khi có bản được giao hoặc thu hồi."
        )
    witness = clean(recall.witnessed_by).casefold()
    if witness and witness == clean(recall.performed_by).casefold():
        wrong["witnessed_by"] = "Người chứng kiến phải khác người thực hiện."
    if wrong:
        raise ValidationError(wrong)


def _missing(recall: Recall) -> dict[str, str]:
    """Return what has to be said and is not; of what is destroyed more than of what came back."""
    is_destroyed = recall.kind == RecallRecord.Kind.DESTROYED
    wrong = {
        "kind": "" if recall.kind in RecallRecord.Kind.values else "Hãy chọn việc đã làm.",
        "reason": "" if clean_lines(recall.reason) else "Hãy ghi lý do.",
        "performed_by": "" if clean(recall.performed_by) else "Hãy ghi người thực hiện.",
    }
    if is_destroyed and not clean(recall.way):
        wrong["way"] = "Hãy ghi cách hủy, ví dụ: cắt nhỏ bằng máy."
    if is_destroyed and not clean(recall.witnessed_by):
        wrong["witnessed_by"] = "Việc hủy phải có người chứng kiến."
    return {name: message for name, message in wrong.items() if message}
