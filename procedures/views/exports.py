"""All that is in force as one archive, which a job makes; a draft as a Word document."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from procedures.answers import explain
from procedures.archive.making import (
    NOTHING,
    PLAIN,
    WITH_WORD,
    archive_order,
    periods_to_pack,
)
from procedures.forms.exports import ArchiveForm
from procedures.pages.jobs import shown_jobs
from procedures.pages.review import visible_draft
from procedures.permissions.exports import archivable_agencies, visible_jobs
from procedures.printing import copy_docx
from qms.foundation.dates import today
from qms.http import UserRequest
from qms.records import jobs
from qms.records.models import Job

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RECENT = 10  # archives listed below the form


@require_http_methods(["GET", "POST"])
def archive_new(request: UserRequest) -> HttpResponse:
    agencies = archivable_agencies(request.user).order_by("path")
    if not agencies.exists():
        raise PermissionDenied
    form = ArchiveForm(request.POST if request.method == "POST" else None, agencies=agencies)
    if form.is_valid():
        if going := _going_on(request):
            said = "Bạn đã có một gói đang làm; đây là tiến độ của gói ấy."
            return explain(request, redirect("procedures:job-detail", going.pk), said)
        agency, day = form.chosen(), today()
        if periods_to_pack(agency, request.user, day).exists():
            order = archive_order(day, with_word=form.cleaned_data["with_word"])
            job = jobs.begin(order, agency=agency, by=request.user)
            return redirect("procedures:job-detail", job.pk)
        form.add_error(None, NOTHING)
    recent = visible_jobs(request.user).filter(kind__in=[PLAIN, WITH_WORD])
    recent = recent.select_related("file", "asked_by", "agency")
    context = {"form": form, "jobs": shown_jobs(recent[:RECENT]), "day": today()}
    status = 422 if form.errors else 200
    return render(request, "procedures/archive_new.html", context, status=status)


def _going_on(request: UserRequest) -> Job | None:
    """Return the archive of this person that waits or is being made, if there is one."""
    mine = Job.objects.filter(asked_by=request.user, kind__in=[PLAIN, WITH_WORD], finished_at=None)
    states = (Job.State.WAITING, Job.State.RUNNING)
    return next((job for job in mine[:RECENT] if job.state() in states), None)


@require_safe
def draft_docx(request: UserRequest, pk: int) -> HttpResponse:
    version = visible_draft(request, pk)
    data = copy_docx(version, made_at=timezone.now())
    answer = HttpResponse(data, content_type=DOCX)
    name = f"{version.procedure.slug}-du-thao.docx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
