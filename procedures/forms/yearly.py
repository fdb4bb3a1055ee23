"""What is typed for a paper of a year, and for the declaration of the quality system."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from procedures.forms.catalogue import sane_day
from procedures.models import YearPaper
from qms.foundation.forms import DateField, LineField
from qms.foundation.text import clean_lines
from qms.organisation.models import User
from qms.records.uploads import UploadForm

_KINDS = frozenset({"pdf", "docx", "xlsx", "jpg", "png"})
_LIMIT = settings.MAX_UPLOAD_BYTES // 1048576


def _file_field(**given: Any) -> forms.FileField:
    return forms.FileField(
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in sorted(_KINDS))}),
        help_text=f"PDF, Word, Excel hoặc ảnh chụp; tối đa {_LIMIT} MB.",
        error_messages={
            "required": "Hãy chọn tệp.",
            "empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung.",
        },
        **given,
    )


class _FileForm(UploadForm):
    """A form with one file, whose kind is told from its bytes."""

    ALLOWED = _KINDS
    file = _file_field(label="Tệp", required=False)

    def values(self, *, by: User) -> dict[str, Any]:
        """Return the columns that are typed; a file among them only where one was given."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in _ASIDE}
        stored = self.stored(by=by)
        return given | ({"file": stored} if stored is not None else {})


_ASIDE = ("file", "seen", "tthc")


class YearFileForm(_FileForm):
    """The file of a paper that has none yet."""

    file = _file_field(label="Tệp")


class YearPaperForm(_FileForm):
    """A paper of the ISO file: which kind, what it is about, number, date, file."""

    row = forms.ChoiceField(label="Loại giấy tờ", choices=YearPaper.Row.choices)
    title = LineField(label="Tên, trích yếu", max_length=500)
    number = LineField(label="Số, ký hiệu", max_length=60, required=False)
    dated_on = DateField(
        label="Ngày",
        required=False,
        validators=[sane_day],
        help_text="Ngày ghi trên giấy tờ; giấy tờ năm trước còn dùng vẫn ghi ngày của nó.",
    )
    note = forms.CharField(
        label="Ghi chú", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ["row", "title", "number", "dated_on", "file", "note", "seen"]

    def clean_note(self) -> str:
        return clean_lines(self.cleaned_data["note"])


class MistakeForm(forms.Form):
    """Why a record is a mistake."""

    reason = LineField(
        label="Lý do",
        max_length=300,
        error_messages={"required": "Hãy ghi vì sao là ghi nhầm."},
    )


class AfterDeclarationForm(_FileForm):
    """What follows a declaration: the signed file, notice, posting, website."""

    file = _file_field(label="Tệp quyết định đã ký", required=False)
    notified_number = LineField(
        label="Số văn bản thông báo cho Sở KH&CN", max_length=60, required=False
    )
    notified_on = DateField(label="Thông báo ngày", required=False, validators=[sane_day])
    posted_on = DateField(label="Niêm yết tại trụ sở từ", required=False, validators=[sane_day])
    website_url = LineField(
        label="Địa chỉ đăng trên trang thông tin điện tử",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://…"}),
    )
    note = forms.CharField(
        label="Ghi chú", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ["file", "notified_number", "notified_on", "posted_on", "website_url", "note"]

    def clean_note(self) -> str:
        return clean_lines(self.cleaned_data["note"])

    def clean_website_url(self) -> str:
        address: str = self.cleaned_data["website_url"]
        if address:
            message = "Địa chỉ phải đầy đủ, bắt đầu bằng https:// hoặc http://."
            URLValidator(schemes=["http", "https"], message=message)(address)
        return address


class DeclarationForm(AfterDeclarationForm):
    """A declaration: number, date, the TTHC in its scope, and what follows it."""

    number = LineField(label="Số, ký hiệu quyết định", max_length=60)
    signed_on = DateField(label="Ngày quyết định", validators=[sane_day])
    tthc = forms.MultipleChoiceField(
        label="TTHC trong phạm vi công bố HTQLCL",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Hãy chọn ít nhất một TTHC trong phạm vi.",
            "invalid_choice": "Có TTHC không được tính vào ngày quyết định. "
            "Hãy bấm “Lấy danh mục TTHC của ngày này” rồi chọn lại.",
        },
    )
    field_order = ["number", "signed_on", "tthc", *AfterDeclarationForm.field_order]

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tthc"].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.fields["tthc"].choices and "tthc" not in self.errors:  # type: ignore[attr-defined]
            raise ValidationError("Ngày này chưa có TTHC nào được tính.")
        return cleaned
