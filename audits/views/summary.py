"""Figures over audits and nonconformities, the findings behind them, and the workbook."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from audits.forms.summary import FindingsForm, SummaryForm
from audits.pages.summary import (
    FindingsAsked,
    Links,
    listed_findings,
    summary_context,
    tables_of,
)
from audits.papers.summary import summary_workbook
from audits.permissions.nonconformities import visible_nonconformities
from audits.permissions.programmes import visible_programmes
from audits.permissions.summary import watched_agencies, watched_findings
from audits.summary import Summary, summary_of
from procedures.forms.catalogue import CoverageForm
from qms.foundation.text import slugify
from qms.http import UserRequest
from qms.organisation.models import Unit, User

_PAGE = 50
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def summary(request: UserRequest) -> HttpResponse:
    form = SummaryForm(request.GET, **_reach(request.user))
    context = {"form": form} | summary_context(_counted(request.user, form))
    return render(request, "audits/summary.html", context)


@require_safe
def summary_sheet(request: UserRequest) -> HttpResponse:
    """Send the figures of the page as an Excel workbook."""
    form = SummaryForm(request.GET, **_reach(request.user))
    found = _counted(request.user, form)
    tables = [
        (table.title, [table.noun, *table.columns], [_numbers(row) for row in table.rows])
        for table in tables_of(found)
    ]
    answer = HttpResponse(summary_workbook(found, tables), content_type=_EXCEL)
    name = f"tong-hop-danh-gia-{slugify(form.unit.code)}-{form.day.isoformat()}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"  # noqa: FBT003
    return answer


@require_safe
def summary_findings(request: UserRequest) -> HttpResponse:
    """List the findings behind a figure: those of all audits, as of the day."""
    form = FindingsForm(request.GET, **_reach(request.user))
    asked, links = FindingsAsked.of(request.GET), Links(form.day, form.unit)
    visible = watched_findings(request.user)
    found = listed_findings(visible, form.unit, form.day, asked)
    context = {
        "form": form,
        "asked": asked,
        "typed": asked.typed,
        "narrowed_unit": Unit.objects.filter(pk=asked.typed["don_vi"] or 0).first(),
        "page": Paginator(found, _PAGE).get_page(request.GET.get("trang")),
        "query": asked.query(links),
        "all_query": links.query(),
    }
    return render(request, "audits/summary_findings.html", context)


def _reach(user: User) -> dict[str, Any]:
    """Return the units whose figures `user` reads, and the first agency; 403 without any."""
    agencies = list(watched_agencies(user).order_by("path"))
    if not agencies:
        raise PermissionDenied
    below = Q(pk__in=[])
    for agency in agencies:
        below |= Q(path__startswith=agency.path)
    return {"units": list(Unit.objects.filter(below).order_by("path")), "default": agencies[0]}


def _counted(user: User, form: CoverageForm) -> Summary:
    return summary_of(
        form.unit,
        form.day,
        findings=watched_findings(user),
        nonconformities=visible_nonconformities(user),
        programmes=visible_programmes(user),
    )


def _numbers(row: Any) -> list[str | int]:
    return [row.label, *(cell.count for cell in row.cells)]
