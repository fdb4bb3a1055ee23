"""What is typed about an audit: its days and texts, its scope."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from audits.actions.planning import AuditGiven, SubjectGiven
from audits.models import Audit, AuditSubject, Clause, ProgrammeLine
from audits.proposals import plannable_units
from procedures.models import Procedure
from procedures.permissions import in_force_exists
from qms.foundation.dates import valid_on
from qms.foundation.forms import DateField, LineField, ManyField
from qms.foundation.text import clean
from qms.organisation.models import AgencyProfile, Unit

_CLAUSES_HELP = "Ghi số điều khoản, cách nhau bằng dấu phẩy, ví dụ 4.4, 7.5, 10.2."


class ProceduresField(ManyField):
    def label_from_instance(self, procedure: Procedure) -> str:
        return f"{procedure.code} – {procedure.title}"


class ProcedureField(forms.ModelChoiceField):
    def label_from_instance(self, procedure: Procedure) -> str:
        return f"{procedure.code} – {procedure.title}"[:140]


class SubjectField(forms.ModelChoiceField):
    def label_from_instance(self, subject: AuditSubject) -> str:
        return str(subject)[:140]


def editions(agency: Unit) -> list[str]:
    """Return the standards whose clauses are known, and the one that the agency names."""
    known = Clause.objects.order_by("edition").values_list("edition", flat=True).distinct()
    profile = AgencyProfile.objects.filter(unit=agency).first()
    return list(dict.fromkeys([*([profile.standard] if profile else []), *known]))


def units_of_agency(agency: Unit, *, on: dt.date) -> QuerySet[Unit]:
    return plannable_units(agency).filter(valid_on(on)).order_by("path")


def procedures_in_force(agency: Unit, *, on: dt.date) -> QuerySet[Procedure]:
    return Procedure.objects.filter(in_force_exists(on), agency=agency).order_by("sort_key")


def read_clauses(text: str) -> tuple[str, ...]:
    """Return the numbers typed: `4.4, 7.5; 10.2`."""
    return tuple(part for part in clean(text.replace(";", ",")).replace(" ", "").split(",") if part)


class AboutForm(forms.Form):
    """Days and texts of an audit."""

    title = LineField(label="Tên cuộc đánh giá", max_length=255)
    starts_on = DateField(label="Từ ngày")
    ends_on = DateField(label="Đến ngày")
    edition = forms.ChoiceField(label="Tiêu chuẩn")
    purpose = forms.CharField(
        label="Mục đích", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    scope = forms.CharField(
        label="Phạm vi",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text="Nói bằng lời; đơn vị, quy trình, điều khoản cụ thể được chọn riêng.",
    )
    criteria = forms.CharField(
        label="Chuẩn mực", widget=forms.Textarea(attrs={"rows": 4}), required=False
    )

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        given = (kwargs.get("initial") or {}).get("edition")
        listed = dict.fromkeys([*editions(agency), *([given] if given else [])])
        self.fields["edition"].choices = [(name, name) for name in listed]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "Ngày kết thúc không được trước ngày bắt đầu.")
        return cleaned

    def about(self) -> AuditGiven:
        """Return what was typed of a valid form."""
        names = ("title", "starts_on", "ends_on", "edition", "purpose", "scope", "criteria")
        return AuditGiven(**{name: self.cleaned_data[name] for name in names})

    @staticmethod
    def initial_of(audit: Audit) -> dict[str, Any]:
        names = ("title", "starts_on", "ends_on", "edition", "purpose", "scope", "criteria")
        return {name: getattr(audit, name) for name in names}


class AuditForm(AboutForm):
    """Begin an audit: about it, and the first of its scope."""

    unit = forms.ModelChoiceField(
        label="Đơn vị được đánh giá",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="(không chọn riêng đơn vị)",
    )
    procedures = ProceduresField(
        label="Quy trình được đánh giá",
        queryset=Procedure.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Các quy trình đang có hiệu lực. Không bắt buộc.",
    )
    clauses = LineField(label="Điều khoản", max_length=255, required=False, help_text=_CLAUSES_HELP)
    line = forms.ModelChoiceField(
        queryset=ProgrammeLine.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, agency: Unit, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, agency=agency, **kwargs)
        self.fields["unit"].queryset = units_of_agency(agency, on=on)  # type: ignore[attr-defined]
        self.fields["procedures"].queryset = procedures_in_force(agency, on=on)  # type: ignore[attr-defined]
        self.fields["line"].queryset = ProgrammeLine.objects.filter(  # type: ignore[attr-defined]
            programme__agency=agency, removed_at=None
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        named = cleaned.get("unit") or cleaned.get("procedures") or cleaned.get("clauses")
        if not self.errors and not named:
            raise ValidationError("Hãy chọn đơn vị, quy trình hoặc điều khoản được đánh giá.")
        return cleaned

    def subjects(self) -> tuple[SubjectGiven, ...]:
        """Return the scope of a valid form: unit and clauses are one, each procedure is one."""
        given = self.cleaned_data
        clauses, line = read_clauses(given["clauses"]), given["line"]
        made = [SubjectGiven(procedure=procedure, line=line) for procedure in given["procedures"]]
        if given["unit"] or clauses:
            made.insert(0, SubjectGiven(unit=given["unit"], clauses=clauses, line=line))
        return tuple(made)


class SubjectForm(forms.Form):
    """A further part of the scope."""

    unit = forms.ModelChoiceField(
        label="Đơn vị", queryset=Unit.objects.none(), required=False, empty_label="(không chọn)"
    )
    procedure = ProcedureField(
        label="Quy trình",
        queryset=Procedure.objects.none(),
        required=False,
        empty_label="(không chọn)",
    )
    clauses = LineField(label="Điều khoản", max_length=255, required=False, help_text=_CLAUSES_HELP)

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units_of_agency(audit.agency, on=audit.day)  # type: ignore[attr-defined]
        taken = audit.subjects.filter(removed_at=None, procedure__isnull=False)
        in_force = procedures_in_force(audit.agency, on=audit.day)
        self.fields["procedure"].queryset = in_force.exclude(  # type: ignore[attr-defined]
            pk__in=taken.values("procedure")
        )

    def subject(self) -> SubjectGiven:
        given = self.cleaned_data
        return SubjectGiven(
            unit=given["unit"],
            procedure=given["procedure"],
            clauses=read_clauses(given["clauses"]),
        )


class CancelForm(forms.Form):
    """Why an audit is given up."""

    reason = forms.CharField(
        label="Lý do hủy",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Hãy ghi lý do hủy."},
    )
