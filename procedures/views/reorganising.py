"""Reorganising units and positions: what, a look at what it would do, then the password."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from procedures import actions
from procedures.answers import explain
from procedures.forms.reorganising import DEEDS, ConfirmForm, ReorganiseForm
from procedures.permissions import can_start
from procedures.permissions.bundles import kept_units
from procedures.reorganisation import Kind, Plan, Reorganisation, plan_of
from qms.http import UserRequest
from qms.records.workflow import SeenVersionChanged

_TELLS = {
    "doi-ten": "Một bộ phận mang tên mới; người, quyền, TTHC và quy trình đi theo.",
    "sap-nhap": "Hai hay nhiều bộ phận thành một, mới lập hoặc có sẵn.",
    "tach": "Một bộ phận thành nhiều; chọn người, TTHC, quy trình về đâu.",
    "chuyen": "Một bộ phận về trực thuộc đơn vị khác trong cơ quan.",
    "ban-giao": "Một bộ phận hoặc cả cơ quan kết thúc, TTHC giao cho cơ quan khác.",
    "doi-ten-chuc-danh": "Một chức danh mang tên mới trong cơ quan.",
}


@require_http_methods(["GET", "POST"])
def bundle_reorganise(request: UserRequest) -> HttpResponse:
    if not can_start(request.user):
        raise PermissionDenied
    word = request.GET.get("viec", "")
    if not word:
        return _deeds(request)
    if word not in DEEDS:
        raise Http404
    form = DEEDS[word](request.POST or None, units=kept_units(request.user))
    if request.method != "POST":
        return _form(request, word, form)
    step = request.POST.get("buoc", "")
    if step == "sua" or not form.is_valid():
        return _form(request, word, form, status=200 if step == "sua" else 422)
    try:
        change = form.change()
        plan = plan_of(change)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _form(request, word, form, status=422)
    confirmed = _confirm_form(request, plan, bound=step == "xac-nhan")
    if step != "xac-nhan":
        return _preview(request, word, form, plan, confirmed)
    if not confirmed.is_valid():
        return _preview(request, word, form, plan, confirmed, status=422)
    return _carry_out(request, word, form, change, confirmed)


def _carry_out(
    request: UserRequest,
    word: str,
    form: ReorganiseForm,
    change: Reorganisation,
    confirmed: ConfirmForm,
) -> HttpResponse:
    try:
        made = actions.reorganise(
            replace(change, choices=confirmed.choices()),
            by=request.user,
            seen=confirmed.cleaned_data["seen"],
        )
    except SeenVersionChanged as refusal:
        plan = plan_of(change)
        fresh = _confirm_form(request, plan, bound=False)
        explain(request, HttpResponse(), refusal)
        return _preview(request, word, form, plan, fresh, status=409)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return _form(request, word, form, status=422)
    drafts = sum(bundle.drafts.count() for bundle in made.bundles)
    done = f"Đã sắp xếp. {drafts} bản dự thảo mang tên mới đã được lập."
    if made.decision is not None:
        done += f" {made.decision.items.count()} quy trình cũ được đề nghị bãi bỏ."
    where = made.bundles[0] if len(made.bundles) == 1 else "procedures:bundle-list"
    return explain(request, redirect(where), done)


def _deeds(request: UserRequest) -> HttpResponse:
    context = {
        "deeds": [(word, Kind(form.kind).label, _TELLS[word]) for word, form in DEEDS.items()]
    }
    return render(request, "procedures/bundle_reorganise.html", context)


def _form(
    request: UserRequest, word: str, form: ReorganiseForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "label": Kind(form.kind).label, "tells": _TELLS[word]}
    return render(request, "procedures/bundle_reorganise_form.html", context, status=status)


def _confirm_form(request: UserRequest, plan: Plan, *, bound: bool) -> ConfirmForm:
    return ConfirmForm(
        request.POST if bound else None,
        request=request,
        questions=plan.questions,
        successors=plan.change.successors,
        initial={"seen": plan.digest()} | {q.name: 0 for q in plan.questions},
    )


def _preview(
    request: UserRequest,
    word: str,
    form: ReorganiseForm,
    plan: Plan,
    confirmed: ConfirmForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "plan": plan,
        "change": plan.change,
        "confirm_form": confirmed,
        "label": Kind(form.kind).label,
        "draft_count": len(plan.rewritings)
        * (len(plan.change.successors) if plan.change.is_handover else 1),
    }
    return render(request, "procedures/bundle_reorganise_preview.html", context, status=status)
