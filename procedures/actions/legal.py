"""Keeping the legal register, and recording what became of documents and of TTHC."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.actions.reviews import open_impact_sheets
from procedures.models import (
    TTHC,
    ImpactSheet,
    LegalChange,
    LegalDocument,
    TTHCChange,
    link_document,
)
from qms.foundation.dates import format_date
from qms.foundation.text import clean, clean_lines, comparison_key
from qms.organisation.models import User
from qms.records.workflow import SeenVersionChanged

_ALREADY = "Thay đổi này đã được ghi trước đó"


@dataclass(frozen=True)
class Recorded:
    """A change as it stands in the register now, and the sheets of what it touches."""

    change: LegalChange | TTHCChange
    sheets: list[ImpactSheet]
    is_new: bool


@transaction.atomic
def add_document(values: Mapping[str, Any], *, by: User) -> LegalDocument:
    """Put a document into the register, and tie the versions that name it already to it.

    Raises ValidationError at `number` for one that is there.
    """
    known = LegalDocument.objects.numbered(values["number"])
    if known is not None:
        raise ValidationError({"number": f"{known} đã có trong danh mục văn bản."})
    document = LegalDocument(**values)
    document.record(by=by, reason="Thêm vào danh mục văn bản")
    link_document(document)
    return document


@transaction.atomic
def update_document(
    document: LegalDocument, values: Mapping[str, Any], *, by: User, seen: int
) -> None:
    """Say something else of a document; its number stays, for versions are tied to it.

    `seen` is the key of the history row that the person started from. Raises SeenVersionChanged
    when there is a later one. The same again writes nothing.
    """
    stored = LegalDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if state_of_record(stored) != seen:
        raise SeenVersionChanged("Người khác vừa sửa văn bản này. Hãy tải lại trang rồi sửa.")
    changed = {name: value for name, value in values.items() if getattr(stored, name) != value}
    for name, value in changed.items():
        setattr(stored, name, value)
    if changed:
        stored.record(by=by, reason="Sửa thông tin văn bản")


def state_of_record(document: LegalDocument) -> int:
    """Return the key of the last history row of `document`."""
    last: Any = document.history.order_by("-history_id").values_list("history_id", flat=True)
    return int(last.first() or 0)


@transaction.atomic
def record_legal_change(
    document: LegalDocument,
    *,
    kind: str,
    effective_on: dt.date,
    by: User,
    by_number: str = "",
    by_kind: str = "",
    by_title: str = "",
    is_verified: bool = False,
    source_url: str = "",
    note: str = "",
) -> Recorded:
    """Say what became of `document` from a day on, and open the sheets of what it touches.

    The document that does it is put into the register where it is not there (`by_number`, with
    its kind and title). The same again writes nothing but rows of the sheet that are missing.
    Raises ValidationError for a document that ends itself, and when the same kind of change is
    recorded for the day with another document.
    """
    document = LegalDocument.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if by_number and comparison_key(by_number) == document.number_key:
        raise ValidationError({"by_number": "Văn bản không tự thay đổi chính nó."})
    known = document.changes.filter(kind=kind, effective_on=effective_on, is_void=False).first()
    maker = LegalDocument.objects.numbered(by_number) if by_number else None
    if known is not None:
        if by_number and (maker is None or known.by_document_id != maker.pk):
            raise ValidationError(f"{_ALREADY}: {known}. Nếu ghi nhầm, hãy đánh dấu ghi nhầm.")
        return Recorded(known, open_impact_sheets([known], by=by), is_new=False)
    if by_number and maker is None:
        maker = add_document({"number": by_number, "kind": by_kind, "title": by_title}, by=by)
    change = LegalChange(
        document=document,
        kind=kind,
        by_document=maker,
        effective_on=effective_on,
        is_verified=is_verified,
        source_url=clean(source_url),
        note=clean_lines(note),
    )
    change.record(by=by, reason=f"Ghi nhận {change} từ {format_date(effective_on)}")
    return Recorded(change, open_impact_sheets([change], by=by), is_new=True)


@transaction.atomic
def record_tthc_change(
    tthc: TTHC,
    *,
    kind: str,
    decision_no: str,
    effective_on: dt.date,
    by: User,
    values: Mapping[str, Any] | None = None,
    name: str = "",
    replaced_by: TTHC | None = None,
    note: str = "",
) -> Recorded:
    """Say what a decision changes of `tthc`, and open the sheets of what that touches.

    `values` are the columns of the catalogue that it says anew. The same again writes nothing but
    rows of the sheet that are missing.
    """
    TTHC.objects.select_for_update(of=("self",)).get(pk=tthc.pk)
    decision = clean(decision_no)
    same = tthc.changes.filter(kind=kind, effective_on=effective_on, is_void=False)
    for known in same:
        if comparison_key(known.decision_no) == comparison_key(decision):
            return Recorded(known, open_impact_sheets([known], by=by), is_new=False)
    change = TTHCChange(
        tthc=tthc,
        kind=kind,
        decision_no=decision,
        effective_on=effective_on,
        name=name,
        replaced_by=replaced_by,
        note=clean_lines(note),
        changed_fields=sorted(values or {}),
        **(values or {}),
    )
    change.record(by=by, reason=decision)
    return Recorded(change, open_impact_sheets([change], by=by), is_new=True)


@transaction.atomic
def void_change(change: LegalChange | TTHCChange, *, by: User, reason: str) -> None:
    """Mark a change as recorded by mistake; it says nothing any more, and stays to be read.

    Raises ValidationError without a reason, and for one that is void already.
    """
    if not clean(reason):
        raise ValidationError({"reason": "Hãy ghi lý do ghi nhầm."})
    stored: LegalChange | TTHCChange
    if isinstance(change, LegalChange):
        stored = LegalChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    else:
        stored = TTHCChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if stored.is_void:
        raise ValidationError("Thay đổi này đã được đánh dấu ghi nhầm.")
    stored.is_void = True
    stored.record(by=by, reason=f"Ghi nhầm: {clean(reason)}")
