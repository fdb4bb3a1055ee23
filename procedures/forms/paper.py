"""What is typed to record a document that was issued on paper."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from procedures.actions import PaperIssue
from procedures.forms.starting import NewProcedureForm
from procedures.models import TTHC, Procedure
from qms.foundation.forms import DateField
from qms.foundation.text import clean
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
    decision_no = forms.CharField(label="Số quyết định ban hành", max_length=60)
    decided_on = DateField(label="Ngày quyết định")
    effective_on = DateField(label="Có hiệu lực từ")
    scan = forms.FileField(label="Bản chụp (PDF hoặc ảnh)")

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, agency=agency, **kwargs)
        self.procedure: Procedure | None = None
        for name, _, label in _ACTS:
            self.fields[f"{name}_name"] = forms.CharField(
                label=label, required=name == "approved", max_length=150
            )
            self.fields[f"{name}_position"] = forms.CharField(
                label=f"Chức danh {label.lower()}", required=False, max_length=150
            )
        scan = self.fields.pop("scan")
        self.fields["scan"] = scan

    def clean_code(self) -> str:
        """A code that is known means another edition of that procedure."""
        code = clean(self.cleaned_data["code"])
        self.procedure = Procedure.objects.coded(self.agency, code)
        return code

    def clean_tthc(self) -> list[TTHC]:
        codes = self.cleaned_data["tthc"].replace(",", " ").replace(";", " ").split()
        rows = {row.code: row for row in TTHC.objects.filter(code__in=codes)}
        for code in codes:
            if code not in rows:
                raise ValidationError(f"TTHC {code} không có trong danh mục.")
        return [rows[code] for code in dict.fromkeys(codes)]

    def clean_scan(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["scan"]
        self.scan_data = upload.read()
        self.scan_kind = files.kind_of(self.scan_data, upload.name or "", allowed=files.SCANS)
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_bare = cleaned.get("kind") == Procedure.Kind.TTHC and not cleaned.get("tthc")
        if is_bare and "tthc" not in self.errors:
            self.add_error("tthc", "Quy trình giải quyết TTHC phải có ít nhất một TTHC.")
        return cleaned

    def paper(self, *, by: User) -> PaperIssue:
        """Return what the paper says; its scan is kept by now."""
        data = self.cleaned_data
        name = data["scan"].name or ""
        return PaperIssue(
            issue_no=data["issue_no"],
            revision_no=data["revision_no"],
            decision_no=clean(data["decision_no"]),
            decided_on=data["decided_on"],
            effective_on=data["effective_on"],
            signers=tuple(
                (act.value, clean(data[f"{field}_name"]), clean(data[f"{field}_position"]))
                for field, act, _ in _ACTS
                if data[f"{field}_name"]
            ),
            scan=files.store(self.scan_data, name, kind=self.scan_kind, by=by),
        )
