"""The page of a year's ISO file, and its files as one archive."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from home.year.facts import facts_of
from home.year.making import KIND, year_order
from home.year.reading import year_file
from procedures.answers import explain
from procedures.permissions.yearly import can_keep_year, year_agencies
from procedures.views.yearly import FIRST, LAST
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.organisation.models import Unit
from qms.records import jobs
from qms.records.models import Job

_GOING_ON = (Job.State.WAITING, Job.State.RUNNING)


def _agencies(request: UserRequest) -> tuple[Unit, list[Unit]]:
    """Return the agency that the address names, else the first, and all that may be chosen."""
    agencies = list(year_agencies(request.user).order_by("path"))
    if not agencies:
        raise PermissionDenied
    asked = request.GET.get("donvi", "")
    return next((each for each in agencies if each.code == asked), agencies[0]), agencies


@require_safe
def this_year(request: UserRequest) -> HttpResponse:
    return _page(request, today().year)


@require_safe
def of_year(request: UserRequest, year: int) -> HttpResponse:
    return _page(request, year)


def _page(request: UserRequest, year: int) -> HttpResponse:
    if not FIRST <= year <= LAST:
        raise Http404
    agency, agencies = _agencies(request)
    found = year_file(request.user, agency, year)
    may_keep = can_keep_year(request.user, agency)
    named = urlencode({"donvi": agency.code})
    query = f"?{named}" if len(agencies) > 1 else ""
    new_url = reverse("procedures:year-paper-new", args=[year])
    context = {
        "file": found,
        "facts": facts_of(request.user, agency, year),
        "agencies": agencies,
        "years": [each for each in (year - 1, year, year + 1) if FIRST <= each <= LAST],
        "this_year": today().year,
        "query": query,
        "archive_url": f"{reverse('home:year-file-archive', args=[year])}?{named}",
        "new_url": f"{new_url}?{named}" if may_keep else "",
    }
    return render(request, "home/year_file.html", context)


@require_POST
def archive(request: UserRequest, year: int) -> HttpResponse:
    """Ask the worker for the files of the year; one that is being made is not begun again."""
    if not FIRST <= year <= LAST:
        raise Http404
    agency, _ = _agencies(request)
    order = year_order(year)
    mine = Job.objects.filter(
        asked_by=request.user, agency=agency, kind=KIND, label=order.label, finished_at=None
    )
    going_on = next((job for job in mine if job.state() in _GOING_ON), None)
    if going_on is not None:
        said = "Bạn đã có một gói đang làm; đây là tiến độ của gói ấy."
        return explain(request, redirect("procedures:job-detail", going_on.pk), said)
    job = jobs.begin(order, agency=agency, by=request.user)
    return redirect("procedures:job-detail", job.pk)
