"""What is typed when many drafts are begun and moved on together."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from procedures.models import Procedure
from qms.foundation.forms import LineField, ManyField


class ReissueForm(forms.Form):
    """Which procedures are issued anew as they are, and why."""

    procedures = ManyField(
        label="Quy trình",
        queryset=Procedure.objects.none(),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice", "invalid_pk_value"),
            "Hãy chọn ít nhất một quy trình đang có hiệu lực.",
        ),
    )
    title = LineField(
        label="Tên đợt",
        max_length=255,
        initial="Ban hành lại quy trình, không đổi nội dung",
        error_messages={"required": "Hãy đặt tên cho đợt này."},
    )
    reason = forms.CharField(
        label="Lý do, căn cứ",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ví dụ: kiện toàn lãnh đạo theo Quyết định số …; đổi tên cơ quan.",
        error_messages={"required": "Hãy ghi lý do, căn cứ."},
    )
    summary = forms.CharField(
        label="Tóm tắt thay đổi ghi trong quy trình (nếu cần)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Để trống thì ghi “Ban hành lại, không đổi nội dung” kèm lý do ở trên.",
    )

    def __init__(self, *args: Any, procedures: QuerySet[Procedure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedures"].queryset = procedures  # type: ignore[attr-defined]

    def chosen_keys(self) -> set[str]:
        """Return what is ticked now, typed or offered, as the page has to show it."""
        value: Any = self["procedures"].value() or []
        return {str(getattr(each, "pk", each)) for each in value}


class SubmitForm(forms.Form):
    """One explanation for the warnings that have none yet."""

    explanation = forms.CharField(
        label="Giải trình chung cho các cảnh báo",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Dùng cho cảnh báo chưa được giải trình trong từng bản.",
    )


class ReviewAllForm(forms.Form):
    """A remark that need not be made; what was read of each draft travels with it."""

    comment = forms.CharField(
        label="Ý kiến (nếu có)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def hashes(self) -> dict[int, str]:
        """Return by version what of it was read; what is no such list names none."""
        pairs = (part.partition(":") for part in self.cleaned_data["seen"].split(","))
        return {int(key): digest for key, _, digest in pairs if key.isascii() and key.isdecimal()}


class SubjectForm(forms.Form):
    """What the decision over a bundle is about."""

    subject = LineField(
        label="Trích yếu của quyết định",
        max_length=500,
        error_messages={"required": "Hãy ghi trích yếu của quyết định."},
    )
