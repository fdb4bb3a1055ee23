"""Keeping the papers of a year, and recording the declaration of the quality system."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from procedures.actions.drafting import lock_agency
from procedures.models import Declaration, DeclaredTTHC, YearPaper
from qms.foundation.dates import today
from qms.foundation.text import clean
from qms.organisation.models import Unit, User
from qms.records.models import StoredFile
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed

_IN_FUTURE = "Ngày không được ở tương lai."


@dataclass(frozen=True)
class Declared:
    """A TTHC to be declared: its key, its name of the day, the procedure that it then has."""

    tthc_id: int
    name: str
    procedure_id: int | None
    procedure_code: str


@transaction.atomic
def add_year_paper(agency: Unit, year: int, values: Mapping[str, Any], *, by: User) -> YearPaper:
    """Put a paper into the ISO file of the year; the very same again is the same paper.

    Raises ValidationError for a day in the future.
    """
    lock_agency(agency)
    _refuse_future(values, "dated_on")
    same = YearPaper.objects.filter(agency=agency, year=year, is_void=False, **values).first()
    if same is not None:
        return same
    paper = YearPaper(agency=agency, year=year, recorded_by=by, **values)
    paper.record(by=by, reason="Thêm vào hồ sơ ISO năm")
    return paper


@transaction.atomic
def update_year_paper(paper: YearPaper, values: Mapping[str, Any], *, by: User, seen: int) -> None:
    """Say something else of a paper; the file that was kept stays where no other is given.

    `seen` is the key of the history row that the person started from. Raises SeenVersionChanged
    when there is a later one, TransitionNotAllowed once it was marked as recorded by mistake, and
    ValidationError for a day in the future. The same again writes nothing.
    """
    stored = YearPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
    _must_stand(stored.is_void)
    _must_be_seen(stored, seen)
    _refuse_future(values, "dated_on")
    _change(stored, values, by=by, reason="Sửa thông tin giấy tờ")


@transaction.atomic
def attach_year_file(paper: YearPaper, file: StoredFile, *, by: User) -> None:
    """Keep the file of a paper that has none.

    Raises TransitionNotAllowed where there is another one already, or the paper was a mistake.
    """
    stored = YearPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
    _must_stand(stored.is_void)
    if stored.file_id is not None and stored.file_id != file.pk:
        raise TransitionNotAllowed("Giấy tờ này đã có tệp.")
    _change(stored, {"file": file}, by=by, reason="Đính tệp")


@transaction.atomic
def void_year_paper(paper: YearPaper, *, by: User, reason: str) -> None:
    """Mark a paper as recorded by mistake; it stays in the history. Raises ValidationError
    without a reason."""
    stored = YearPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
    _void(stored, by=by, reason=reason)


@transaction.atomic
def declare_system(
    agency: Unit, values: Mapping[str, Any], tthc: Iterable[Declared], *, by: User
) -> Declaration:
    """Record the decision that declares the quality system, with the TTHC in its scope.

    Source: QĐ 19/2014/QĐ-TTg, Điều 4 khoản 3. The list is written once and never changes. Raises
    ValidationError, and writes nothing, for a day in the future, a list without a TTHC, or a
    decision that is recorded already.
    """
    lock_agency(agency)
    _refuse_future(values, "signed_on")
    _refuse_disorder(values, values["signed_on"])
    chosen = list(tthc)
    if not chosen:
        raise ValidationError({"tthc": "Hãy chọn ít nhất một TTHC trong phạm vi."})
    number, day = values["number"], values["signed_on"]
    standing = Declaration.objects.filter(agency=agency, signed_on=day, is_void=False)
    if standing.filter(number=number).exists():
        raise ValidationError({"number": "Quyết định này đã được ghi."})
    declaration = Declaration(agency=agency, recorded_by=by, **values)
    declaration.record(by=by, reason="Ghi QĐ công bố HTQLCL")
    for each in chosen:
        row = DeclaredTTHC(
            declaration=declaration,
            tthc_id=each.tthc_id,
            name=each.name,
            procedure_id=each.procedure_id,
            procedure_code=each.procedure_code,
        )
        row.record(by=by, reason="Ghi TTHC trong phạm vi")
    return declaration


@transaction.atomic
def update_declaration(
    declaration: Declaration, values: Mapping[str, Any], *, by: User, seen: int
) -> None:
    """Say what followed the declaration: notice, posting, website, file, note.

    Raises what `update_year_paper` raises, and ValidationError for a day before the decision.
    """
    stored = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    _must_stand(stored.is_void)
    _must_be_seen(stored, seen)
    _refuse_disorder(values, stored.signed_on)
    _change(stored, values, by=by, reason="Sửa thông báo, niêm yết, đăng tải")


@transaction.atomic
def void_declaration(declaration: Declaration, *, by: User, reason: str) -> None:
    """Mark it as recorded by mistake: no figure counts it from then on. Raises ValidationError
    without a reason."""
    stored = Declaration.objects.select_for_update(of=("self",)).get(pk=declaration.pk)
    _void(stored, by=by, reason=reason)


def state_of_yearly(record: YearPaper | Declaration) -> int:
    """Return the key of the last history row of `record`."""
    last: Any = record.history.order_by("-history_id").values_list("history_id", flat=True)
    return int(last.first() or 0)


def _must_stand(is_void: bool) -> None:  # noqa: FBT001
    if is_void:
        raise TransitionNotAllowed("Mục này đã được đánh dấu ghi nhầm, không sửa được.")


def _must_be_seen(stored: YearPaper | Declaration, seen: int) -> None:
    if state_of_yearly(stored) != seen:
        raise SeenVersionChanged("Người khác vừa sửa mục này. Hãy tải lại trang rồi sửa.")


def _refuse_future(values: Mapping[str, Any], *names: str) -> None:
    late = {name: _IN_FUTURE for name in names if (values.get(name) or dt.date.min) > today()}
    if late:
        raise ValidationError(late)


def _refuse_disorder(values: Mapping[str, Any], signed_on: dt.date) -> None:
    """Raise ValidationError for a notice or a posting before the decision, or in the future."""
    _refuse_future(values, "notified_on", "posted_on")
    early = {
        name: "Ngày này không được trước ngày quyết định."
        for name in ("notified_on", "posted_on")
        if values.get(name) and values[name] < signed_on
    }
    if early:
        raise ValidationError(early)


def _change(
    stored: YearPaper | Declaration, values: Mapping[str, Any], *, by: User, reason: str
) -> None:
    changed = {name: value for name, value in values.items() if getattr(stored, name) != value}
    for name, value in changed.items():
        setattr(stored, name, value)
    if changed:
        stored.record(by=by, reason=reason)


def _void(stored: YearPaper | Declaration, *, by: models.Model, reason: str) -> None:
    if not clean(reason):
        raise ValidationError({"reason": "Hãy ghi lý do."})
    if not stored.is_void:
        stored.is_void = True
        stored.record(by=by, reason=f"Ghi nhầm: {clean(reason)}", fields=["is_void"])
