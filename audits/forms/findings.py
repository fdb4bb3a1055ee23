"""What is typed about findings."""

import uuid
from typing import Any

from django import forms

from audits.actions.findings import FindingGiven
from audits.forms.places import clause_choices, clause_requirement, place_choices, places_of
from audits.models import Audit, ChecklistItem, Finding, SampledDossier
from audits.proposals import plannable_units
from procedures.models import ProcedureVersion
from qms.foundation.dates import today
from qms.foundation.forms import DateField
from qms.organisation.models import Unit


def _text(label: str, help_text: str = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=False, widget=area, help_text=help_text)


class FindingForm(forms.Form):
    """What a finding states; which of it is asked for, its verb decides."""

    grade = forms.ChoiceField(
        label="Phát hiện là",
        choices=[
            (Finding.Grade.NONCONFORM, "Không phù hợp"),
            (Finding.Grade.OBSERVATION, "Lưu ý"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn không phù hợp hoặc lưu ý."},
    )
    unit = forms.ModelChoiceField(
        label="Đơn vị",
        queryset=Unit.objects.none(),
        empty_label="– chọn đơn vị –",
        error_messages={"required": "Hãy chọn đơn vị của phát hiện."},
    )
    clause = forms.ChoiceField(label="Điều khoản của tiêu chuẩn", required=False)
    requirement = _text("Yêu cầu", "Điều khoản, hoặc bước của quy trình mà việc làm phải theo.")
    evidence_text = _text("Bằng chứng", "Đã thấy gì, ở hồ sơ nào, ngày nào.")
    gap = _text("Điểm chưa phù hợp", "Khác yêu cầu ở chỗ nào. Không phù hợp thì phải ghi.")
    found_on = DateField(label="Ngày phát hiện", initial=today)

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = plannable_units(audit.agency).existing(on=audit.day)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.audit, self.clauses = audit, clause_choices(audit.edition)
        self.fields["clause"].choices = self.clauses  # type: ignore[attr-defined]


class NewFindingForm(FindingForm):
    """A new finding, with the place it was found at; `client_id` makes sending twice harmless."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    place = forms.ChoiceField(
        label="Bước của quy trình",
        required=False,
        help_text="Bản có hiệu lực vào ngày đánh giá.",
    )
    field_order = ("grade", "unit", "place", "clause", "requirement", "evidence_text", "gap")

    def __init__(
        self,
        *args: Any,
        versions: list[ProcedureVersion],
        item: ChecklistItem | None = None,
        dossier: SampledDossier | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places, self.item, self.dossier = places_of(versions), item, dossier
        self.fields["place"].choices = place_choices(self.places)  # type: ignore[attr-defined]
        self.fields["requirement"].help_text = "Để trống thì lấy theo bước, điều khoản đã chọn."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        place = self.places.get(cleaned.get("place", ""))
        if not cleaned.get("requirement", "").strip():
            clause = cleaned.get("clause")
            named = [place.requirement] if place else []
            named += (
                [clause_requirement(clause, self.clauses, self.audit.edition)] if clause else []
            )
            cleaned["requirement"] = "\n".join(named)
        return cleaned

    def given(self) -> FindingGiven:
        """Return what was typed."""
        data = dict(self.cleaned_data)
        place = self.places.get(data.pop("place"))
        if place is None:
            return FindingGiven(item=self.item, dossier=self.dossier, **data)
        return FindingGiven(
            item=self.item,
            dossier=self.dossier,
            version=place.version,
            step_key=place.step_key,
            step_text=place.step_text,
            **data,
        )


class ChangeFindingForm(FindingForm):
    """Other words for a finding; the hash of what was read travels with them."""

    seen = forms.CharField(widget=forms.HiddenInput)

    @staticmethod
    def typed(finding: Finding) -> dict[str, Any]:
        """Return what the form shows of the finding as it is."""
        names = ("clause", "requirement", "evidence_text", "gap", "found_on")
        kind = Finding.RECORDED[0 if finding.is_nonconforming else 1]
        shown = {name: getattr(finding, name) for name in names}
        return shown | {"unit": finding.unit_id, "grade": kind, "seen": finding.sha256()}

    def over(self, finding: Finding) -> "ChangeFindingForm":
        """Return the form with what was typed, to be put over the finding as it is by now."""
        data = {name: self.data.get(name, "") for name in self.fields} | {"seen": finding.sha256()}
        again = ChangeFindingForm(data, audit=self.audit)
        again.full_clean()
        return again


class GradeForm(forms.Form):
    """The grade the lead gives."""

    grade = forms.ChoiceField(
        label="Mức",
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn mức."},
    )

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each, Finding.Grade(each).label) for each in finding.grades()]
        self.fields["grade"].choices = choices  # type: ignore[attr-defined]
        self.fields["grade"].initial = finding.grade if finding.is_graded else None


class WithdrawForm(forms.Form):
    """Why a finding is taken back."""

    reason = forms.CharField(
        label="Lý do rút",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Hãy ghi lý do rút phát hiện."},
    )


class ResponseForm(forms.Form):
    """What the unit thinks of a finding; the hash of what was read travels with it."""

    answer = forms.ChoiceField(
        label="Ý kiến của đơn vị",
        choices=[
            (Finding.Answer.ACCEPTED, "Thống nhất với phát hiện"),
            (Finding.Answer.CONTESTED, "Có ý kiến khác"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Hãy chọn thống nhất hoặc có ý kiến khác."},
    )
    comment = _text("Nội dung ý kiến", "Có ý kiến khác thì phải ghi.")
    on = DateField(label="Ngày", initial=today)
    seen = forms.CharField(widget=forms.HiddenInput)
