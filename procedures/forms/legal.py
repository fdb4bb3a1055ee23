"""What is typed for a legal document, for what became of it, and for what changed a TTHC."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from procedures.forms.catalogue import sane_day
from procedures.limits import parse_limit
from procedures.models import TTHC, LegalChange, LegalDocument, TTHCChange
from qms.foundation.forms import DateField, LineField
from qms.foundation.text import clean_lines, comparison_key
from qms.organisation.models import User
from qms.records import files
from qms.records.models import StoredFile

_KINDS = frozenset({"pdf", "docx"})


def _capitalised(choices: Any) -> list[tuple[str, str]]:
    return [(value, label[0].upper() + label[1:]) for value, label in choices]


class LegalDocumentForm(forms.Form):
    """What is known of a document; its number is typed once, when it is added."""

    number = LineField(label="Số, ký hiệu", max_length=120, help_text="Ví dụ 46/2017/NĐ-CP.")
    kind = LineField(
        label="Loại văn bản",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "loai-van-ban"}),
        help_text="Nghị định, Thông tư, Quyết định…",
    )
    issuer = LineField(label="Cơ quan ban hành", max_length=255, required=False)
    title = LineField(
        label="Trích yếu",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    issued_on = DateField(label="Ngày ban hành", required=False, validators=[sane_day])
    is_year_only = forms.BooleanField(label="Chỉ biết năm ban hành", required=False)
    effective_on = DateField(label="Có hiệu lực từ", required=False, validators=[sane_day])
    kept_at = LineField(
        label="Nơi lưu, người giữ",
        max_length=255,
        required=False,
        help_text="Ví dụ Tủ số 1, phòng Văn thư.",
    )
    file = forms.FileField(
        label="Tệp văn bản",
        required=False,
        help_text=f"PDF hoặc DOCX, tối đa {settings.MAX_UPLOAD_BYTES // 1048576} MB.",
        error_messages={"empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung."},
    )
    source_url = LineField(
        label="Nguồn", max_length=1000, required=False, help_text="Địa chỉ trang đã đọc văn bản."
    )
    trust = forms.ChoiceField(label="Kiểm chứng", choices=_capitalised(LegalDocument.Trust.choices))
    note = forms.CharField(
        label="Ghi chú", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, document: LegalDocument | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document
        if document is not None:
            del self.fields["number"]

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        known = LegalDocument.objects.numbered(number)
        if known is not None:
            raise ValidationError(f"{known} đã có trong danh mục văn bản.")
        return number

    def clean_note(self) -> str:
        return clean_lines(self.cleaned_data["note"])

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is not None:
            self.file_data, self.file_kind = files.taken(upload, allowed=_KINDS)
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        issued, effective = cleaned.get("issued_on"), cleaned.get("effective_on")
        if cleaned.get("is_year_only") and issued is None and "issued_on" not in self.errors:
            self.add_error("issued_on", "Hãy ghi một ngày trong năm ban hành.")
        if issued and effective and effective < issued and not cleaned.get("is_year_only"):
            self.add_error("effective_on", "Ngày có hiệu lực không được trước ngày ban hành.")
        return cleaned

    def values(self, *, by: User) -> dict[str, Any]:
        """Return the columns of the document; a file that was given is kept by now."""
        given = dict(self.cleaned_data)
        upload, is_year_only = given.pop("file"), given.pop("is_year_only")
        given.pop("seen")
        given["issued_precision"] = LegalDocument.Precision.DAY
        if given["issued_on"] is None:
            given["issued_precision"] = LegalDocument.Precision.UNKNOWN
        elif is_year_only:
            given["issued_precision"] = LegalDocument.Precision.YEAR
            given["issued_on"] = given["issued_on"].replace(month=1, day=1)
        if upload is not None:
            given["file"] = self._stored(upload, by=by)
        return given

    def _stored(self, upload: UploadedFile, *, by: User) -> StoredFile:
        return files.store(self.file_data, upload.name or "", kind=self.file_kind, by=by)


class LegalChangeForm(forms.Form):
    """What became of a document, by which one, from when."""

    kind = forms.ChoiceField(
        label="Văn bản này",
        choices=_capitalised(LegalChange.Kind.choices),
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn một loại thay đổi."},
    )
    by_number = LineField(
        label="Theo văn bản số",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "so-van-ban", "autocomplete": "off"}),
        help_text="Văn bản sửa đổi hoặc thay thế; chưa có trong danh mục thì được thêm vào.",
    )
    by_kind = LineField(
        label="Loại của văn bản ấy",
        max_length=60,
        required=False,
        help_text="Chỉ cần ghi khi văn bản chưa có trong danh mục.",
    )
    by_title = LineField(label="Trích yếu của văn bản ấy", max_length=2000, required=False)
    effective_on = DateField(label="Có hiệu lực từ", validators=[sane_day])
    is_verified = forms.BooleanField(label="Đã đối chiếu với văn bản gốc", required=False)
    source_url = LineField(label="Nguồn", max_length=1000, required=False)
    note = forms.CharField(
        label="Ghi chú", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, document: LegalDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document

    def clean_by_number(self) -> str:
        number: str = self.cleaned_data["by_number"]
        if number and comparison_key(number) == self.document.number_key:
            raise ValidationError("Văn bản không tự thay đổi chính nó.")
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needs = cleaned.get("kind") in (LegalChange.Kind.AMENDED, LegalChange.Kind.REPLACED)
        if needs and not cleaned.get("by_number") and "by_number" not in self.errors:
            self.add_error("by_number", "Hãy ghi số, ký hiệu văn bản sửa đổi hoặc thay thế.")
        return cleaned


class VoidForm(forms.Form):
    reason = forms.CharField(
        label="Lý do ghi nhầm",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Hãy ghi lý do ghi nhầm."},
    )


class TTHCChangeForm(forms.Form):
    """What a decision changes of a TTHC; what is left empty stays as it is."""

    kind = forms.ChoiceField(
        label="Loại thay đổi",
        choices=TTHCChange.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn một loại thay đổi."},
    )
    decision_no = LineField(
        label="QĐ công bố TTHC",
        max_length=255,
        help_text="Số và ngày, ví dụ 1234/QĐ-UBND ngày 05/05/2022.",
        error_messages={"required": "Hãy ghi số quyết định công bố TTHC."},
    )
    effective_on = DateField(label="Có hiệu lực từ", validators=[sane_day])
    name = LineField(
        label="Tên mới",
        max_length=1100,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Để trống nếu tên không đổi.",
    )
    limit_text = LineField(
        label="Thời hạn giải quyết mới",
        max_length=1000,
        required=False,
        help_text="Ghi như quyết định, ví dụ 05 ngày làm việc. Để trống nếu không đổi.",
    )
    local_text = LineField(
        label="Thời hạn rút ngắn tại địa phương",
        max_length=200,
        required=False,
        help_text="Ví dụ 04 ngày làm việc. Để trống nếu không đổi.",
    )
    replaced_by = LineField(
        label="Thay bằng TTHC mã số", max_length=8, required=False, help_text="Ví dụ 1.005099."
    )
    note = forms.CharField(
        label="Ghi chú", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, tthc: TTHC, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tthc = tthc

    def clean_replaced_by(self) -> TTHC | None:
        code: str = self.cleaned_data["replaced_by"]
        if not code:
            return None
        found = TTHC.objects.filter(code=code).first()
        if found is None:
            raise ValidationError(f"Không có TTHC {code} trong danh mục. Hãy nhập TTHC ấy trước.")
        if found == self.tthc:
            raise ValidationError("TTHC không tự thay thế chính nó.")
        return found

    def clean_local_text(self) -> str:
        text: str = self.cleaned_data["local_text"]
        limit = parse_limit(text)
        if limit is not None and limit.minutes is None:
            raise ValidationError("Hãy ghi một thời hạn, ví dụ 04 ngày làm việc.")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, other = cleaned.get("kind"), cleaned.get("replaced_by")
        if kind == TTHCChange.Kind.REPLACED and not other and "replaced_by" not in self.errors:
            self.add_error("replaced_by", "Hãy ghi mã của TTHC thay thế.")
        if other and kind != TTHCChange.Kind.REPLACED:
            self.add_error("replaced_by", "Chỉ ghi mục này khi TTHC bị thay thế.")
        return cleaned

    def change(self) -> dict[str, Any]:
        """Return what `record_tthc_change` is to be told; call it when the form is valid."""
        given = dict(self.cleaned_data)
        values: dict[str, Any] = {}
        if law := parse_limit(given.pop("limit_text")):
            values = {
                "limit_text": law.text,
                "law_unit": law.unit.value,
                "law_minutes": law.minutes,
            }
        if local := parse_limit(given.pop("local_text")):
            values |= {"local_unit": local.unit.value, "local_minutes": local.minutes}
        return given | {"values": values}
