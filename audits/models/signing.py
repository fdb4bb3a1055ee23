"""Signatures that bear the civil day of what was done."""

import datetime as dt

from django.db import models

from qms.foundation.dates import today
from qms.organisation.models import User
from qms.records.models import Signature
from qms.records.signatures import Signing, sign


def sign_on_day(
    record: models.Model,
    act: str,
    *,
    by: User,
    on: dt.date,
    sha256: str,
    method: str = Signature.Method.CLICK,
    recorded_by: User | None = None,
) -> Signature:
    """Append a signature of a civil day; one of an earlier day than today was given on paper.

    Where the same was signed before on this record, it is the next round of it.
    """
    if on != today():
        signing = Signing(Signature.Method.PAPER, on=on)
    elif method == Signature.Method.PAPER:
        signing = Signing(method, on=on)
    else:
        signing = Signing(method)
    return sign(
        record,
        act,
        by=by,
        sha256=sha256,
        signing=signing,
        round_no=Signature.objects.on(record).filter(act=act).count() + 1,
        recorded_by=recorded_by or by,
    )
