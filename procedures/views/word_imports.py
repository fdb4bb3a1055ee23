"""Word files read in: send them, compare each with its original, make a version of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures.answers import explain
from procedures.docx_import.receiving import Received, receive
from procedures.forms.word_imports import WordSettleForm, WordUploadForm
from procedures.models import WordImport
from procedures.pages.word_imports import (
    ShownImport,
    listed_imports,
    shown_imports,
    unfinished_jobs,
)
from procedures.permissions.exports import visible_jobs
from procedures.permissions.word_imports import (
    can_settle,
    importing_agencies,
    settleable_imports,
    visible_imports,
)
from qms.http import UserRequest
from qms.records import files
from qms.records.workflow import TransitionNotAllowed

A_PAGE = 50
DRAFT, PAPER = "du-thao", "ghi-nhan"


@require_http_methods(["GET", "POST"])
def word_import(request: UserRequest) -> HttpResponse:
    agencies = importing_agencies(request.user)
    if not agencies.exists():
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = WordUploadForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, agencies=agencies
    )
    if form.is_valid():
        sources, refused = form.sources()
        received = receive(sources, agency=form.chosen(), by=request.user)
        received.refused[:0] = refused
        if received.job is not None:
            _tell_refused(request, received)
            return redirect("procedures:job-detail", received.job.pk)
        for name, sentence in received.refused:
            form.add_error("uploads", f"{name}: {sentence}")
    return _list(request, form)


def _tell_refused(request: UserRequest, received: Received) -> None:
    """Name each file that was not taken, on the page that tells of the others."""
    for name, sentence in received.refused[:10]:
        messages.error(request, f"Không nhận tệp {name}: {sentence}")
    more = len(received.refused) - 10
    if more > 0:
        messages.error(request, f"Và {more} tệp khác cũng không nhận được.")


def _list(request: UserRequest, form: WordUploadForm) -> HttpResponse:
    rows = settleable_imports(request.user)
    state, batch = request.GET.get("trang-thai", ""), request.GET.get("lo", "")
    found = rows.in_state(state)
    if batch:
        found = found.filter(batch=batch[:16])
    page = Paginator(listed_imports(found), A_PAGE).get_page(request.GET.get("trang"))
    agencies = list(rows.values_list("agency", flat=True).distinct().order_by("agency"))
    asked = {"trang-thai": state, "lo": batch}
    kept = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "form": form,
        "page": page,
        "imports": shown_imports(page.object_list, agencies),
        "jobs": unfinished_jobs(visible_jobs(request.user)),
        "state": state,
        "states": WordImport.State.choices,
        "batch": batch,
        "query": f"{kept}&" if kept else "",
    }
    status = 422 if form.errors else 200
    return render(request, "procedures/word_import.html", context, status=status)


def _visible(request: UserRequest, pk: int) -> WordImport:
    related = ("file", "imported_by", "agency", "version__procedure")
    return get_object_or_404(visible_imports(request.user).select_related(*related), pk=pk)


@require_http_methods(["GET", "POST"])
def word_import_detail(request: UserRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    may_settle = can_settle(request.user, row)
    if request.method != "POST":
        return _compare(request, row, may_settle=may_settle)
    if not may_settle:
        raise PermissionDenied
    as_paper = request.POST.get("viec") == PAPER
    shown = ShownImport.of(row)
    if row.state is not WordImport.State.READ or shown.content is None:
        return explain(request, redirect(row), _settled(row))
    form = WordSettleForm(request.POST, row=row, as_paper=as_paper)
    if form.is_valid():
        try:
            return _settle(request, row, form)
        except TransitionNotAllowed as refusal:
            return explain(request, redirect(row), refusal)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return _compare(request, _visible(request, pk), may_settle=True, form=form)


def _settled(row: WordImport) -> ValidationError:
    return ValidationError(f"Tệp này đang ở trạng thái “{row.state.label}”; không làm lại được.")


def _settle(request: UserRequest, row: WordImport, form: WordSettleForm) -> HttpResponse:
    target, content, user = form.target(), form.content(), request.user
    if form.as_paper:
        paper = form.paper(by=user)
        version = actions.register_word(row, target, paper, by=user, content=content)
        done = "Đã ghi nhận. Tài liệu được tính khi lãnh đạo chấp nhận."
    else:
        version = actions.draft_word(row, target, by=user, content=content)
        done = "Đã lập dự thảo từ tệp Word. Hãy kiểm tra từng phần trước khi trình xem xét."
    other = version.procedure.confusable()
    if other is not None:
        messages.warning(request, f"Mã hiệu {version.procedure.code} dễ nhầm với “{other}”.")
    return explain(request, redirect("procedures:draft-detail", version.pk), done)


def _compare(
    request: UserRequest,
    row: WordImport,
    *,
    may_settle: bool,
    form: WordSettleForm | None = None,
) -> HttpResponse:
    shown = ShownImport.of(row)
    is_ready = row.state is WordImport.State.READ and shown.content is not None
    if form is None and may_settle and is_ready:
        form = WordSettleForm(row=row, as_paper=False)
    context = {
        "shown": shown,
        "row": row,
        "reading": row.reading,
        "warnings": shown.warnings() if is_ready else [],
        "form": form,
        "may_settle": may_settle,
        "may_drop": may_settle and row.version is None and not row.dropped_at,
        "is_list_open": importing_agencies(request.user).exists(),
        "is_ready": is_ready,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "procedures/word_import_detail.html", context, status=status)


@require_POST
def word_import_drop(request: UserRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    if not can_settle(request.user, row):
        raise PermissionDenied
    try:
        with transaction.atomic():
            row.drop(by=request.user)
    except TransitionNotAllowed as refusal:
        return explain(request, redirect(row), refusal)
    done = f"Đã bỏ qua {row.label}. Tệp gốc vẫn được giữ."
    return explain(request, redirect("procedures:word-import"), done)


@require_safe
def word_import_file(request: UserRequest, pk: int) -> FileResponse:
    """Give the original back, byte for byte."""
    row = _visible(request, pk)
    return files.response(row.file, name=row.label)
