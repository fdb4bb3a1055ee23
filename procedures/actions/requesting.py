"""Asking for a change of a procedure."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.models import ChangeRequest, DecisionItem, DocumentSettings, Procedure, Review
from qms.foundation.dates import today
from qms.foundation.text import clean, clean_lines
from qms.organisation.models import User
from qms.records.numbers import take_number


@transaction.atomic
def request_change(
    procedure: Procedure,
    *,
    by: User,
    what: str,
    why: str,
    kind: str = ChangeRequest.Kind.REVISE,
    current_text: str = "",
    origin_text: str = "",
    step_key: str = "",
    step_text: str = "",
    requested_on: dt.date | None = None,
    review: Review | None = None,
) -> ChangeRequest:
    """Ask that `procedure` be changed, or abolished; the request gets its number (BM-01-03).

    `requested_on` is the day on paper (None: today); `current_text` what stands there now;
    `review` the verdict that asks for it, where one does.

    The same again, while it waits, is the same request. Raises ValidationError without `what` or
    `why`, and for a day in the future.
    """
    day = requested_on or today()
    said = {"what": clean_lines(what), "why": clean_lines(why)}
    wrong = {name: "Hãy ghi mục này." for name, text in said.items() if not text}
    if day > today():
        wrong["requested_on"] = "Ngày đề nghị không được ở tương lai."
    if wrong:
        raise ValidationError(wrong)
    if kind not in ChangeRequest.Kind.values:
        raise ValidationError({"kind": "Hãy chọn loại đề nghị."})
    Procedure.objects.select_for_update(of=("self",)).get(pk=procedure.pk)
    given = said | {
        "kind": kind,
        "current_text": clean_lines(current_text),
        "origin_text": clean(origin_text)[:200],
        "step_key": step_key,
        "step_text": clean(step_text)[:300],
        "requested_on": day,
        "review": review,
    }
    same = ChangeRequest.objects.waiting().filter(procedure=procedure, requested_by=by, **given)
    if (known := same.first()) is not None:
        return known
    change = ChangeRequest(agency=procedure.agency, procedure=procedure, requested_by=by, **given)
    change.number = take_number(
        procedure.agency,
        "change_request",
        year=day.year,
        pattern=DocumentSettings.of(procedure.agency).change_request_pattern,
    )
    change.record(by=by, reason="Góp ý, đề nghị sửa đổi")
    return change


def answer_abolition(item: DecisionItem, *, by: User) -> None:
    """Answer who asked to abolish what `item` abolishes; call it in the issuing transaction."""
    asked = ChangeRequest.objects.for_abolition().filter(procedure=item.procedure_id)
    for change in asked.select_for_update(of=("self",)).order_by("pk"):
        change.answer_by_abolition(item, by=by)
