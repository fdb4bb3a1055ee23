"""A paper of the ISO file of a year: added, edited, its file, recorded by mistake."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from procedures import actions
from procedures.actions.yearly import state_of_yearly
from procedures.answers import explain
from procedures.forms.yearly import MistakeForm, YearFileForm, YearPaperForm
from procedures.models import YearPaper
from procedures.permissions.yearly import (
    can_attach_to,
    can_keep_year,
    visible_year_papers,
    year_agencies,
)
from qms.http import UserRequest
from qms.organisation.models import Unit
from qms.records import files

FIRST, LAST = 2000, 2100  # years of which an ISO file may be kept


def year_page(agency: Unit, year: int) -> str:
    """Return the address of the ISO file of the year, a page of a floor above."""
    address = reverse("home:year-file-year", args=[year])
    return f"{address}?{urlencode({'donvi': agency.code})}"


@require_http_methods(["GET", "POST"])
def year_paper_new(request: UserRequest, year: int) -> HttpResponse:
    """Add a paper to the file of the year, of the agency that the address names or the first."""
    if not FIRST <= year <= LAST:
        raise Http404
    kept = [
        agency
        for agency in year_agencies(request.user).order_by("path")
        if can_keep_year(request.user, agency)
    ]
    if not kept:
        raise PermissionDenied
    asked = request.GET.get("donvi", "")
    agency = next((each for each in kept if each.code == asked), kept[0])
    row = request.GET.get("loai", "")
    initial = {"row": row if row in YearPaper.Row.values else YearPaper.Row.PLAN}
    form = YearPaperForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            values = form.values(by=request.user)
            actions.add_year_paper(agency, year, values, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = f"Đã thêm giấy tờ vào hồ sơ ISO năm {year}."
            return explain(request, redirect(year_page(agency, year)), said)
    context = {"form": form, "year": year, "agency": agency, "back": year_page(agency, year)}
    status = 422 if form.errors else 200
    return render(request, "procedures/year_paper.html", context, status=status)


def _paper(request: UserRequest, pk: int) -> YearPaper:
    papers = visible_year_papers(request.user).select_related("agency", "file", "recorded_by")
    return get_object_or_404(papers, pk=pk)


@require_http_methods(["GET", "POST"])
def year_paper_edit(request: UserRequest, pk: int) -> HttpResponse:
    paper = _paper(request, pk)
    if paper.is_void or not can_keep_year(request.user, paper.agency):
        raise PermissionDenied
    names = ("row", "title", "number", "dated_on", "note")
    initial = {name: getattr(paper, name) for name in names} | {"seen": state_of_yearly(paper)}
    form = YearPaperForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"] or 0
            values = form.values(by=request.user)
            actions.update_year_paper(paper, values, by=request.user, seen=seen)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            answer = redirect(year_page(paper.agency, paper.year))
            return explain(request, answer, "Đã lưu giấy tờ.")
    return _edit_page(request, paper, form, MistakeForm(prefix="nham"))


def _edit_page(
    request: UserRequest, paper: YearPaper, form: YearPaperForm, mistake: MistakeForm
) -> HttpResponse:
    context = {
        "form": form,
        "mistake": mistake,
        "paper": paper,
        "year": paper.year,
        "agency": paper.agency,
        "back": year_page(paper.agency, paper.year),
    }
    status = 422 if form.errors or mistake.errors else 200
    return render(request, "procedures/year_paper.html", context, status=status)


@require_POST
def year_paper_void(request: UserRequest, pk: int) -> HttpResponse:
    paper = _paper(request, pk)
    if paper.is_void or not can_keep_year(request.user, paper.agency):
        raise PermissionDenied
    mistake = MistakeForm(request.POST, prefix="nham")
    if not mistake.is_valid():
        names = ("row", "title", "number", "dated_on", "note")
        initial = {name: getattr(paper, name) for name in names} | {"seen": state_of_yearly(paper)}
        return _edit_page(request, paper, YearPaperForm(initial=initial), mistake)
    actions.void_year_paper(paper, by=request.user, reason=mistake.cleaned_data["reason"])
    answer = redirect(year_page(paper.agency, paper.year))
    return explain(request, answer, "Đã đánh dấu ghi nhầm; giấy tờ không còn trong hồ sơ năm.")


@require_http_methods(["GET", "POST"])
def year_paper_file(request: UserRequest, pk: int) -> HttpResponseBase:
    """Serve the file of a paper, or take it in where there is none yet."""
    paper = _paper(request, pk)
    if request.method == "GET" and paper.file is not None:
        return files.response(paper.file, inline=True)
    if not can_attach_to(request.user, paper):
        if request.method == "GET":
            raise Http404
        raise PermissionDenied
    form = YearFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        stored = form.stored(by=request.user)
        try:
            if stored is not None:
                actions.attach_year_file(paper, stored, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            answer = redirect(year_page(paper.agency, paper.year))
            return explain(request, answer, "Đã đính tệp.")
    context = {"form": form, "paper": paper, "back": year_page(paper.agency, paper.year)}
    status = 422 if form.errors else 200
    return render(request, "procedures/year_paper_file.html", context, status=status)
