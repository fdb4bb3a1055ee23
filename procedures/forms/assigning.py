"""What is typed about assignments of fields and mandates."""

import datetime as dt
from typing import Any

from django import forms

from procedures.actions.assigning import Given, Paper
from procedures.models import Field, FieldAssignment
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField
from qms.organisation.models import Unit, User, people_of
from qms.records.models import Mandate
from qms.records.uploads import UploadForm

_DAY = dt.timedelta(days=1)


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, person: User) -> str:
        post = person.post_on(today())
        return f"{person} – {post.position}" if post else str(person)


class PaperForm(forms.Form):
    """The paper by which something is given, and its days."""

    number = LineField(label="Số, ký hiệu văn bản", max_length=60)
    issued_on = DateField(label="Ngày văn bản")
    valid_from = DateField(label="Từ ngày")
    until_on = DateField(label="Đến hết ngày", required=False)

    def paper(self) -> Paper:
        told = self.cleaned_data
        last = told["until_on"]
        return Paper(
            told["number"], told["issued_on"], told["valid_from"], last + _DAY if last else None
        )


class AssignmentForm(PaperForm):
    """A deputy looks after a field, the quality system, or all."""

    person = PersonField(label="Cấp phó", queryset=User.objects.none(), empty_label="(chọn người)")
    scope = forms.ChoiceField(label="Phụ trách", choices=FieldAssignment.Scope.choices)
    field = forms.ModelChoiceField(
        label="Lĩnh vực",
        queryset=Field.objects.none(),
        required=False,
        empty_label="(chọn lĩnh vực)",
        help_text="Chỉ chọn khi phụ trách một lĩnh vực TTHC; nhiều lĩnh vực thì ghi từng dòng.",
    )
    field_order = ("person", "scope", "field", "number", "issued_on", "valid_from", "until_on")

    def __init__(self, *args: Any, agency: Unit, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_of(agency, on=today()).exclude(pk=user.pk)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["field"].queryset = Field.objects.all()  # type: ignore[attr-defined]
        self.fields["until_on"].help_text = "Để trống nếu chưa có ngày kết thúc."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_field = cleaned.get("scope") == FieldAssignment.Scope.FIELD
        if is_field and not cleaned.get("field") and "field" not in self.errors:
            self.add_error("field", "Hãy chọn lĩnh vực.")
        if not is_field:
            cleaned["field"] = None
        return cleaned


class MandateForm(UploadForm, PaperForm):
    """The head lets somebody sign in their stead, in writing."""

    kind = forms.ChoiceField(
        label="Hình thức",
        choices=Mandate.Kind.choices,
        help_text="Thừa ủy quyền phải có ngày hết hạn; thừa lệnh theo quy chế thì có thể không.",
    )
    giver = PersonField(
        label="Người giao", queryset=User.objects.none(), empty_label="(chọn người)"
    )
    holder = PersonField(
        label="Người được giao ký", queryset=User.objects.none(), empty_label="(chọn người)"
    )
    content = forms.CharField(
        label="Nội dung được giao",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Hãy ghi nội dung được giao, như trong văn bản."},
    )
    for_documents = forms.BooleanField(label="Ký quyết định, tài liệu", required=False)
    for_audits = forms.BooleanField(label="Ký kế hoạch, báo cáo đánh giá nội bộ", required=False)
    file = forms.FileField(
        label="Văn bản (PDF hoặc ảnh)",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    field_order = (
        "kind",
        "giver",
        "holder",
        "content",
        "for_documents",
        "for_audits",
        "number",
        "issued_on",
        "valid_from",
        "until_on",
        "file",
    )

    def __init__(self, *args: Any, agency: Unit, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_of(agency, on=today())
        self.fields["giver"].queryset = people  # type: ignore[attr-defined]
        self.fields["holder"].queryset = people.exclude(pk=user.pk)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("for_documents") and not cleaned.get("for_audits"):
            self.add_error("for_documents", "Hãy chọn ít nhất một loại văn bản được ký.")
        return cleaned

    def given(self, *, by: User) -> Given:
        """Return what was entered; the file is kept by now."""
        told = self.cleaned_data
        return Given(
            kind=told["kind"],
            giver=told["giver"],
            holder=told["holder"],
            content=told["content"],
            for_documents=told["for_documents"],
            for_audits=told["for_audits"],
            file=self.stored(by=by),
        )


class EndForm(forms.Form):
    """From which day something is no more."""

    on = DateField(label="Kết thúc từ ngày")
    reason = LineField(label="Lý do", max_length=255, error_messages={"required": "Hãy ghi lý do."})
