"""The office's own forms and their issues."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from procedures.models import Form, FormIssue
from qms.organisation.models import User
from qms.records.models import StoredFile


@transaction.atomic
def issue_form(form: Form, file: StoredFile, *, valid_from: dt.date, by: User) -> FormIssue:
    """Give a form its next issue, the one to fill in from `valid_from` on.

    Raises ValidationError where an issue begins on that very day or a later one stands.
    """
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
