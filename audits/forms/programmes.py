"""What is typed on the pages of a year's plan."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from audits.actions.programmes import LineGiven
from audits.models import AuditProgramme, Clause, ProgrammeLine, clause_key
from audits.models.clauses import offered_clauses
from audits.proposals import Proposal, plannable_units
from procedures.models import Procedure
from procedures.permissions import in_force_exists
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField
from qms.organisation.forms import PasswordForm
from qms.organisation.models import AgencyProfile, Unit
from qms.records.models import Signature
from qms.records.signatures import Signing

MONTHS = [(month, f"Tháng {month}") for month in range(1, 13)]
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def editions_of(agency: Unit) -> list[str]:
    """Return the editions with a catalogue, the one that the agency applies first."""
    known = Clause.objects.order_by("edition").values_list("edition", flat=True).distinct()
    applied = AgencyProfile.objects.filter(unit=agency).values_list("standard", flat=True)
    return list(dict.fromkeys([*applied, *known]))


class ProgrammeForm(forms.Form):
    """Begin the plan of a year."""

    year = forms.IntegerField(label="Năm", min_value=_FIRST_YEAR, max_value=_LAST_YEAR)
    edition = forms.ChoiceField(
        label="Tiêu chuẩn", help_text="Bản tiêu chuẩn làm chuẩn mực; điều khoản lấy theo bản này."
    )
    purpose = forms.CharField(
        label="Mục đích",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial="Xác định hệ thống quản lý chất lượng có phù hợp với tiêu chuẩn và quy định của "
        "cơ quan, được thực hiện và duy trì có hiệu lực hay không.",
    )
    note = forms.CharField(
        label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, agency: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].choices = [(e, e) for e in editions_of(agency)]  # type: ignore[attr-defined]
        self.fields["year"].initial = today().year


class WordingForm(forms.Form):
    """Purpose and note of a draft."""

    purpose = forms.CharField(
        label="Mục đích", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    note = forms.CharField(
        label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    @classmethod
    def of(cls, programme: AuditProgramme) -> "WordingForm":
        return cls(initial={"purpose": programme.purpose, "note": programme.note})


class _UnitField(forms.ModelChoiceField):
    def label_from_instance(self, unit: Unit) -> str:
        return f"{unit.name} (Một cửa)" if unit.kind == Unit.Kind.ONE_STOP else unit.name


class LineForm(forms.Form):
    """One line: what is audited, in which months, how."""

    unit = _UnitField(
        label="Đơn vị", queryset=Unit.objects.none(), required=False, empty_label="(không nêu)"
    )
    procedure = forms.ModelChoiceField(
        label="Quy trình",
        queryset=Procedure.objects.none(),
        required=False,
        empty_label="(không nêu)",
        help_text="Quy trình đang có hiệu lực. Bỏ trống nếu đánh giá theo đơn vị hoặc điều khoản.",
    )
    clauses = forms.MultipleChoiceField(
        label="Điều khoản", required=False, widget=forms.CheckboxSelectMultiple
    )
    more_clauses = LineField(
        label="Điều khoản khác",
        required=False,
        max_length=200,
        help_text="Ghi số, cách nhau bằng dấu phẩy, ví dụ 7.1.5, 8.5.1.",
    )
    months = forms.TypedMultipleChoiceField(
        label="Tháng",
        choices=MONTHS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn ít nhất một tháng."},
    )
    scope = forms.CharField(
        label="Phạm vi, chuẩn mực", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    team = LineField(
        label="Chuyên gia, đoàn đánh giá",
        required=False,
        max_length=255,
        help_text="Dự kiến; phân công chính thức khi lập cuộc đánh giá.",
    )
    note = forms.CharField(
        label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, programme: AuditProgramme, line: ProgrammeLine | None = None, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.programme, self.line = programme, line
        fields: dict[str, Any] = dict(self.fields)
        units = plannable_units(programme.agency).existing(on=today())
        fields["unit"].queryset = units.order_by("path")
        fields["procedure"].queryset = _offered(programme, line)
        clauses = Clause.objects.of(programme.edition)
        listed = clauses.auditable().second_level()
        fields["clauses"].choices = offered_clauses(listed, clauses.left_out())

    def clause_groups(self) -> Iterator[tuple[Clause, list[forms.boundfield.BoundWidget]]]:
        """Yield each chapter with the boxes of its clauses."""
        chapters = Clause.objects.of(self.programme.edition).auditable().filter(parent=None)
        boxes = list(self["clauses"])
        for chapter in chapters:
            within = f"{chapter.number}."
            yield chapter, [box for box in boxes if str(box.data["value"]).startswith(within)]

    def clean_more_clauses(self) -> list[str]:
        """Return the numbers that were typed, each of which the edition has."""
        typed: str = self.cleaned_data["more_clauses"]
        numbers = [number for number in re.split(r"[,;\s]+", typed) if number]
        known = Clause.objects.of(self.programme.edition).filter(number__in=numbers)
        unknown = set(numbers) - set(known.values_list("number", flat=True))
        if unknown:
            listed = ", ".join(sorted(unknown, key=clause_key))
            raise forms.ValidationError(f"{self.programme.edition} không có điều {listed}.")
        return numbers

    def given(self) -> LineGiven:
        """Return what was typed; the reasons of a proposal stay with the line."""
        data = self.cleaned_data
        return LineGiven(
            unit=data["unit"],
            procedure=data["procedure"],
            clauses=[*data["clauses"], *data["more_clauses"]],
            months=data["months"],
            scope=data["scope"],
            team=data["team"],
            note=data["note"],
            reasons=self.line.reasons if self.line else "",
        )


def _offered(programme: AuditProgramme, line: ProgrammeLine | None) -> QuerySet[Procedure]:
    """Return the agency's procedures in force, and the one that the line names already."""
    kept = Q(pk=line.procedure_id) if line and line.procedure_id else Q(pk__in=[])
    own = Procedure.objects.filter(Q(in_force_exists()) | kept, agency=programme.agency)
    return own.order_by("sort_key")


def line_initial(line: ProgrammeLine) -> dict[str, Any]:
    """Return the values of a line as `LineForm` shows them."""
    second = [number for number in line.clauses if number.count(".") == 1]
    return {
        "unit": line.unit_id,
        "procedure": line.procedure_id,
        "clauses": second,
        "more_clauses": ", ".join(number for number in line.clauses if number not in second),
        "months": line.months,
        "scope": line.scope,
        "team": line.team,
        "note": line.note,
    }


@dataclass(frozen=True)
class Offer:
    """A proposal with its box to tick."""

    proposal: Proposal
    is_ticked: bool


class ProposalsForm(forms.Form):
    """Which proposals are taken into the plan, and in which month."""

    keys = forms.MultipleChoiceField(
        label="Nội dung", error_messages={"required": "Hãy chọn ít nhất một nội dung."}
    )
    month = forms.TypedChoiceField(label="Tháng", choices=MONTHS, coerce=int)

    def __init__(self, *args: Any, offered: Iterable[Proposal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = list(offered)
        self.fields["keys"].choices = [(p.key, p.subject) for p in self.offered]  # type: ignore[attr-defined]

    def offers(self) -> Iterator[Offer]:
        """Yield the proposals as they stand in the form."""
        ticked = self["keys"].value() or []
        for proposal in self.offered:
            yield Offer(proposal, proposal.key in ticked)


class ApproveForm(PasswordForm):
    """The leader's password, on the plan as it was shown; a day where it was signed on paper."""

    seen = forms.CharField(widget=forms.HiddenInput)
    on = DateField(
        label="Ngày ký trên bản giấy",
        required=False,
        help_text="Chỉ ghi khi kế hoạch đã được ký trên bản giấy; để trống là phê duyệt hôm nay.",
    )

    def clean_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["on"]
        if day and day > today():
            raise forms.ValidationError("Ngày phê duyệt không được ở sau hôm nay.")
        return day

    def signing(self) -> Signing:
        """Return how it is signed: on paper where its day was typed, else by the password."""
        day: dt.date | None = self.cleaned_data["on"]
        if day:
            return Signing(Signature.Method.PAPER, on=day)
        return Signing(Signature.Method.PASSWORD)
