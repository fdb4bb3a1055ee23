"""The page of the agency's profile and settings."""

import re

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from qms.foundation.forms import DateField
from qms.organisation.models import AgencyProfile, has_role
from qms.organisation.roles import Role

_CODE_PATTERN = re.compile(r"[^{}]*\{seq(?::0?[1-9])?\}[^{}]*")


class AgencyForm(forms.ModelForm):
    """Names, labels, patterns and intervals of an agency."""

    catalogue_until = DateField(label="Danh mục TTHC cập nhật đến", required=False)

    class Meta:
        model = AgencyProfile
        fields = (
            "parent_name",
            "display_name",
            "place",
            "address",
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
    history = profile.history.select_related("history_user").order_by("-history_id")[:20]
    context = {"form": form, "profile": profile, "history": history}
    status = 422 if form.errors else 200
    return render(request, "organisation/agency.html", context, status=status)
