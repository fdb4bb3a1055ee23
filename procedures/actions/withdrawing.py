"""Taking an issued decision back before it takes effect."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from procedures.actions.drafting import lock_agency
from procedures.models import Decision, DecisionItem, InForcePeriod, Procedure
from procedures.models.capacities import check_capacity, matter_of_decision
from procedures.workflow import DecisionStatus
from qms.foundation.dates import format_date, today
from qms.foundation.text import clean
from qms.organisation.models import User
from qms.records.models import Signature
from qms.records.signatures import Signing, sign
from qms.records.workflow import TransitionNotAllowed


@transaction.atomic
def withdraw_decision(decision: Decision, *, by: User, reason: str, signing: Signing) -> None:
    """Take the decision back as if it had not been issued, while none of it is in effect.

    Its versions stay issued, for they were signed; their periods are voided and kept. What they
    would have ended goes on, what the decision would have abolished stays, and each procedure
    bears the title of what is in force again. Requests that its versions answered stay answered:
    their answer was given, and it is history; who still wants the change asks anew.
    Raises TransitionNotAllowed from the first day of effect on, ValidationError without a reason.
    """
    if not clean(reason):
        raise ValidationError({"reason": "Hãy ghi lý do thu hồi."})
    lock_agency(decision.agency)
    stored = decision.locked()
    if stored.status != DecisionStatus.ISSUED:
        raise TransitionNotAllowed(
            f"Quyết định đang ở trạng thái “{stored.get_status_display()}”, không thu hồi được."
        )
    first = min(stored.effects(), default=today())
    if first <= today():
        raise TransitionNotAllowed(
            f"Quyết định đã có hiệu lực từ {format_date(first)}, không thu hồi được nữa; hãy ban "
            "hành quyết định khác thay thế hoặc bãi bỏ."
        )
    matter = matter_of_decision(stored)
    check_capacity(signing, by=by, agency=stored.agency, matter=matter)
    sha256 = withdrawal_sha256(stored, reason)
    for item in stored.standing_items():
        _undo(item, by=by)
    decision.mark_withdrawn(by=by, reason=reason)
    sign(
        decision,
        Signature.Act.CONFIRMED,
        by=by,
        sha256=sha256,
        signing=signing,
        round_no=decision.round,
    )


def withdrawal_sha256(decision: Decision, reason: str) -> str:
    """Return the hash of what whoever withdraws signs: what had been approved, and why not."""
    content = f"withdraw\n{decision.sha256()}\n{clean(reason)}"
    return hashlib.sha256(content.encode()).hexdigest()


def _undo(item: DecisionItem, *, by: User) -> None:
    """Void the period that the item began, and let the one that it ended go on."""
    Procedure.objects.select_for_update(of=("self",)).get(pk=item.procedure_id)
    standing = InForcePeriod.objects.standing().filter(procedure_id=item.procedure_id)
    begun = standing.filter(begun_by=item).first()
    before = standing.filter(ended_by=item).select_related("version").first()
    if begun is not None:
        begun.voided_at = timezone.now()
        begun.record(by=by, reason="Quyết định bị thu hồi")
    if before is None:
        return
    # What is scheduled after this decision ends the earlier period in its stead.
    first = before.valid_to or today()
    later = standing.filter(valid_from__gte=first).order_by("valid_from").first()
    before.valid_to = later.valid_from if later else None
    before.ended_by = later.begun_by if later else None
    if begun is not None and begun.ended_by is not None and begun.ended_by != item:
        before.valid_to, before.ended_by = begun.valid_to, begun.ended_by
    before.record(by=by, reason="Quyết định thay thế bị thu hồi")
    procedure = item.procedure
    if procedure.title != before.version.title:
        procedure.title = before.version.title
        procedure.record(by=by, reason="Tên theo bản vẫn có hiệu lực")
