"""Reading: the version in force, each edition, its PDF, and the history."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.chronicle import entries, rows_of
from procedures.models import InForcePeriod, Procedure, ProcedureVersion, Rendition
from procedures.printing import copy_pdf
from procedures.reading import posts_of, read_version, state_of
from procedures.workflow import VersionStatus
from qms.foundation.dates import today, valid_on
from qms.organisation.models import AgencyProfile
from qms.records import files


def _periods(request: HttpRequest) -> QuerySet[InForcePeriod]:
    """Return the standing periods this person may read, the one that matters today first."""
    day = today()
    rank = Case(
        When(valid_on(day), then=Value(0)),
        When(valid_to__lte=day, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return (
        InForcePeriod.objects.standing()
        .filter(procedure__in=may.visible_procedures(request.user))
        .select_related(
            "version__procedure__agency__profile",
            "version__procedure__owner",
            "version__scan",
            "begun_by__decision",
            "ended_by",
        )
        .annotate(rank=rank)
        .order_by("rank", "-valid_from")
    )


@require_safe
@login_not_required
def procedure_detail(request: HttpRequest, slug: str) -> HttpResponse:
    period = _periods(request).filter(procedure__slug=slug).first()
    if period is None:
        raise Http404
    return _read(request, period)


@require_safe
@login_not_required
def version_detail(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    return _read(request, _edition(request, slug, number), is_edition=True)


def _edition(request: HttpRequest, slug: str, number: str) -> InForcePeriod:
    issue, _, revision = number.partition("-")
    if not issue.isdecimal() or (revision and not revision.isdecimal()):
        raise Http404
    wanted = Q(
        version__issue_no=int(issue), version__revision_no=int(revision) if revision else None
    )
    period = _periods(request).filter(wanted, procedure__slug=slug).first()
    if period is None:
        raise Http404
    return period


def _read(request: HttpRequest, period: InForcePeriod, *, is_edition: bool = False) -> HttpResponse:
    version = period.version
    procedure = version.procedure
    profile: AgencyProfile | None = getattr(procedure.agency, "profile", None)
    codes = [covered.code for covered in version.document.tthc]
    chosen = request.GET.get("tthc", "")
    reading = read_version(
        version,
        period=period,
        profile=profile,
        posts=posts_of(request.user, on=today()),
        chosen=chosen if chosen in codes and len(codes) > 1 else "",
    )
    may_start = may.can_start(request.user, procedure.owner)
    open_one = None
    if may_start:
        open_one = procedure.versions.open().only("pk", "status", "procedure_id").first()
    context = {
        "reading": reading,
        "version": version,
        "procedure": procedure,
        "period": period,
        "decision": period.begun_by.decision,
        "covered": version.document.tthc,
        "is_edition": is_edition,
        "in_force": _in_force(procedure) if reading.state.is_ended else None,
        "may_start": may_start,
        "open_one": open_one,
        "agency_name": profile.display_name if profile else procedure.agency.name,
    }
    return render(request, "procedures/procedure_detail.html", context)


def _in_force(procedure: Procedure) -> InForcePeriod | None:
    periods = InForcePeriod.objects.valid(on=today()).filter(procedure=procedure)
    return periods.select_related("version__procedure").first()


@require_safe
@login_not_required
def version_pdf(request: HttpRequest, slug: str, number: str) -> HttpResponseBase:
    period = _edition(request, slug, number)
    version = period.version
    name = f"{version.procedure.code} {version.number_slug}.pdf"
    kept = Rendition.objects.filter(version=version).select_related("file").first()
    has_ended = state_of(version, period, on=today()).is_ended
    if kept and not has_ended and "ky-tay" not in request.GET:
        answer: HttpResponseBase = files.response(kept.file, name=name, inline=True)
        return answer
    data = copy_pdf(version, wet_ink="ky-tay" in request.GET)
    answer = HttpResponse(data, content_type="application/pdf")
    header = content_disposition_header(as_attachment=False, filename=files.label_of(name))
    answer.headers["Content-Disposition"] = header or "inline"
    return answer


@require_safe
@login_not_required
def version_scan(request: HttpRequest, slug: str, number: str) -> FileResponse:
    """Serve what was scanned of a version taken over from paper."""
    version = _edition(request, slug, number).version
    if version.scan is None:
        raise Http404
    return files.response(version.scan, inline=True)


@require_safe
@login_not_required
def procedure_versions(request: HttpRequest, slug: str) -> HttpResponse:
    procedure = _procedure(request, slug)
    periods = list(
        _periods(request)
        .filter(procedure=procedure)
        .order_by("-valid_from")
        .defer("version__content")
    )
    day = today()
    context = {
        "procedure": procedure,
        "editions": [(period, state_of(period.version, period, on=day)) for period in periods],
    }
    return render(request, "procedures/procedure_versions.html", context)


def _procedure(request: HttpRequest, slug: str) -> Procedure:
    """Return a procedure that this person may read: issued once, or a draft they may see."""
    readable = may.visible_procedures(request.user).filter(periods__voided_at=None)
    drafted = Procedure.objects.filter(versions__in=may.visible_drafts(request.user))
    both = Procedure.objects.filter(
        Q(pk__in=readable.filter(periods__isnull=False).values("pk"))
        | Q(pk__in=drafted.values("pk"))
    )
    return get_object_or_404(both.select_related("owner", "agency"), slug=slug)


@require_safe
def procedure_history(request: HttpRequest, slug: str) -> HttpResponse:
    procedure = _procedure(request, slug)
    drafts = may.visible_drafts(request.user).filter(procedure=procedure)
    issued = may.visible_issued(request.user).filter(procedure=procedure)
    versions = list(
        ProcedureVersion.objects.filter(
            Q(pk__in=drafts.values("pk")) | Q(pk__in=issued.values("pk"))
        )
        .select_related("procedure")
        .prefetch_related("author_links")
        .defer("content", "search_key")
    )
    rows = rows_of(procedure, versions=versions, whole=_whole(request.user, procedure, versions))
    page: Any = Paginator(rows, 30).get_page(request.GET.get("trang"))
    context = {"procedure": procedure, "page": page, "entries": entries(list(page.object_list))}
    return render(request, "procedures/procedure_history.html", context)


def _whole(user: Any, procedure: Procedure, versions: list[ProcedureVersion]) -> set[int]:
    """Return the versions of which this person may see every save: own, or as secretary, leader."""
    if may.is_secretary(user, procedure.owner) or may.is_leader(user, procedure.owner):
        return {version.pk for version in versions}
    drafts = {v.pk for v in versions if v.status != VersionStatus.ISSUED}
    return drafts | {v.pk for v in versions if user.pk in v.author_ids()}
