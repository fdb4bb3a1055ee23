"""What is done about a version that waits for review or approval: find it suitable, return it."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.forms.decisions import CommentForm
from procedures.forms.review import ReviewForm
from procedures.pages.review import review_page, visible_draft
from procedures.workflow import VersionStatus
from qms.http import UserRequest

_RETURNABLE = (VersionStatus.IN_REVIEW, VersionStatus.REVIEWED)


@require_POST
def draft_review(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    if version.status == VersionStatus.IN_REVIEW and not may.can_review(request.user, version):
        raise PermissionDenied
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return review_page(request, version, status=422, review_form=form)
    where = redirect("procedures:draft-detail", version.pk)
    try:
        version.review(
            by=request.user,
            seen=form.cleaned_data["seen"],
            comment=form.cleaned_data["comment"],
        )
    except ValidationError as refusal:
        return explain(request, where, refusal)
    done = f"Đã xem xét {version.procedure.code}: phù hợp, chờ phê duyệt."
    return explain(request, where, done)


@require_POST
def draft_return(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    if version.status in _RETURNABLE and not may.can_return(request.user, version):
        raise PermissionDenied
    form = CommentForm(request.POST, prefix="return")
    if not form.is_valid():
        return review_page(request, version, status=422, return_form=form)
    try:
        actions.return_version(version, by=request.user, comment=form.cleaned_data["comment"])
    except ValidationError as refusal:
        return explain(request, redirect("procedures:draft-detail", version.pk), refusal)
    done = f"Đã trả lại {version.procedure.code} cho người soạn thảo."
    return explain(request, redirect("home:my-work"), done)
