"""A job of the worker: how far it is, the file that came of it, once more from the beginning."""

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from procedures.answers import explain
from procedures.pages.jobs import shown_jobs
from procedures.permissions.exports import visible_jobs
from qms.http import UserRequest
from qms.records import files, jobs
from qms.records.models import Job

STOP_POLLING = 286  # htmx swaps the answer in and asks no more


def _visible_job(request: UserRequest, pk: int) -> Job:
    found = visible_jobs(request.user).select_related("file", "asked_by", "agency")
    return get_object_or_404(found, pk=pk)


@require_safe
def job_detail(request: UserRequest, pk: int) -> HttpResponse:
    """Tell how far it is; to htmx, which asks every two seconds, the part of the page alone."""
    (shown,) = shown_jobs([_visible_job(request, pk)])
    context = {"shown": shown, "job": shown.job}
    if "HX-Request" in request.headers and "HX-Boosted" not in request.headers:
        status = 200 if shown.is_going_on else STOP_POLLING
        return render(request, "procedures/_job.html", context, status=status)
    return render(request, "procedures/job_detail.html", context)


@require_safe
def job_file(request: UserRequest, pk: int) -> FileResponse:
    job = _visible_job(request, pk)
    if job.file is None or job.state() != Job.State.DONE:
        raise Http404
    return files.response(job.file)


@require_POST
def job_restart(request: UserRequest, pk: int) -> HttpResponse:
    """Begin it once more for the person who asks now, as a job of its own."""
    job = _visible_job(request, pk)
    try:
        again = jobs.begin_again(job, by=request.user)
    except ValidationError as refusal:
        return explain(request, redirect("procedures:job-detail", job.pk), refusal)
    return redirect("procedures:job-detail", again.pk)
