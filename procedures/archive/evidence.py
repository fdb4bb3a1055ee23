"""The job that packs what proves a procedure, as far as the person who asked may see it."""

from functools import partial

from django.core.exceptions import ValidationError
from django.urls import reverse

from procedures.evidence import extent_for, procedure_selection
from procedures.models import Procedure
from qms.records.evidence.asking import asked_of, keep_package
from qms.records.jobs import Order, Progress
from qms.records.models import Job

KIND = "evidence_procedure"  # of job


def evidence_order(procedure: Procedure) -> Order:
    """Return what the worker is asked for; the address of the result says of which procedure."""
    address = reverse("procedures:procedure-history", args=[procedure.slug])
    return Order(KIND, f"Gói chứng cứ quy trình {procedure.code}", address)


def make_evidence(job: Job, progress: Progress) -> None:
    """Pack it. Raises ValidationError where the person may not have it any more."""
    found = Procedure.objects.select_related("agency", "owner")
    procedure = found.get(slug=asked_of(job), agency=job.agency)
    extent = extent_for(job.asked_by, procedure)
    if extent is None:
        raise ValidationError("Bạn không còn quyền tải gói chứng cứ của quy trình này.")
    choose = partial(procedure_selection, procedure, extent, user=job.asked_by)
    keep_package(choose, job, progress, name=f"chung-cu-{procedure.slug}.zip")
