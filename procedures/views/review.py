"""Reading a version that is not issued: review it, return it."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from procedures import permissions as may
from procedures.checks import time_checks
from procedures.forms.decisions import CommentForm
from procedures.forms.review import ReviewForm
from procedures.models import ProcedureVersion
from procedures.models.facts import gather_facts
from procedures.reading import read_version
from procedures.views.answers import explain
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.forms import PasswordForm
from qms.records.models import Signature


def review_page(
    request: UserRequest, version: ProcedureVersion, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """Render the version for reading, with what this person may do about it."""
    user = request.user
    item = version.decision_items.filter(closed_at=None).select_related("decision").first()
    context: dict[str, Any] = {
        "version": version,
        "item": item,
        "reading": read_version(version, period=None, profile=None),
        "problems": [(p, version.answers.get(p.name, "")) for p in version.problems()],
        "times": time_checks(version.document, gather_facts(version, on=today())),
        "signatures": Signature.objects.on(version).filter(round=version.round),
        "history": version.history.select_related("history_user").order_by("-history_id")[:30],
        "may_review": may.can_review(user, version),
        "may_return": may.can_return(user, version),
        "may_accept": may.can_accept_paper(user, version),
        "may_discard": may.can_discard(user, version),
        "review_form": ReviewForm(initial={"seen": version.content_sha256}),
        "return_form": CommentForm(prefix="return"),
        "discard_form": CommentForm(prefix="discard"),
        "password_form": PasswordForm(request=request),
    }
    return render(request, "procedures/draft_detail.html", context | forms, status=status)


def _visible(request: UserRequest, pk: int) -> ProcedureVersion:
    versions = may.visible_drafts(request.user).select_related("procedure__owner")
    return get_object_or_404(versions.prefetch_related("author_links__person"), pk=pk)


@require_POST
def draft_review(request: UserRequest, pk: int) -> HttpResponse:
    version = _visible(request, pk)
    if version.status == VersionStatus.IN_REVIEW and not may.can_review(request.user, version):
        raise PermissionDenied
    form = ReviewForm(request.POST)
    where = redirect("procedures:draft-detail", version.pk)
    if not form.is_valid():
        return review_page(request, version, status=422, review_form=form)
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
    version = _visible(request, pk)
    if not may.can_return(request.user, version):
        raise PermissionDenied
    form = CommentForm(request.POST, prefix="return")
    if not form.is_valid():
        return review_page(request, version, status=422, return_form=form)
    where = redirect("procedures:draft-list")
    try:
        version.send_back(by=request.user, comment=form.cleaned_data["comment"])
    except ValidationError as refusal:
        return explain(request, redirect("procedures:draft-detail", version.pk), refusal)
    return explain(request, where, f"Đã trả lại {version.procedure.code} cho người soạn thảo.")
