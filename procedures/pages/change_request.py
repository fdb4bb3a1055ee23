"""One request for a change: what was asked, what it came to, what this person may do about it."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from procedures import permissions as may
from procedures.forms.change_requests import AcceptChangeForm, AnsweredForm, RefuseChangeForm
from procedures.models import ChangeRequest, DocumentSettings, ProcedureVersion
from procedures.papers.change_request import RequestFacts, change_request_paper
from procedures.workflow import ChangeRequestStatus
from qms.foundation.dates import LOCAL, valid_on
from qms.http import UserRequest
from qms.organisation.models import AgencyProfile
from qms.records.paper import Paper


def visible_change_request(request: HttpRequest, pk: int) -> ChangeRequest:
    """Return a request that this person may see, or answer 404."""
    changes = may.visible_change_requests(request.user).select_related(
        "procedure__owner",
        "procedure__agency__profile",
        "requested_by",
        "answered_by",
        "version__procedure",
        "abolished_by__decision",
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
    user = request.user
    may_answer = may.can_answer_change(user, change)
    is_accepted = change.status == ChangeRequestStatus.ACCEPTED
    context: dict[str, Any] = {
        "change": change,
        "may_answer": may_answer,
        "version": change.version,
        "may_see_version": _may_see(request, change.version),
        "open_version": _open_version(change) if may_answer and is_accepted else None,
        "may_abolish": is_accepted
        and change.kind == ChangeRequest.Kind.ABOLISH
        and may.is_secretary(user, change.procedure.agency),
        "history": change.history.select_related("history_user").order_by("-history_id")[:30],
    }
    if may_answer:
        context["refuse_form"] = RefuseChangeForm(prefix="refuse")
    if may_answer and is_accepted and change.kind == ChangeRequest.Kind.REVISE:
        form = AnsweredForm(prefix="answer", change=change)
        context["answer_form"] = form if form.fields["version"].queryset else None  # type: ignore[attr-defined]
    elif may_answer and not is_accepted:
        context["accept_form"] = AcceptChangeForm(prefix="accept")
    return render(request, "procedures/change_request_detail.html", context | given, status=status)


def printed_request(change: ChangeRequest) -> Paper:
    """Return the request as a form to print, with the names of its agency."""
    procedure, agency = change.procedure, change.procedure.agency
    profile: AgencyProfile | None = getattr(agency, "profile", None)
    code, title = DocumentSettings.of(agency).paper("change_request")
    post = change.requested_by.posts.filter(valid_on(change.requested_on)).select_related("unit")
    first = post.first()
    read_in = _read_in(change)
    is_answered = change.answered_by is not None
    return change_request_paper(
        RequestFacts(
            parent=profile.parent_name if profile else "",
            issuer=profile.display_name if profile else agency.name,
            place=profile.place if profile else "",
            code=code,
            title=title,
            number=change.label,
            requested_on=change.requested_on,
            requester=str(change.requested_by),
            unit=str(first.unit) if first else "",
            kind=change.get_kind_display(),
            procedure=f"{procedure.code} – {procedure.title}",
            version=read_in.number_text if read_in else "",
            where=change.step_text or "Cả quy trình",
            current_text=change.current_text,
            what=change.what,
            why=change.why,
            origin=change.origin_text,
            verdict=_verdict(change) if is_answered else "",
            verdict_reason=change.verdict_reason,
            answerer=str(change.answered_by) if is_answered else "",
            answered_on=change.answered_at.astimezone(LOCAL).date() if change.answered_at else None,
            answer=_came_to(change),
        )
    )


def _read_in(change: ChangeRequest) -> ProcedureVersion | None:
    """Return the version that was in force on the day of the request."""
    versions = change.procedure.versions.in_force(on=change.requested_on)
    return versions.defer("content", "search_key").first()


def _verdict(change: ChangeRequest) -> str:
    is_refused = change.status == ChangeRequestStatus.REFUSED
    return "Không chấp nhận" if is_refused else "Chấp nhận"


def _came_to(change: ChangeRequest) -> str:
    if change.status != ChangeRequestStatus.ANSWERED:
        return ""
    if change.abolished_by:
        return f"Đã bãi bỏ theo {change.abolished_by.decision}"
    return f"Đã sửa đổi tại {change.version.number_text}" if change.version else ""


def _may_see(request: HttpRequest, version: ProcedureVersion | None) -> bool:
    """Tell whether the version's own page answers this person; an issued one is readable here."""
    if version is None or not version.is_open:
        return version is not None
    return may.visible_drafts(request.user).filter(pk=version.pk).exists()


def _open_version(change: ChangeRequest) -> ProcedureVersion | None:
    """Return the draft that could take the request up and does not yet."""
    if change.version_id is not None or change.kind == ChangeRequest.Kind.ABOLISH:
        return None
    written = change.procedure.versions.open().filter(origin=ProcedureVersion.Origin.SYSTEM)
    return written.defer("content", "search_key").first()
