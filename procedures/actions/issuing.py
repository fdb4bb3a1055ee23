"""Numbering an approved decision: that issues it, and puts its versions in force."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from procedures.actions.drafting import lock_agency, taken_up_by
from procedures.actions.renditions import make_renditions
from procedures.actions.requesting import answer_abolition
from procedures.models import Decision, ProcedureVersion, end_period, open_period
from procedures.workflow import DecisionStatus
from qms.foundation.dates import LOCAL, format_date, today
from qms.foundation.text import clean
from qms.organisation.models import User
from qms.records.models import Signature, StoredFile
from qms.records.workflow import TransitionNotAllowed


@dataclass(frozen=True)
class Numbering:
    """What the văn thư enters: number, day, effect, and the signed original if there is one.

    `signed_check` is what was found of its electronic signatures. `effects` are days on which
    single items take effect, by key; None is that of the decision, an item not named keeps its own.
    """

    number: str
    signed_on: dt.date
    effective_on: dt.date
    signed_file: StoredFile | None = None
    signed_check: tuple[Mapping[str, Any], ...] = ()
    effects: Mapping[int, dt.date | None] = field(default_factory=dict)


@transaction.atomic
def issue_decision(decision: Decision, numbering: Numbering, *, by: User) -> None:
    """Issue: periods open and end, versions are issued; their PDFs are made right afterwards.

    The requests that a version takes up are answered by it, those to abolish by the abolition.

    Raises ValidationError at the field that is wrong: a number used twice, a day in the future, or
    (for an approval by password) one before the day of approval.
    """
    lock_agency(decision.agency)
    stored = decision.locked()
    if stored.status != DecisionStatus.APPROVED:
        raise TransitionNotAllowed(
            f"Quyết định đang ở trạng thái “{stored.get_status_display()}”, không vào số được."
        )
    check_numbering(stored, numbering)
    set_effects(stored, numbering.effects, by=by)
    decision.mark_issued(
        by=by,
        number=numbering.number,
        signed_on=numbering.signed_on,
        effective_on=numbering.effective_on,
        signed_file=numbering.signed_file,
        signed_check=numbering.signed_check,
    )
    for item in decision.standing_items():
        begins = item.effective_on or numbering.effective_on
        if item.version is None:
            end_period(item, on=begins, by=by)
            answer_abolition(item, by=by)
        else:
            item.version.issue(by=by)
            open_period(item, valid_from=begins, by=by)
            _take_title(item.version, by=by)
            for change in taken_up_by(item.version):
                change.answer(by=by)
        item.closed_at = timezone.now()
        item.record(by=by, reason="Ban hành")
    keys = [item.version_id for item in decision.standing_items() if item.version_id]
    transaction.on_commit(lambda: make_renditions(keys, by=by), robust=True)


def set_effects(decision: Decision, effects: Mapping[int, dt.date | None], *, by: User) -> None:
    """Let items of the decision, by key, take effect on days of their own; None is that of all."""
    for item in decision.standing_items():
        if item.pk in effects:
            item.take_effect_on(effects[item.pk], by=by)


def check_numbering(decision: Decision, numbering: Numbering) -> None:
    """Raise ValidationError at the field that cannot be what the paper says."""
    if not clean(numbering.number):
        raise ValidationError({"number": "Hãy ghi số, ký hiệu của quyết định."})
    if numbering.signed_on > today():
        raise ValidationError({"signed_on": "Ngày quyết định không được ở tương lai."})
    if numbering.effective_on < numbering.signed_on:
        raise ValidationError({"effective_on": "Ngày hiệu lực không được trước ngày quyết định."})
    for item in decision.standing_items():
        begins = numbering.effects.get(item.pk, item.effective_on)
        if begins is not None and begins < numbering.signed_on:
            said = f"{item.procedure.code}: ngày hiệu lực không được trước ngày quyết định."
            raise ValidationError({f"effect_{item.pk}": said})
    by_password = Signature.objects.on(decision).filter(method=Signature.Method.PASSWORD)
    if decision.approved_at and by_password.exists():
        approved_on = decision.approved_at.astimezone(LOCAL).date()
        if numbering.signed_on < approved_on:
            raise ValidationError(
                {
                    "signed_on": "Ngày quyết định không được trước ngày phê duyệt "
                    f"({format_date(approved_on)})."
                }
            )
    same = Decision.objects.filter(
        agency=decision.agency, number=clean(numbering.number), signed_on=numbering.signed_on
    )
    if same.exclude(pk=decision.pk).exists():
        raise ValidationError({"number": "Số này cùng ngày đã có ở một quyết định khác."})


def _take_title(version: ProcedureVersion, *, by: User) -> None:
    procedure = version.procedure
    if procedure.title != version.title:
        procedure.title = version.title
        procedure.record(by=by, reason=f"Tên theo {version.number_text}")
