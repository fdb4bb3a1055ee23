"""The checklist and its questions on plain pages, which do all that the field page does."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.actions.answering import AnswerGiven, Outcome, record_answer
from audits.actions.checklist import (
    add_law_points,
    add_question,
    assign_items,
    change_question,
    generate_checklist,
    remove_question,
)
from audits.actions.evidence import ConfirmationGiven, add_evidence, confirm_on_site
from audits.actions.findings import FindingGiven, add_finding
from audits.board import board_of
from audits.forms.checklist import (
    AssignForm,
    CellAnswerForm,
    ItemConfirmForm,
    ItemFindingForm,
    QuestionForm,
    WordingForm,
)
from audits.forms.evidence import EvidenceForm
from audits.forms.refusals import show_refusal
from audits.independence import auditing_members
from audits.models import Audit, ChecklistItem
from audits.pages.checklist import (
    checklist_page,
    item_page,
    settling_page,
    visible_audit,
    visible_item,
)
from audits.permissions.audits import can_answer
from audits.permissions.checklist import can_prepare
from procedures.answers import explain
from qms.http import UserRequest

_GENERAL = "chung"  # in the address: the question, not one of its dossiers


def key_of(text: str) -> int | None:
    """Return the key of a row that an address names; None for what no list of ours offers."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


# --- the checklist ---


@require_safe
def checklist(request: UserRequest, slug: str) -> HttpResponse:
    return checklist_page(request, visible_audit(request, slug))


def _preparing(request: UserRequest, slug: str) -> Audit:
    audit = visible_audit(request, slug)
    if not can_prepare(request.user, audit):
        raise PermissionDenied
    return audit


@require_POST
def checklist_generate(request: UserRequest, slug: str) -> HttpResponse:
    """Add what scope and dossiers ask for, take away what nobody answered and nobody asks for."""
    audit = _preparing(request, slug)
    where = redirect("audits:checklist", audit.slug)
    try:
        done = generate_checklist(audit, by=request.user)
    except ValidationError as refusal:
        return explain(request, where, refusal)
    if not done.added and not done.removed:
        return explain(
            request, where, "Phiếu đã đủ theo phạm vi và hồ sơ lấy mẫu, không có gì đổi."
        )
    said = f"Đã thêm {done.added} câu hỏi"
    gone = f", bỏ {done.removed} câu không còn trong phạm vi" if done.removed else ""
    return explain(request, where, f"{said}{gone}.")


@require_POST
def checklist_law(request: UserRequest, slug: str) -> HttpResponse:
    audit = _preparing(request, slug)
    where = redirect("audits:checklist", audit.slug)
    try:
        added = add_law_points(audit, by=request.user)
    except ValidationError as refusal:
        return explain(request, where, refusal)
    said = f"Đã thêm {added} nội dung theo Thông tư 26/2014/TT-BKHCN, Điều 36."
    return explain(request, where, said if added else "Các nội dung của Điều 36 đã có trong phiếu.")


@require_POST
def checklist_assign(request: UserRequest, slug: str) -> HttpResponse:
    """Give a group of questions to a member of the team."""
    audit = _preparing(request, slug)
    members = auditing_members(audit)
    where = redirect("audits:checklist", audit.slug)
    form = AssignForm(request.POST, members=members)
    if not form.is_valid():
        messages.error(request, "Người được chọn không còn trong đoàn. Hãy chọn lại.")
        return where
    member = next((m for m in members if m.pk == form.cleaned_data["member"]), None)
    items = list(audit.items.standing().filter(pk__in=form.keys()))
    try:
        assign_items(audit, items, member, by=request.user)
    except ValidationError as refusal:
        return explain(request, where, refusal)
    who = f"Đã giao cho {member.person}." if member else "Đã bỏ phân công."
    return explain(request, where, who)


@require_POST
def question_new(request: UserRequest, slug: str) -> HttpResponse:
    audit = _preparing(request, slug)
    form = QuestionForm(request.POST, audit=audit)
    if form.is_valid():
        try:
            add_question(audit, form.given(), by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            done = "Đã thêm câu hỏi vào phiếu."
            return explain(request, redirect("audits:checklist", audit.slug), done)
    return checklist_page(request, audit, status=422, question_form=form)


@require_POST
def question_edit(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit = _preparing(request, slug)
    item = visible_item(audit, pk)
    form = WordingForm(request.POST, prefix="wording")
    if form.is_valid():
        try:
            change_question(item, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(item), "Đã sửa câu hỏi.")
    return item_page(request, audit, pk, status=422, wording_form=form)


@require_POST
def question_remove(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit = _preparing(request, slug)
    item = visible_item(audit, pk)
    try:
        remove_question(item, by=request.user)
    except ValidationError as refusal:
        return explain(request, redirect(item), refusal)
    return explain(request, redirect("audits:checklist", audit.slug), "Đã bỏ câu hỏi khỏi phiếu.")


# --- one question ---


@require_safe
def item_detail(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """Show one question; `?ho-so=` names the dossier whose cell is answered, `chung` none."""
    audit = visible_audit(request, slug)
    chosen = request.GET.get("ho-so", "")
    if chosen == _GENERAL:
        return item_page(request, audit, pk, is_general=True)
    if chosen and key_of(chosen) is None:
        raise Http404
    return item_page(request, audit, pk, dossier=key_of(chosen) if chosen else None)


def _answerable(request: UserRequest, slug: str, pk: int) -> tuple[Audit, ChecklistItem]:
    audit = visible_audit(request, slug)
    item = visible_item(audit, pk)
    if audit.is_changeable and not can_answer(request.user, audit):
        raise PermissionDenied
    return audit, item


def _given(form: CellAnswerForm) -> AnswerGiven:
    data = form.cleaned_data
    return AnswerGiven(**data, answered_at=timezone.now())


def _record(
    request: UserRequest, item: ChecklistItem, form: CellAnswerForm
) -> Outcome | ValidationError:
    """Record a valid answer; return why it was refused where it was, told at the form too."""
    try:
        return record_answer(item, _given(form), by=request.user)
    except ValidationError as refusal:
        show_refusal(form, refusal)
        return refusal


@require_POST
def item_answer(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit, item = _answerable(request, slug, pk)
    form = CellAnswerForm(request.POST)
    dossier = key_of(request.POST.get("dossier", ""))
    outcome = _record(request, item, form) if form.is_valid() else None
    if not isinstance(outcome, Outcome):
        is_general = dossier is None
        return item_page(
            request,
            audit,
            pk,
            dossier=dossier,
            is_general=is_general,
            status=422,
            answer_form=form,
        )
    if outcome.state == "disputed":
        other = outcome.standing.answered_by if outcome.standing else ""
        messages.warning(request, f"{other} đã trả lời câu này trong lúc bạn đang ghi; hãy chọn.")
        return redirect("audits:item-settle", audit.slug, pk, outcome.answer.pk)
    here = f"{item.get_absolute_url()}?ho-so={dossier}" if dossier else item
    answer = redirect(_next(audit, item) if "next" in request.POST else here)
    return explain(request, answer, "Đã ghi câu trả lời.")


def _next(audit: Audit, item: ChecklistItem) -> ChecklistItem:
    """Return the question after this one, or this one where it is the last."""
    lines = [line.item for line in board_of(audit)]
    index = next(n for n, other in enumerate(lines) if other.pk == item.pk)
    return lines[min(index + 1, len(lines) - 1)]


@require_http_methods(["GET", "HEAD", "POST"])
def item_settle(request: UserRequest, slug: str, pk: int, answer: int) -> HttpResponse:
    """Choose between two answers to one question, or write a common one; both are kept."""
    audit, item = _answerable(request, slug, pk)
    disputed = (
        item.answers.disputed().select_related("answered_by", "dossier").filter(pk=answer).first()
    )
    if disputed is None:
        messages.info(request, "Câu này đã được chọn xong.")
        return redirect(item)
    if request.method != "POST":
        return settling_page(request, audit, item, disputed)
    form = CellAnswerForm(request.POST)
    outcome = _record(request, item, form) if form.is_valid() else None
    if not isinstance(outcome, Outcome):
        return settling_page(request, audit, item, disputed, status=422, form=form)
    if outcome.state == "disputed":
        messages.warning(request, "Trong lúc bạn chọn đã có câu trả lời khác; hãy xem lại.")
        return redirect("audits:item-settle", audit.slug, pk, outcome.answer.pk)
    return explain(request, redirect(item), "Đã chọn câu trả lời; cả hai bản trước vẫn được giữ.")


@require_POST
def item_evidence(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    audit, item = _answerable(request, slug, pk)
    form = EvidenceForm(request.POST, request.FILES, prefix="evidence")
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_evidence(
                item,
                data["file"],
                caption=data["caption"],
                evidence_on=data["evidence_on"],
                client_id=data["client_id"],
                by=request.user,
            )
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(item), "Đã thêm bằng chứng.")
    return item_page(request, audit, pk, status=422, evidence_form=form)


@require_POST
def item_confirm(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """The unit confirms in the field the answers as they stand."""
    audit, item = _answerable(request, slug, pk)
    form = ItemConfirmForm(request.POST, request.FILES, prefix="confirm")
    if form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        given = ConfirmationGiven(
            data["client_id"], data["name"], data["position"], data["confirmed_on"]
        )
        try:
            confirm_on_site(item, given, data["file"], by=request.user)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(item), f"Đã ghi xác nhận của {data['name']}.")
    return item_page(request, audit, pk, status=422, confirm_form=form)


@require_POST
def item_finding(request: UserRequest, slug: str, pk: int) -> HttpResponse:
    """Record a finding of this question; version, step, clause and unit come from it."""
    audit, item = _answerable(request, slug, pk)
    form = ItemFindingForm(request.POST, prefix="finding")
    if form.is_valid():
        data = form.cleaned_data.copy()
        dossier = audit.dossiers.standing().filter(pk=data.pop("dossier")).first()
        try:
            finding = add_finding(
                audit, FindingGiven(item=item, dossier=dossier, **data), by=request.user
            )
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            return explain(request, redirect(item), f"Đã ghi phát hiện {finding.label}.")
    return item_page(request, audit, pk, status=422, finding_form=form)
