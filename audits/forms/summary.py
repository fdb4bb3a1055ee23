"""What the page of figures is asked: the day, and the unit with all below it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from audits.models import Finding
from procedures.forms.catalogue import CoverageForm
from qms.organisation.models import Unit


class SummaryForm(CoverageForm):
    """The day and the unit; a bad day is told at the field, and today is shown."""


class FindingsForm(CoverageForm):
    """The same, and which findings; what is unknown narrows nothing."""

    muc = forms.ChoiceField(label="Mức", required=False)

    def __init__(self, data: Mapping[str, Any], *, units: Sequence[Unit], default: Unit) -> None:
        super().__init__(data, units=units, default=default)
        self.fields["muc"].choices = [("", "Mọi mức"), *Finding.Grade.choices]  # type: ignore[attr-defined]
