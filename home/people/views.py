"""People of the office, what is open in their name, and leaving."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from home.people.open_work import open_work
from home.people.reach import administered_people, administrators_of, followed_people
from qms.foundation.dates import format_date, today
from qms.foundation.forms import DateField, LineField
from qms.http import UserRequest
from qms.organisation.leaving import come_back, leave
from qms.organisation.models import User, has_role
from qms.organisation.roles import Role


class LeaveForm(forms.Form):
    """From which day somebody is gone, and why."""

    on = DateField(
        label="Nghỉ từ ngày",
        help_text="Ngày đầu tiên không còn đăng nhập được; có thể ghi trước.",
    )
    reason = LineField(
        label="Lý do",
        max_length=200,
        help_text="Ví dụ: nghỉ hưu theo Quyết định số…, chuyển công tác.",
        error_messages={"required": "Hãy ghi lý do."},
    )


class ReturnForm(forms.Form):
    """Why the account is opened again."""

    reason = LineField(label="Lý do", max_length=200, error_messages={"required": "Hãy ghi lý do."})


@require_safe
def person_list(request: UserRequest) -> HttpResponse:
    if not has_role(request.user, Role.ISO_SECRETARY, Role.SYSTEM_ADMIN):
        raise PermissionDenied
    people = followed_people(request.user).prefetch_related("posts__position", "posts__unit")
    page = Paginator(people.order_by("sort_key", "pk"), 50).get_page(request.GET.get("trang"))
    return render(request, "home/person_list.html", {"page": page})


@require_http_methods(["GET", "POST"])
def person_leave(request: UserRequest, pk: int) -> HttpResponse:
    """Show what is open in somebody's name; the administrator says from when they are gone."""
    person = get_object_or_404(followed_people(request.user), pk=pk)
    if request.method == "POST" and not _administers(request.user, person):
        raise PermissionDenied
    form = LeaveForm(request.POST or None, initial={"on": today()})
    if form.is_valid():
        day = form.cleaned_data["on"]
        try:
            leave(person, by=request.user, on=day, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
            person.refresh_from_db()
        else:
            messages.success(request, f"{person} nghỉ từ ngày {format_date(day)}.")
            return redirect("home:person-leave", person.pk)
    return _page(request, person, form=form)


@require_POST
def person_return(request: UserRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(followed_people(request.user), pk=pk)
    if not _administers(request.user, person):
        raise PermissionDenied
    form = ReturnForm(request.POST, prefix="tro-lai")
    if not form.is_valid():
        return _page(request, person, returning=form)
    try:
        come_back(person, by=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refusal:
        for told in refusal.messages:
            messages.error(request, told)
    else:
        messages.success(request, f"Đã mở lại tài khoản của {person}; hãy ghi vị trí, quyền mới.")
    return redirect("home:person-leave", person.pk)


def _administers(user: User, person: User) -> bool:
    return administered_people(user).filter(pk=person.pk).exists()


def _page(
    request: UserRequest,
    person: User,
    *,
    form: forms.Form | None = None,
    returning: forms.Form | None = None,
) -> HttpResponse:
    may_close = _administers(request.user, person) and person != request.user
    context = {
        "person": person,
        "work": open_work(person, asked_by=request.user),
        "is_open": person.is_active and person.left_on is None,
        "may_close": may_close,
        "administrators": [] if may_close else list(administrators_of(person)),
        "form": form or LeaveForm(initial={"on": today()}),
        "returning": returning or ReturnForm(prefix="tro-lai"),
    }
    has_errors = any(each is not None and each.errors for each in (form, returning))
    return render(request, "home/person_leave.html", context, status=422 if has_errors else 200)
