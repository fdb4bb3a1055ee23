"""What is typed on the pages of coverage and of the catalogue."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from procedures.coverage import EARLIEST, LATEST
from procedures.models import Exclusion, Field
from qms.foundation.dates import format_date, parse_date, today
from qms.foundation.forms import DateField
from qms.organisation.models import Unit


def sane_day(day: dt.date) -> None:
    """Raise ValidationError for a day that can only be a slip of the pen."""
    if not EARLIEST <= day <= LATEST:
        raise ValidationError(f"Ngày phải từ {format_date(EARLIEST)} đến {format_date(LATEST)}.")


def _as_read(text: str) -> str:
    """Return the day of a link, 2022-06-30, as people read it; else the text as it was typed."""
    try:
        day = parse_date(text)
    except ValueError:
        return text
    return format_date(day) if day >= EARLIEST else text


class DayForm(forms.Form):
    """The day a page is asked of; a bad one is told at the field, and today is shown."""

    ngay = DateField(label="Ngày", required=False, validators=[sane_day])

    def __init__(self, data: Mapping[str, Any], **usual: str) -> None:
        usual["ngay"] = format_date(today())
        given = {key: data.get(key) or usual.get(key, "") for key in self.base_fields}
        super().__init__(given | {"ngay": _as_read(given["ngay"])})

    @property
    def day(self) -> dt.date:
        """Return the day asked for, today where none or a bad one was typed."""
        self.is_valid()
        return self.cleaned_data.get("ngay") or today()


class CoverageForm(DayForm):
    donvi = forms.ChoiceField(
        label="Đơn vị",
        required=False,
        error_messages={"invalid_choice": "Không có đơn vị này trong cơ quan của bạn."},
    )

    def __init__(self, data: Mapping[str, Any], *, units: Sequence[Unit], default: Unit) -> None:
        super().__init__(data, donvi=default.code)
        self.units = {unit.code: unit for unit in units}
        self.default = default
        top = min((len(unit.ancestor_ids()) for unit in units), default=1)
        choices = [
            (unit.code, "\u2003" * (len(unit.ancestor_ids()) - top) + unit.name) for unit in units
        ]
        self.fields["donvi"].choices = choices  # type: ignore[attr-defined]

    @property
    def unit(self) -> Unit:
        """Return the unit asked for, the own agency where none or an unknown one was."""
        self.is_valid()
        return self.units.get(self.cleaned_data.get("donvi", ""), self.default)


class CatalogueForm(DayForm):
    """Filters of the catalogue; an unknown choice filters nothing."""

    IN_FORCE, ENDED, ALL = "con", "het", "tat-ca"

    q = forms.CharField(
        label="Tìm theo tên, mã",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    linhvuc = forms.ModelChoiceField(
        label="Lĩnh vực",
        queryset=Field.objects.all(),
        required=False,
        to_field_name="name",
        empty_label="Tất cả",
    )
    hieuluc = forms.ChoiceField(
        label="Hiệu lực",
        required=False,
        choices=[(IN_FORCE, "Còn hiệu lực"), (ENDED, "Hết hiệu lực"), (ALL, "Tất cả")],
    )

    field_order = ["q", "linhvuc", "hieuluc", "ngay"]

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, hieuluc=self.IN_FORCE)

    def value(self, name: str) -> Any:
        """Return what was chosen, None where it was nothing or unknown."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


class ExclusionForm(forms.Form):
    responsibility = forms.TypedChoiceField(
        label="Trách nhiệm",
        coerce=int,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Hãy chọn một trách nhiệm chưa có đề nghị."
        ),
    )
    reason = forms.ChoiceField(
        label="Lý do",
        choices=Exclusion.Reason.choices,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Hãy chọn một lý do trong danh sách."
        ),
    )
    note = forms.CharField(
        label="Giải trình",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    valid_from = DateField(
        label="Từ ngày",
        required=False,
        validators=[sane_day],
        help_text="Để trống nếu chưa bao giờ thuộc phạm vi.",
    )

    def __init__(self, *args: Any, duties: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsibility"].choices = duties  # type: ignore[attr-defined]


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label="Lý do không chấp nhận",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Hãy ghi lý do không chấp nhận."},
    )
