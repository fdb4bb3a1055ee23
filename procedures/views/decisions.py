"""Decisions: compose, check, approve, number (DESIGN §2, Issuing)."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.forms.decisions import (
    ApproveForm,
    CommentForm,
    DecisionForm,
    ItemsForm,
    NumberingForm,
)
from procedures.models import Decision
from procedures.pages.decision import capacities_for, decision_page, moved_on, visible_decision
from procedures.permissions.decisions import unnamed_procedures
from procedures.workflow import DecisionStatus
from qms.http import UserRequest
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role
from qms.records import files
from qms.records.workflow import TransitionNotAllowed


@require_safe
def decision_list(request: UserRequest) -> HttpResponse:
    visible = may.visible_decisions(request.user)
    counts = dict(visible.order_by().values_list("status").annotate(Count("pk")))
    status = request.GET.get("trang-thai", "")
    listed = visible.filter(status=status) if status in counts else visible
    context = {
        "page": Paginator(listed.order_by("-pk"), 50).get_page(request.GET.get("trang")),
        "status": status if status in counts else "",
        "total": sum(counts.values()),
        "query": f"trang-thai={status}&" if status in counts else "",
        "statuses": [
            (value, label, counts[value])
            for value, label in DecisionStatus.choices
            if value in counts
        ],
        "may_start": may.can_start(request.user),
    }
    return render(request, "procedures/decision_list.html", context)


def _own_agency(request: UserRequest) -> Unit:
    agency = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        raise PermissionDenied
    return agency


@require_http_methods(["GET", "POST"])
def decision_new(request: UserRequest) -> HttpResponse:
    agency = _own_agency(request)
    initial = {"versions": request.GET.getlist("ban"), "abolish": request.GET.getlist("bai-bo")}
    form = DecisionForm(request.POST or None, agency=agency, initial=initial)
    if form.is_valid():
        try:
            decision = actions.compose_decision(
                agency,
                by=request.user,
                subject=form.cleaned_data["subject"],
                issuer_name=form.cleaned_data["issuer_name"],
                versions=form.cleaned_data["versions"],
                abolish=form.cleaned_data["abolish"],
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect(decision), f"Đã soạn: {decision.subject}.")
    status = 422 if form.errors else 200
    return render(request, "procedures/decision_new.html", {"form": form}, status=status)


@require_safe
def decision_detail(request: UserRequest, pk: int) -> HttpResponse:
    return decision_page(request, visible_decision(request, pk))


@require_POST
def decision_add(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    _require(may.is_secretary(request.user, decision.agency))
    form = ItemsForm(request.POST, agency=decision.agency)
    if not form.is_valid():
        if may.can_compose(request.user, decision):
            return decision_page(request, decision, status=422, items_form=form)
        return moved_on(request, decision)
    return _try(
        request,
        decision,
        lambda: actions.add_items(
            decision,
            by=request.user,
            versions=form.cleaned_data["versions"],
            abolish=form.cleaned_data["abolish"],
        ),
        "Đã thêm vào quyết định.",
    )


@require_POST
def decision_remove(request: UserRequest, pk: int, item: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    _require(may.is_secretary(request.user, decision.agency))
    line = get_object_or_404(decision.items.select_related("procedure", "decision"), pk=item)
    return _try(
        request,
        decision,
        lambda: actions.remove_item(line, by=request.user, reason="Bỏ khỏi quyết định"),
        f"Đã bỏ {line.procedure.code} khỏi quyết định.",
    )


@require_POST
def decision_submit(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    _require(may.is_secretary(request.user, decision.agency))
    return _try(
        request, decision, lambda: decision.submit(by=request.user), "Đã trình lãnh đạo phê duyệt."
    )


@require_POST
def decision_return(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    _require(may.is_leader(request.user, decision.agency))
    form = CommentForm(request.POST, prefix="return")
    if decision.status != DecisionStatus.SUBMITTED:
        return moved_on(request, decision)
    if not form.is_valid():
        return decision_page(request, decision, status=422, return_form=form)
    return _try(
        request,
        decision,
        lambda: decision.send_back(by=request.user, comment=form.cleaned_data["comment"]),
        "Đã trả lại quyết định.",
    )


@require_POST
def decision_item_return(request: UserRequest, pk: int, item: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    _require(may.is_leader(request.user, decision.agency))
    lines = decision.items.select_related("version__procedure", "procedure")
    line = get_object_or_404(lines.filter(version__isnull=False), pk=item)
    form = CommentForm(request.POST, prefix=f"item{line.pk}")
    if decision.status != DecisionStatus.SUBMITTED:
        return moved_on(request, decision)
    if line.version is None or line.removed_at:
        what = ValidationError(f"{line.procedure.code} đã được đưa ra khỏi quyết định này.")
        return explain(request, redirect(decision), what)
    if not form.is_valid():
        return decision_page(request, decision, status=422, item_forms={line.pk: form})
    version, comment = line.version, form.cleaned_data["comment"]
    return _try(
        request,
        decision,
        lambda: actions.return_version(version, by=request.user, comment=comment),
        f"Đã trả lại {line.procedure.code}.",
    )


@require_POST
def decision_approve(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    if decision.status != DecisionStatus.SUBMITTED:
        _require(may.is_leader(request.user, decision.agency))
        return moved_on(request, decision)
    _require(may.can_approve(request.user, decision))
    capacities = capacities_for(request.user, decision)
    form = ApproveForm(request.POST, request=request, capacities=capacities)
    if not form.is_valid():
        return decision_page(request, decision, status=422, approve_form=form)
    return _try(
        request,
        decision,
        lambda: actions.approve_decision(
            decision,
            by=request.user,
            seen=form.cleaned_data["seen"],
            signing=form.signing(),
        ),
        "Đã phê duyệt. Văn thư vào số để ban hành.",
    )


@require_POST
def decision_issue(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    _require(may.is_clerk(request.user, decision.agency))
    if decision.status != DecisionStatus.APPROVED:
        return moved_on(request, decision)
    form = NumberingForm(request.POST, request.FILES, items=list(decision.standing_items()))
    if not form.is_valid():
        return decision_page(request, decision, status=422, numbering_form=form)
    try:
        actions.issue_decision(decision, form.numbering(by=request.user), by=request.user)
    except TransitionNotAllowed as refusal:
        return explain(request, redirect(decision), refusal)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        again = visible_decision(request, pk)
        return decision_page(request, again, status=422, numbering_form=form)
    return explain(request, redirect(decision), f"Đã ban hành: {decision}.")


@require_POST
def decision_cancel(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    _require(
        may.is_secretary(request.user, decision.agency)
        or may.is_leader(request.user, decision.agency)
    )
    if not may.can_cancel(request.user, decision):
        return moved_on(request, decision)
    form = CommentForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return decision_page(request, decision, status=422, cancel_form=form)
    return _try(
        request,
        decision,
        lambda: actions.cancel_decision(
            decision, by=request.user, reason=form.cleaned_data["comment"]
        ),
        "Đã hủy quyết định.",
    )


@require_safe
def decision_file(request: UserRequest, pk: int) -> FileResponse:
    """Serve the signed original, which names all, to those to whom all of it may be named."""
    decision = visible_decision(request, pk)
    if decision.signed_file is None or unnamed_procedures(request.user, decision):
        raise Http404
    return files.response(decision.signed_file, inline=True)


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied


def _try(
    request: UserRequest, decision: Decision, deed: Callable[[], None], done: str
) -> HttpResponse:
    """Do it and go to the decision; a refusal is shown there, with what happened meanwhile."""
    try:
        deed()
    except ValidationError as refusal:
        return explain(request, redirect(decision), refusal)
    return explain(request, redirect(decision), done)
