"""Many drafts for one cause: begun together, looked at and moved on together."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.forms.bundles import ReissueForm, ReviewAllForm, SubjectForm, SubmitForm
from procedures.forms.decisions import CommentForm
from procedures.models import DraftBundle, Procedure
from procedures.pages.bundles import (
    bundle_page,
    find_bundle,
    in_force_of,
    lines_of,
    listed_bundles,
    own_agency,
    reissue_page,
)
from procedures.permissions.bundles import can_list, can_work, visible_bundles
from qms.foundation.dates import today
from qms.http import UserRequest

_MOST_TOLD = 12  # single messages; the page itself tells the rest


@require_safe
def bundle_list(request: UserRequest) -> HttpResponse:
    if not can_list(request.user):
        raise PermissionDenied
    context = {
        "page": Paginator(listed_bundles(request), 50).get_page(request.GET.get("trang")),
        "may_start": may.can_start(request.user),
    }
    return render(request, "procedures/bundle_list.html", context)


@require_safe
def bundle_detail(request: UserRequest, pk: int) -> HttpResponse:
    return bundle_page(request, find_bundle(request, pk))


@require_http_methods(["GET", "POST"])
def bundle_reissue(request: UserRequest) -> HttpResponse:
    agency = own_agency(request)
    if agency is None:
        raise PermissionDenied
    if request.method != "POST":
        return reissue_page(request, agency)
    procedures = in_force_of(request, agency, today())
    form = ReissueForm(request.POST, procedures=procedures)
    if not form.is_valid():
        return reissue_page(request, agency, form)
    data = form.cleaned_data
    try:
        made = actions.reissue_unchanged(
            data["procedures"],
            by=request.user,
            reason=data["reason"],
            title=data["title"],
            summary=data["summary"],
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return reissue_page(request, agency, form)
    _tell_left(request, made.skipped)
    done = f"Đã lập {made.bundle.drafts.count()} bản dự thảo với nội dung như bản đang có hiệu lực."
    return explain(request, redirect(made.bundle), done)


@require_POST
def bundle_submit(request: UserRequest, pk: int) -> HttpResponse:
    bundle = find_bundle(request, pk)
    versions = [line.version for line in lines_of(request, bundle) if line.may_submit]
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return bundle_page(request, bundle, status=422, submit_form=form)
    if not versions:
        return _nothing(request, bundle, "Không có bản dự thảo nào bạn trình được.")
    outcome = actions.submit_drafts(
        versions, by=request.user, explanation=form.cleaned_data["explanation"]
    )
    return _answer(request, bundle, outcome, "Đã trình xem xét")


@require_POST
def bundle_review(request: UserRequest, pk: int) -> HttpResponse:
    bundle = find_bundle(request, pk)
    versions = [line.version for line in lines_of(request, bundle) if line.may_review]
    form = ReviewAllForm(request.POST)
    if not form.is_valid():
        return bundle_page(request, bundle, status=422, review_form=form)
    if not versions:
        return _nothing(request, bundle, "Không có bản nào chờ bạn xem xét.")
    outcome = actions.review_drafts(
        versions,
        by=request.user,
        seen=form.hashes(),
        comment=form.cleaned_data["comment"],
    )
    return _answer(request, bundle, outcome, "Đã xem xét, phù hợp:")


@require_POST
def bundle_return(request: UserRequest, pk: int) -> HttpResponse:
    bundle = find_bundle(request, pk)
    versions = [line.version for line in lines_of(request, bundle) if line.may_return]
    form = CommentForm(request.POST, prefix="return")
    if not form.is_valid():
        return bundle_page(request, bundle, status=422, return_form=form)
    if not versions:
        return _nothing(request, bundle, "Không có bản nào bạn trả lại được.")
    comment = form.cleaned_data["comment"]
    outcome = actions.return_drafts(versions, by=request.user, comment=comment)
    return _answer(request, bundle, outcome, "Đã trả lại")


@require_POST
def bundle_decide(request: UserRequest, pk: int) -> HttpResponse:
    bundle = find_bundle(request, pk)
    if not can_work(request.user, bundle):
        raise PermissionDenied
    versions = [line.version for line in lines_of(request, bundle) if line.may_decide]
    form = SubjectForm(request.POST)
    if not form.is_valid():
        return bundle_page(request, bundle, status=422, subject_form=form)
    if not versions:
        return _nothing(request, bundle, "Chưa có bản nào xem xét xong để đưa vào quyết định.")
    try:
        decision = actions.decide_bundle(
            bundle, versions, by=request.user, subject=form.cleaned_data["subject"]
        )
    except ValidationError as refusal:
        return explain(request, redirect(bundle), refusal)
    done = f"Đã đưa {len(versions)} quy trình vào quyết định."
    return explain(request, redirect(decision), done)


def _nothing(request: UserRequest, bundle: DraftBundle, why: str) -> HttpResponse:
    return explain(request, redirect(bundle), ValidationError(why))


def _answer(
    request: UserRequest, bundle: DraftBundle, outcome: actions.Outcome, done: str
) -> HttpResponse:
    """Tell how many were moved on, and name each that was not, with why."""
    if outcome.done:
        messages.success(request, f"{done} {len(outcome.done)} bản.")
    _tell_left(request, [(version.procedure, why) for version, why in outcome.left])
    is_seen = visible_bundles(request.user).filter(pk=bundle.pk).exists()
    return redirect(bundle if is_seen else "procedures:bundle-list")


def _tell_left(request: UserRequest, left: Sequence[tuple[Procedure, str]]) -> None:
    for procedure, why in left[:_MOST_TOLD]:
        messages.warning(request, f"{procedure.code} để lại: {why}")
    if rest := left[_MOST_TOLD:]:
        codes = ", ".join(procedure.code for procedure, _ in rest)
        messages.warning(request, f"Để lại cả {len(rest)} quy trình khác: {codes}.")
