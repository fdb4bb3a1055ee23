"""What the journal may be narrowed to, as typed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from qms.foundation.dates import LOCAL
from qms.foundation.forms import DateField
from qms.foundation.text import fold
from qms.organisation.models import User

GROUPS = {
    "quy-trinh": ("Quy trình, quyết định", "procedures_"),
    "danh-gia": ("Đánh giá, không phù hợp", "audits_"),
    "to-chuc": ("Đơn vị, người dùng, quyền", "organisation_"),
    "ho-so": ("Chữ ký, tệp", "records_"),
}
_MOST_PEOPLE = 50


class JournalForm(forms.Form):
    """Narrows by person, by day and by subject; what is typed wrongly narrows nothing."""

    nguoi = forms.CharField(label="Người thực hiện", required=False, max_length=150)
    nhom = forms.ChoiceField(
        label="Nhóm",
        required=False,
        choices=[("", "Tất cả"), *((key, label) for key, (label, _) in GROUPS.items())],
        error_messages={"invalid_choice": "Không có nhóm này."},
    )
    tu = DateField(label="Từ ngày", required=False)
    den = DateField(label="Đến hết ngày", required=False)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({name: data.get(name, "") for name in self.base_fields})

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("tu") and given.get("den") and given["den"] < given["tu"]:
            self.add_error("den", "Ngày cuối phải từ ngày đầu trở đi.")
        return given

    def condition(self) -> Q:
        """Return what the entries asked for fulfil; days are those of the office, inclusive."""
        self.is_valid()
        given, wanted = self.cleaned_data, Q()
        if group := GROUPS.get(given.get("nhom", "")):
            wanted &= Q(table__startswith=group[1])
        if first := given.get("tu"):
            wanted &= Q(recorded_at__gte=_midnight(first))
        if last := given.get("den"):
            wanted &= Q(recorded_at__lt=_midnight(last) + dt.timedelta(days=1))
        if given.get("nguoi"):
            wanted &= Q(actor__in=_named(given["nguoi"]))
        return wanted

    @property
    def is_narrowed(self) -> bool:
        return any(self[name].value() for name in self.fields)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min), LOCAL)


def _named(text: str) -> list[int]:
    """Return the keys of the people whose name or account holds `text`, accents aside."""
    wanted = fold(text)
    people = User.objects.values_list("pk", "full_name", "username")
    found = (pk for pk, *names in people if any(wanted in fold(name) for name in names))
    return [pk for pk, _ in zip(found, range(_MOST_PEOPLE), strict=False)]
