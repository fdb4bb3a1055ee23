"""What already exists on paper: record it, accept it."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.content import Content, CoveredTTHC
from procedures.forms.paper import PaperForm
from procedures.models import Procedure, ProcedureVersion
from procedures.views.answers import explain
from procedures.views.review import review_page
from qms.http import UserRequest
from qms.organisation.forms import PasswordForm
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role
from qms.records import files
from qms.records.models import Signature
from qms.records.signatures import Signing


@require_http_methods(["GET", "POST"])
def paper_new(request: UserRequest) -> HttpResponse:
    agency = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        raise PermissionDenied
    form = PaperForm(request.POST or None, request.FILES or None, agency=agency)
    if form.is_valid():
        try:
            version = _register(form, agency, request)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            done = "Đã ghi nhận. Tài liệu được tính khi lãnh đạo chấp nhận."
            return explain(request, redirect("procedures:draft-detail", version.pk), done)
    status = 422 if form.errors else 200
    return render(request, "procedures/paper_new.html", {"form": form}, status=status)


@transaction.atomic
def _register(form: PaperForm, agency: Unit, request: UserRequest) -> ProcedureVersion:
    data, user = form.cleaned_data, request.user
    content = Content(
        title=data["title"],
        tthc=tuple(
            CoveredTTHC(code=row.code, name=row.name, decision=row.decision_no)
            for row in data["tthc"]
        ),
    )
    procedure = form.procedure
    if procedure is None:
        procedure = Procedure(
            agency=agency,
            owner=data["owner"],
            kind=data["kind"],
            code=data["code"],
            title=data["title"],
            issuer_name=data["issuer_name"],
        )
        procedure.record(by=user, reason="Ghi nhận tài liệu đã ban hành trên giấy")
    return actions.register_paper(procedure, form.paper(by=user), by=user, content=content)


def _paper(request: UserRequest, pk: int) -> ProcedureVersion:
    versions = may.visible_drafts(request.user) | may.visible_issued(request.user)
    papers = versions.filter(origin=ProcedureVersion.Origin.PAPER)
    return get_object_or_404(papers.select_related("procedure__owner").distinct(), pk=pk)


@require_POST
def paper_accept(request: UserRequest, pk: int) -> HttpResponse:
    version = _paper(request, pk)
    if not may.can_accept_paper(request.user, version):
        raise PermissionDenied
    form = PasswordForm(request.POST, request=request)
    if not form.is_valid():
        return review_page(request, version, status=422, password_form=form)
    where: Any = redirect("procedures:draft-detail", version.pk)
    try:
        actions.accept_paper(
            version,
            by=request.user,
            seen=request.POST.get("seen", ""),
            signing=Signing(method=Signature.Method.PASSWORD),
        )
    except ValidationError as refusal:
        return explain(request, where, refusal)
    return explain(request, redirect(version), f"Đã chấp nhận {version}.")


@require_safe
def paper_scan(request: UserRequest, pk: int) -> FileResponse:
    version = _paper(request, pk)
    if version.scan is None:
        raise Http404
    return files.response(version.scan, inline=True)
