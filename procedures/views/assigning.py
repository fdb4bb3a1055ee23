"""Who looks after which field, who signs by a mandate: listed, recorded, ended."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from procedures.actions import assigning
from procedures.answers import explain
from procedures.forms.assigning import AssignmentForm, EndForm, MandateForm
from procedures.models import FieldAssignment
from procedures.permissions.assigning import assigning_agencies, can_assign
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import Unit
from qms.records import files
from qms.records.models import Mandate


@require_safe
def assignment_list(request: UserRequest) -> HttpResponse:
    agency = _agency(request)
    assignments = FieldAssignment.objects.filter(agency=agency).select_related("person", "field")
    mandates = Mandate.objects.filter(agency=agency).select_related("giver", "holder", "file")
    context = {
        "agency": agency,
        "assignments": list(assignments),
        "mandates": list(mandates),
        "may_assign": can_assign(request.user, agency),
    }
    return render(request, "procedures/assignment_list.html", context)


@require_http_methods(["GET", "POST"])
def assignment_new(request: UserRequest) -> HttpResponse:
    agency = _agency(request, keeping=True)
    form = AssignmentForm(request.POST or None, agency=agency, user=request.user)

    def deed() -> Any:
        told = form.cleaned_data
        return assigning.assign(
            agency,
            told["person"],
            by=request.user,
            scope=told["scope"],
            field=told["field"],
            paper=form.paper(),
        )

    return _recorded(request, form, deed, "Phân công phụ trách", agency)


@require_http_methods(["GET", "POST"])
def mandate_new(request: UserRequest) -> HttpResponse:
    agency = _agency(request, keeping=True)
    form = MandateForm(
        request.POST or None, request.FILES or None, agency=agency, user=request.user
    )

    def deed() -> Any:
        given = form.given(by=request.user)
        return assigning.give_mandate(agency, given, by=request.user, paper=form.paper())

    return _recorded(request, form, deed, "Giao ký thừa ủy quyền, thừa lệnh", agency)


def _recorded(
    request: UserRequest, form: forms.Form, deed: Callable[[], Any], title: str, agency: Unit
) -> HttpResponse:
    """Do what the form says and go to the list; what is refused is said at its field."""
    if form.is_valid():
        try:
            deed()
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect("procedures:assignment-list"), f"Đã ghi: {title}.")
    context = {"form": form, "title": title, "agency": agency}
    status = 422 if form.errors else 200
    return render(request, "procedures/assignment_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def assignment_end(request: UserRequest, pk: int) -> HttpResponse:
    listed = FieldAssignment.objects.select_related("agency", "person", "field")
    term = get_object_or_404(listed, pk=pk, agency__in=assigning_agencies(request.user))
    return _end(request, term, f"Phân công của {term.person}: {term}")


@require_http_methods(["GET", "POST"])
def mandate_end(request: UserRequest, pk: int) -> HttpResponse:
    mandate = _mandate(request, pk)
    return _end(request, mandate, f"{mandate.get_kind_display()} của {mandate.holder}: {mandate}")


def _end(request: UserRequest, term: Any, what: str) -> HttpResponse:
    if not can_assign(request.user, term.agency):
        raise PermissionDenied
    form = EndForm(request.POST or None, initial={"on": today()})
    if form.is_valid():
        done = term.end(
            by=request.user, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"]
        )
        said: str | ValidationError = f"Đã ghi kết thúc: {what}."
        if not done:
            said = ValidationError("Nội dung này đã kết thúc từ trước ngày ấy. Chưa ghi gì thêm.")
        return explain(request, redirect("procedures:assignment-list"), said)
    context = {"form": form, "what": what, "title": "Kết thúc", "agency": term.agency}
    status = 422 if form.errors else 200
    return render(request, "procedures/assignment_new.html", context, status=status)


@require_safe
def mandate_file(request: UserRequest, pk: int) -> FileResponse:
    mandate = _mandate(request, pk)
    if mandate.file is None:
        raise Http404
    return files.response(mandate.file, inline=True)


def _mandate(request: UserRequest, pk: int) -> Mandate:
    listed = Mandate.objects.select_related("agency", "holder", "giver", "file")
    return get_object_or_404(listed, pk=pk, agency__in=assigning_agencies(request.user))


def _agency(request: UserRequest, *, keeping: bool = False) -> Unit:
    """Return the first agency that this person keeps or watches, or answer 403."""
    for agency in assigning_agencies(request.user).order_by("path"):
        if not keeping or can_assign(request.user, agency):
            return agency
    raise PermissionDenied
