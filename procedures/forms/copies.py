"""What is typed when copies on paper are handed out, and when they are called back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from procedures.actions import Holder, Recall
from procedures.models import RecallRecord
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField
from qms.organisation.models import Unit
from qms.records import files

MOST_HOLDERS = 30  # handed out at once; more would be a long file to print
ROWS = 3


class HandedForm(forms.Form):
    handed_on = DateField(label="Ngày giao", initial=today)


class HolderForm(forms.Form):
    """One copy: who holds it. A row that is left empty is no copy."""

    unit = forms.TypedChoiceField(label="Đơn vị giữ", required=False, empty_value=None)
    name = LineField(label="Người giữ", required=False, max_length=255)

    def __init__(self, *args: Any, units: Mapping[str, Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit"]  # of all rows, with one query
        field.coerce = units.__getitem__
        field.choices = [("", "—"), *((key, str(unit)) for key, unit in units.items())]


class _Holders(forms.BaseFormSet[HolderForm]):
    def clean(self) -> None:
        if not any(self.errors) and not self.holders():
            raise forms.ValidationError("Hãy ghi đơn vị hoặc người giữ của ít nhất một bản.")

    def holders(self) -> list[Holder]:
        """Return who is given a copy, in the order of the rows."""
        rows = [form.cleaned_data for form in self.forms if form.has_changed()]
        return [
            Holder(row.get("unit"), row.get("name", ""))
            for row in rows
            if row.get("unit") or row.get("name")
        ]


HolderFormSet = forms.formset_factory(
    HolderForm,
    formset=_Holders,
    extra=ROWS,
    max_num=MOST_HOLDERS,
    absolute_max=MOST_HOLDERS,
    validate_max=True,
)


class RecallForm(forms.Form):
    """What became of the chosen copies."""

    kind = forms.ChoiceField(
        label="Việc đã làm",
        choices=RecallRecord.Kind.choices,
        widget=forms.RadioSelect,
        initial=RecallRecord.Kind.RETURNED,
    )
    done_on = DateField(label="Ngày thực hiện", initial=today)
    reason = forms.CharField(
        label="Lý do", max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    way = LineField(
        label="Cách thực hiện",
        required=False,
        max_length=255,
        help_text="Bắt buộc khi hủy, ví dụ: cắt nhỏ bằng máy.",
    )
    performed_by = LineField(label="Người thực hiện", max_length=150)
    witnessed_by = LineField(
        label="Người chứng kiến", required=False, max_length=150, help_text="Bắt buộc khi hủy."
    )

    def recall(self) -> Recall:
        """Return what `recall_copies` is to be told; call it when the form is valid."""
        return Recall(**self.cleaned_data)


class SignedPaperForm(forms.Form):
    file = forms.FileField(
        label="Bản đã ký (PDF, JPG hoặc PNG)",
        error_messages={"required": "Hãy chọn tệp bản chụp đã ký."},
    )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        self.file_data, self.file_kind = files.taken(upload, allowed=files.SCANS)
        return upload
