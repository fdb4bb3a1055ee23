"""Decisions: their words, their papers, what mends them, and taking one back before effect."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.forms.decisions import CorrectionForm, WithdrawalForm, WordsForm
from procedures.models import Decision, DecisionCorrection
from procedures.pages.decision import capacities_for, moved_on, no_capacity, visible_decision
from procedures.pages.decision_papers import paper_of_correction, paper_of_decision
from procedures.permissions.decisions import can_correct, can_withdraw, unnamed_procedures
from procedures.workflow import DecisionStatus
from qms.http import UserRequest
from qms.records import files
from qms.records.paper import Paper, to_docx, to_pdf
from qms.records.workflow import TransitionNotAllowed

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_http_methods(["GET", "POST"])
def decision_edit(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    if not may.is_secretary(request.user, decision.agency):
        raise PermissionDenied
    if not may.can_compose(request.user, decision):
        return moved_on(request, decision)
    initial = {name: getattr(decision, name) for name in WordsForm.base_fields}
    items = list(decision.standing_items())
    form = WordsForm(request.POST or None, initial=initial, items=items)
    if form.is_valid():
        try:
            actions.edit_decision(decision, form.words(), by=request.user, effects=form.effects())
        except ValidationError as refusal:
            return explain(request, redirect(decision), refusal)
        return explain(request, redirect(decision), "Đã lưu lời văn của quyết định.")
    context = {"decision": decision, "form": form}
    status = 422 if form.errors else 200
    return render(request, "procedures/decision_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
def decision_correct(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    if not may.is_leader(request.user, decision.agency):
        raise PermissionDenied
    if not can_correct(request.user, decision):
        return moved_on(request, decision)
    initial = {
        "number": decision.number,
        "signed_on": decision.signed_on,
        "effective_on": decision.effective_on,
    }
    form = CorrectionForm(
        request.POST or None,
        request.FILES or None,
        request=request,
        initial=initial,
        capacities=capacities_for(request.user, decision),
    )
    if form.is_valid():
        try:
            actions.correct_decision(
                decision,
                form.correction(by=request.user),
                by=request.user,
                signing=form.signing(),
            )
        except TransitionNotAllowed as refusal:
            return explain(request, redirect(decision), refusal)
        except ValidationError as refusal:
            _tell(form, refusal)
        else:
            return explain(request, redirect(decision), f"Đã đính chính: {decision}.")
        decision = visible_decision(request, pk)
    refused = no_capacity(request.user, decision)
    context = {"decision": decision, "form": form, "no_capacity": refused}
    status = 422 if form.errors else 200
    return render(request, "procedures/decision_correct.html", context, status=status)


def _tell(form: CorrectionForm, refusal: ValidationError) -> None:
    """Say it at its field; what belongs to none of this form, above all."""
    if hasattr(refusal, "error_dict") and not set(refusal.error_dict) <= set(form.fields):
        form.add_error(None, refusal.messages)
    else:
        form.add_error(None, refusal)


@require_http_methods(["GET", "POST"])
def decision_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    if not may.is_leader(request.user, decision.agency):
        raise PermissionDenied
    if decision.status != DecisionStatus.ISSUED:
        return moved_on(request, decision)
    if not can_withdraw(request.user, decision):
        what = ValidationError("Quyết định đã có hiệu lực, không thu hồi được nữa.")
        return explain(request, redirect(decision), what)
    capacities = capacities_for(request.user, decision)
    form = WithdrawalForm(request.POST or None, request=request, capacities=capacities)
    if form.is_valid():
        try:
            actions.withdraw_decision(
                decision,
                by=request.user,
                reason=form.cleaned_data["reason"],
                signing=form.signing(),
            )
        except ValidationError as refusal:
            return explain(request, redirect(decision), refusal)
        return explain(request, redirect(decision), f"Đã thu hồi: {decision}.")
    context = {
        "decision": decision,
        "form": form,
        "items": decision.standing_items(),
        "no_capacity": no_capacity(request.user, decision),
    }
    status = 422 if form.errors else 200
    return render(request, "procedures/decision_withdraw.html", context, status=status)


@require_safe
def decision_pdf(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    return _file(to_pdf(_paper(request, decision)), "pdf", _name(decision))


@require_safe
def decision_docx(request: UserRequest, pk: int) -> HttpResponse:
    decision = visible_decision(request, pk)
    return _file(to_docx(_paper(request, decision)), "docx", _name(decision))


def _paper(request: UserRequest, decision: Decision) -> Paper:
    unnamed = unnamed_procedures(request.user, decision)
    return paper_of_decision(decision, unnamed=unnamed)


@require_safe
def decision_correction_pdf(request: UserRequest, pk: int, correction: int) -> HttpResponse:
    row = _correction(request, pk, correction)
    return _file(to_pdf(paper_of_correction(row)), "pdf", f"Dinh chinh {row.old_number}")


@require_safe
def decision_correction_file(request: UserRequest, pk: int, correction: int) -> FileResponse:
    row = _correction(request, pk, correction)
    if row.file is None:
        raise Http404
    return files.response(row.file, inline=True)


def _correction(request: UserRequest, pk: int, correction: int) -> DecisionCorrection:
    decision = visible_decision(request, pk)
    return get_object_or_404(decision.corrections.select_related("file"), pk=correction)


def _name(decision: Decision) -> str:
    return f"Quyet dinh {decision.number or decision.pk}"


def _file(data: bytes, ending: str, name: str) -> HttpResponse:
    """Answer with a file: a PDF is shown, what is to be edited is saved."""
    answer = HttpResponse(data, content_type="application/pdf" if ending == "pdf" else _WORD)
    header = content_disposition_header(ending != "pdf", files.label_of(f"{name}.{ending}"))
    answer.headers["Content-Disposition"] = header or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
