"""What is typed when a unit or a position is reorganised: what, from when, into what."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from procedures.reorganisation import Kind, Question, Reorganisation
from qms.foundation.forms import DateField, LineField, ManyField
from qms.foundation.text import clean
from qms.organisation.forms import PasswordForm
from qms.organisation.models import Position, Unit

MOST = 30  # units that one splits into


class _UnitField(forms.ModelChoiceField):
    def label_from_instance(self, unit: Unit) -> str:
        return _named(unit)


class _UnitsField(ManyField):
    def label_from_instance(self, unit: Unit) -> str:
        return _named(unit)


def _named(unit: Unit) -> str:
    return f"{unit.name} – {unit.parent.name}" if unit.parent else unit.name


class ReorganiseForm(forms.Form):
    """From when and why; what else is asked depends on the deed."""

    kind = ""

    on = DateField(
        label="Từ ngày",
        help_text="Ngày đầu tiên theo tổ chức mới; có thể là một ngày sắp tới.",
        error_messages={
            "required": "Hãy ghi ngày bắt đầu.",
            "invalid": "Ngày phải ghi theo dạng ngày/tháng/năm, ví dụ 01/07/2025.",
        },
    )
    reason = forms.CharField(
        label="Lý do, căn cứ",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Số, ngày của văn bản sắp xếp tổ chức.",
        error_messages={"required": "Hãy ghi lý do, căn cứ."},
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = units.filter(valid_to=None).select_related("parent").order_by("path")
        below = standing.exclude(kind=Unit.Kind.AGENCY)
        self.agencies = standing.filter(kind=Unit.Kind.AGENCY)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and name != "position":
                whole = name in ("parent", "targets", "ended")
                field.queryset = standing if whole else below

    def change(self) -> Reorganisation:
        """Return what is asked for. Raises ValidationError where there is no agency for it."""
        data = self.cleaned_data
        olds = data.get("olds") or [data.get("old") or data.get("ended")]
        olds = [unit for unit in olds if unit is not None]
        return Reorganisation(
            kind=self.kind,
            agency=self._agency(olds),
            on=data["on"],
            reason=clean(data["reason"]),
            olds=tuple(olds),
            names=tuple(self._names()),
            targets=tuple(self._targets()),
            parent=data.get("parent"),
            position=data.get("position"),
        )

    def _agency(self, olds: list[Unit]) -> Unit:
        if not olds:
            chosen: Unit = self.cleaned_data["agency"]
            return chosen
        agencies = {unit.agency() for unit in olds}
        if len(agencies) > 1:
            raise ValidationError("Các đơn vị phải thuộc cùng một cơ quan.")
        return agencies.pop()

    def _names(self) -> list[str]:
        name = self.cleaned_data.get("name")
        return [name] if name else []

    def _targets(self) -> list[Unit]:
        return []


class RenameForm(ReorganiseForm):
    kind = Kind.RENAME_UNIT

    old = _UnitField(label="Đơn vị", queryset=Unit.objects.none(), empty_label="Chọn đơn vị")
    name = LineField(label="Tên mới", max_length=255)
    field_order = ["old", "name", "on", "reason"]


class MergeForm(ReorganiseForm):
    kind = Kind.MERGE_UNITS

    olds = _UnitsField(
        label="Các đơn vị sáp nhập",
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn đơn vị sáp nhập."},
    )
    into = _UnitField(
        label="Nhập vào đơn vị có sẵn",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="Không, lập đơn vị mới",
    )
    name = LineField(label="Tên đơn vị mới", max_length=255, required=False)
    field_order = ["olds", "into", "name", "on", "reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        olds, into, name = data.get("olds"), data.get("into"), data.get("name")
        if bool(into) == bool(name):
            self.add_error("name", "Ghi tên đơn vị mới, hoặc chọn một đơn vị có sẵn.")
        if olds is not None and into is None and len(olds) < 2:
            self.add_error("olds", "Sáp nhập thành đơn vị mới thì chọn ít nhất hai đơn vị.")
        if olds is not None and into is not None and into in olds:
            self.add_error("into", "Đơn vị nhận không nằm trong các đơn vị được nhập vào.")
        return data

    def _targets(self) -> list[Unit]:
        into = self.cleaned_data.get("into")
        return [into] if into else []


class SplitForm(ReorganiseForm):
    kind = Kind.SPLIT_UNIT

    old = _UnitField(label="Đơn vị", queryset=Unit.objects.none(), empty_label="Chọn đơn vị")
    new_names = forms.CharField(
        label="Tên các đơn vị mới",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Mỗi dòng một đơn vị.",
        error_messages={"required": "Hãy ghi tên các đơn vị mới."},
    )
    field_order = ["old", "new_names", "on", "reason"]

    def clean_new_names(self) -> str:
        names = _lines(self.cleaned_data["new_names"])
        if not 2 <= len(names) <= MOST:
            raise ValidationError("Ghi ít nhất hai đơn vị, mỗi dòng một đơn vị.")
        if any(len(name) > 255 for name in names):
            raise ValidationError("Tên đơn vị dài quá 255 ký tự.")
        return "\n".join(names)

    def _names(self) -> list[str]:
        return _lines(self.cleaned_data["new_names"])


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(name for line in text.splitlines() if (name := clean(line))))


class MoveForm(ReorganiseForm):
    kind = Kind.MOVE_UNIT

    old = _UnitField(label="Đơn vị", queryset=Unit.objects.none(), empty_label="Chọn đơn vị")
    parent = _UnitField(
        label="Chuyển về trực thuộc",
        queryset=Unit.objects.none(),
        empty_label="Chọn đơn vị cấp trên",
        help_text="Trong cùng cơ quan; sang cơ quan khác thì dùng “Kết thúc, bàn giao”.",
    )
    field_order = ["old", "parent", "on", "reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        old, parent = data.get("old"), data.get("parent")
        if old and parent and old.agency() != parent.agency():
            self.add_error("parent", "Hãy chọn đơn vị trong cùng cơ quan.")
        if old and parent and old.parent_id == parent.pk:
            self.add_error("parent", f"{old} đang trực thuộc đơn vị này.")
        return data

    def _names(self) -> list[str]:
        return [self.cleaned_data["old"].name]


class EndForm(ReorganiseForm):
    kind = Kind.END_UNIT

    ended = _UnitField(
        label="Đơn vị, cơ quan kết thúc",
        queryset=Unit.objects.none(),
        empty_label="Chọn đơn vị",
    )
    targets = _UnitsField(
        label="Bàn giao cho",
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Đơn vị của cơ quan khác mà bạn cũng là thư ký ISO; mỗi nơi nhận tất cả TTHC.",
        error_messages={"required": "Hãy chọn nơi nhận bàn giao."},
    )
    field_order = ["ended", "targets", "on", "reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ended, targets = data.get("ended"), data.get("targets")
        if ended and targets is not None:
            agencies = [unit.agency() for unit in targets]
            if ended.agency() in agencies:
                self.add_error("targets", "Nơi nhận phải thuộc cơ quan khác.")
            elif len(set(agencies)) < len(agencies):
                self.add_error("targets", "Mỗi cơ quan nhận chọn một đơn vị.")
        return data

    def _targets(self) -> list[Unit]:
        return list(self.cleaned_data["targets"])


class RenamePositionForm(ReorganiseForm):
    kind = Kind.RENAME_POSITION

    agency = forms.ModelChoiceField(label="Cơ quan", queryset=Unit.objects.none(), empty_label=None)
    position = forms.ModelChoiceField(
        label="Chức danh", queryset=Position.objects.none(), empty_label="Chọn chức danh"
    )
    name = LineField(label="Tên mới", max_length=150)
    field_order = ["agency", "position", "name", "on", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = self.agencies  # type: ignore[attr-defined]
        positions = Position.objects.filter(is_active=True)
        self.fields["position"].queryset = positions  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        position = data.get("position")
        if position and data.get("name") == position.name:
            self.add_error("name", "Tên mới trùng tên cũ.")
        return data


# The words of the addresses, in the order of the page.
DEEDS: dict[str, type[ReorganiseForm]] = {
    "doi-ten": RenameForm,
    "sap-nhap": MergeForm,
    "tach": SplitForm,
    "chuyen": MoveForm,
    "ban-giao": EndForm,
    "doi-ten-chuc-danh": RenamePositionForm,
}


class ConfirmForm(PasswordForm):
    """The password, and what was shown; for several successors, who and what goes to which."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, questions: list[Question], successors: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[question.name] = forms.TypedChoiceField(
                label=question.label, coerce=int, choices=list(enumerate(successors))
            )

    def choice_fields(self) -> list[forms.BoundField]:
        return [self[question.name] for question in self.questions]

    def choices(self) -> dict[str, int]:
        return {question.name: self.cleaned_data[question.name] for question in self.questions}
