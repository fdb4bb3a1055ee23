"""One request for a change: what was asked, what it came to, what this person may do about it."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from procedures import permissions as may
from procedures.forms.change_requests import AcceptChangeForm, AnsweredForm, RefuseChangeForm
from procedures.models import ChangeRequest, ProcedureVersion
from procedures.workflow import ChangeRequestStatus
from qms.http import UserRequest


def visible_change_request(request: HttpRequest, pk: int) -> ChangeRequest:
    """Return a request that this person may see, or answer 404."""
    changes = may.visible_change_requests(request.user).select_related(
        "procedure__owner", "requested_by", "answered_by", "version__procedure"
    )
    return get_object_or_404(changes.defer("version__content", "version__search_key"), pk=pk)


def taken_requests(request: HttpRequest, version: ProcedureVersion) -> QuerySet[ChangeRequest]:
    """Return the requests that `version` takes up, with whether their page answers this person."""
    readable = may.visible_change_requests(request.user).filter(pk=OuterRef("pk"))
    taken = ChangeRequest.objects.filter(version=version).annotate(is_readable=Exists(readable))
    return taken.select_related("procedure", "requested_by").order_by("pk")


def change_request_page(
    request: UserRequest, change: ChangeRequest, *, status: int = 200, **given: Any
) -> HttpResponse:
    """Render the request with the forms that this person may use now, or those `given` back."""
    may_answer = may.can_answer_change(request.user, change)
    is_accepted = change.status == ChangeRequestStatus.ACCEPTED
    context: dict[str, Any] = {
        "change": change,
        "may_answer": may_answer,
        "version": change.version,
        "may_see_version": _may_see(request, change.version),
        "open_version": _open_version(change) if may_answer and is_accepted else None,
        "history": change.history.select_related("history_user").order_by("-history_id")[:30],
    }
    if may_answer:
        context["refuse_form"] = RefuseChangeForm(prefix="refuse")
    if may_answer and is_accepted:
        form = AnsweredForm(prefix="answer", change=change)
        context["answer_form"] = form if form.fields["version"].queryset else None  # type: ignore[attr-defined]
    elif may_answer:
        context["accept_form"] = AcceptChangeForm(prefix="accept")
    return render(request, "procedures/change_request_detail.html", context | given, status=status)


def _may_see(request: HttpRequest, version: ProcedureVersion | None) -> bool:
    """Tell whether the version's own page answers this person; an issued one is readable here."""
    if version is None or not version.is_open:
        return version is not None
    return may.visible_drafts(request.user).filter(pk=version.pk).exists()


def _open_version(change: ChangeRequest) -> ProcedureVersion | None:
    """Return the draft that could take the request up and does not yet."""
    if change.version_id is not None:
        return None
    written = change.procedure.versions.open().filter(origin=ProcedureVersion.Origin.SYSTEM)
    return written.defer("content", "search_key").first()
