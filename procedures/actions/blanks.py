"""The office's own forms and their issues."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.actions.requesting import request_change
from procedures.models import ChangeRequest, Form, FormIssue, Procedure
from qms.foundation.dates import format_date
from qms.organisation.models import User
from qms.records.models import StoredFile


@transaction.atomic
def issue_form(form: Form, file: StoredFile, *, valid_from: dt.date, by: User) -> FormIssue:
    """Give a form its next issue, the one to fill in from `valid_from` on.

    Raises ValidationError where an issue begins on that very day or a later one stands, and for a
    day on which the form is no longer used.
    """
    form = Form.objects.select_for_update(of=("self",)).get(pk=form.pk)
    if form.ended_on is not None and form.ended_on <= valid_from:
        raise ValidationError(
            {"valid_from": f"Biểu mẫu ngừng dùng từ {format_date(form.ended_on)}."}
        )
    later = form.issues.filter(valid_from__gte=valid_from).exists()
    if later:
        raise ValidationError(
            {"valid_from": "Đã có lần ban hành mẫu dùng từ ngày này hoặc sau đó."}
        )
    last = form.issues.order_by("-issue_no").first()
    issue = FormIssue(
        form=form, issue_no=(last.issue_no if last else 0) + 1, file=file, valid_from=valid_from
    )
    issue.record(by=by, reason="Ban hành biểu mẫu")
    return issue


@transaction.atomic
def end_form(
    form: Form,
    *,
    on: dt.date,
    successor: Form | None,
    reason: str,
    by: User,
    ask: Iterable[Procedure] = (),
) -> list[ChangeRequest]:
    """Take a form out of use from `on` on, and ask that each procedure of `ask` be revised.

    Returns the requests, one a procedure; all is written or nothing. Raises ValidationError as
    `Form.end()` and `request_change()` do.
    """
    # In the order of their keys, so that two who replace each other's form do not wait for ever.
    wanted = [form.pk, successor.pk] if successor else [form.pk]
    locked = Form.objects.filter(pk__in=wanted).select_for_update(of=("self",)).order_by("pk")
    fresh = {each.pk: each for each in locked}
    heir = fresh[successor.pk] if successor else None
    fresh[form.pk].end(on=on, successor=heir, by=by, reason=reason)
    what = (
        f"Thay biểu mẫu {form} bằng {heir} từ {format_date(on)}."
        if heir
        else f"Bỏ biểu mẫu {form}, ngừng dùng từ {format_date(on)}."
    )
    return [
        request_change(
            procedure, by=by, what=what, why=reason, origin_text=f"Thay thế biểu mẫu {form.code}"
        )
        for procedure in ask
    ]


@transaction.atomic
def resume_form(form: Form, *, reason: str, by: User) -> None:
    """Take an ended form into use again. Raises ValidationError as `Form.resume()` does."""
    locked = Form.objects.select_for_update(of=("self",)).get(pk=form.pk)
    locked.resume(by=by, reason=reason)
