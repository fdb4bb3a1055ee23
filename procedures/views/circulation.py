"""Reading what is new: what is asked of me, how far the others are, who holds a version."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures import permissions as may
from procedures.answers import explain
from procedures.circulation import standing_of
from procedures.models import Decision, InForcePeriod, ProcedureVersion
from procedures.pages.circulation import (
    asked_by_decision,
    followed_units,
    own_record,
    to_read,
    visible_readers,
    watched,
)
from procedures.pages.circulation_papers import (
    distribution_sheet,
    electronic_readers,
    head_of,
    overdue_sheet,
    paper_copies,
    version_name,
)
from procedures.papers.circulation import distribution_paper, workbook
from procedures.permissions.circulation import (
    can_record_meeting,
    can_see_distribution,
    watched_paths,
)
from procedures.views.reach import key_of
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import Unit
from qms.records import files
from qms.records.paper import to_docx, to_pdf

_PAGE = 50
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def printed(data: bytes, ending: str, name: str) -> HttpResponse:
    """Answer with a file: a PDF is shown, what is to be edited is saved."""
    answer = HttpResponse(data, content_type=MEDIA_TYPES[ending])
    header = content_disposition_header(ending != "pdf", files.label_of(f"{name}.{ending}"))
    answer.headers["Content-Disposition"] = header or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@require_safe
def reading_list(request: UserRequest) -> HttpResponse:
    """Show what is asked of me and, to who follows others, how far each version is read."""
    if not may.reader_agencies(request.user).exists():
        raise PermissionDenied
    day, units = today(), followed_units(request.user)
    unit = _asked_unit(request, units)
    standings = watched(request.user, unit, on=day)
    page = Paginator(standings, _PAGE).get_page(request.GET.get("trang"))
    record = Paginator(own_record(request.user), _PAGE).get_page(request.GET.get("da-doc"))
    context = {
        "asked": asked_by_decision(request.user, on=day),
        "today": day,
        "is_watching": bool(watched_paths(request.user)),
        "page": page,
        "late": sum(len(each.overdue) for each in standings),
        "units": units,
        "unit": unit,
        "query": f"don-vi={unit.pk}&" if unit else "",
        "record": record,
        "may_record": may.is_secretary(request.user),
    }
    return render(request, "procedures/reading_list.html", context)


def _asked_unit(request: UserRequest, units: list[Unit]) -> Unit | None:
    key = key_of(request.GET.get("don-vi", ""))
    return next((unit for unit in units if unit.pk == key), None)


@require_safe
def reading_overdue_sheet(request: UserRequest) -> HttpResponse:
    """Give the list of who is late, of the unit that is looked at, as an Excel workbook."""
    if not watched_paths(request.user):
        raise PermissionDenied
    unit = _asked_unit(request, followed_units(request.user))
    sheet = overdue_sheet(watched(request.user, unit, on=today()), today())
    return printed(workbook(sheet), "xlsx", f"Qua han doc {today():%Y-%m-%d}")


@require_http_methods(["GET", "POST"])
def reading_task(request: UserRequest, pk: int) -> HttpResponse:
    """Show what one decision asks me to read; one button says that I have read all of it."""
    decision = get_object_or_404(Decision, pk=pk)
    rows = [
        row
        for asked_decision, asked in asked_by_decision(request.user, on=today())
        if asked_decision.pk == decision.pk
        for row in asked
    ]
    if not rows and not may.visible_decisions(request.user).filter(pk=pk).exists():
        raise Http404
    if request.method == "POST":
        seen = {key_of(text) for text in request.POST.getlist("ban")}
        number = actions.acknowledge(
            [row.version for row in rows if row.version.pk in seen], by=request.user
        )
        done = f"Đã xác nhận đọc {number:02d} tài liệu." if number else "Bạn đã xác nhận trước đó."
        return explain(request, redirect("procedures:reading-list"), done)
    if not rows:
        return redirect("procedures:reading-list")
    context = {"decision": decision, "documents": to_read(request.user, rows), "today": today()}
    return render(request, "procedures/reading_task.html", context)


@require_POST
def reading_acknowledge(request: UserRequest, pk: int) -> HttpResponse:
    """Say that I have read the version on whose page I am."""
    version = _visible_version(request, pk)
    number = actions.acknowledge([version], by=request.user)
    done = "Đã xác nhận bạn đã đọc tài liệu này." if number else "Bạn không còn phải xác nhận."
    return explain(request, redirect(version), done)


def _visible_version(request: UserRequest, pk: int) -> ProcedureVersion:
    versions = may.visible_issued(request.user).select_related(
        "procedure__agency", "procedure__owner"
    )
    return get_object_or_404(versions.defer("content", "search_key"), pk=pk)


@require_safe
def reading_detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show who has read a version, when and how; staff see their own line."""
    if not may.reader_agencies(request.user).exists():
        raise Http404
    version = _visible_version(request, pk)
    found = standing_of(ProcedureVersion.objects.filter(pk=pk), on=today())
    standing = found[0] if found else None
    agency = version.procedure.agency
    context = {
        "version": version,
        "standing": standing,
        "readers": visible_readers(request.user, standing) if standing else (),
        "mine": standing.of(request.user) if standing else None,
        "is_watching": bool(watched_paths(request.user)),
        "may_record": can_record_meeting(request.user, agency) and standing is not None,
        "may_see_distribution": can_see_distribution(request.user, agency),
        "today": today(),
    }
    return render(request, "procedures/reading_detail.html", context)


# --- distribution of one version ---


def _edition(request: UserRequest, slug: str, number: str) -> ProcedureVersion:
    """Return the version with that number whose distribution this person may see."""
    issue, _, revision = number.partition("-")
    if not key_of(issue) or (revision and key_of(revision) is None):
        raise Http404
    versions = may.visible_issued(request.user).filter(
        procedure__slug=slug,
        issue_no=int(issue),
        revision_no=int(revision) if revision else None,
    )
    version = versions.select_related("procedure__agency").defer("content", "search_key").first()
    if version is None:
        raise Http404
    if not can_see_distribution(request.user, version.procedure.agency):
        raise PermissionDenied
    return version


@require_safe
def version_distribution(request: UserRequest, slug: str, number: str) -> HttpResponse:
    """Show who received the version: on screen, and as numbered copies on paper."""
    version = _edition(request, slug, number)
    found = standing_of(ProcedureVersion.objects.filter(pk=version.pk), on=today())
    editions = InForcePeriod.objects.standing().filter(procedure=version.procedure)
    version.procedure.has_edition = editions.exists()  # type: ignore[attr-defined]
    context = {
        "version": version,
        "procedure": version.procedure,
        "electronic": electronic_readers(version),
        "copies": paper_copies(version),
        "standing": found[0] if found else None,
    }
    return render(request, "procedures/version_distribution.html", context)


@require_safe
def version_distribution_paper(
    request: UserRequest, slug: str, number: str, ending: str
) -> HttpResponse:
    """Print the distribution list (BM-01-05), as PDF, Word or a workbook."""
    if ending not in MEDIA_TYPES:
        raise Http404
    version, day = _edition(request, slug, number), today()
    sheet = distribution_sheet(version, day)
    name = f"Phan phoi {version.procedure.code} {version.number_slug}"
    if ending == "xlsx":
        return printed(workbook(sheet), ending, name)
    head = head_of(version.procedure.agency, "distribution")
    paper = distribution_paper(head, version_name(version), day, sheet)
    return printed(to_pdf(paper) if ending == "pdf" else to_docx(paper), ending, name)
