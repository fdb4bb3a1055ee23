"""What is typed about who reads a procedure."""

import datetime as dt
from typing import Any

from django import forms

from procedures.models import Procedure
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField
from qms.organisation.forms import SomebodyForm
from qms.organisation.models import people_of

_DAY = dt.timedelta(days=1)


class ReaderForm(SomebodyForm):
    """Somebody reads the procedure for some days: of the office, or by the name they sign in."""

    valid_from = DateField(label="Từ ngày")
    until_on = DateField(label="Đến hết ngày")

    def __init__(self, *args: Any, procedure: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outsider"].help_text = "Ghi tên đăng nhập, ví dụ của thành viên đoàn kiểm tra."
        people = people_of(procedure.agency, on=today())
        self.fields["person"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("valid_from"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", "Ngày cuối không được trước ngày đầu.")
        if last and last < today():
            self.add_error("until_on", "Ngày này đã qua.")
        return cleaned

    def days(self) -> dict[str, dt.date]:
        """Return the days as `[valid_from, valid_to)`."""
        told = self.cleaned_data
        return {"valid_from": told["valid_from"], "valid_to": told["until_on"] + _DAY}


class RestrictForm(forms.Form):
    """Why the procedure is left to some, or opened again."""

    reason = LineField(label="Lý do", max_length=255, error_messages={"required": "Hãy ghi lý do."})
