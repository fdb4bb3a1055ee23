"""One document of the legal register: read, added, edited, its file, what became of it."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procedures import actions
from procedures.actions.legal import state_of_record
from procedures.answers import explain
from procedures.forms.catalogue import DayForm
from procedures.forms.legal import LegalChangeForm, LegalDocumentForm, TTHCChangeForm, VoidForm
from procedures.models import LegalChange, LegalDocument, TTHCChange
from procedures.pages.legal import document_view, unknown_numbers
from procedures.permissions.legal import (
    can_keep_register,
    can_read_register,
    can_record_tthc_change,
)
from procedures.permissions.reviews import can_open_sheet, visible_sheets
from procedures.views.sources import sources_of
from procedures.views.tthc import find_tthc
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.records import files


def _document(request: UserRequest, pk: int) -> LegalDocument:
    if not can_read_register(request.user):
        raise PermissionDenied
    return get_object_or_404(LegalDocument.objects.select_related("file"), pk=pk)


def _kept(request: UserRequest, pk: int) -> LegalDocument:
    document = _document(request, pk)
    if not can_keep_register(request.user, document):
        raise PermissionDenied
    return document


@require_safe
def legal_detail(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, _document(request, pk))


def _page(
    request: UserRequest, document: LegalDocument, refused: tuple[int, VoidForm] | None = None
) -> HttpResponse:
    """Render the document on the day asked for; with a form that was refused, as 422."""
    form = DayForm(request.GET)
    may_keep = can_keep_register(request.user, document)
    view = document_view(request.user, document, form.day)
    context = {
        "view": view,
        "document": document,
        "form": form,
        "is_today": form.day == today(),
        "sources": sources_of(document.source_url),
        "may_keep": may_keep,
        "may_open": can_open_sheet(request.user),
        "void_forms": [
            (each.change.pk, _void_form(each.change.pk, refused))
            for each in view.changes
            if may_keep and not each.change.is_void
        ],
        "history": document.history.select_related("history_user").order_by("-history_id")[:30],
    }
    status = 422 if refused else 200
    return render(request, "procedures/legal_detail.html", context, status=status)


def _void_form(pk: int, refused: tuple[int, VoidForm] | None) -> VoidForm:
    return refused[1] if refused and refused[0] == pk else VoidForm(prefix=f"v{pk}")


@require_safe
def legal_file(request: UserRequest, pk: int) -> FileResponse:
    """Serve the document's own file to whoever reads the register."""
    document = _document(request, pk)
    if document.file is None:
        raise Http404
    return files.response(document.file, inline=True)


@require_http_methods(["GET", "POST"])
def legal_new(request: UserRequest) -> HttpResponse:
    if not can_keep_register(request.user):
        raise PermissionDenied
    asked = {name: request.GET.get(key, "")[:500] for name, key in _ASKED.items()}
    form = LegalDocumentForm(
        request.POST or None,
        request.FILES or None,
        initial=asked | {"trust": LegalDocument.Trust.NO},
    )
    if form.is_valid():
        try:
            document = actions.add_document(form.values(by=request.user), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect(document), f"Đã thêm {document} vào danh mục.")
    status = 422 if form.errors else 200
    context = {"form": form, "kinds": _kinds()}
    return render(request, "procedures/legal_edit.html", context, status=status)


_ASKED = {"number": "so", "title": "trich-yeu"}  # what a link from a citation fills in


def _kinds() -> list[str]:
    kinds = LegalDocument.objects.exclude(kind="").order_by("kind").values_list("kind", flat=True)
    return list(kinds.distinct())


@require_http_methods(["GET", "POST"])
def legal_edit(request: UserRequest, pk: int) -> HttpResponse:
    document = _kept(request, pk)
    form = LegalDocumentForm(
        request.POST or None, request.FILES or None, document=document, initial=_known(document)
    )
    if form.is_valid():
        try:
            actions.update_document(
                document,
                form.values(by=request.user),
                by=request.user,
                seen=form.cleaned_data["seen"] or 0,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return explain(request, redirect(document), f"Đã lưu {document}.")
    status = 422 if form.errors else 200
    context = {"form": form, "document": document, "kinds": _kinds()}
    return render(request, "procedures/legal_edit.html", context, status=status)


def _known(document: LegalDocument) -> dict[str, Any]:
    names = ("kind", "issuer", "title", "issued_on", "effective_on", "kept_at", "source_url")
    return {name: getattr(document, name) for name in (*names, "trust", "note")} | {
        "is_year_only": document.issued_precision == LegalDocument.Precision.YEAR,
        "seen": state_of_record(document),
    }


@require_http_methods(["GET", "POST"])
def legal_change_new(request: UserRequest, pk: int) -> HttpResponse:
    """Record what became of the document, and go to the sheet of what that touches."""
    document = _kept(request, pk)
    form = LegalChangeForm(request.POST or None, document=document)
    if form.is_valid():
        try:
            recorded = actions.record_legal_change(document, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _recorded(request, document, recorded)
    numbers = LegalDocument.objects.exclude(pk=document.pk).order_by(F("issued_on").desc())
    context = {"form": form, "document": document, "numbers": numbers.values_list("number")[:500]}
    status = 422 if form.errors else 200
    return render(request, "procedures/legal_change_new.html", context, status=status)


def _recorded(request: UserRequest, subject: Any, recorded: actions.Recorded) -> HttpResponse:
    """Tell what was recorded and what it touches, on the sheet of this person's agency."""
    keys = [sheet.pk for sheet in recorded.sheets]
    mine = visible_sheets(request.user).filter(pk__in=keys).first()
    said = f"{'Đã ghi' if recorded.is_new else 'Đã có từ trước'}: {recorded.change}."
    if mine is None:
        nothing = "Không quy trình nào của cơ quan bị chạm đến nên không lập phiếu."
        return explain(request, redirect(subject), f"{said} {nothing}")
    return explain(request, redirect(mine), f"{said} Hãy đánh giá các quy trình dưới đây.")


@require_POST
def legal_change_void(request: UserRequest, pk: int) -> HttpResponse:
    change = get_object_or_404(LegalChange.objects.select_related("document"), pk=pk)
    document = _kept(request, change.document_id)
    form = VoidForm(request.POST, prefix=f"v{pk}")
    if not form.is_valid():
        return _page(request, document, refused=(pk, form))
    return _void(request, change, document, form.cleaned_data["reason"])


def _void(request: UserRequest, change: Any, subject: Any, reason: str) -> HttpResponse:
    try:
        actions.void_change(change, by=request.user, reason=reason)
    except ValidationError as refusal:
        return explain(request, redirect(subject), refusal)
    return explain(request, redirect(subject), "Đã đánh dấu ghi nhầm; thay đổi không còn tác dụng.")


@require_safe
def legal_unknown(request: UserRequest) -> HttpResponse:
    """List the numbers that procedures cite and the register does not have."""
    if not can_keep_register(request.user):
        raise PermissionDenied
    context = {"lines": unknown_numbers(request.user)}
    return render(request, "procedures/legal_unknown.html", context)


# --- changes of a TTHC ---


@require_http_methods(["GET", "POST"])
def tthc_change_new(request: UserRequest, code: str) -> HttpResponse:
    """Record what a decision changes of the TTHC, and go to the sheet of what that touches."""
    if not can_record_tthc_change(request.user):
        raise PermissionDenied
    tthc = find_tthc(code)
    form = TTHCChangeForm(request.POST or None, tthc=tthc)
    if form.is_valid():
        try:
            recorded = actions.record_tthc_change(tthc, by=request.user, **form.change())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _recorded(request, tthc, recorded)
    status = 422 if form.errors else 200
    context = {"form": form, "tthc": tthc}
    return render(request, "procedures/tthc_change_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def tthc_change_void(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why a change of a TTHC is a mistake, and mark it so."""
    if not can_record_tthc_change(request.user):
        raise PermissionDenied
    changes = TTHCChange.objects.filter(is_void=False).select_related("tthc")
    change = get_object_or_404(changes, pk=pk)
    form = VoidForm(request.POST or None)
    if form.is_valid():
        return _void(request, change, change.tthc, form.cleaned_data["reason"])
    status = 422 if form.errors else 200
    context = {"form": form, "change": change, "tthc": change.tthc}
    return render(request, "procedures/tthc_change_void.html", context, status=status)
