"""What is typed to import a list of TTHC."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from procedures.imports.carry_out import ImportFile
from procedures.imports.plan import Terms
from procedures.imports.reading import check_kind, check_size
from qms.foundation.forms import DateField
from qms.foundation.text import clean
from qms.organisation.models import Unit


class ImportForm(forms.Form):
    """A list, the unit that answers for what is new in it, and the decision it comes from."""

    file = forms.FileField(
        label="Tệp danh mục (.xlsx hoặc .csv)",
        help_text="Hệ thống tự tìm dòng tiêu đề theo tên cột; chưa ghi gì ở bước này.",
        error_messages={
            "required": "Hãy chọn tệp danh mục.",
            "empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung.",
        },
    )
    unit = forms.ModelChoiceField(
        label="Đơn vị giải quyết các TTHC mới", queryset=Unit.objects.none(), empty_label=None
    )
    decision = forms.CharField(
        label="Theo quyết định công bố TTHC",
        required=False,
        max_length=255,
        help_text="Ghi quyết định nếu tệp là danh mục của một quyết định công bố TTHC: dòng mới, "
        "dòng đổi sẽ là thay đổi của quyết định đó. Để trống nếu chỉ bổ sung, đính chính.",
    )
    effective_on = DateField(label="Có hiệu lực từ", required=False)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = units.first()

    def clean_decision(self) -> str:
        return clean(self.cleaned_data["decision"])

    def clean_file(self) -> UploadedFile:
        """Refuse by size and bytes before anything is parsed."""
        upload: UploadedFile = self.cleaned_data["file"]
        check_size(upload.size or 0)
        self.source = ImportFile(upload.read(), upload.name or "")
        check_kind(self.source.data, self.source.name)
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") and not cleaned.get("effective_on"):
            if "effective_on" not in self.errors:
                self.add_error("effective_on", "Nhập theo quyết định thì phải ghi ngày hiệu lực.")
        elif cleaned.get("effective_on") and not cleaned.get("decision"):
            self.add_error("decision", "Đã ghi ngày hiệu lực thì phải ghi quyết định công bố.")
        return cleaned

    def terms(self) -> Terms:
        return Terms(self.cleaned_data["decision"], self.cleaned_data["effective_on"])
