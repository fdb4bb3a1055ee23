"""Asking for a change of a procedure."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.models import ChangeRequest, Procedure, Review
from qms.foundation.dates import today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import User


@transaction.atomic
def request_change(
    procedure: Procedure,
    *,
    by: User,
    what: str,
    why: str,
    origin_text: str = "",
    step_key: str = "",
    step_text: str = "",
    requested_on: dt.date | None = None,
    kind: str = ChangeRequest.Kind.REVISE,
    review: Review | None = None,
) -> ChangeRequest:
    """Ask that `procedure` be changed; `requested_on` is the day on paper (None: today).

    `review` is the verdict that asks for it, where one does. The same again, while it waits, is
    the same request. Raises ValidationError without `what` or `why`, and for a day in the future.
    """
    day = requested_on or today()
    said = {"what": clean_lines(what), "why": clean_lines(why)}
    wrong = {name: "Hãy ghi mục này." for name, text in said.items() if not text}
    if day > today():
        wrong["requested_on"] = "Ngày đề nghị không được ở tương lai."
    if wrong:
        raise ValidationError(wrong)
    Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
    given = said | {
        "origin_text": clean(origin_text)[:200],
        "step_key": step_key,
        "step_text": clean(step_text)[:300],
        "requested_on": day,
        "kind": kind,
        "review": review,
    }
    same = ChangeRequest.objects.waiting().filter(procedure=procedure, requested_by=by, **given)
    if (known := same.first()) is not None:
        return known
    change = ChangeRequest(agency=procedure.agency, procedure=procedure, requested_by=by, **given)
    change.record(by=by, reason="Góp ý, đề nghị sửa đổi")
    return change
