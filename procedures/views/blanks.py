"""The register of forms, and their files."""

import datetime as dt

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.forms.blanks import BlankForm
from procedures.models import Form, FormIssue, InForcePeriod
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import units_of
from qms.organisation.roles import Role
from qms.records import files


@require_safe
def blank_list(request: UserRequest) -> HttpResponse:
    blanks = Form.objects.filter(agency__in=may.reader_agencies(request.user))
    page = Paginator(blanks.prefetch_related("issues__file"), 50).get_page(request.GET.get("trang"))
    day = today()
    rows = [(form, _current(form, day)) for form in page.object_list]
    context = {"page": page, "rows": rows, "may_start": may.can_start(request.user)}
    return render(request, "procedures/blank_list.html", context)


def _current(form: Form, day: dt.date) -> FormIssue | None:
    issued = [issue for issue in form.issues.all() if issue.valid_from <= day]
    return issued[-1] if issued else None


@require_http_methods(["GET", "POST"])
def blank_new(request: UserRequest) -> HttpResponse:
    agency = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        raise PermissionDenied
    form = BlankForm(request.POST or None, request.FILES or None, agency=agency)
    if form.is_valid():
        try:
            blank = _keep(form, request)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect("procedures:blank-list"), f"Đã ghi {blank}.")
    status = 422 if form.errors else 200
    return render(request, "procedures/blank_new.html", {"form": form}, status=status)


@transaction.atomic
def _keep(form: BlankForm, request: UserRequest) -> Form:
    known, data = form.known(), form.cleaned_data
    form.refuse_repeat(known)
    blank = known or Form(
        agency=form.agency,
        kind=data["kind"],
        code=data["code"],
        name=data["name"],
        source=data["source"],
    )
    if known is None:
        blank.record(by=request.user, reason="Thêm biểu mẫu")
    upload = data["file"]
    if upload is not None:
        stored = files.store(form.file_data, upload.name, kind=form.file_kind, by=request.user)
        actions.issue_form(blank, stored, valid_from=data["valid_from"], by=request.user)
    return blank


@require_safe
@login_not_required
def blank_file(request: HttpRequest, pk: int) -> FileResponse:
    """Serve a form's file to members of its agency, or to all where a public procedure uses it."""
    issue = FormIssue.objects.select_related("form", "file").filter(pk=pk).first()
    if issue is None or not _may_have(request, issue):
        raise Http404
    return files.response(issue.file)


def _may_have(request: HttpRequest, issue: FormIssue) -> bool:
    if may.reader_agencies(request.user).filter(pk=issue.form.agency_id).exists():
        return True
    used = InForcePeriod.objects.valid(on=today()).filter(
        version__form_links__form=issue.form, procedure__in=may.visible_procedures(request.user)
    )
    return used.exists()
