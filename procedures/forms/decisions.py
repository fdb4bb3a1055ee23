"""What is typed on the pages of decisions."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, QuerySet

from procedures.actions import Numbering
from procedures.models import DecisionItem, Procedure, ProcedureVersion
from procedures.permissions import in_force_exists
from procedures.workflow import VersionStatus
from qms.foundation.forms import DateField, LineField
from qms.organisation.forms import PasswordForm
from qms.organisation.models import Unit, User
from qms.records import files
from qms.records.models import StoredFile


class _VersionsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, version: ProcedureVersion) -> str:
        return f"{version.procedure.code} – {version.title}"


class _ProceduresField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, procedure: Procedure) -> str:
        return f"{procedure.code} – {procedure.title}"


def ready_versions(agency: Unit) -> QuerySet[ProcedureVersion]:
    """Return the reviewed versions of the agency that no open decision holds."""
    held = DecisionItem.objects.filter(version=OuterRef("pk"), closed_at=None)
    ready = ProcedureVersion.objects.filter(
        ~Exists(held), status=VersionStatus.REVIEWED, procedure__agency=agency
    )
    return ready.select_related("procedure").order_by("procedure__sort_key")


def abolishable(agency: Unit) -> QuerySet[Procedure]:
    """Return the procedures in force of the agency with nothing open about them."""
    drafted = ProcedureVersion.objects.open().filter(procedure=OuterRef("pk"))
    held = DecisionItem.objects.filter(procedure=OuterRef("pk"), closed_at=None)
    return Procedure.objects.filter(
        in_force_exists(), ~Exists(drafted), ~Exists(held), agency=agency
    )


class ItemsForm(forms.Form):
    """Which procedures a decision issues and abolishes."""

    versions = _VersionsField(
        label="Ban hành",
        queryset=ProcedureVersion.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Các quy trình đã xem xét xong, chưa nằm trong quyết định nào.",
    )
    abolish = _ProceduresField(
        label="Bãi bỏ",
        queryset=Procedure.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Quy trình đang có hiệu lực cần bãi bỏ, nếu có.",
    )

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["versions"].queryset = ready_versions(agency)  # type: ignore[attr-defined]
        self.fields["abolish"].queryset = abolishable(agency)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("versions") or cleaned.get("abolish")):
            raise ValidationError("Hãy chọn ít nhất một quy trình để ban hành hoặc bãi bỏ.")
        return cleaned


class DecisionForm(ItemsForm):
    """Begin a decision."""

    subject = LineField(
        label="Trích yếu",
        max_length=500,
        initial="Ban hành quy trình thuộc hệ thống quản lý chất lượng theo TCVN ISO 9001:2015",
    )
    issuer_name = LineField(
        label="Cơ quan ban hành",
        max_length=255,
        required=False,
        help_text="Để trống nếu cơ quan tự ban hành; ghi tên cơ quan cấp trên nếu cấp trên ký.",
    )
    field_order = ("subject", "issuer_name", "versions", "abolish")


class CommentForm(forms.Form):
    """A reason that must be given."""

    comment = forms.CharField(
        label="Lý do",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Hãy ghi lý do."},
    )


class NumberingForm(forms.Form):
    """What the văn thư enters after the signature."""

    number = LineField(
        label="Số, ký hiệu", max_length=60, help_text="Ví dụ 12/QĐ-PGDĐT, lấy theo sổ văn bản đi."
    )
    signed_on = DateField(label="Ngày quyết định")
    effective_on = DateField(
        label="Có hiệu lực từ",
        required=False,
        help_text="Để trống nếu có hiệu lực từ ngày quyết định.",
    )
    signed_file = forms.FileField(
        label="Bản ký (PDF hoặc ảnh)",
        required=False,
        help_text=f"Bản gốc đã ký, tối đa {settings.MAX_UPLOAD_BYTES // 1048576} MB.",
    )

    def clean_signed_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["signed_file"]
        if upload is not None:
            self.file_data = upload.read()
            self.file_kind = files.kind_of(self.file_data, upload.name or "", allowed=files.SCANS)
        return upload

    def numbering(self, *, by: User) -> Numbering:
        """Return what was entered; the file is kept by now."""
        upload: UploadedFile | None = self.cleaned_data["signed_file"]
        kept: StoredFile | None = None
        if upload is not None:
            kept = files.store(self.file_data, upload.name or "", kind=self.file_kind, by=by)
        signed_on: dt.date = self.cleaned_data["signed_on"]
        return Numbering(
            number=self.cleaned_data["number"],
            signed_on=signed_on,
            effective_on=self.cleaned_data["effective_on"] or signed_on,
            signed_file=kept,
        )


class ApproveForm(PasswordForm):
    """The leader's password; the hash of what was laid before them travels with it."""

    seen = forms.CharField(widget=forms.HiddenInput)
