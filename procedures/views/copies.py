"""Numbered copies on paper: handing out, printing, calling back."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures.answers import explain
from procedures.forms.copies import ROWS, HandedForm, RecallForm, SignedPaperForm
from procedures.models import PrintedCopy, ProcedureVersion, Rendition
from procedures.pages.copies import (
    chosen_copies,
    chosen_keys,
    copy_list_page,
    copy_new_page,
    empty_holders,
    find_edition,
    find_recall,
    recall_facts,
    recall_new_page,
    recall_page,
)
from procedures.papers.recall import recall_paper
from procedures.permissions import copies as may
from procedures.printing import controlled_pdf
from procedures.workflow import CopyStatus
from qms.http import UserRequest
from qms.records import files
from qms.records.paper import to_docx, to_pdf

_PDF = "application/pdf"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    """Answer with a file: a PDF is shown, what is to be edited is saved."""
    answer = HttpResponse(data, content_type=kind)
    header = content_disposition_header(kind != _PDF, files.label_of(name))
    answer["Content-Disposition"] = header or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _printable(request: UserRequest, slug: str, number: str) -> ProcedureVersion:
    version = find_edition(request, slug, number)
    if not may.can_hand_out(request.user, version):
        raise PermissionDenied
    return version


@require_http_methods(["GET", "POST"])
def copy_new(request: UserRequest, slug: str, number: str) -> HttpResponse:
    version = _printable(request, slug, number)
    if request.method == "GET":
        return copy_new_page(request, version)
    given = request.POST.copy()
    form = HandedForm(request.POST)
    if "them-dong" in request.POST:
        rows = given.get("ban-TOTAL_FORMS", "")
        given["ban-TOTAL_FORMS"] = str((int(rows) if rows.isdecimal() else 0) + ROWS)
        return copy_new_page(request, version, form=form, holders=empty_holders(version, given))
    holders = empty_holders(version, given)
    if form.is_valid() and holders.is_valid():
        try:
            made = actions.hand_out_copies(
                version,
                holders.holders(),
                by=request.user,
                handed_on=form.cleaned_data["handed_on"],
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            chosen = urlencode([("ban", copy.pk) for copy in made])
            numbers = ", ".join(f"{copy.number:02d}" for copy in made)
            done = f"Đã cấp bản kiểm soát số {numbers}. Hãy in rồi giao cho người giữ."
            return explain(request, redirect(f"{request.path}?{chosen}"), done)
    return copy_new_page(request, version, form=form, holders=holders, status=422)


@require_safe
def copy_pdfs(request: UserRequest, slug: str, number: str) -> HttpResponse:
    """Print the held copies that are named, all where none is, one after the other."""
    version = _printable(request, slug, number)
    held = PrintedCopy.objects.filter(version=version, status=CopyStatus.HELD)
    if keys := chosen_keys(request.GET):
        held = held.filter(pk__in=keys)
    copies = list(held.select_related("unit").order_by("number"))
    if not copies:
        raise Http404
    name = f"{version.procedure.code} {version.number_slug} ban kiem soat.pdf"
    return _file(controlled_pdf(version, copies), _PDF, name)


@require_safe
def copy_pdf(request: UserRequest, pk: int) -> HttpResponse:
    """Print one copy; one that came back, was destroyed or lost is not printed again."""
    held = may.kept_copies(request.user).filter(status=CopyStatus.HELD)
    read = held.select_related("version__procedure__agency", "unit")
    copy = get_object_or_404(read, pk=pk)
    version = copy.version
    name = f"{version.procedure.code} {version.number_slug} ban so {copy.number:02d}.pdf"
    return _file(controlled_pdf(version, [copy]), _PDF, name)


@require_safe
def version_rendition(request: UserRequest, slug: str, number: str) -> FileResponse:
    """Serve the PDF that was kept at issue, as it was kept."""
    version = find_edition(request, slug, number)
    if not may.can_read_original(request.user, version):
        raise PermissionDenied
    kept = get_object_or_404(Rendition.objects.select_related("file"), version=version)
    name = f"{version.procedure.code} {version.number_slug} ban luu goc.pdf"
    return files.response(kept.file, name=name, inline=True)


@require_safe
def copy_list(request: UserRequest) -> HttpResponse:
    if not may.reads_copies(request.user):
        raise PermissionDenied
    return copy_list_page(request)


@require_http_methods(["GET", "POST"])
def recall_new(request: UserRequest) -> HttpResponse:
    if not may.keeps_copies(request.user):
        raise PermissionDenied
    if request.method == "GET":
        return recall_new_page(request, chosen_copies(request, request.GET))
    copies = chosen_copies(request, request.POST)
    form = RecallForm(request.POST)
    if len(copies) < len(chosen_keys(request.POST)):
        form.add_error(None, "Có bản vừa được người khác ghi đã hủy; hãy xem lại danh sách.")
    if form.is_valid():
        try:
            record = actions.recall_copies(copies, form.recall(), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            done = f"Đã lập biên bản {record.number} cho {len(copies)} bản kiểm soát."
            return explain(request, redirect(record), done)
    return recall_new_page(request, copies, form, status=422)


@require_safe
def recall_detail(request: UserRequest, pk: int) -> HttpResponse:
    return recall_page(request, find_recall(request, pk))


@require_safe
def recall_pdf(request: UserRequest, pk: int) -> HttpResponse:
    record = find_recall(request, pk)
    return _file(to_pdf(recall_paper(recall_facts(record))), _PDF, f"{record.number}.pdf")


@require_safe
def recall_docx(request: UserRequest, pk: int) -> HttpResponse:
    record = find_recall(request, pk)
    return _file(to_docx(recall_paper(recall_facts(record))), _WORD, f"{record.number}.docx")


@require_safe
def recall_scan(request: UserRequest, pk: int) -> FileResponse:
    record = find_recall(request, pk)
    if record.file is None:
        raise Http404
    return files.response(record.file, inline=True)


@require_POST
def recall_attach(request: UserRequest, pk: int) -> HttpResponse:
    record = find_recall(request, pk)
    if not may.keeps_copies(request.user, record.agency) and record.recorded_by != request.user:
        raise PermissionDenied
    form = SignedPaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return recall_page(request, record, form, status=422)
    upload = form.cleaned_data["file"]
    stored = files.store(form.file_data, upload.name, kind=form.file_kind, by=request.user)
    try:
        record.attach(stored, by=request.user)
    except ValidationError as refusal:
        return explain(request, redirect(record), refusal)
    return explain(request, redirect(record), f"Đã lưu bản đã ký của {record}.")
