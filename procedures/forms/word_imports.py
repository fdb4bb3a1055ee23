"""What is chosen to read Word files in, and what is corrected before one becomes a version."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from procedures.actions import NewProcedure, PaperIssue
from procedures.content import Content, CoveredTTHC
from procedures.docx_import.carry_out import WordFile, is_same_title
from procedures.docx_import.opening import check_size
from procedures.docx_import.signs import ACTS
from procedures.forms.paper import PaperForm
from procedures.models import Procedure, WordImport
from qms.foundation.text import clean, fold
from qms.organisation.models import Unit, User
from qms.records import files

MAX_FILES = 60
MAX_BYTES = 200 * 2**20  # of all files sent together
_OF_PAPER = ("issue_no", "decision_no", "decided_on", "effective_on", "approved_name")


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class _WordFiles(forms.FileField):
    """Several files; each is looked at by itself later, so that one bad file stops no other."""

    widget = _ManyFiles(attrs={"accept": ".docx,.doc"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        uploads = [upload for upload in data or [] if upload]
        if not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > MAX_FILES:
            raise ValidationError(
                f"Mỗi lần nhập nhiều nhất {MAX_FILES} tệp; bạn đã chọn {len(uploads)} tệp."
            )
        if sum(upload.size or 0 for upload in uploads) > MAX_BYTES:
            raise ValidationError(
                f"Các tệp cộng lại quá {MAX_BYTES // 2**20} MB. Hãy chia thành nhiều lần nhập."
            )
        return uploads


class WordUploadForm(forms.Form):
    """Word files, and the agency whose procedures they are where one keeps several."""

    agency = forms.ModelChoiceField(
        label="Cơ quan", queryset=Unit.objects.none(), empty_label=None, required=False
    )
    uploads = _WordFiles(
        label="Tệp Word (.docx, .doc)",
        help_text=f"Chọn được nhiều tệp một lúc, nhiều nhất {MAX_FILES} tệp, mỗi tệp không quá "
        "20 MB. Tệp gốc được giữ nguyên; chưa có gì thành quy trình cho đến khi bạn kiểm tra.",
        error_messages={"required": "Hãy chọn ít nhất một tệp Word."},
    )

    def __init__(self, *args: Any, agencies: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = list(agencies)
        if len(self._agencies) > 1:
            self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        else:
            del self.fields["agency"]

    def chosen(self) -> Unit:
        """Return the agency that was chosen, or the only one."""
        agency: Unit | None = self.cleaned_data.get("agency")
        return agency or self._agencies[0]

    def sources(self) -> tuple[list[WordFile], list[tuple[str, str]]]:
        """Return the files, and name with sentence of those too large to be read into memory."""
        taken, refused = [], []
        for upload in self.cleaned_data["uploads"]:
            name = upload.name or ""
            try:
                check_size(upload.size or 0)
            except ValidationError as refusal:
                refused.append((files.label_of(name), refusal.messages[0]))
            else:
                taken.append(WordFile(upload.read(), name))
        return taken, refused


class WordSettleForm(PaperForm):
    """The key facts as read, to be corrected; what the paper says counts only for a paper."""

    is_next = forms.BooleanField(
        label="Đây là lần ban hành khác của quy trình đã có mã hiệu này",
        required=False,
        help_text="Chỉ đánh dấu khi mã hiệu đã dùng cho một quy trình có tên khác.",
    )

    def __init__(self, *args: Any, row: WordImport, as_paper: bool, **kwargs: Any) -> None:
        kwargs.setdefault("initial", facts_read(row))
        super().__init__(*args, agency=row.agency, **kwargs)
        self.row, self.as_paper = row, as_paper
        del self.fields["scan"]  # the original itself
        self.fields["code"].help_text = ""
        for name in _OF_PAPER:
            self.fields[name].required = as_paper
        units = list(self.fields["owner"].queryset)  # type: ignore[attr-defined]
        issuer = fold(str(row.reading.get("issuer") or ""))
        named = [unit for unit in units if issuer and fold(unit.name) == issuer]
        self.fields["owner"].initial = named[0] if named else row.agency

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() if self.as_paper else forms.Form.clean(self)
        known, title = self.procedure, (cleaned or {}).get("title")
        is_other = known and title and not is_same_title(known.title, title)
        if known and is_other and not (cleaned or {}).get("is_next"):
            self.add_error(
                "code",
                f"Mã hiệu này đã dùng cho “{known.title}”. Hãy ghi mã hiệu khác, hoặc đánh dấu "
                "rằng đây là lần ban hành khác của quy trình đó.",
            )
        return cleaned or {}

    @property
    def code_is_known(self) -> bool:
        """Tell whether the code, as it stands in the form, is that of a procedure."""
        code = str(self["code"].value() or "")
        return Procedure.objects.coded(self.agency, code) is not None

    def target(self) -> NewProcedure | Procedure:
        """Return the procedure that has the code, or what a new one is made of."""
        if self.procedure is not None:
            return self.procedure
        data = self.cleaned_data
        return NewProcedure(
            self.agency,
            data["owner"],
            data["kind"],
            data["code"],
            data["title"],
            data["issuer_name"],
        )

    def content(self) -> Content:
        """Return what was read, with title and TTHC as corrected."""
        read = Content.model_validate(self.row.reading["content"])
        covered = tuple(
            CoveredTTHC(code=row.code, name=row.name, decision=row.decision_no)
            for row in self.cleaned_data["tthc"]
        )
        return read.revised(title=self.cleaned_data["title"], tthc=covered)

    def paper(self, *, by: User) -> PaperIssue:
        """Return what the document says of its issue; its file is added where it is recorded."""
        data = self.cleaned_data
        return PaperIssue(
            issue_no=data["issue_no"],
            revision_no=data["revision_no"],
            decision_no=data["decision_no"],
            decided_on=data["decided_on"],
            effective_on=data["effective_on"],
            signers=tuple(
                (act, data[f"{act}_name"], data[f"{act}_position"])
                for act in ACTS
                if data[f"{act}_name"]
            ),
        )


def facts_read(row: WordImport) -> dict[str, Any]:
    """Return the facts of the head as they were read, for a form to begin with."""
    read = row.reading
    is_about_tthc = bool(read.get("tthc") or read.get("dossier") or read.get("time_limits"))
    facts: dict[str, Any] = {
        "code": read.get("code", ""),
        "title": clean(read.get("title", "")),
        "kind": Procedure.Kind.TTHC if is_about_tthc else Procedure.Kind.SYSTEM,
        "tthc": " ".join(read.get("tthc", ())),
        "issue_no": _whole(read.get("issue")),
        "revision_no": _whole(read.get("revision")),
        "decided_on": _day(read.get("issued_on")),
        "effective_on": _day(read.get("effective_on")),
    }
    for act, said in read.get("signers", {}).items():
        facts |= {f"{act}_{field}": text[:150] for field, text in said.items()}
    return facts


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
