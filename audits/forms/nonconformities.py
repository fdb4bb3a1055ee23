"""What is typed to put down a nonconformity that no audit found."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from audits.actions.raising import NewNonconformity
from audits.forms.places import Place, clause_choices, places_of, versions_on
from audits.models import Nonconformity
from audits.recurrence import Likeness, similar_to, why_label
from procedures.models import Procedure
from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField
from qms.organisation.models import Unit

Source = Nonconformity.Source
# What everybody may report; what comes from outside or above, who keeps the system puts down.
OWN_SOURCES = (Source.SELF_CHECK, Source.LATE_DOSSIER, Source.COMPLAINT)
ALL_SOURCES = (*OWN_SOURCES, Source.EXTERNAL_CHECK, Source.MANAGEMENT_REVIEW)
_SIMILAR_SHOWN = 5


class _ProcedureField(forms.ModelChoiceField):
    def label_from_instance(self, procedure: Procedure) -> str:
        return f"{procedure.code} – {procedure.title}"[:140]


def _look(region: str, *also: str) -> dict[str, str]:
    """Return what has htmx send the form when the field changes, to show `region` anew."""
    attrs = {
        "hx-post": "",
        "hx-trigger": "change",
        "hx-target": region,
        "hx-select": region,
        "hx-swap": "outerHTML",
        "hx-vals": '{"look": "1"}',
    }
    return attrs | ({"hx-select-oob": ",".join(also)} if also else {})


def _text(label: str, help_text: str, missing: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
        error_messages={"required": missing},
    )


class NonconformityForm(forms.Form):
    """A nonconformity with its three parts, where it was found, and whether it happened before."""

    source = forms.ChoiceField(label="Nguồn")
    found_on = DateField(label="Ngày phát hiện", initial=today)
    unit = forms.ModelChoiceField(
        label="Đơn vị để xảy ra",
        queryset=Unit.objects.none(),
        empty_label="– chọn đơn vị –",
        error_messages={"required": "Hãy chọn đơn vị."},
    )
    grade = forms.ChoiceField(
        label="Mức",
        choices=Nonconformity.Grade.choices,
        initial=Nonconformity.Grade.MINOR,
        widget=forms.RadioSelect,
        help_text="Nặng: ảnh hưởng đến kết quả giải quyết, đến người dân, hoặc mang tính hệ thống.",
    )
    procedure = _ProcedureField(
        label="Quy trình",
        queryset=Procedure.objects.none(),
        required=False,
        empty_label="– không gắn với quy trình nào –",
    )
    step = forms.ChoiceField(
        label="Bước của quy trình",
        required=False,
        error_messages={
            "invalid_choice": "Bản có hiệu lực vào ngày phát hiện không có bước này; hãy chọn lại."
        },
    )
    clause = forms.ChoiceField(label="Điều khoản của tiêu chuẩn", required=False)
    requirement = _text(
        "Yêu cầu",
        "Điều khoản, bước của quy trình hoặc quy định mà việc làm phải theo.",
        "Hãy ghi yêu cầu không được đáp ứng.",
    )
    evidence_text = _text(
        "Bằng chứng", "Đã thấy gì, ở hồ sơ nào, ngày nào.", "Hãy ghi bằng chứng đã thấy."
    )
    gap = _text(
        "Mô tả sự không phù hợp", "Khác yêu cầu ở chỗ nào.", "Hãy ghi khác yêu cầu ở chỗ nào."
    )
    finder_name = LineField(
        label="Người phát hiện",
        max_length=150,
        required=False,
        help_text="Để trống nếu chính bạn phát hiện. Kiểm tra bên ngoài: tên đoàn kiểm tra.",
    )
    minutes_on = DateField(
        label="Ngày ký biên bản kiểm tra",
        required=False,
        help_text="Hạn báo cáo tính từ ngày này (TT 26/2014/TT-BKHCN, Điều 37).",
    )
    repeats = forms.ChoiceField(label="Phiếu tương tự", required=False, widget=forms.RadioSelect)
    repeat_denied = forms.CharField(
        label="Vì sao không coi là lặp lại",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="KPH nặng có phiếu tương tự: liên kết hoặc ghi lý do trước khi phân tích.",
    )

    def __init__(
        self,
        *args: Any,
        agency: Unit,
        edition: str,
        procedures: QuerySet[Procedure],
        visible: QuerySet[Nonconformity],
        sources: tuple[str, ...] = OWN_SOURCES,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.agency, self.edition = agency, edition
        self._choose("source", [(each, Source(each).label) for each in sources])
        self.clauses = clause_choices(edition)[1:]
        self.has_outside = Source.EXTERNAL_CHECK in sources
        self._choose("clause", [("", "– chọn điều khoản –"), *self.clauses])
        units = Unit.objects.within(agency).existing(on=today())
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["procedure"].queryset = procedures  # type: ignore[attr-defined]
        self.places = self._places(procedures)
        steps = [place for place in self.places.values() if place.step_key]
        labels = [(p.step_key, f"Bước {p.number}. {p.step_text}"[:140]) for p in steps]
        self._choose("step", [("", "– cả quy trình –"), *labels])
        self.similar = list(self._similar(visible)[:_SIMILAR_SHOWN])
        alike = [(str(each.pk), f"{each.number} ({why_label(each)})") for each in self.similar]
        self._choose("repeats", [("", "Chưa xét, hoặc không lặp lại phiếu nào"), *alike])
        for name, attrs in (
            ("procedure", _look("#cac-buoc", "#tuong-tu")),
            ("found_on", _look("#cac-buoc", "#tuong-tu")),
            ("step", _look("#tuong-tu")),
            ("clause", _look("#tuong-tu")),
        ):
            self.fields[name].widget.attrs.update(attrs)

    def _choose(self, name: str, choices: Any) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _now(self, name: str) -> Any:
        """Return a field as it is typed so far, None where it cannot be read."""
        try:
            return self.fields[name].clean(self[name].value())
        except forms.ValidationError:
            return None

    def _places(self, procedures: QuerySet[Procedure]) -> dict[str, Place]:
        """Return the steps of the chosen procedure as it stood on the day, by their key."""
        procedure, day = self._now("procedure"), self._now("found_on") or today()
        if procedure is None:
            return {}
        places = places_of(versions_on([procedure.pk], day)[:1])
        return {place.step_key: place for place in places.values()}

    def _similar(self, visible: QuerySet[Nonconformity]) -> QuerySet[Nonconformity]:
        procedure = self._now("procedure")
        key = Likeness(
            agency=self.agency,
            found_on=self._now("found_on") or today(),
            procedure_id=procedure.pk if procedure else None,
            step_key=self._now("step") or "",
            clause=self._now("clause") or "",
        )
        return similar_to(key).filter(pk__in=visible.values("pk")).select_related("unit")

    def clean_repeats(self) -> Nonconformity | None:
        chosen = self.cleaned_data["repeats"]
        return next((each for each in self.similar if str(each.pk) == chosen), None)

    def given(self) -> NewNonconformity:
        """Return what was typed, with the version that was in force on the day it was found."""
        data = dict(self.cleaned_data)
        place = self.places.get(data.pop("step"))
        return NewNonconformity(
            agency=self.agency,
            edition=self.edition if data["clause"] else "",
            version=place.version if place else None,
            step_key=place.step_key if place else "",
            step_text=place.step_text if place else "",
            **data,
        )
