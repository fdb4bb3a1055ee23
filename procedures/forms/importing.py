"""What is typed and chosen to import a list of TTHC."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone

from procedures.imports.carry_out import LONGEST_DECISION, ImportFile
from procedures.imports.plan import ImportPlan, Terms
from procedures.imports.reading import check_kind, check_size
from procedures.imports.table import TTHCTable, read_table
from procedures.models import ImportRun
from qms.foundation.forms import DateField
from qms.foundation.text import clean
from qms.organisation.models import Unit
from qms.records import files
from qms.records.models import StoredFile

_VALID_SECONDS = 12 * 60 * 60
_LOST = "Phần xem trước đã hết hạn. Hãy chọn lại tệp."


@dataclass(frozen=True)
class Upload:
    """A list that is kept and waits to be carried out; travels signed in the page.

    `seen` is the fingerprint of the plan that was shown at `shown_at`, a time stamp.
    """

    sha256: str
    name: str
    unit: str = ""
    terms: Terms = field(default_factory=Terms)
    seen: str = ""
    shown_at: float = 0

    @classmethod
    def keep(cls, source: ImportFile, *, by: Any) -> "Upload":
        stored = files.store(source.data, source.name, kind=source.kind, by=by)
        return cls(stored.sha256, source.name)

    @classmethod
    def of(cls, token: str) -> "Upload":
        """Return what a page carried. Raises ValidationError when it is too old or not ours."""
        try:
            kept = signing.loads(token, salt=cls.__name__, max_age=_VALID_SECONDS)
            sha256, name, unit, decision, day, left_out, seen, shown_at = kept
        except (signing.BadSignature, ValueError) as error:
            raise ValidationError(_LOST) from error
        effective_on = dt.date.fromisoformat(day) if day else None
        terms = Terms(decision, effective_on, frozenset(left_out))
        return cls(sha256, name, unit, terms, seen, shown_at)

    @property
    def token(self) -> str:
        terms = self.terms
        day = terms.effective_on.isoformat() if terms.effective_on else ""
        left_out = sorted(terms.leave_out)
        named = (self.sha256, self.name, self.unit, terms.decision_no, day)
        kept = (*named, left_out, self.seen, self.shown_at)
        return signing.dumps(kept, salt=type(self).__name__, compress=True)

    def source(self) -> ImportFile:
        """Return the list itself. Raises ValidationError where it is gone or damaged."""
        stored = StoredFile.objects.filter(sha256=self.sha256).first()
        if stored is None or not files.path_of(stored.sha256).exists():
            raise ValidationError(_LOST)
        return ImportFile(files.read(stored), self.name)

    def leaving_out(self, names: Iterable[str]) -> "Upload":
        return replace(self, terms=replace(self.terms, leave_out=frozenset(names)))

    def shown(self, plan: ImportPlan) -> "Upload":
        return replace(self, seen=plan.fingerprint(), shown_at=timezone.now().timestamp())

    def run_since(self, *, by: Any) -> ImportRun | None:
        """Return the import that this person has made of the very list since it was shown."""
        shown_at = dt.datetime.fromtimestamp(self.shown_at, dt.UTC)
        runs = ImportRun.objects.filter(file__sha256=self.sha256, unit__code=self.unit)
        terms = {"decision_no": self.terms.decision_no, "effective_on": self.terms.effective_on}
        return runs.filter(imported_by=by, imported_at__gte=shown_at, **terms).first()


def chosen_left_out(data: QueryDict, upload: Upload, plan: ImportPlan) -> frozenset[str]:
    """Return the rows to leave out by what was ticked on the page that showed `plan`.

    `bo` names more of them (a row, a code, a sheet), `lay` takes rows back, `giu-<code>` names the
    row to keep of a code whose rows differ (none: leave out all).
    """
    names = set(upload.terms.leave_out) | set(data.getlist("bo"))
    if data.get("buoc") == "bo-sai":
        names |= {row.key for row in plan.invalid}
    for code, rows in plan.conflicts:
        if (kept := data.get(f"giu-{code}")) is not None:
            names |= {row.key for row in rows if row.key != kept}
    ticked = Terms(leave_out=frozenset(names))
    rows_out = {row.key for row in plan.table.rows if ticked.leaves_out(row)}
    return frozenset(rows_out.difference(data.getlist("lay")))


class ImportForm(forms.Form):
    """A list, the unit that answers for what is new in it, and the decision it comes from."""

    file = forms.FileField(
        label="Tệp danh mục (.xlsx hoặc .csv)",
        help_text="Hệ thống tự tìm dòng tiêu đề, cột mã và cột tên. Ở bước này chưa ghi gì vào "
        "danh mục.",
        error_messages={
            "required": "Hãy chọn tệp danh mục.",
            "empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung.",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    unit = forms.ModelChoiceField(
        label="Đơn vị giải quyết các TTHC mới", queryset=Unit.objects.none(), empty_label=None
    )
    decision = forms.CharField(
        label="Theo quyết định công bố TTHC",
        required=False,
        max_length=LONGEST_DECISION,
        help_text="Chỉ ghi khi tệp là danh mục của một quyết định công bố TTHC: dòng mới, dòng đổi "
        "sẽ là thay đổi theo quyết định đó. Để trống nếu chỉ bổ sung hoặc đính chính danh mục.",
    )
    effective_on = DateField(label="Có hiệu lực từ", required=False)

    def __init__(self, *args: Any, units: Any, by: Any, kept: str = "", **kwargs: Any) -> None:
        """`kept` is the token of a file that was chosen before and need not be chosen again."""
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].initial = units.first()
        self.by = by
        self.table: TTHCTable | None = None
        self.upload: Upload | None = None
        if kept:
            self._take(Upload.of(kept))

    def clean_decision(self) -> str:
        return clean(self.cleaned_data["decision"])

    def clean_file(self) -> UploadedFile | None:
        """Refuse by size and bytes first, then by what can be read; keep what is readable."""
        chosen: UploadedFile | None = self.cleaned_data["file"]
        if chosen is not None:
            check_size(chosen.size or 0)
            source = ImportFile(chosen.read(), chosen.name or "")
            check_kind(source.data, source.name)
            self.table = read_table(source.data, source.name)
            self._take(Upload.keep(source, by=self.by))
        elif self.upload is not None:
            source = self.upload.source()
            self.table = read_table(source.data, source.name)
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") and not cleaned.get("effective_on"):
            if "effective_on" not in self.errors:
                self.add_error("effective_on", "Nhập theo quyết định thì phải ghi ngày hiệu lực.")
        elif cleaned.get("effective_on") and not cleaned.get("decision"):
            self.add_error("decision", "Đã ghi ngày hiệu lực thì phải ghi quyết định công bố TTHC.")
        return cleaned

    def terms(self) -> Terms:
        return Terms(self.cleaned_data["decision"], self.cleaned_data["effective_on"])

    def _take(self, upload: Upload) -> None:
        self.upload = upload
        self.fields["file"].required = False
        shown = self["file"]  # not the field: what stands on this page may be made already
        shown.help_text = f"Đang giữ tệp “{upload.name}”; chỉ chọn lại nếu muốn thay tệp khác."
