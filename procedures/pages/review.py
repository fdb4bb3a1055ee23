"""A version that is not issued, for reading, with what this person may do about it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from procedures import permissions as may
from procedures.checks import check, time_checks
from procedures.comparison import changes
from procedures.content import Content
from procedures.forms.decisions import CommentForm
from procedures.forms.paper import AcceptForm
from procedures.forms.review import ReviewForm
from procedures.models import ProcedureVersion
from procedures.models.facts import gather_facts
from procedures.pages.change_request import taken_requests
from procedures.pages.comparing import newer_than_base
from procedures.permissions.word_imports import visible_imports
from procedures.reading import read_version
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.records.models import Signature


def visible_draft(request: HttpRequest, pk: int) -> ProcedureVersion:
    """Return an open or discarded version that this person may see, or answer 404."""
    versions = may.visible_drafts(request.user).select_related(
        *("procedure__owner", "procedure__agency__profile", "base", "scan", "submitted_by"),
        "bundle_link__bundle",
    )
    return get_object_or_404(versions.prefetch_related("author_links__person"), pk=pk)


def review_page(
    request: UserRequest,
    version: ProcedureVersion,
    *,
    status: int = 200,
    unsaved: Content | None = None,
    **forms: Any,
) -> HttpResponse:
    """Render the version; `unsaved` is what somebody typed who came too late to save it."""
    user = request.user
    item = version.decision_items.filter(closed_at=None).select_related("decision").first()
    facts = gather_facts(version, on=today())
    may_review = may.can_review(user, version)
    context: dict[str, Any] = {
        "version": version,
        "newer": newer_than_base(version),
        "item": item,
        "reading": read_version(version, period=None, profile=None),
        "problems": [
            (problem, version.answers.get(problem.name, ""))
            for problem in check(version.document, facts)
        ],
        "taken_requests": taken_requests(request, version),
        "times": time_checks(version.document, facts),
        "changes": changes(version.base.document, version.document) if version.base else None,
        "signatures": Signature.objects.on(version).filter(round=version.round),
        "history": version.history.select_related("history_user").order_by("-history_id")[:30],
        "unsaved": changes(version.document, unsaved) if unsaved is not None else None,
        "word_import": visible_imports(user).filter(version=version).only("label").first(),
        "may_review": may_review,
        "may_return": may.can_return(user, version),
        "may_accept": may.can_accept_paper(user, version),
        "may_discard": may.can_discard(user, version),
        "may_compose": item is None
        and version.status == VersionStatus.REVIEWED
        and may.is_secretary(user, version.procedure.agency),
        "review_form": ReviewForm(initial={"seen": version.content_sha256}),
        "return_form": CommentForm(prefix="return"),
        "discard_form": CommentForm(prefix="discard"),
        "accept_form": AcceptForm(request=request, initial={"seen": version.content_sha256}),
    }
    return render(request, "procedures/draft_detail.html", context | forms, status=status)
