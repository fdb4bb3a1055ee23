"""What a phone sends from the field, one deed at a time."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from audits.actions.answering import NOTE_LENGTH, AnswerGiven
from audits.actions.evidence import ConfirmationGiven
from audits.models import Finding, Result
from qms.foundation.forms import DateField, LineField
from qms.foundation.text import clean_lines

_MOST = 2**53 - 1  # what JavaScript can count to
_RECORDED = [Finding.Grade.NONCONFORM, Finding.Grade.OBSERVATION]  # the lead grades further


class LinesField(forms.CharField):
    """Several lines of text as they are stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_lines(super().to_python(value) or "")


class KeyField(forms.IntegerField):
    """The key of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=_MOST, **kwargs)


class DeviceTimeField(forms.DateTimeField):
    """A moment by the clock of a device, within what can be kept as UTC."""

    def to_python(self, value: Any) -> dt.datetime | None:
        at = super().to_python(value)
        if at is not None and not 1970 <= at.year < 2200:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return at


class AnswerForm(forms.Form):
    """An answer; its `item` is found by the view."""

    client_id = forms.UUIDField()
    item = KeyField()
    dossier = KeyField(required=False)
    base = KeyField(required=False)
    settles = KeyField(required=False)
    result = forms.ChoiceField(choices=Result, required=False)
    note = LinesField(required=False, max_length=NOTE_LENGTH)
    is_verbal = forms.BooleanField(required=False)
    seen_on = DateField(required=False)
    answered_at = DeviceTimeField(required=False)

    def given(self) -> AnswerGiven:
        """Return what was answered; a device that tells no time answered now."""
        data = self.cleaned_data
        at: dt.datetime = data["answered_at"] or timezone.now()
        return AnswerGiven(
            client_id=data["client_id"],
            base=data["base"],
            result=data["result"],
            note=data["note"],
            is_verbal=data["is_verbal"],
            seen_on=data["seen_on"] or timezone.localdate(at),
            answered_at=at,
            dossier=data["dossier"],
            settles=data["settles"],
        )


class FieldFindingForm(forms.Form):
    """A finding of the field; the lead grades it later."""

    client_id = forms.UUIDField()
    item = KeyField()
    dossier = KeyField(required=False)
    unit = KeyField(required=False)  # asked for where the question names none
    grade = forms.ChoiceField(choices=[(grade.value, grade.label) for grade in _RECORDED])
    requirement = LinesField(required=False, max_length=5000)
    evidence_text = LinesField(required=False, max_length=5000)
    gap = LinesField(required=False, max_length=5000)
    found_on = DateField(required=False)


class UploadForm(forms.Form):
    """A photo or a file, or the confirmation of the unit with its signature."""

    client_id = forms.UUIDField()
    item = KeyField()
    dossier = KeyField(required=False)
    kind = forms.ChoiceField(
        choices=[("evidence", "bằng chứng"), ("confirmation", "xác nhận tại chỗ")]
    )
    caption = LineField(required=False, max_length=255)
    evidence_on = DateField(required=False)
    file = forms.FileField()
    name = LineField(required=False, max_length=150)
    position = LineField(required=False, max_length=150)
    answer = forms.UUIDField(required=False)

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > settings.MAX_UPLOAD_BYTES:
            limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
            raise ValidationError(f"Tệp lớn hơn {limit} MB. Hãy nén hoặc chia nhỏ rồi tải lại.")
        return upload

    @property
    def day(self) -> dt.date:
        day: dt.date = self.cleaned_data["evidence_on"] or timezone.localdate()
        return day

    def confirmation(self) -> ConfirmationGiven:
        data = self.cleaned_data
        return ConfirmationGiven(
            client_id=data["client_id"],
            name=data["name"],
            position=data["position"],
            confirmed_on=self.day,
            answer=data["answer"],
        )
