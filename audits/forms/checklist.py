"""What is typed on the plain pages of a checklist."""

from typing import Any

from django import forms

from audits.actions.checklist import QuestionGiven
from audits.forms.field import AnswerForm, LinesField
from audits.models import Audit, AuditMember, AuditSubject, Finding, Result
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField


class CellAnswerForm(AnswerForm):
    """An answer as a page gives it: four big choices, a note; the rest is carried along hidden."""

    item = None  # type: ignore[assignment]  # the address names it
    answered_at = None  # type: ignore[assignment]  # the server's clock
    result = forms.ChoiceField(
        label="Kết quả",
        choices=Result,
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn một trong bốn kết quả."},
    )
    note = LinesField(label="Ghi chép", required=False, max_length=5000)
    is_verbal = forms.BooleanField(label="Nhắc tại chỗ", required=False)
    seen_on = DateField(label="Ngày xem")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("client_id", "dossier", "base", "settles"):
            self.fields[name].widget = forms.HiddenInput()
        self.order_fields(["result", "note", "is_verbal", "seen_on"])


class ItemFindingForm(forms.Form):
    """A finding, with the requirement filled in from the question."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    dossier = forms.IntegerField(required=False, widget=forms.HiddenInput)
    grade = forms.ChoiceField(
        label="Mức",
        choices=[
            (Finding.Grade.NONCONFORM, "Không phù hợp (trưởng đoàn xếp nặng, nhẹ)"),
            (Finding.Grade.OBSERVATION, "Lưu ý"),
        ],
        widget=forms.RadioSelect,
    )
    requirement = LinesField(label="Yêu cầu", required=False, max_length=5000)
    evidence_text = LinesField(label="Bằng chứng", required=False, max_length=5000)
    gap = LinesField(
        label="Điểm chưa phù hợp",
        required=False,
        max_length=5000,
        help_text="Khác với yêu cầu ở chỗ nào. Bắt buộc khi không phù hợp.",
    )
    found_on = DateField(label="Ngày phát hiện")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["found_on"].initial = today


class ItemConfirmForm(forms.Form):
    """Who of the unit confirms, with a signature or a photo."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    name = LineField(label="Họ và tên người xác nhận", max_length=150)
    position = LineField(label="Chức danh", max_length=150, required=False)
    file = forms.FileField(
        label="Ảnh chữ ký hoặc ảnh chụp phiếu đã ký",
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        error_messages={"empty": "Tệp rỗng. Hãy chọn lại ảnh."},
    )
    confirmed_on = DateField(label="Ngày xác nhận")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed_on"].initial = today


class WordingForm(forms.Form):
    """The wording of a question and what the record should show."""

    question = LinesField(label="Câu hỏi", max_length=2000)
    expects = LinesField(label="Hồ sơ, bằng chứng cần xem", required=False, max_length=2000)


class QuestionForm(WordingForm):
    """A question of one's own, of a part of the scope or of the whole audit."""

    subject = forms.ModelChoiceField(
        AuditSubject.objects.none(),
        label="Thuộc nội dung",
        required=False,
        empty_label="Cả cuộc đánh giá",
    )

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["subject"]
        field.queryset = audit.subjects.filter(removed_at=None).select_related("procedure", "unit")

    def given(self) -> QuestionGiven:
        data = self.cleaned_data
        return QuestionGiven(data["question"], data["expects"], data["subject"])


class AssignForm(forms.Form):
    """Who of the team asks a group of questions."""

    items = forms.CharField(widget=forms.HiddenInput)
    member = forms.TypedChoiceField(label="Người đánh giá", required=False, coerce=int)

    def __init__(self, *args: Any, members: list[AuditMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.choices = [("", "Chưa phân công"), *((m.pk, str(m.person)) for m in members)]
        field.empty_value = None

    def keys(self) -> list[int]:
        parts = str(self.cleaned_data["items"]).split(",")
        return [int(part) for part in parts if part.isdecimal() and len(part) < 16]
