"""The year's plan: compose, approve, revise."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.actions import programmes as actions
from audits.forms.programmes import (
    ApproveForm,
    LineForm,
    ProgrammeForm,
    ProposalsForm,
    WordingForm,
    line_initial,
)
from audits.models import AuditProgramme, ProgrammeLine
from audits.pages.programmes import offered, programme_page, visible_programme
from audits.permissions import programmes as may
from audits.workflow import ProgrammeStatus
from procedures.answers import explain
from procedures.forms.decisions import CommentForm
from procedures.permissions import is_leader, is_secretary, reader_agencies
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.roles import Role


@require_safe
def programme_list(request: UserRequest) -> HttpResponse:
    _require(reader_agencies(request.user).exists())
    programmes = may.visible_programmes(request.user).with_later()
    context = {
        "programmes": programmes.exclude(status=ProgrammeStatus.CANCELLED).select_related(
            "agency", "composed_by", "approved_by"
        ),
        "may_start": may.first_agency(request.user, Role.ISO_SECRETARY) is not None,
    }
    return render(request, "audits/programme_list.html", context)


@require_http_methods(["GET", "POST"])
def programme_new(request: UserRequest) -> HttpResponse:
    agency = may.first_agency(request.user, Role.ISO_SECRETARY)
    if agency is None:
        raise PermissionDenied
    form = ProgrammeForm(request.POST or None, agency=agency)
    if form.is_valid():
        try:
            programme = actions.start_programme(agency, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect(programme), f"Đã lập {programme}.")
    status = 422 if form.errors else 200
    return render(request, "audits/programme_new.html", {"form": form}, status=status)


@require_safe
def programme_detail(request: UserRequest, pk: int) -> HttpResponse:
    return programme_page(request, visible_programme(request, pk))


@require_POST
def programme_edit(request: UserRequest, pk: int) -> HttpResponse:
    """Set purpose and note."""
    programme = _of_secretary(request, pk)
    form = WordingForm(request.POST)
    if not form.is_valid():
        return programme_page(request, programme, status=422, wording_form=form)
    return _try(
        request,
        programme,
        lambda: programme.rewrite(by=request.user, **form.cleaned_data),
        "Đã lưu mục đích, ghi chú.",
    )


@require_http_methods(["GET", "POST"])
def line_new(request: UserRequest, pk: int) -> HttpResponse:
    """Add a line; `?don-vi=` and `?quy-trinh=` name what it is about."""
    programme = _of_secretary(request, pk)
    initial = {"unit": request.GET.get("don-vi"), "procedure": request.GET.get("quy-trinh")}
    form = LineForm(request.POST or None, programme=programme, initial=initial)
    return _line_page(
        request, form, lambda: actions.add_line(programme, form.given(), by=request.user)
    )


@require_http_methods(["GET", "POST"])
def line_edit(request: UserRequest, pk: int, line: int) -> HttpResponse:
    programme = _of_secretary(request, pk)
    found = _line(programme, line)
    form = LineForm(
        request.POST or None, programme=programme, line=found, initial=line_initial(found)
    )
    return _line_page(
        request, form, lambda: actions.change_line(found, form.given(), by=request.user)
    )


def _line_page(request: UserRequest, form: LineForm, deed: Callable[[], object]) -> HttpResponse:
    """Show the form of a line; what the deed refuses is said at its field."""
    programme = form.programme
    if programme.status != ProgrammeStatus.DRAFT:
        return _moved_on(request, programme)
    if form.is_valid():
        try:
            deed()
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect(programme), "Đã lưu vào kế hoạch.")
    context = {
        "form": form,
        "programme": programme,
        "line": form.line,
        "chosen": set(form["clauses"].value() or []),
    }
    status = 422 if form.errors else 200
    return render(request, "audits/programme_line.html", context, status=status)


@require_POST
def line_remove(request: UserRequest, pk: int, line: int) -> HttpResponse:
    programme = _of_secretary(request, pk)
    found = _line(programme, line)
    return _try(
        request,
        programme,
        lambda: actions.remove_line(found, by=request.user),
        "Đã bỏ khỏi kế hoạch.",
    )


@require_POST
def programme_take_up(request: UserRequest, pk: int) -> HttpResponse:
    """Plan the ticked proposals in one month."""
    programme = _of_secretary(request, pk)
    if programme.status != ProgrammeStatus.DRAFT:
        return _moved_on(request, programme)
    form = ProposalsForm(request.POST, offered=offered(programme, programme.standing_lines()))
    if not form.is_valid():
        return programme_page(request, programme, status=422, proposals_form=form)
    keys, month = form.cleaned_data["keys"], form.cleaned_data["month"]
    return _try(
        request,
        programme,
        lambda: actions.take_up(programme, keys, month=month, on=today(), by=request.user),
        f"Đã đưa vào kế hoạch tháng {month}.",
    )


@require_POST
def programme_submit(request: UserRequest, pk: int) -> HttpResponse:
    programme = _of_secretary(request, pk)
    return _try(
        request,
        programme,
        lambda: programme.submit(by=request.user),
        "Đã trình lãnh đạo phê duyệt.",
    )


@require_POST
def programme_approve(request: UserRequest, pk: int) -> HttpResponse:
    programme = _of_leader(request, pk)
    if programme.status != ProgrammeStatus.SUBMITTED:
        return _moved_on(request, programme)
    _require(may.can_approve_programme(request.user, programme))
    form = ApproveForm(request.POST, request=request)
    if not form.is_valid():
        return programme_page(request, programme, status=422, approve_form=form)
    return _try(
        request,
        programme,
        lambda: programme.approve(
            by=request.user, seen=form.cleaned_data["seen"], signing=form.signing()
        ),
        f"Đã phê duyệt {programme}.",
    )


@require_POST
def programme_return(request: UserRequest, pk: int) -> HttpResponse:
    programme = _of_leader(request, pk)
    if programme.status != ProgrammeStatus.SUBMITTED:
        return _moved_on(request, programme)
    form = CommentForm(request.POST, prefix="return")
    if not form.is_valid():
        return programme_page(request, programme, status=422, return_form=form)
    return _try(
        request,
        programme,
        lambda: programme.send_back(by=request.user, comment=form.cleaned_data["comment"]),
        "Đã trả lại kế hoạch.",
    )


@require_POST
def programme_cancel(request: UserRequest, pk: int) -> HttpResponse:
    programme = _of_secretary(request, pk)
    if programme.status != ProgrammeStatus.DRAFT:
        return _moved_on(request, programme)
    form = CommentForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return programme_page(request, programme, status=422, cancel_form=form)
    return _try(
        request,
        programme,
        lambda: programme.cancel(by=request.user, reason=form.cleaned_data["comment"]),
        "Đã hủy bản kế hoạch.",
    )


@require_POST
def programme_revise(request: UserRequest, pk: int) -> HttpResponse:
    programme = _of_secretary(request, pk)
    try:
        revision = actions.revise_programme(programme, by=request.user)
    except ValidationError as refusal:
        return explain(request, redirect(programme), refusal)
    return explain(request, redirect(revision), f"Đã lập {revision}.")


def _of_secretary(request: HttpRequest, pk: int) -> AuditProgramme:
    """Return a plan for its secretary: 404 where it may not be seen, else 403."""
    programme = visible_programme(request, pk)
    _require(is_secretary(request.user, programme.agency))
    return programme


def _of_leader(request: HttpRequest, pk: int) -> AuditProgramme:
    programme = visible_programme(request, pk)
    _require(is_leader(request.user, programme.agency))
    return programme


def _line(programme: AuditProgramme, pk: int) -> ProgrammeLine:
    lines = programme.lines.select_related("programme__agency", "unit", "procedure")
    return get_object_or_404(lines, pk=pk, removed_at=None)


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied


def _moved_on(request: UserRequest, programme: AuditProgramme) -> HttpResponse:
    """Tell what happened while the page stood open."""
    state = programme.get_status_display()
    what = ValidationError(f"Trong lúc đó kế hoạch đã ở trạng thái “{state}”. Chưa ghi gì thêm.")
    return explain(request, redirect(programme), what)


def _try(
    request: UserRequest, programme: AuditProgramme, deed: Callable[[], object], done: str
) -> HttpResponse:
    """Do it and go to the plan; a refusal is shown there, with what happened meanwhile."""
    try:
        deed()
    except ValidationError as refusal:
        return explain(request, redirect(programme), refusal)
    return explain(request, redirect(programme), done)
