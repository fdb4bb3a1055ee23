"""The registers of documents, records and forms: as pages, workbooks and papers; their settings."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from procedures import actions
from procedures.answers import explain
from procedures.forms.catalogue import CoverageForm
from procedures.forms.registers import DocumentSettingsForm
from procedures.models import DocumentSettings
from procedures.pages.registers import heads, lines, told_changes
from procedures.permissions.registers import can_open_register, settled_agency
from procedures.registers import (
    REGISTERS,
    Asked,
    Register,
    register_paper,
    register_workbook,
    tabulate,
)
from procedures.views.circulation import printed
from procedures.views.reach import Reach
from qms.foundation.dates import format_date, today
from qms.http import UserRequest
from qms.organisation.models import Unit
from qms.records.models import LedgerEntry
from qms.records.paper import to_pdf

_PAGE = 50


@require_safe
def register_list(request: UserRequest) -> HttpResponse:
    """Show the registers that this person may read, each as of today."""
    reach = Reach(request.user)
    settings = DocumentSettings.of(reach.agency)
    listed = [
        (register, *settings.paper(register.key))
        for register in REGISTERS.values()
        if can_open_register(request.user, reach.agency, is_of_holders=register.is_of_holders)
    ]
    context = {
        "listed": listed,
        "name": reach.name,
        "today": today(),
        "may_settle": settled_agency(request.user) is not None,
    }
    return render(request, "procedures/register_list.html", context)


def _asked(request: UserRequest, slug: str) -> tuple[Register, CoverageForm, Asked]:
    """Return the register of the address, the filter as typed, and what it asks.

    A unit of another agency that the person reads asks for the register of that one.
    """
    register = REGISTERS.get(slug)
    if register is None:
        raise Http404
    reach = Reach(request.user)
    form = CoverageForm(request.GET, units=reach.units, default=reach.agency)
    agency = _agency_of(form.unit, reach.units) or reach.agency
    if not can_open_register(request.user, agency, is_of_holders=register.is_of_holders):
        raise PermissionDenied
    return register, form, Asked(agency, form.day, request.user, form.unit)


def _agency_of(unit: Unit, units: Iterable[Unit]) -> Unit | None:
    """Return the agency nearest at or above the unit."""
    known = {each.pk: each for each in units if each.kind == Unit.Kind.AGENCY}
    return next((known[pk] for pk in reversed(unit.ancestor_ids()) if pk in known), None)


@require_safe
def register_detail(request: UserRequest, key: str) -> HttpResponse:
    register, form, asked = _asked(request, key)
    table = tabulate(register, asked)
    page = Paginator(table.entries, _PAGE).get_page(request.GET.get("trang"))
    query = urlencode({"ngay": format_date(asked.on), "donvi": form.unit.code})
    context = {
        "register": register,
        "table": table,
        "form": form,
        "page": page,
        "heads": heads(table),
        "lines": list(lines(table, list(page.object_list), page.start_index())),
        "query": f"{query}&",
        "is_today": asked.on == today(),
    }
    return render(request, "procedures/register_detail.html", context)


@require_safe
def register_xlsx(request: UserRequest, key: str) -> HttpResponse:
    """Give the whole register, as asked for, as an Excel workbook."""
    register, _, asked = _asked(request, key)
    data = register_workbook(tabulate(register, asked), trace=LedgerEntry.objects.head().line)
    return printed(data, "xlsx", f"{register.slug}-{asked.on.isoformat()}")


@require_safe
def register_pdf(request: UserRequest, key: str) -> HttpResponse:
    """Print the whole register, as asked for."""
    register, _, asked = _asked(request, key)
    paper = register_paper(tabulate(register, asked), trace=LedgerEntry.objects.head().line)
    data = to_pdf(paper)
    return printed(data, "pdf", f"{register.slug}-{asked.on.isoformat()}")


@require_http_methods(["GET", "POST"])
def document_settings(request: UserRequest) -> HttpResponse:
    agency = settled_agency(request.user)
    if agency is None:
        raise PermissionDenied
    form = DocumentSettingsForm(request.POST or None, instance=DocumentSettings.of(agency))
    if form.is_valid():
        try:
            actions.keep_settings(form.settings(), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = "Đã lưu thiết lập tài liệu."
            return explain(request, redirect("procedures:document-settings"), said)
    kept = DocumentSettings.history.filter(agency_id=agency.pk).select_related("history_user")
    rows = list(kept.order_by("-history_id")[:21])
    context = {"form": form, "agency": agency, "history": list(told_changes(rows))[:20]}
    status = 422 if form.errors else 200
    return render(request, "procedures/document_settings.html", context, status=status)
