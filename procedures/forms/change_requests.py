"""What is typed when somebody asks for a change of a procedure, and when they are answered."""

from typing import Any

from django import forms

from procedures.content import Content
from procedures.models import ChangeRequest, ProcedureVersion

# The parts of the reading page that are no step, by their anchor there.
_PARTS = {
    "ho-so": "Thành phần hồ sơ",
    "thoi-han": "Thời hạn, phí, kết quả",
    "bieu-mau": "Biểu mẫu",
    "ho-so-luu": "Hồ sơ lưu",
    "can-cu": "Căn cứ, phạm vi",
}


def places(document: Content) -> dict[str, str]:
    """Return what a request may be about, by its key: each step, each part of the page."""
    steps = {
        step.key: f"Bước {number}. {' '.join(step.work.split())}"[:300]
        for number, step in enumerate(document.steps, start=1)
    }
    return steps | _PARTS


class ChangeRequestForm(forms.Form):
    """What is asked, which place, what, why."""

    kind = forms.ChoiceField(
        label="Đề nghị",
        choices=[
            (ChangeRequest.Kind.REVISE, "Sửa đổi quy trình"),
            (ChangeRequest.Kind.ABOLISH, "Hủy bỏ quy trình, không áp dụng nữa"),
        ],
        initial=ChangeRequest.Kind.REVISE,
        required=False,
        widget=forms.RadioSelect,
    )
    place = forms.ChoiceField(
        label="Bước hoặc phần cần sửa",
        required=False,
        help_text="Để trống nếu góp ý cho cả quy trình.",
    )
    current_text = forms.CharField(
        label="Nội dung hiện tại (nếu có)",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Chép câu chữ đang ghi trong quy trình.",
    )
    what = forms.CharField(
        label="Nội dung đề nghị",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Nên sửa thành thế nào.",
    )
    why = forms.CharField(
        label="Lý do, căn cứ",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Vướng mắc gặp phải, hoặc văn bản quy định khác.",
    )

    def __init__(self, *args: Any, document: Content, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places(document)
        steps = [(key, text) for key, text in self.places.items() if key not in _PARTS]
        choices: list[Any] = [("", "Cả quy trình")]
        if steps:
            choices.append(("Các bước", steps))
        choices.append(("Các phần", list(_PARTS.items())))
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """Return what `request_change` is to be told; call it when the form is valid."""
        key = self.cleaned_data["place"]
        return {
            "kind": self.cleaned_data["kind"] or ChangeRequest.Kind.REVISE,
            "current_text": self.cleaned_data["current_text"],
            "what": self.cleaned_data["what"],
            "why": self.cleaned_data["why"],
            "step_key": key,
            "step_text": self.places.get(key, ""),
        }


class AcceptChangeForm(forms.Form):
    """A remark that need not be made."""

    reason = forms.CharField(
        label="Ý kiến (nếu có)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RefuseChangeForm(forms.Form):
    reason = forms.CharField(
        label="Lý do không chấp nhận",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Hãy ghi lý do không chấp nhận."},
        help_text="Người đề nghị đọc được lý do này.",
    )


class _VersionField(forms.ModelChoiceField):
    def label_from_instance(self, version: ProcedureVersion) -> str:
        return version.number_text.capitalize()


class AnsweredForm(forms.Form):
    """Which issued version answers the request."""

    version = _VersionField(
        label="Lần ban hành đã tiếp thu",
        queryset=ProcedureVersion.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": "Hãy chọn một lần ban hành trong danh sách."},
    )

    def __init__(self, *args: Any, change: ChangeRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = change.answering_versions().defer("content", "search_key")
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
