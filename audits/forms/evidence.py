"""What is typed to withdraw a piece of evidence, and to add one without a phone's page."""

from typing import Any

from django import forms

from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField


class EvidenceForm(forms.Form):
    """A photo or a file with the day it shows."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    file = forms.FileField(
        label="Ảnh hoặc tệp",
        help_text="Ảnh chụp (jpg, png, webp) hoặc tệp pdf, docx, xlsx.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,.pdf,.docx,.xlsx"}),
        error_messages={"empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung."},
    )
    evidence_on = DateField(label="Ngày của bằng chứng")
    caption = LineField(label="Chú thích", max_length=255, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence_on"].initial = today


class WithdrawForm(forms.Form):
    reason = LineField(label="Lý do rút", max_length=255)
