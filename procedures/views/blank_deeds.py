"""One form: read, issued anew, replaced or taken out of use, taken into use again."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures.answers import explain
from procedures.forms.blanks import BlankIssueForm, BlankReplaceForm, BlankResumeForm
from procedures.models import Form
from procedures.pages.blanks import Uses, issues_of, sources_in_register, uses_of
from procedures.permissions import requestable_procedures
from procedures.permissions.registers import can_keep_form, visible_forms
from qms.foundation.dates import format_date, today
from qms.http import UserRequest
from qms.records import files


def _form(request: UserRequest, pk: int) -> Form:
    forms = visible_forms(request.user).select_related("agency", "successor")
    return get_object_or_404(forms, pk=pk)


def _kept(request: UserRequest, pk: int) -> Form:
    form = _form(request, pk)
    if not can_keep_form(request.user, form):
        raise PermissionDenied
    return form


@require_safe
def blank_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _form(request, pk), BlankResumeForm())


def _page(
    request: UserRequest, blank: Form, resume_form: BlankResumeForm, status: int = 200
) -> HttpResponse:
    day = today()
    issues = issues_of(blank, day)
    context = {
        "blank": blank,
        "is_used": blank.is_used(on=day),
        "issues": issues,
        "current": next((each.issue for each in issues if each.state == "current"), None),
        "uses": uses_of(request.user, blank, day),
        "source": sources_in_register([blank]).get(blank.pk),
        "replaced": visible_forms(request.user).filter(successor=blank),
        "may_keep": can_keep_form(request.user, blank),
        "resume_form": resume_form,
        "history": blank.history.select_related("history_user").order_by("-history_id")[:30],
        "today": day,
    }
    return render(request, "procedures/blank_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def blank_issue(request: UserRequest, pk: int) -> HttpResponse:
    """Give the form its next issue: a file, and from when it is filled in."""
    blank = _kept(request, pk)
    form = BlankIssueForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            issue = _issue(request, blank, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            day = format_date(issue.valid_from)
            said = f"Đã ban hành lần {issue.issue_no:02d} của {blank}, dùng từ {day}."
            return explain(request, redirect(blank), said)
    context = {"form": form, "blank": blank, "issues": issues_of(blank, today())}
    status = 422 if form.errors else 200
    return render(request, "procedures/blank_issue.html", context, status=status)


@transaction.atomic
def _issue(request: UserRequest, blank: Form, form: BlankIssueForm) -> Any:
    name = form.cleaned_data["file"].name
    stored = files.store(form.file_data, name, kind=form.file_kind, by=request.user)
    valid_from = form.cleaned_data["valid_from"]
    return actions.issue_form(blank, stored, valid_from=valid_from, by=request.user)


@require_http_methods(["GET", "POST"])
def blank_replace(request: UserRequest, pk: int) -> HttpResponse:
    """Show who uses the form, and end it: for another one, or for none."""
    blank = _kept(request, pk)
    uses = uses_of(request.user, blank, today())
    form = BlankReplaceForm(request.POST or None, blank=blank)
    if form.is_valid():
        try:
            asked = _end(request, blank, form, uses)
        except ValidationError as refusal:
            form.add_refusal(refusal)
        else:
            said = f"Đã ghi {blank} ngừng dùng từ {format_date(form.cleaned_data['ended_on'])}."
            if asked:
                said += f" Đã tạo {asked} đề nghị sửa đổi."
            return explain(request, redirect(blank), said)
    context = {"form": form, "blank": blank, "uses": uses}
    status = 422 if form.errors else 200
    return render(request, "procedures/blank_replace.html", context, status=status)


def _end(request: UserRequest, blank: Form, form: BlankReplaceForm, uses: Uses) -> int:
    """End the form; return how many procedures were asked to be revised because of it."""
    data = form.cleaned_data
    wanted = [each.pk for each in uses.procedures] if data["is_asking"] else []
    ask = requestable_procedures(request.user).filter(pk__in=wanted).order_by("sort_key")
    asked = actions.end_form(
        blank,
        on=data["ended_on"],
        successor=data["successor"],
        reason=data["reason"],
        by=request.user,
        ask=ask.select_related("agency"),
    )
    return len(asked)


@require_POST
def blank_resume(request: UserRequest, pk: int) -> HttpResponse:
    """Take into use again what was ended by mistake."""
    blank = _kept(request, pk)
    form = BlankResumeForm(request.POST)
    if form.is_valid():
        try:
            actions.resume_form(blank, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as refusal:
            return explain(request, redirect(blank), refusal)
        return explain(request, redirect(blank), f"{blank} được dùng lại.")
    return _page(request, blank, form, status=422)
