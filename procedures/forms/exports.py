"""What is asked for when all that is in force is to be packed."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from qms.organisation.models import Unit


class ArchiveForm(forms.Form):
    """Of which agency, and whether Word copies come along."""

    agency = forms.ModelChoiceField(
        label="Cơ quan", queryset=Unit.objects.none(), empty_label=None, required=False
    )
    with_word = forms.BooleanField(
        label="Kèm bản Word (DOCX) của từng tài liệu",
        required=False,
        help_text="Bản Word sửa được nên không phải bản kiểm soát; làm lâu hơn.",
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
