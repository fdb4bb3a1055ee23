"""Printed records as PDF and Word; the register as a workbook too."""

from collections.abc import Callable, Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from audits.actions.keeping import kept_report
from audits.models import Audit, Nonconformity
from audits.pages.nonconformities import find_nonconformity
from audits.pages.nonconformities_list import Asked, listed
from audits.pages.prints import NAMES
from audits.pages.programmes import visible_programme
from audits.papers.register import register_paper, register_workbook
from audits.permissions.audits import visible_audits
from audits.permissions.nonconformities import visible_nonconformities
from audits.permissions.papers import can_print
from audits.printing.audits import closing_minutes, planning_paper, report, sees_all
from audits.printing.checklists import blank_checklist, filled_checklist
from audits.printing.nonconformities import nonconformity_paper, register_entries
from audits.printing.programmes import plan_paper
from audits.printing.shared import letterhead_of
from procedures.permissions import reader_agencies
from qms.http import UserRequest
from qms.organisation.models import Unit, User
from qms.records import files
from qms.records.models import LedgerEntry
from qms.records.paper import Paper, to_docx, to_pdf

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAPERS: dict[str, Callable[[Audit, User], Paper]] = {
    "checklist": filled_checklist,
    "blank": blank_checklist,
    "closing": closing_minutes,
    "report": report,
}  # the rest are papers of planning
_MEDIA_TYPES = {"pdf": "application/pdf", "docx": _WORD, "xlsx": _EXCEL}


def _printed(paper: Paper, ending: str, name: str) -> HttpResponse:
    return _file(to_pdf(paper) if ending == "pdf" else to_docx(paper), ending, name)


def _file(data: bytes, ending: str, name: str) -> HttpResponse:
    """Answer with a file: a PDF is shown, what is to be edited is saved."""
    answer = HttpResponse(data, content_type=_MEDIA_TYPES[ending])
    header = content_disposition_header(ending != "pdf", files.label_of(f"{name}.{ending}"))
    answer.headers["Content-Disposition"] = header or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@require_safe
def paper(request: UserRequest, slug: str, kind: str, ending: str) -> HttpResponseBase:
    """Print a paper of an audit; the approved report is the file that was kept of it.

    Who may not read all of it has an extract, made anew.
    """
    visible = visible_audits(request.user).select_related("agency")
    audit = get_object_or_404(visible, slug=slug)
    if not can_print(request.user, audit, kind):
        raise PermissionDenied
    name = f"{audit.number} {NAMES[kind]}"
    if kind == "report" and ending == "pdf" and sees_all(request.user, audit):
        kept = kept_report(audit)
        if kept is not None:
            return files.response(kept.file, name=f"{name}.pdf", inline=True)
    if kind in _PAPERS:
        return _printed(_PAPERS[kind](audit, request.user), ending, name)
    return _printed(planning_paper(audit, kind, request.user), ending, name)


@require_safe
def programme_paper(request: UserRequest, pk: int, ending: str) -> HttpResponse:
    programme = visible_programme(request, pk)
    return _printed(plan_paper(programme, request.user), ending, str(programme))


@require_safe
def nonconformity_sheet(request: UserRequest, slug: str, ending: str) -> HttpResponse:
    nonconformity = find_nonconformity(request, slug)
    return _printed(nonconformity_paper(nonconformity), ending, nonconformity.number)


@require_safe
def register(request: UserRequest, ending: str) -> HttpResponse:
    """Print the register of what the list shows for the same question, as of its day."""
    asked = Asked.of(request)
    if asked.date_error:  # the list says what is wrong with it
        return redirect(f"{reverse('audits:nonconformity-list')}?{asked.query()}")
    found = listed(visible_nonconformities(request.user), asked).select_related("agency", "unit")
    rows = list(found)
    entries = register_entries(rows, asked.day)
    head, words = letterhead_of(_agency(request.user, rows)), asked.in_words
    trace = LedgerEntry.objects.head().line
    name = f"So theo doi KPH {asked.day:%Y-%m-%d}"
    if ending == "xlsx":
        return _file(register_workbook(head, entries, asked.day, words, trace=trace), ending, name)
    return _printed(register_paper(head, entries, asked.day, words, trace=trace), ending, name)


def _agency(user: User, rows: Sequence[Nonconformity]) -> Unit:
    """Return the agency that keeps the register: of the first entry, or of the reader."""
    agency = rows[0].agency if rows else reader_agencies(user).order_by("path").first()
    if agency is None:
        raise Http404
    return agency
