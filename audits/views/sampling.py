"""Sampled dossiers: the table, one dossier, what was found in each."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audits.actions.answering import AnswerGiven, record_answer
from audits.actions.sampling import add_dossier, change_dossier, remove_dossier
from audits.forms.refusals import show_refusal
from audits.forms.sampling import CellGiven, DossierForm, cells_given, written
from audits.models import Audit, ItemAnswer, SampledDossier
from audits.pages.checklist import visible_audit
from audits.pages.sampling import sampling_page
from audits.permissions.audits import can_answer
from audits.permissions.checklist import can_prepare
from procedures.answers import explain
from qms.foundation.dates import today
from qms.http import UserRequest


@require_http_methods(["GET", "HEAD", "POST"])
def sampling(request: UserRequest, slug: str) -> HttpResponse:
    """Show the table; POST takes a further dossier into it."""
    audit = visible_audit(request, slug)
    if request.method != "POST":
        return sampling_page(request, audit)
    if not can_prepare(request.user, audit):
        raise PermissionDenied
    form = DossierForm(request.POST, audit=audit)
    if form.is_valid():
        try:
            dossier = add_dossier(audit, form.given(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            judged = f"Đã lấy mẫu {dossier}, đánh giá theo {dossier.version.number_text}."
            return explain(request, redirect("audits:sampling", audit.slug), judged)
    return sampling_page(request, audit, status=422, form=form)


@require_POST
def sampling_cells(request: UserRequest, slug: str) -> HttpResponse:
    """Record the cells that were changed; one that another changed meanwhile is asked about."""
    audit = visible_audit(request, slug)
    if audit.is_changeable and not can_answer(request.user, audit):
        raise PermissionDenied
    where = redirect("audits:sampling", audit.slug)
    stored = disputed = 0
    try:
        for cell in cells_given(request.POST):
            state = _record(request, audit, cell)
            stored += state == "stored"
            disputed += state == "disputed"
    except ValidationError as refusal:
        return explain(request, where, refusal)
    if disputed:
        said = f"{disputed} ô đã có người khác trả lời trong lúc bạn ghi. Mở phiếu để chọn."
        messages.warning(request, said)
        return redirect("audits:checklist", audit.slug)
    return explain(request, where, f"Đã ghi {stored} ô." if stored else "Không có ô nào thay đổi.")


def _record(request: UserRequest, audit: Audit, cell: CellGiven) -> str:
    """Record a cell that says something else than the answer it was shown with."""
    item = audit.items.standing().filter(pk=cell.item).first()
    if item is None:
        return ""
    shown = ItemAnswer.objects.filter(pk=cell.base, item=item).first() if cell.base else None
    if cell.result == (shown.result if shown else ""):
        return ""
    item.audit = audit
    given = AnswerGiven(
        client_id=cell.client_id,
        base=shown.pk if shown else None,
        result=cell.result,
        note=shown.note if shown else "",
        is_verbal=shown.is_verbal if shown else False,
        seen_on=today(),
        answered_at=timezone.now(),
        dossier=cell.dossier,
    )
    return record_answer(item, given, by=request.user).state


def _dossier(request: UserRequest, slug: str, pk: int) -> tuple[Audit, SampledDossier]:
    audit = visible_audit(request, slug)
    if not can_prepare(request.user, audit):
        raise PermissionDenied
    known = audit.dossiers.standing().select_related("version").prefetch_related("handlers")
    dossier = get_object_or_404(known, pk=pk)
    dossier.audit = audit
    return audit, dossier


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_edit(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit, dossier = _dossier(request, slug, pk)
    form = DossierForm(request.POST or None, audit=audit, initial=written(dossier))
    if form.is_valid():
        try:
            change_dossier(dossier, form.given(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            done = f"Đã sửa hồ sơ {form.cleaned_data['code']}."
            return explain(request, redirect("audits:sampling", audit.slug), done)
    context = {"audit": audit, "dossier": dossier, "form": form}
    status = 422 if form.errors else 200
    return render(request, "audits/sampling_dossier.html", context, status=status)


@require_POST
def dossier_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit, dossier = _dossier(request, slug, pk)
    where = redirect("audits:sampling", audit.slug)
    try:
        remove_dossier(dossier, by=request.user)
    except ValidationError as refusal:
        return explain(request, where, refusal)
    return explain(request, where, f"Đã bỏ hồ sơ {dossier} khỏi mẫu.")
