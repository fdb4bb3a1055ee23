"""Who reads one procedure: restricting it, letting somebody read it for some days."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.models import Procedure, ProcedureGrant
from qms.foundation.text import clean
from qms.organisation.models import User, grant_object


@transaction.atomic
def grant_reading(
    procedure: Procedure,
    user: User,
    *,
    by: User,
    valid_from: dt.date | None,
    valid_to: dt.date | None,
) -> ProcedureGrant:
    """Let `user` read the issued versions of `procedure` on the days `[valid_from, valid_to)`.

    Returns the grant of exactly that, if there is one. Raises what `grant_object` raises.
    """
    Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
    return grant_object(
        ProcedureGrant,
        procedure,
        user,
        ProcedureGrant.READ,
        by=by,
        valid_from=valid_from,
        valid_to=valid_to,
    )


@transaction.atomic
def restrict_reading(procedure: Procedure, *, restricted: bool, by: User, reason: str) -> None:
    """Leave the procedure to its secretary, its leaders and those it is granted to, or to all.

    Raises ValidationError without a reason, and where it is so already.
    """
    stored = Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
    said = clean(reason)
    if not said:
        raise ValidationError({"reason": "Hãy ghi lý do."})
    if stored.is_restricted == restricted:
        state = "đã hạn chế người đọc" if restricted else "không hạn chế người đọc"
        raise ValidationError(f"Trong lúc đó tài liệu {state}. Chưa ghi gì thêm.")
    stored.is_restricted = procedure.is_restricted = restricted
    what = "Hạn chế người đọc" if restricted else "Bỏ hạn chế người đọc"
    stored.record(by=by, reason=f"{what}: {said}", fields=["is_restricted"])
