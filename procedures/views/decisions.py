"""Decisions: compose, check, approve, number (DESIGN §2, Issuing)."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.checks import Facts, TimeCheck, time_checks
from procedures.forms.decisions import (
    CommentForm,
    DecisionForm,
    ItemsForm,
    NumberingForm,
    seen_hashes,
)
from procedures.models import Decision, DecisionItem
from procedures.views.answers import explain
from procedures.workflow import DecisionStatus
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.forms import PasswordForm
from qms.organisation.models import Unit, units_of
from qms.organisation.roles import Role
from qms.records import files
from qms.records.models import Signature
from qms.records.signatures import Signing


def _decision(request: HttpRequest, pk: int) -> Decision:
    return get_object_or_404(may.visible_decisions(request.user).select_related("agency"), pk=pk)


def _own_agency(request: UserRequest) -> Unit:
    agency = units_of(request.user, Role.ISO_SECRETARY).agencies().order_by("path").first()
    if agency is None:
        raise PermissionDenied
    return agency


@require_safe
def decision_list(request: UserRequest) -> HttpResponse:
    decisions = may.visible_decisions(request.user).select_related("composed_by")
    status = request.GET.get("trang-thai", "")
    if status in DecisionStatus.values:
        decisions = decisions.filter(status=status)
    page = Paginator(decisions.order_by("-pk"), 50).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "status": status,
        "query": f"trang-thai={status}&" if status else "",
        "statuses": DecisionStatus.choices,
        "may_start": may.can_start(request.user),
    }
    return render(request, "procedures/decision_list.html", context)


@require_http_methods(["GET", "POST"])
def decision_new(request: UserRequest) -> HttpResponse:
    agency = _own_agency(request)
    form = DecisionForm(request.POST or None, agency=agency)
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
    return render(request, "procedures/decision_new.html", {"form": form})


@require_safe
def decision_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _decision(request, pk))


@require_POST
def decision_add(request: UserRequest, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    _require(may.can_compose(request.user, decision))
    form = ItemsForm(request.POST, agency=decision.agency)
    if form.is_valid():
        try:
            for version in form.cleaned_data["versions"]:
                actions.add_version(decision, version, by=request.user)
            for procedure in form.cleaned_data["abolish"]:
                actions.add_abolition(decision, procedure, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect(decision), "Đã thêm vào quyết định.")
    return _page(request, decision, items_form=form)


@require_POST
def decision_remove(request: UserRequest, pk: int, item: int) -> HttpResponse:
    decision = _decision(request, pk)
    _require(may.can_compose(request.user, decision))
    line = get_object_or_404(decision.items.filter(removed_at=None), pk=item)
    return _try(
        request,
        decision,
        lambda: actions.remove_item(line, by=request.user, reason="Bỏ khỏi quyết định"),
        f"Đã bỏ {line.procedure.code} khỏi quyết định.",
    )


@require_POST
def decision_submit(request: UserRequest, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    _require(may.is_secretary(request.user, decision.agency))
    return _try(
        request, decision, lambda: decision.submit(by=request.user), "Đã trình lãnh đạo phê duyệt."
    )


@require_POST
def decision_return(request: UserRequest, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    _require(may.is_leader(request.user, decision.agency))
    form = CommentForm(request.POST, prefix="return")
    if not form.is_valid():
        return _page(request, decision, return_form=form)
    return _try(
        request,
        decision,
        lambda: decision.send_back(by=request.user, comment=form.cleaned_data["comment"]),
        "Đã trả lại quyết định.",
    )


@require_POST
def decision_item_return(request: UserRequest, pk: int, item: int) -> HttpResponse:
    decision = _decision(request, pk)
    _require(may.is_leader(request.user, decision.agency))
    line = get_object_or_404(decision.items.filter(version__isnull=False, removed_at=None), pk=item)
    form = CommentForm(request.POST, prefix=f"item{line.pk}")
    if not form.is_valid():
        return _page(request, decision, item_forms={line.pk: form})
    return _try(
        request,
        decision,
        lambda: actions.return_item(line, by=request.user, comment=form.cleaned_data["comment"]),
        f"Đã trả lại {line.procedure.code}.",
    )


@require_POST
def decision_approve(request: UserRequest, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    if decision.status == DecisionStatus.SUBMITTED:
        _require(may.can_approve(request.user, decision))
    else:
        _require(may.is_leader(request.user, decision.agency))
    form = PasswordForm(request.POST, request=request)
    if not form.is_valid():
        return _page(request, decision, password_form=form)
    signing = Signing(method=Signature.Method.PASSWORD)
    seen = seen_hashes(decision, request.POST)
    return _try(
        request,
        decision,
        lambda: actions.approve_decision(decision, by=request.user, seen=seen, signing=signing),
        "Đã phê duyệt. Văn thư vào số để ban hành.",
    )


@require_POST
def decision_issue(request: UserRequest, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    if decision.status == DecisionStatus.APPROVED:
        _require(may.can_number(request.user, decision))
    elif not may.is_clerk(request.user, decision.agency):
        raise PermissionDenied
    form = NumberingForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, decision, numbering_form=form)
    try:
        actions.issue_decision(decision, form.numbering(by=request.user), by=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, _decision(request, pk), numbering_form=form)
    return explain(request, redirect(decision), f"Đã ban hành: {decision}.")


@require_POST
def decision_cancel(request: UserRequest, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    _require(
        may.is_secretary(request.user, decision.agency)
        or may.is_leader(request.user, decision.agency)
    )
    form = CommentForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return _page(request, decision, cancel_form=form)
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
    decision = _decision(request, pk)
    if decision.signed_file is None:
        raise Http404
    return files.response(decision.signed_file, inline=True)


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied


def _try(request: UserRequest, decision: Decision, deed: Any, done: str) -> HttpResponse:
    """Do it and go to the decision; a refusal is shown there, with what happened meanwhile."""
    try:
        deed()
    except ValidationError as refusal:
        return explain(request, redirect(decision), refusal)
    return explain(request, redirect(decision), done)


def _page(request: UserRequest, decision: Decision, **forms_given: Any) -> HttpResponse:
    """Render the decision with the forms that this person may use now; errors answer 422."""
    user = request.user
    items = list(
        decision.standing_items().select_related("version__submitted_by", "version__reviewed_by")
    )
    context: dict[str, Any] = {
        "decision": decision,
        "lines": [_line(item, _item_form(item, forms_given)) for item in items],
        "signatures": Signature.objects.on(decision),
        "may_compose": may.can_compose(user, decision),
        "may_approve": may.can_approve(user, decision),
        "may_return": decision.status == DecisionStatus.SUBMITTED
        and may.is_leader(user, decision.agency),
        "may_number": may.can_number(user, decision),
        "may_cancel": may.can_cancel(user, decision),
        "issue_count": sum(item.kind == DecisionItem.Kind.ISSUE for item in items),
        "history": decision.history.select_related("history_user").order_by("-history_id")[:30],
    }
    context |= _forms(request, decision, context)
    context |= {k: v for k, v in forms_given.items() if k != "item_forms"}
    wrong = any(isinstance(f, forms.BaseForm) and f.errors for f in forms_given.values())
    status = 422 if wrong or forms_given.get("item_forms") else 200
    return render(request, "procedures/decision_detail.html", context, status=status)


@dataclass(frozen=True)
class Line:
    """One item as the leader judges it: what changes in a sentence, and the time check."""

    item: DecisionItem
    change: str
    times: list[TimeCheck]
    form: forms.Form


def _line(item: DecisionItem, form: forms.Form) -> Line:
    if item.version is None:
        return Line(item, "Bãi bỏ quy trình", [], form)
    document = item.version.document
    first = "" if item.version.base_id else "Ban hành lần đầu"
    change = document.change_summary or first or "Chưa ghi tóm tắt thay đổi"
    return Line(item, change, time_checks(document, Facts()), form)


def _item_form(item: DecisionItem, given: dict[str, Any]) -> forms.Form:
    known: dict[int, forms.Form] = given.get("item_forms", {})
    return known.get(item.pk) or CommentForm(prefix=f"item{item.pk}")


def _forms(request: UserRequest, decision: Decision, context: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"cancel_form": CommentForm(prefix="cancel")}
    if context["may_compose"]:
        made["items_form"] = ItemsForm(agency=decision.agency)
    if context["may_return"]:
        made["return_form"] = CommentForm(prefix="return")
    if context["may_approve"]:
        made["password_form"] = PasswordForm(request=request)
    if context["may_number"]:
        made["numbering_form"] = NumberingForm(initial={"signed_on": today()})
    return made
