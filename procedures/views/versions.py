"""Reading: the version in force, each edition, its PDF, and the history."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from procedures import permissions as may
from procedures.answers import explain
from procedures.archive.evidence import evidence_order
from procedures.chronicle import Extent, entries, rows_of
from procedures.evidence import extent_for
from procedures.models import DocumentSettings, InForcePeriod, Procedure, ProcedureVersion
from procedures.pages.circulation import circulation_context
from procedures.pages.comparing import pair_of
from procedures.permissions import copies as may_of_copies
from procedures.permissions.bundles import handed_over
from procedures.printing import copy_docx, copy_pdf
from procedures.reading import posts_of, read_version, state_of
from procedures.revisions import revision_rows
from procedures.stamps import uncontrolled_stamp
from procedures.views.reach import open_to_strangers
from procedures.workflow import VersionStatus
from qms.foundation.dates import today, valid_on
from qms.http import UserRequest
from qms.organisation.models import AgencyProfile
from qms.records import files
from qms.records.evidence.asking import UNDER_WAY, ask
from qms.records.qr import qr_code

_open_version = ProcedureVersion.objects.open().filter(procedure=OuterRef("procedure"))


def _periods(request: HttpRequest) -> QuerySet[InForcePeriod]:
    """Return the standing periods this person may read, the one that matters today first."""
    return _all_periods(request).filter(voided_at=None)


def _all_periods(request: HttpRequest) -> QuerySet[InForcePeriod]:
    """Return the same with those voided, which come last."""
    day = today()
    rank = Case(
        When(voided_at__isnull=False, then=Value(3)),
        When(valid_on(day), then=Value(0)),
        When(valid_to__lte=day, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return (
        InForcePeriod.objects.filter(procedure__in=may.visible_procedures(request.user))
        .select_related(
            "version__procedure__agency__profile",
            "version__procedure__owner",
            "version__scan",
            "begun_by__decision",
            "ended_by__decision",
        )
        .annotate(rank=rank, open_version=Subquery(_open_version.values("pk")[:1]))
        .order_by("rank", "-valid_from")
    )


@require_safe
@open_to_strangers
def procedure_detail(request: HttpRequest, slug: str) -> HttpResponse:
    period = _periods(request).filter(procedure__slug=slug).first()
    if period is None:
        raise Http404
    return _read(request, period)


@require_safe
@open_to_strangers
def version_detail(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    return _read(request, _edition(request, slug, number), is_edition=True)


def _edition(request: HttpRequest, slug: str, number: str) -> InForcePeriod:
    issue, _, revision = number.partition("-")
    if not issue.isdecimal() or (revision and not revision.isdecimal()):
        raise Http404
    wanted = Q(
        version__issue_no=int(issue), version__revision_no=int(revision) if revision else None
    )
    # One whose decision was withdrawn is still read by its number, and says so.
    period = _all_periods(request).filter(wanted, procedure__slug=slug).first()
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
    standing = _standing(procedure, besides=period)
    has_ended = period.voided_at is None and reading.state.is_ended
    stamp = uncontrolled_stamp(version)
    context = {
        "reading": reading,
        "version": version,
        "procedure": procedure,
        "period": period,
        "decision": period.begun_by.decision,
        "covered": version.document.tthc,
        "is_edition": is_edition,
        "transition": period.transition if has_ended else "",
        "in_force": next((p for p in standing if p.valid_from <= today()), None),
        "coming": next((p for p in standing if p.valid_from > today()), None),
        "handed_over": handed_over(request.user, procedure),
        "may_start": may.can_start(request.user, procedure.owner),
        "may_hand_out": may_of_copies.can_hand_out(request.user, version),
        "may_restrict": may.can_restrict(request.user, version.procedure),
        "may_read_original": may_of_copies.can_read_original(request.user, version),
        "stamp": stamp,
        "stamp_code": qr_code(stamp.address) if stamp else None,
        "open_version": getattr(period, "open_version", None),
        "agency_name": profile.display_name if profile else procedure.agency.name,
        "is_member": may.reader_agencies(request.user).filter(pk=procedure.agency_id).exists(),
    } | circulation_context(request.user, version, on=today())
    return render(request, "procedures/procedure_detail.html", context)


def _standing(procedure: Procedure, *, besides: InForcePeriod) -> list[InForcePeriod]:
    """Return the other periods of the procedure that hold today or are still to come."""
    ends_later = Q(valid_to__isnull=True) | Q(valid_to__gt=today())
    periods = InForcePeriod.objects.standing().filter(ends_later, procedure=procedure)
    others = periods.exclude(pk=besides.pk).select_related("version").order_by("valid_from")
    return list(others.defer("version__content", "version__search_key"))


@require_safe
@open_to_strangers
def version_pdf(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Print a copy that nobody controls: made now, with the hour and a code to ask it by.

    The PDF that was kept at issue is another, `procedures:version-rendition`.
    """
    version = _edition(request, slug, number).version
    name = f"{version.procedure.code} {version.number_slug}.pdf"
    wet_ink = "ky-tay" in request.GET and request.user.is_authenticated
    answer = HttpResponse(copy_pdf(version, wet_ink=wet_ink), content_type="application/pdf")
    header = content_disposition_header(as_attachment=False, filename=files.label_of(name))
    answer.headers["Content-Disposition"] = header or "inline"
    return answer


@require_safe
def version_docx(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Serve an edition as a Word document, made now: to people with an account."""
    version = _edition(request, slug, number).version
    data = copy_docx(version, made_at=timezone.now())
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    answer = HttpResponse(data, content_type=kind)
    name = files.label_of(f"{version.procedure.code} {version.number_slug}.docx")
    header = content_disposition_header(as_attachment=True, filename=name)
    answer.headers["Content-Disposition"] = header or "attachment"
    return answer


@require_safe
def version_scan(request: HttpRequest, slug: str, number: str) -> FileResponse:
    """Serve what was scanned of a version taken over from paper, signatures and all: to members."""
    version = _edition(request, slug, number).version
    if version.scan is None:
        raise Http404
    return files.response(version.scan, inline=True)


@require_safe
@open_to_strangers
def procedure_versions(request: HttpRequest, slug: str) -> HttpResponse:
    procedure = _procedure(request, slug)
    periods = list(_periods(request).filter(procedure=procedure).order_by("-valid_from"))
    day = today()
    is_member = may.reader_agencies(request.user).filter(pk=procedure.agency_id).exists()
    context = {
        "procedure": procedure,
        "editions": [(period, state_of(period.version, period, on=day)) for period in periods],
        "pair": pair_of(request.user, procedure, "", ""),
        "revisions": revision_rows(periods[0].version) if periods else [],
        "revisions_paper": DocumentSettings.of(procedure.agency).paper("revisions"),
        "is_member": is_member,
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
    editions = InForcePeriod.objects.standing().filter(procedure=OuterRef("pk"))
    return get_object_or_404(
        both.select_related("owner", "agency").annotate(has_edition=Exists(editions)), slug=slug
    )


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
    extents = {version.pk: _extent(request.user, procedure, version) for version in versions}
    rows = rows_of(procedure, versions=versions, extents=extents)
    page: Any = Paginator(rows, 30).get_page(request.GET.get("trang"))
    context = {
        "procedure": procedure,
        "page": page,
        "entries": entries(list(page.object_list)),
        "may_take_evidence": extent_for(request.user, procedure) is not None,
    }
    return render(request, "procedures/procedure_history.html", context)


@require_POST
def procedure_evidence(request: UserRequest, slug: str) -> HttpResponse:
    """Ask the worker for the evidence package of a procedure that this person reads."""
    procedure = _procedure(request, slug)
    if extent_for(request.user, procedure) is None:
        raise PermissionDenied
    job, is_new = ask(evidence_order(procedure), agency=procedure.agency, by=request.user)
    answer = redirect("procedures:job-detail", job.pk)
    return answer if is_new else explain(request, answer, UNDER_WAY)


def _extent(user: Any, procedure: Procedure, version: ProcedureVersion) -> Extent:
    """Return how much of the version's history this person is told."""
    keeps = may.is_secretary(user, procedure.owner) or user.pk in version.author_ids()
    if keeps or user.pk == version.created_by_id:
        return Extent.WHOLE
    if version.status == VersionStatus.ISSUED and not may.is_leader(user, procedure.owner):
        return Extent.APPROVED
    return Extent.HANDED_OVER
