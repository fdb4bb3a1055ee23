"""The page of the agency's profile and settings."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from qms.foundation.dates import format_date
from qms.foundation.forms import DateField
from qms.organisation.models import AgencyProfile, has_role
from qms.organisation.roles import Role

_CODE_PATTERN = re.compile(r"[^{}]*\{seq(?::0?[1-9])?\}[^{}]*")


class AgencyForm(forms.ModelForm):
    """Names, labels, patterns and intervals of an agency."""

    catalogue_until = DateField(
        label="Danh mục TTHC cập nhật đến",
        required=False,
        help_text="Số liệu của ngày sau đó sẽ kèm lời lưu ý.",
    )

    GROUPS = (
        ("Cơ quan", ("parent_name", "display_name", "place", "address", "signs_on_behalf")),
        ("Hệ thống quản lý", ("standard", "scope_statement")),
        ("Mã hiệu, đánh số", ("code_pattern", "numbering")),
        ("Nhãn của ô ký", ("prepared_label", "reviewed_label", "approved_label")),
        (
            "Chu kỳ, thời hạn",
            ("review_interval_months", "update_deadline_months", "catalogue_until"),
        ),
        ("Người đọc", ("public_reading",)),
    )

    class Meta:
        model = AgencyProfile
        fields = (
            "parent_name",
            "display_name",
            "place",
            "address",
            "signs_on_behalf",
            "standard",
            "scope_statement",
            "code_pattern",
            "numbering",
            "prepared_label",
            "reviewed_label",
            "approved_label",
            "review_interval_months",
            "update_deadline_months",
            "catalogue_until",
            "public_reading",
        )
        widgets = {"scope_statement": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "public_reading": "Ai cũng đọc được quy trình giải quyết TTHC đang có hiệu lực và tải "
            "biểu mẫu của chúng. Bản chụp có chữ ký, dự thảo, tài liệu khác thì không.",
        }

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Yield the fields under the headings of the page."""
        for heading, names in self.GROUPS:
            yield heading, [self[name] for name in names]

    def clean_code_pattern(self) -> str:
        """Refuse a pattern that does not hold `{seq}` once, alone or with a width up to 9."""
        pattern: str = self.cleaned_data["code_pattern"]
        if not _CODE_PATTERN.fullmatch(pattern):
            raise forms.ValidationError(
                "Mẫu phải có {seq} đúng một lần để đánh số, ví dụ QT-{seq:02}/GDĐT."
            )
        return pattern


@require_http_methods(["GET", "POST"])
def agency(request: HttpRequest) -> HttpResponse:
    """Show the profile of the own agency; secretary, leader and administrator may change it."""
    profiles = AgencyProfile.objects.select_related("unit").order_by("unit__path")
    editors = (Role.ISO_SECRETARY, Role.LEADER, Role.SYSTEM_ADMIN)
    profile = next((p for p in profiles if has_role(request.user, *editors, unit=p.unit)), None)
    if profile is None:
        raise PermissionDenied
    form = AgencyForm(request.POST or None, instance=profile)
    if form.is_valid():
        form.instance.record(by=request.user, reason="Sửa thiết lập cơ quan")
        messages.success(request, "Đã lưu thiết lập cơ quan.")
        return redirect("organisation:agency")
    rows = list(profile.history.select_related("history_user").order_by("-history_id")[:21])
    context = {"form": form, "profile": profile, "history": list(_told(rows))[:20]}
    status = 422 if form.errors else 200
    return render(request, "organisation/agency.html", context, status=status)


def _told(rows: Sequence[Any]) -> Iterator[tuple[Any, list[tuple[str, str, str]]]]:
    """Yield each history row, newest first, with (label, old, new) of what it changed."""
    for row, before in zip(rows, [*rows[1:], None], strict=True):
        changes = []
        for name in AgencyForm.Meta.fields if before else ():
            was, now = _worded(before, name), _worded(row, name)
            if was != now:
                changes.append((str(AgencyForm.base_fields[name].label), was, now))
        yield row, changes


def _worded(row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, dt.date):
        return format_date(value)
    shown = getattr(row, f"get_{name}_display", None)
    return str(shown() if shown else value or "")
