"""What is typed about the team of an audit."""

from typing import Any

from django import forms
from django.conf import settings

from audits.models import Audit, AuditMember
from qms.foundation.dates import format_date
from qms.foundation.forms import DateField, LineField
from qms.organisation.forms import PasswordForm, SomebodyForm
from qms.organisation.models import people_of
from qms.records.uploads import UploadForm


class MemberForm(SomebodyForm):
    """Somebody joins the team."""

    role = forms.ChoiceField(
        label="Vai trò", choices=AuditMember.Role.choices, initial=AuditMember.Role.AUDITOR
    )
    from_on = DateField(label="Người ngoài xem từ ngày", required=False)
    until_on = DateField(label="đến hết ngày", required=False)
    reason = forms.CharField(
        label="Lý do vẫn phân công",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text="Chỉ cần khi người này gần với nội dung được đánh giá; lãnh đạo ký xác nhận.",
    )

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "outsider"
        ].help_text = "Ghi tên đăng nhập. Người này chỉ xem được cuộc đánh giá và quy trình của nó."
        taken = audit.members.filter(removed_at=None).values("person")
        people = people_of(audit.agency, on=audit.day).exclude(pk__in=taken)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        days = f"Để trống là ngày đánh giá: {format_date(audit.starts_on)}"
        self.fields["from_on"].help_text = f"{days}."
        if not audit.members.filter(removed_at=None, role=AuditMember.Role.LEAD).exists():
            self.fields["role"].initial = AuditMember.Role.LEAD

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("from_on"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", "Ngày cuối không được trước ngày đầu.")
        return cleaned


class ReasonForm(forms.Form):
    """Why somebody is taken in spite of a doubt."""

    reason = forms.CharField(
        label="Lý do vẫn phân công",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Hãy ghi lý do vẫn phân công."},
    )


class CountersignForm(PasswordForm):
    """The leader's password; the sentences that were shown travel with it."""

    seen = forms.CharField(widget=forms.HiddenInput, strip=False)

    def sentences(self) -> list[str]:
        return [line for line in self.cleaned_data["seen"].splitlines() if line]


class TeamDecisionForm(UploadForm):
    """The quyết định thành lập đoàn, as the văn thư enters it."""

    number = LineField(
        label="Số, ký hiệu", max_length=60, help_text="Ví dụ 15/QĐ-PGDĐT, lấy theo sổ văn bản đi."
    )
    decided_on = DateField(label="Ngày quyết định")
    signer = LineField(label="Người ký", max_length=255)
    file = forms.FileField(
        label="Bản ký (PDF hoặc ảnh)",
        required=False,
        help_text=f"Bản gốc đã ký, tối đa {settings.MAX_UPLOAD_BYTES // 1048576} MB.",
    )
