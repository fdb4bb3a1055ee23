"""The page of those who check the agency from outside: their account, their days."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from qms.foundation.dates import today
from qms.foundation.forms import DateField, LineField
from qms.organisation.models import Unit, UnitGrant, User, grant_role, has_role, people_of
from qms.organisation.roles import Role

_HOSTS = (Role.ISO_SECRETARY, Role.LEADER, Role.SYSTEM_ADMIN)
_DAY = dt.timedelta(days=1)


class CheckerForm(forms.Form):
    """An account that the administrator has made, and the days on which it may see the agency."""

    username = LineField(
        label="Tên đăng nhập",
        max_length=150,
        help_text="Quản trị hệ thống lập tài khoản trước.",
    )
    valid_from = DateField(label="Từ ngày")
    until_on = DateField(label="Đến hết ngày")

    def __init__(self, *args: Any, agency: Unit, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency, self.user = agency, user

    def clean_username(self) -> User:
        """Return the account; somebody of the agency is no checker from outside."""
        found = User.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if found is None:
            raise forms.ValidationError("Không có tài khoản nào với tên đăng nhập này.")
        standing = UnitGrant.objects.filter(
            user=found, permission__codename=Role.EXTERNAL_CHECKER
        ).valid(on=today())
        of_agency = people_of(self.agency, on=today()).filter(pk=found.pk)
        if found == self.user or (of_agency.exists() and not standing.exists()):
            raise forms.ValidationError("Đây là người của cơ quan, không phải đoàn kiểm tra.")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", "Ngày cuối không được trước ngày đầu.")
        elif last and last < today():
            self.add_error("until_on", "Ngày này đã qua.")
        return cleaned


@require_http_methods(["GET", "POST"])
def checker_list(request: HttpRequest) -> HttpResponse:
    """Show who checks the agency and when; let somebody in for some days."""
    agency = _agency(request)
    form = CheckerForm(
        request.POST or None,
        agency=agency,
        user=request.user,
        initial={"valid_from": today()},
    )
    if form.is_valid():
        told = form.cleaned_data
        try:
            grant_role(
                told["username"],
                Role.EXTERNAL_CHECKER,
                agency,
                by=_person(request),
                valid_from=told["valid_from"],
                valid_to=told["until_on"] + _DAY,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, f"{told['username']} xem được tài liệu trong thời gian ấy.")
            return redirect("organisation:checker-list")
    grants = _grants(agency).select_related("user", "granted_by").order_by("-valid_from", "-pk")
    context = {"agency": agency, "grants": grants, "form": form}
    status = 422 if form.errors else 200
    return render(request, "organisation/checker_list.html", context, status=status)


@require_POST
def checker_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the days that are left back, from today on."""
    agency = _agency(request)
    grant = get_object_or_404(_grants(agency).select_related("user"), pk=pk)
    if grant.end(by=_person(request), on=today()):
        messages.success(request, f"{grant.user} không còn xem được từ hôm nay.")
    else:
        messages.error(request, "Thời gian này đã kết thúc. Chưa ghi gì thêm.")
    return redirect("organisation:checker-list")


def _grants(agency: Unit) -> QuerySet[UnitGrant]:
    return UnitGrant.objects.filter(
        content_object=agency, permission__codename=Role.EXTERNAL_CHECKER
    )


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # LoginRequiredMiddleware lets nobody else come here
        raise PermissionDenied
    return request.user


def _agency(request: HttpRequest) -> Unit:
    """Return the first agency that this person may let checkers into, or answer 403."""
    for agency in Unit.objects.agencies().order_by("path"):
        if has_role(request.user, *_HOSTS, unit=agency):
            return agency
    raise PermissionDenied
