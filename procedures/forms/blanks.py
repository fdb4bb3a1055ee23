"""What is typed for a form and its issues."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from procedures.models import Form
from qms.foundation.dates import today
from qms.foundation.forms import DateField
from qms.foundation.text import clean, fold
from qms.organisation.models import Unit
from qms.records import files


class _WithFile(forms.Form):
    """Reads the field `file` once: its bytes, and the kind that they are."""

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is not None:
            self.file_data, self.file_kind = files.taken(upload, allowed=files.FORMS)
        return upload


class BlankForm(_WithFile):
    """A form of the office's own, or one that the law sets; a known one gets a new issue."""

    kind = forms.ChoiceField(
        label="Loại",
        choices=[(value, label[0].upper() + label[1:]) for value, label in Form.Kind.choices],
    )
    code = forms.CharField(
        label="Mã hiệu",
        max_length=60,
        required=False,
        help_text="Bắt buộc với biểu mẫu nội bộ, ví dụ BM-05.01/GDĐT.",
    )
    name = forms.CharField(label="Tên biểu mẫu", max_length=500)
    source = forms.CharField(
        label="Văn bản quy định mẫu",
        max_length=120,
        required=False,
        help_text="Bắt buộc với mẫu do văn bản quy định, ví dụ 01/2018/TT-VPCP.",
    )
    file = forms.FileField(
        label="Tệp mẫu",
        required=False,
        help_text="docx, xlsx hoặc pdf. Chưa có tệp thì để trống, bổ sung sau.",
        error_messages={"empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung."},
    )
    valid_from = DateField(
        label="Dùng từ ngày",
        required=False,
        help_text="Từ ngày này các quy trình đưa ra tệp mới.",
    )

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        self.fields["valid_from"].initial = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Form.Kind.INTERNAL and not clean(cleaned.get("code") or ""):
            self.add_error("code", "Biểu mẫu nội bộ phải có mã hiệu.")
        if cleaned.get("kind") == Form.Kind.LEGAL and not clean(cleaned.get("source") or ""):
            self.add_error("source", "Hãy ghi văn bản quy định mẫu này.")
        if (
            cleaned.get("file")
            and not cleaned.get("valid_from")
            and "valid_from" not in self.errors
        ):
            self.add_error("valid_from", "Hãy ghi ngày bắt đầu dùng tệp này.")
        return cleaned

    def known(self) -> Form | None:
        """Return the form that this names already."""
        data = self.cleaned_data
        key = Form.key_of(data["kind"], data["code"], data["name"], data["source"])
        return Form.objects.filter(agency=self.agency, ref_key=key).first()

    def refuse_repeat(self, form: Form | None) -> None:
        """Raise ValidationError for a form that stands already under another name, or without a
        new file."""
        if form is None:
            return
        if fold(form.name) != fold(self.cleaned_data["name"]):
            raise ValidationError(
                {
                    "name": f"Mã này đã là “{form.name}”. Ghi đúng tên ấy để ban "
                    "hành lần mới, hoặc dùng mã khác."
                }
            )
        if self.cleaned_data.get("file") is None:
            raise ValidationError(
                {"file": "Biểu mẫu này đã có; hãy chọn tệp của lần ban hành mới."}
            )


class BlankIssueForm(_WithFile):
    """The next issue of a form."""

    file = forms.FileField(
        label="Tệp mẫu",
        help_text="docx, xlsx hoặc pdf. Người dùng tải đúng tệp này.",
        error_messages={
            "required": "Hãy chọn tệp của lần ban hành mới.",
            "empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung.",
        },
    )
    valid_from = DateField(
        label="Dùng từ ngày",
        help_text="Từ ngày này các quy trình đưa ra tệp mới; các lần trước vẫn được giữ.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = today


class BlankReplaceForm(forms.Form):
    """From when a form is no longer used, and which one is used in its place."""

    successor = forms.ModelChoiceField(
        label="Thay bằng",
        queryset=Form.objects.none(),
        required=False,
        empty_label="– ngừng dùng, không có mẫu thay –",
        help_text="Trang đọc quy trình đưa ra mẫu này thay cho mẫu cũ.",
        error_messages={"invalid_choice": "Hãy chọn một biểu mẫu đang dùng."},
    )
    ended_on = DateField(label="Ngừng dùng từ ngày")
    reason = forms.CharField(
        label="Lý do",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Hãy ghi lý do."},
    )
    is_asking = forms.BooleanField(
        label="Tạo đề nghị sửa đổi cho từng quy trình đang dùng mẫu này",
        required=False,
        help_text="Mỗi quy trình một phiếu yêu cầu, nội dung là thay biểu mẫu.",
    )

    def __init__(self, *args: Any, blank: Form, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_use = Q(ended_on=None) | Q(ended_on__gt=today())
        others = Form.objects.filter(in_use, agency=blank.agency).exclude(pk=blank.pk)
        self.fields["successor"].queryset = others.order_by("code", "name")  # type: ignore[attr-defined]
        self.fields["ended_on"].initial = today

    def add_refusal(self, refusal: ValidationError) -> None:
        """Tell what was refused, at the field that it is about where this form has it."""
        if hasattr(refusal, "error_dict") and not set(refusal.error_dict) <= set(self.fields):
            refusal = ValidationError(refusal.messages)
        self.add_error(None, refusal)


class BlankResumeForm(forms.Form):
    """Why a form that had ended is used again."""

    reason = forms.CharField(
        label="Lý do dùng lại", max_length=255, error_messages={"required": "Hãy ghi lý do."}
    )
