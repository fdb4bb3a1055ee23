"""The redline of two versions of a procedure, as a page and as PDF."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from procedures import permissions as may
from procedures.comparison import Kind
from procedures.models import InForcePeriod, Procedure
from procedures.pages.comparing import Pair, pair_of, redline_of
from procedures.pdf.redline import redline_pdf
from procedures.views.reach import open_to_strangers
from qms.records import files


@require_safe
@open_to_strangers
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    pair = _pair(request, slug)
    found = pair.changes
    context = {
        "procedure": pair.procedure,
        "pair": pair,
        "sections": pair.sections,
        "count": len(found),
        "counts": [
            (kind, sum(change.kind is kind for change in found))
            for kind in Kind
            if any(change.kind is kind for change in found)
        ],
    }
    return render(request, "procedures/compare.html", context)


@require_safe
@open_to_strangers
def compare_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    pair = _pair(request, slug)
    if pair.old is None or pair.new is None:
        raise Http404
    answer = HttpResponse(redline_pdf(redline_of(pair)), content_type="application/pdf")
    name = f"{pair.procedure.code} so sanh {pair.old.slug} {pair.new.slug}.pdf"
    header = content_disposition_header(as_attachment=False, filename=files.label_of(name))
    answer.headers["Content-Disposition"] = header or "inline"
    return answer


def _pair(request: HttpRequest, slug: str) -> Pair:
    """Return both sides that are asked for, or answer 404: one that is hidden is not there."""
    known = may.visible_procedures(request.user) | Procedure.objects.filter(
        pk__in=may.visible_drafts(request.user).values("procedure")
    )
    editions = InForcePeriod.objects.standing().filter(procedure=OuterRef("pk"))
    procedures = Procedure.objects.filter(pk__in=known.values("pk"))
    procedures = procedures.annotate(has_edition=Exists(editions))
    procedure = get_object_or_404(procedures.select_related("agency__profile"), slug=slug)
    pair = pair_of(request.user, procedure, request.GET.get("tu", ""), request.GET.get("den", ""))
    if pair is None:
        raise Http404
    return pair
