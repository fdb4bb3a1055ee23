"""How a draft begins."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from procedures.models import Procedure, ProcedureVersion
from qms.foundation.text import clean
from qms.organisation.models import Unit


class NewProcedureForm(forms.Form):
    """What identifies a new procedure."""

    code = forms.CharField(
        label="Mã hiệu", max_length=60, help_text="Đề nghị theo mẫu của cơ quan; có thể sửa."
    )
    title = forms.CharField(label="Tên quy trình", max_length=1100)
    kind = forms.ChoiceField(label="Loại tài liệu", choices=Procedure.Kind.choices)
    owner = forms.ModelChoiceField(
        label="Đơn vị quản lý", queryset=Unit.objects.none(), empty_label=None
    )
    issuer_name = forms.CharField(
        label="Cơ quan ban hành",
        required=False,
        max_length=255,
        help_text="Để trống nếu cơ quan tự ban hành.",
    )

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        units = Unit.objects.within(agency).filter(valid_to=None).order_by("path")
        self.fields["owner"].queryset = units  # type: ignore[attr-defined]
        self.fields["owner"].initial = agency

    def clean_code(self) -> str:
        code = clean(self.cleaned_data["code"])
        taken = Procedure.objects.coded(self.agency, code)
        if taken is not None:
            raise ValidationError(f"Mã hiệu này đã dùng cho “{taken.title}”.")
        return code


class NextVersionForm(forms.Form):
    """Whether the next version is a revision or a new issue; asked once."""

    change_type = forms.ChoiceField(
        label="Hình thức",
        choices=[
            (ProcedureVersion.Change.REVISION, "Sửa đổi: tăng lần sửa đổi thêm 1"),
            (
                ProcedureVersion.Change.REISSUE,
                "Ban hành lại: tăng lần ban hành thêm 1, lần sửa đổi trở về 00",
            ),
        ],
        widget=forms.RadioSelect,
        initial=ProcedureVersion.Change.REVISION,
    )
