"""What is typed to record a document that was issued on paper."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from procedures.actions import PaperIssue
from procedures.forms.starting import TWICE, NewProcedureForm
from procedures.imports.codes import read_code
from procedures.models import TTHC, Procedure, ProcedureVersion
from qms.foundation.forms import DateField, LineField
from qms.organisation.forms import PasswordForm
from qms.organisation.models import Unit, User
from qms.records import files
from qms.records.models import Signature

_ACTS = (
    ("prepared", Signature.Act.PREPARED, "Người soạn thảo"),
    ("reviewed", Signature.Act.REVIEWED, "Người xem xét"),
    ("approved", Signature.Act.APPROVED, "Người phê duyệt"),
)


class PaperForm(NewProcedureForm):
    """Code, title, TTHC, numbers, dates, decision, signers as text, and the scan."""

    tthc = forms.CharField(
        label="Mã các TTHC áp dụng",
        required=False,
        help_text="Các mã cách nhau bằng dấu cách, ví dụ 1.005099 2.002481.",
    )
    issue_no = forms.IntegerField(label="Lần ban hành", min_value=1, max_value=99)
    revision_no = forms.IntegerField(
        label="Lần sửa đổi",
        min_value=0,
        max_value=99,
        required=False,
        help_text="Để trống nếu không dùng.",
    )
    decision_no = LineField(label="Số quyết định ban hành", max_length=60)
    decided_on = DateField(label="Ngày quyết định")
    effective_on = DateField(label="Có hiệu lực từ")
    scan = forms.FileField(label="Bản chụp (PDF hoặc ảnh)")

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, agency=agency, **kwargs)
        self.procedure: Procedure | None = None
        self.fields["code"].help_text = "Đúng như trên bản giấy."
        for name, _, label in _ACTS:
            self.fields[f"{name}_name"] = LineField(
                label=label, required=name == "approved", max_length=150
            )
            self.fields[f"{name}_position"] = LineField(
                label=f"Chức danh {label.lower()}", required=False, max_length=150
            )

    def clean_code(self) -> str:
        """A code that is known means another edition of that procedure."""
        code: str = self.cleaned_data["code"]
        self.procedure = Procedure.objects.coded(self.agency, code)
        return code

    def clean_tthc(self) -> list[TTHC]:
        words = self.cleaned_data["tthc"].replace(",", " ").replace(";", " ").split()
        codes = [read_code(word).code or word for word in words]
        rows = {row.code: row for row in TTHC.objects.filter(code__in=codes)}
        for code in codes:
            if code not in rows:
                raise ValidationError(f"TTHC {code} không có trong danh mục.")
        return [rows[code] for code in dict.fromkeys(codes)]

    def clean_scan(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["scan"]
        self.scan_data, self.scan_kind = files.taken(upload, allowed=files.SCANS)
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_bare = cleaned.get("kind") == Procedure.Kind.TTHC and not cleaned.get("tthc")
        if is_bare and "tthc" not in self.errors:
            self.add_error("tthc", "Quy trình giải quyết TTHC phải có ít nhất một TTHC.")
        return cleaned

    def recorded_already(self, *, by: User) -> ProcedureVersion | None:
        """Return what `by` recorded by sending this very form just before, if any."""
        if self.procedure is None:
            return None
        recorded = self.procedure.versions.open().filter(
            origin=ProcedureVersion.Origin.PAPER,
            created_by=by,
            created_at__gte=timezone.now() - TWICE,
            issue_no=self.cleaned_data["issue_no"],
            revision_no=self.cleaned_data["revision_no"],
        )
        return recorded.first()

    def paper(self, *, by: User) -> PaperIssue:
        """Return what the paper says; its scan is kept by now."""
        data = self.cleaned_data
        name = data["scan"].name or ""
        return PaperIssue(
            issue_no=data["issue_no"],
            revision_no=data["revision_no"],
            decision_no=data["decision_no"],
            decided_on=data["decided_on"],
            effective_on=data["effective_on"],
            signers=tuple(
                (act.value, data[f"{field}_name"], data[f"{field}_position"])
                for field, act, _ in _ACTS
                if data[f"{field}_name"]
            ),
            scan=files.store(self.scan_data, name, kind=self.scan_kind, by=by),
        )


class AcceptForm(PasswordForm):
    """The leader's password; the hash of what was read travels with it."""

    seen = forms.CharField(widget=forms.HiddenInput)
    ended_on = DateField(
        label="Hết hiệu lực từ",
        required=False,
        help_text="Chỉ ghi khi tài liệu giấy này đã hết hiệu lực; để trống nếu còn áp dụng.",
    )
