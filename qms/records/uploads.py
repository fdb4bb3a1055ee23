"""A form that takes one file, whose kind is told from its bytes."""

from typing import ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile

from qms.organisation.models import User
from qms.records import files
from qms.records.models import StoredFile


class UploadForm(forms.Form):
    """Whoever extends it has a field `file`; other kinds than `ALLOWED` are refused there."""

    ALLOWED: ClassVar[frozenset[str]] = files.SCANS

    def clean_file(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is not None:
            self.file_data, self.file_kind = files.taken(upload, allowed=self.ALLOWED)
        return upload

    def stored(self, *, by: User) -> StoredFile | None:
        """Return the file, kept by now; None where none was sent. Call it on a valid form."""
        upload: UploadedFile | None = self.cleaned_data["file"]
        if upload is None:
            return None
        return files.store(self.file_data, upload.name or "", kind=self.file_kind, by=by)
