"""What already exists on paper: record it, accept it."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.content import Content, CoveredTTHC
from procedures.forms.paper import AcceptForm, PaperForm
from procedures.models import ProcedureVersion
from procedures.pages.review import review_page
from procedures.workflow import VersionStatus
from qms.http import UserRequest
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role
from qms.records import files
from qms.records.models import Signature
from qms.records.signatures import Signing
from qms.records.workflow import TransitionNotAllowed


@require_http_methods(["GET", "POST"])
def paper_new(request: UserRequest) -> HttpResponse:
    agency = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        raise PermissionDenied
    form = PaperForm(request.POST or None, request.FILES or None, agency=agency)
    if form.is_valid():
        version = form.recorded_already(by=request.user)  # the button was pressed twice
        try:
            version = version or _register(form, agency, request)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            done = "Đã ghi nhận. Tài liệu được tính khi lãnh đạo chấp nhận."
            return explain(request, redirect("procedures:draft-detail", version.pk), done)
    status = 422 if form.errors else 200
    return render(request, "procedures/paper_new.html", {"form": form}, status=status)


def _register(form: PaperForm, agency: Unit, request: UserRequest) -> ProcedureVersion:
    data, user = form.cleaned_data, request.user
    paper = form.paper(by=user)
    content = Content(
        title=data["title"],
        tthc=tuple(
            CoveredTTHC(code=row.code, name=row.name, decision=row.decision_no)
            for row in data["tthc"]
        ),
    )
    if form.procedure is not None:
        return actions.register_paper(form.procedure, paper, by=user, content=content)
    new = actions.NewProcedure(
        agency, data["owner"], data["kind"], data["code"], data["title"], data["issuer_name"]
    )
    return actions.register_new_paper(new, paper, by=user, content=content)


def _paper(request: UserRequest, pk: int) -> ProcedureVersion:
    versions = may.visible_drafts(request.user) | may.visible_issued(request.user)
    papers = versions.filter(origin=ProcedureVersion.Origin.PAPER)
    related = papers.select_related("procedure__owner", "procedure__agency__profile", "base")
    return get_object_or_404(related.distinct(), pk=pk)


@require_POST
def paper_accept(request: UserRequest, pk: int) -> HttpResponse:
    version = _paper(request, pk)
    if version.status != VersionStatus.DRAFT:
        what = ValidationError(
            f"Trong lúc đó bản này đã ở trạng thái “{version.get_status_display()}”."
        )
        return explain(request, redirect(version), what)
    if not may.can_accept_paper(request.user, version):
        raise PermissionDenied
    form = AcceptForm(request.POST, request=request)
    if not form.is_valid():
        return review_page(request, version, status=422, accept_form=form)
    try:
        actions.accept_paper(
            version,
            by=request.user,
            seen=form.cleaned_data["seen"],
            signing=Signing(method=Signature.Method.PASSWORD),
            ended_on=form.cleaned_data["ended_on"],
        )
    except TransitionNotAllowed as refusal:
        return explain(request, redirect(version), refusal)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return review_page(request, _paper(request, pk), status=422, accept_form=form)
    return explain(request, redirect(version), f"Đã chấp nhận {version}.")


@require_safe
def paper_scan(request: UserRequest, pk: int) -> FileResponse:
    version = _paper(request, pk)
    if version.scan is None:
        raise Http404
    return files.response(version.scan, inline=True)
