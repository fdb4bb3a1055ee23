"""What is typed of an auditor's certificate."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from audits.forms.programmes import editions_of
from audits.models import AuditorCertificate
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField
from qms.organisation.models import Unit, User, people_of
from qms.records import files

_EARLIER = ("TCVN ISO 9001:2008", "TCVN ISO 9001:2000")  # such certificates are still about


class CertificateForm(forms.Form):
    """A certificate of training, with the file that shows it."""

    person = forms.ModelChoiceField(label="Người", queryset=User.objects.none())
    edition = forms.ChoiceField(label="Tiêu chuẩn", help_text="Bản tiêu chuẩn ghi trên chứng chỉ.")
    name = LineField(
        label="Tên, số chứng chỉ",
        max_length=255,
        help_text="Ví dụ: Chuyên gia đánh giá nội bộ, số 15/2021/CC.",
    )
    issuer = LineField(label="Nơi cấp", max_length=255, required=False)
    issued_on = DateField(label="Ngày cấp")
    last_day = DateField(
        label="Có giá trị đến hết ngày",
        required=False,
        help_text="Để trống nếu chứng chỉ không ghi thời hạn.",
    )
    file = forms.FileField(
        label="Bản chụp (PDF hoặc ảnh)",
        required=False,
        help_text=f"Tối đa {settings.MAX_UPLOAD_BYTES // 1048576} MB.",
        error_messages={"empty": "Tệp rỗng. Hãy chọn lại tệp có nội dung."},
    )

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["person"].queryset = people_of(agency, on=today())
        editions = dict.fromkeys([*editions_of(agency), *_EARLIER])
        fields["edition"].choices = [(edition, edition) for edition in editions]

    def clean_issued_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["issued_on"]
        if day > today():
            raise forms.ValidationError("Ngày cấp không được ở sau hôm nay.")
        return day

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is not None:
            self.file_data, self.file_kind = files.taken(upload, allowed=files.SCANS)
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        issued, last = cleaned.get("issued_on"), cleaned.get("last_day")
        if issued and last and last < issued:
            self.add_error("last_day", "Ngày hết giá trị không được trước ngày cấp.")
        return cleaned

    def certificate(self, *, by: User) -> AuditorCertificate:
        """Return what was typed, not yet recorded; its file is kept by now."""
        data = self.cleaned_data
        upload, last = data["file"], data["last_day"]
        kept = upload and files.store(self.file_data, upload.name or "", kind=self.file_kind, by=by)
        return AuditorCertificate(
            person=data["person"],
            edition=data["edition"],
            name=data["name"],
            issuer=data["issuer"],
            issued_on=data["issued_on"],
            valid_to=last + dt.timedelta(days=1) if last else None,
            file=kept or None,
        )
