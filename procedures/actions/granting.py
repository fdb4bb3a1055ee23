"""Letting somebody read one procedure for some days."""

import datetime as dt

from django.db import transaction

from procedures.models import Procedure, ProcedureGrant
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
