"""Pieces of evidence: the copy that is shown, the original for the team, withdrawing one."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from audits.actions.evidence import withdraw_evidence
from audits.forms.evidence import WithdrawForm
from audits.models import Evidence
from audits.permissions.evidence import (
    can_see_evidence,
    can_see_original,
    can_withdraw,
    sheet_of,
)
from procedures.answers import explain
from qms.http import UserRequest
from qms.records import files


def _visible(request: UserRequest, pk: int) -> Evidence:
    """Return the evidence that this person may see, withdrawn or not, or answer 404."""
    found = Evidence.objects.select_related(
        "item__audit__agency",
        "finding__audit__agency",
        "nonconformity__finding__audit",
        "action__nonconformity__finding__audit",
        "original",
        "shown",
    )
    evidence = found.filter(pk=pk).first()
    if evidence is None or not can_see_evidence(request.user, evidence):
        raise Http404
    return evidence


@require_safe
def evidence_file(request: UserRequest, pk: int) -> HttpResponseBase:
    """Show the picture without place and device, or give the file; withdrawn ones to the team.

    A withdrawn one of a sheet is shown to who withdraws there, too.
    """
    evidence = _visible(request, pk)
    sees_withdrawn = can_see_original(request.user, evidence) or (
        sheet_of(evidence) is not None and can_withdraw(request.user, evidence)
    )
    if evidence.withdrawn_at is not None and not sees_withdrawn:
        raise Http404
    if not evidence.is_picture:
        return files.response(evidence.shown, inline=True)
    answer = files.response(evidence.shown, name=f"bang-chung-{evidence.pk}.jpg")
    answer["Content-Disposition"] = "inline"
    return answer


@require_safe
def evidence_original(request: UserRequest, pk: int) -> HttpResponseBase:
    evidence = _visible(request, pk)
    if not can_see_original(request.user, evidence):
        raise PermissionDenied
    return files.response(evidence.original)


@require_POST
def evidence_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    """Withdraw evidence; the reason is kept with it."""
    evidence = _visible(request, pk)
    if not can_withdraw(request.user, evidence):
        raise PermissionDenied
    owner: Any = evidence.item or evidence.finding or sheet_of(evidence)
    form = WithdrawForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        withdraw_evidence(evidence, by=request.user, reason=reason)
    except ValidationError as refusal:
        return explain(request, redirect(owner), refusal)
    return explain(request, redirect(owner), "Đã rút bằng chứng; tệp và lý do vẫn được giữ.")
