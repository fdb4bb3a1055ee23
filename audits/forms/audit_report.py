"""What is typed on the report of an audit: its texts, and the signatures on it."""

from typing import Any

from django import forms

from qms.foundation.dates import today
from qms.foundation.forms import DateField
from qms.organisation.forms import PasswordForm


class ReportForm(forms.Form):
    """What the lead writes beside the findings."""

    strengths = forms.CharField(
        label="Điểm mạnh", widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    conclusion = forms.CharField(
        label="Kết luận",
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        help_text="Hệ thống có phù hợp với yêu cầu và được thực hiện, duy trì có hiệu lực không.",
    )
    recommendations = forms.CharField(
        label="Kiến nghị", widget=forms.Textarea(attrs={"rows": 4}), required=False
    )


class OnDayForm(PasswordForm):
    """The password, and the day: another one than today is told of a paper."""

    on = DateField(
        label="Ngày ký",
        required=False,
        help_text="Chỉ sửa khi ghi lại việc đã ký trên bản giấy từ trước.",
    )
    field_order = ("on", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today()


class SignReportForm(OnDayForm):
    """The signature on the report; the hash of what was read travels with it."""

    seen = forms.CharField(widget=forms.HiddenInput)


class ReturnReportForm(forms.Form):
    """Why the leader returns the report."""

    comment = forms.CharField(
        label="Lý do trả lại",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Hãy ghi lý do trả lại."},
    )
