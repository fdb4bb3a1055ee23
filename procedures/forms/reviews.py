"""What is typed when documents are looked at again: for which, the verdict, why, the password."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from procedures.models import ImpactRow, Procedure, Review
from qms.foundation.forms import ManyField
from qms.organisation.forms import PasswordForm

_VERDICTS = [(value, label[0].upper() + label[1:]) for value, label in Review.Verdict.choices]


class _VerdictForm(PasswordForm):
    """One verdict and one reason, signed."""

    verdict = forms.ChoiceField(
        label="Kết luận",
        choices=_VERDICTS,
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn một kết luận."},
    )
    reason = forms.CharField(
        label="Lý do",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ghi một lần cho các quy trình đã chọn.",
        error_messages={"required": "Hãy ghi lý do."},
    )

    def chosen_keys(self, name: str) -> set[str]:
        """Return what is ticked now, typed or offered, as the page has to show it."""
        value: Any = self[name].value() or []
        return {str(getattr(each, "pk", each)) for each in value}


class SettleForm(_VerdictForm):
    rows = ManyField(
        label="Quy trình",
        queryset=ImpactRow.objects.none(),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice", "invalid_pk_value"),
            "Hãy chọn ít nhất một quy trình của phiếu.",
        ),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order = ["rows", "verdict", "reason", "password"]

    def __init__(self, *args: Any, rows: QuerySet[ImpactRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rows"].queryset = rows  # type: ignore[attr-defined]


class PeriodicForm(_VerdictForm):
    procedures = ManyField(
        label="Quy trình",
        queryset=Procedure.objects.none(),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice", "invalid_pk_value"),
            "Hãy chọn ít nhất một quy trình đang có hiệu lực.",
        ),
    )

    field_order = ["procedures", "verdict", "reason", "password"]

    def __init__(self, *args: Any, procedures: QuerySet[Procedure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedures"].queryset = procedures  # type: ignore[attr-defined]

    def clean_procedures(self) -> list[Procedure]:
        chosen = list(self.cleaned_data["procedures"].select_related("agency"))
        if len({procedure.agency_id for procedure in chosen}) > 1:
            raise forms.ValidationError("Mỗi lần chỉ xem xét quy trình của một cơ quan.")
        return chosen
