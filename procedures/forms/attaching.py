"""The file that is the document itself, for kinds whose content need not be typed."""

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from procedures.content import AttachedFile
from qms.organisation.models import User
from qms.records import files


class AttachmentForm(forms.Form):
    """A file to attach, or the one attached to take away; either may be left."""

    file = forms.FileField(
        label="Tệp tài liệu (PDF, DOCX hoặc XLSX)",
        required=False,
        help_text="Thay cho nội dung gõ ở trên hoặc kèm theo; "
        f"tối đa {settings.MAX_UPLOAD_BYTES // 1048576} MB.",
    )
    is_removed = forms.BooleanField(label="Bỏ tệp đang đính kèm", required=False)

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is not None:
            self.file_data, self.file_kind = files.taken(upload, allowed=files.FORMS)
        return upload

    def attached(self, before: AttachedFile | None, *, by: User) -> AttachedFile | None:
        """Return what is attached from now on; a new file is kept by now."""
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is None:
            return None if self.cleaned_data["is_removed"] else before
        kept = files.store(self.file_data, upload.name or "", kind=self.file_kind, by=by)
        return AttachedFile(sha256=kept.sha256, label=files.label_of(upload.name or kept.label))
