"""Impact sheets, and documents looked at again at their interval."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures.answers import explain
from procedures.impact import Change, with_progress
from procedures.models import LegalChange, TTHCChange
from procedures.pages.reviews import (
    find_sheet,
    impact_page,
    periodic_form,
    review_page,
    settle_form,
    sheet_view,
)
from procedures.papers.impact import impact_paper
from procedures.permissions import reader_agencies
from procedures.permissions.legal import can_read_register
from procedures.permissions.reviews import (
    can_open_sheet,
    can_review,
    reviewing_agencies,
    visible_sheets,
)
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.records import files
from qms.records.models import Signature
from qms.records.paper import to_docx, to_pdf
from qms.records.signatures import Signing

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@require_safe
def impact_list(request: UserRequest) -> HttpResponse:
    if not can_read_register(request.user):
        raise PermissionDenied
    standing = request.GET.get("tinh-trang", "")
    sheets = with_progress(visible_sheets(request.user)).select_related(
        "agency", "legal_change__document", "legal_change__by_document", "tthc_change__tthc"
    )
    if standing in ("chua", "xong"):
        sheets = sheets.filter(is_open=standing == "chua")
    page = Paginator(sheets.order_by("-is_open", "due_on", "-pk"), 50)
    context = {
        "page": page.get_page(request.GET.get("trang")),
        "standing": standing,
        "query": f"tinh-trang={standing}&" if standing in ("chua", "xong") else "",
        "today": today(),
        "several": reader_agencies(request.user).count() > 1,
    }
    return render(request, "procedures/impact_list.html", context)


@require_http_methods(["GET", "POST"])
def impact_detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show a sheet; give one verdict on the rows that were chosen."""
    sheet = find_sheet(request, pk)
    if request.method != "POST":
        return impact_page(request, sheet)
    if not can_review(request.user, sheet.agency):
        raise PermissionDenied
    form = settle_form(request, sheet)
    if not form.is_valid():
        return impact_page(request, sheet, form)
    try:
        batch = actions.settle_rows(
            sheet,
            form.cleaned_data["rows"],
            verdict=form.cleaned_data["verdict"],
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            by=request.user,
            signing=Signing(method=Signature.Method.PASSWORD),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return impact_page(request, sheet, form)
    number = batch.reviews.count()
    return explain(request, redirect(sheet), f"Đã kết luận cho {number} quy trình, đã ký xác nhận.")


@require_safe
def impact_print(request: UserRequest, pk: int, ending: str) -> HttpResponse:
    """Print the sheet, with the rows that this person may read, as PDF or Word."""
    sheet = find_sheet(request, pk)
    paper = impact_paper(sheet, sheet_view(request, sheet).states)
    data = to_pdf(paper) if ending == "pdf" else to_docx(paper)
    answer = HttpResponse(data, content_type=_MEDIA_TYPES[ending])
    name = files.label_of(f"{sheet.number}.{ending}")
    answer["Content-Disposition"] = content_disposition_header(ending != "pdf", name) or "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_POST
def legal_impact_open(request: UserRequest, pk: int) -> HttpResponse:
    return _open(request, get_object_or_404(LegalChange.objects.select_related("document"), pk=pk))


@require_POST
def tthc_impact_open(request: UserRequest, pk: int) -> HttpResponse:
    return _open(request, get_object_or_404(TTHCChange.objects.select_related("tthc"), pk=pk))


def _open(request: UserRequest, change: Change) -> HttpResponse:
    """Open the sheets of the change, and go to the one of this person's agency."""
    if not can_open_sheet(request.user):
        raise PermissionDenied
    opened = actions.open_impact_sheet(change, by=request.user)
    mine = visible_sheets(request.user).filter(pk__in=[sheet.pk for sheet in opened]).first()
    if mine is None:
        subject = change.document if isinstance(change, LegalChange) else change.tthc
        nothing = "Không quy trình nào của cơ quan bị thay đổi này chạm đến; không cần lập phiếu."
        return explain(request, redirect(subject), nothing)
    return explain(request, redirect(mine), f"Đã lập {mine}.")


@require_http_methods(["GET", "POST"])
def review_list(request: UserRequest) -> HttpResponse:
    """Show what is to be looked at again, and when; give one verdict on what was chosen."""
    if not can_read_register(request.user):
        raise PermissionDenied
    if request.method != "POST":
        return review_page(request)
    if not reviewing_agencies(request.user).exists():
        raise PermissionDenied
    form = periodic_form(request)
    if not form.is_valid():
        return review_page(request, form)
    procedures = form.cleaned_data["procedures"]
    try:
        actions.review_periodically(
            procedures[0].agency,
            procedures,
            verdict=form.cleaned_data["verdict"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            signing=Signing(method=Signature.Method.PASSWORD),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return review_page(request, form)
    done = f"Đã xem xét định kỳ {len(procedures)} quy trình, đã ký xác nhận."
    return explain(request, redirect("procedures:review-list"), done)
