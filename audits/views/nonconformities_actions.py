"""One corrective action of a nonconformity, and what shows that it was done."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audits.actions import treating
from audits.actions.evidence import add_evidence
from audits.forms.evidence import EvidenceForm
from audits.forms.refusals import show_refusal
from audits.models import CorrectiveAction, Nonconformity
from audits.pages.nonconformities import find_nonconformity
from audits.pages.nonconformities_deeds import (
    KINDS,
    action_form,
    may_add_evidence,
    nonconformity_page,
)
from audits.permissions import nonconformities as may
from procedures.answers import explain
from qms.http import UserRequest
from qms.records.workflow import TransitionNotAllowed


@require_POST
def nonconformity_action_complete(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    action = _find(request, slug, pk)
    if action.is_done:
        return _told(request, action, "Hành động này đã được ghi là thực hiện xong.")
    _require(may.can_complete(request.user, action))
    form = action_form("complete", action, request.POST, request.FILES)

    def do() -> None:
        said = form.cleaned_data
        treating.complete_action(action, by=request.user, on=said["on"], note=said["note"])
        if said["file"] is not None:
            add_evidence(
                action,
                said["file"],
                caption="",
                evidence_on=said["on"],
                client_id=said["client_id"],
                by=request.user,
            )

    return _try(
        request, action.nonconformity, {f"complete{pk}": form}, do, "Đã ghi kết quả thực hiện."
    )


@require_POST
def nonconformity_action_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    action = _find(request, slug, pk)
    _require(KINDS["action"].may(request.user, action.nonconformity))
    try:
        treating.remove_action(action, by=request.user)
    except ValidationError as refusal:
        return explain(request, redirect(action.nonconformity), refusal)
    return explain(request, redirect(action.nonconformity), "Đã bỏ hành động khắc phục.")


@require_POST
def nonconformity_action_change(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    action = _find(request, slug, pk)
    if action.change_request_id is not None:
        return _told(request, action, "Hành động này đã có đề nghị sửa đổi quy trình.")
    _require(may.can_ask_for_change(request.user, action))
    form = action_form("change", action, request.POST)

    def do() -> None:
        said = form.cleaned_data
        treating.ask_for_change(action, by=request.user, what=said["what"], why=said["why"])

    return _try(
        request,
        action.nonconformity,
        {f"change{pk}": form},
        do,
        "Đã gửi đề nghị sửa đổi quy trình.",
    )


@require_POST
def nonconformity_evidence(request: UserRequest, slug: str) -> HttpResponse:
    nonconformity = find_nonconformity(request, slug)
    _require(may_add_evidence(request.user, nonconformity))
    form = EvidenceForm(request.POST, request.FILES, prefix="evidence")

    def do() -> None:
        said = dict(form.cleaned_data)
        add_evidence(nonconformity, said.pop("file"), by=request.user, **said)

    return _try(request, nonconformity, {"evidence": form}, do, "Đã thêm bằng chứng.")


def _find(request: UserRequest, slug: str, pk: int) -> CorrectiveAction:
    """Return a standing action of a sheet that this person may see, or answer 404."""
    nonconformity = find_nonconformity(request, slug)
    standing = nonconformity.standing_actions().select_related("person")
    action = get_object_or_404(standing, pk=pk)
    action.nonconformity = nonconformity
    return action


def _require(allowed: bool) -> None:  # noqa: FBT001  the answer of a predicate
    if not allowed:
        raise PermissionDenied


def _told(request: UserRequest, action: CorrectiveAction, sentence: str) -> HttpResponse:
    return explain(request, redirect(action.nonconformity), ValidationError(sentence))


def _try(
    request: UserRequest,
    nonconformity: Nonconformity,
    given: dict[str, forms.Form],
    deed: Callable[[], None],
    done: str,
) -> HttpResponse:
    """Do all of it or nothing, and go to the sheet; what is wrong is told at its field."""
    (form,) = given.values()
    if form.is_valid():
        try:
            with transaction.atomic():
                deed()
        except TransitionNotAllowed as refusal:
            return explain(request, redirect(nonconformity), refusal)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(nonconformity), done)
    again = find_nonconformity(request, nonconformity.slug)
    return nonconformity_page(request, again, status=422, given=given)
