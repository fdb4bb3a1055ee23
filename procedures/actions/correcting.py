"""Mending a wrong number or date of an issued decision: đính chính, appended and signed."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from procedures.actions.drafting import lock_agency
from procedures.actions.issuing import Numbering, check_numbering
from procedures.models import Decision, DecisionCorrection, DecisionItem, InForcePeriod, Procedure
from procedures.models.capacities import check_capacity, matter_of_decision
from procedures.workflow import DecisionStatus
from qms.foundation.dates import format_date, today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import User
from qms.records.models import Signature, StoredFile
from qms.records.signatures import Signing, sign
from qms.records.workflow import TransitionNotAllowed


@dataclass(frozen=True)
class Correction:
    """What is right, why it was wrong, and the paper that says so, if there is one."""

    number: str
    signed_on: dt.date
    effective_on: dt.date
    reason: str
    reference: str = ""
    file: StoredFile | None = None


@transaction.atomic
def correct_decision(
    decision: Decision, correction: Correction, *, by: User, signing: Signing
) -> DecisionCorrection:
    """Append the correction, sign it, and let the decision say what is right from now on.

    Where the day of effect changes, the periods that began or ended on it by default do so on the
    new day; those that began are voided and opened anew, for a period never changes its first day.
    All is done or nothing. Raises TransitionNotAllowed for a decision that is not in effect or to
    be, ValidationError at the field that cannot be right, and at `effective_on` where a later
    version began already or the new day collides with another one.
    """
    lock_agency(decision.agency)
    stored = decision.locked()
    if stored.status != DecisionStatus.ISSUED:
        raise TransitionNotAllowed(
            f"Quyết định đang ở trạng thái “{stored.get_status_display()}”, không đính chính được."
        )
    matter = matter_of_decision(stored)
    check_capacity(signing, by=by, agency=stored.agency, matter=matter)
    if stored.signed_on is None or stored.effective_on is None:  # the database refuses that
        raise ValueError("An issued decision has its days.")
    right = Numbering(clean(correction.number), correction.signed_on, correction.effective_on)
    _check(stored, right, correction)
    row = DecisionCorrection(
        decision=stored,
        old_number=stored.number,
        new_number=right.number,
        old_signed_on=stored.signed_on,
        new_signed_on=right.signed_on,
        old_effective_on=stored.effective_on,
        new_effective_on=right.effective_on,
        reason=clean_lines(correction.reason),
        reference=clean(correction.reference),
        file=correction.file,
        corrected_by=by,
    )
    row.record(by=by, reason="Đính chính")
    sign(row, Signature.Act.CONFIRMED, by=by, sha256=correction_sha256(row), signing=signing)
    was = stored.effective_on
    decision.refresh_from_db()
    decision.mark_corrected(
        by=by,
        number=right.number,
        signed_on=right.signed_on,
        effective_on=right.effective_on,
    )
    if was != right.effective_on:
        for item in decision.standing_items().filter(effective_on=None):
            _move_effect(item, to=right.effective_on, by=by)
    return row


def _check(decision: Decision, right: Numbering, correction: Correction) -> None:
    if not clean(correction.reason):
        raise ValidationError({"reason": "Hãy ghi lý do đính chính."})
    check_numbering(decision, right)
    said = (decision.number, decision.signed_on, decision.effective_on)
    if said == (right.number, right.signed_on, right.effective_on):
        raise ValidationError("Số và các ngày vẫn như cũ, không có gì để đính chính.")
    is_moved = decision.effective_on != right.effective_on
    if is_moved and decision.origin == Decision.Origin.PAPER:
        raise ValidationError(
            {
                "effective_on": "Tài liệu nhập từ bản giấy có ngày hiệu lực riêng từng bản, không "
                "đính chính theo quyết định."
            }
        )


def correction_sha256(row: DecisionCorrection) -> str:
    """Return the hash of what a correction says, which is signed."""
    said = [
        str(row.decision_id),
        *(row.old_number, row.new_number),
        *(str(row.old_signed_on), str(row.new_signed_on)),
        *(str(row.old_effective_on), str(row.new_effective_on)),
        row.reference,
        row.file.sha256 if row.file else "",
        row.reason,
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _move_effect(item: DecisionItem, *, to: dt.date, by: User) -> None:
    """Let the item take effect on another day, its neighbours meeting it there."""
    Procedure.objects.select_for_update(of=("self",)).get(pk=item.procedure_id)
    standing = InForcePeriod.objects.standing().filter(procedure_id=item.procedure_id)
    begun = standing.filter(begun_by=item).first()
    before = standing.filter(ended_by=item).first()
    was = begun.valid_from if begun else before.valid_to if before else to
    if was is None:
        return
    others = standing.exclude(pk__in=[period.pk for period in (begun, before) if period])
    _refuse_collision(item, others, before, begun, was=was, to=to)
    if begun is not None:
        begun.voided_at = timezone.now()
        begun.record(by=by, reason="Đính chính ngày có hiệu lực")
    if before is not None:
        before.valid_to = to
        before.record(by=by, reason="Đính chính ngày có hiệu lực của quyết định thay thế")
    if begun is not None:
        again = InForcePeriod(
            version=begun.version,
            procedure_id=item.procedure_id,
            valid_from=to,
            valid_to=begun.valid_to,
            begun_by=item,
            ended_by=begun.ended_by,
        )
        again.record(by=by, reason="Có hiệu lực theo đính chính")


def _refuse_collision(
    item: DecisionItem,
    others: QuerySet[InForcePeriod],
    before: InForcePeriod | None,
    begun: InForcePeriod | None,
    *,
    was: dt.date,
    to: dt.date,
) -> None:
    code = item.procedure.code
    later = others.filter(valid_from__gte=was).order_by("valid_from").first()
    if later and later.valid_from <= today():
        raise ValidationError(
            {
                "effective_on": f"{code}: bản sau đã có hiệu lực từ "
                f"{format_date(later.valid_from)}, không đổi ngày hiệu lực của bản trước được."
            }
        )
    ends = begun.valid_to if begun else None
    limit = min((day for day in (ends, later and later.valid_from) if day), default=None)
    too_late = limit is not None and to >= limit
    too_early = before is not None and to <= before.valid_from
    first, last = min(was, to), max(was, to)
    inside = others.filter(valid_from__lt=last).exclude(valid_to__lte=first)
    if too_late or too_early or inside.exists():
        raise ValidationError(
            {
                "effective_on": f"{code}: ngày {format_date(to)} trùng vào thời gian hiệu lực của "
                "một bản khác."
            }
        )
