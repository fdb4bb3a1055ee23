"""The job that packs what proves an audit, as far as the person who asked may see it."""

from functools import partial

from django.core.exceptions import ValidationError
from django.urls import reverse

from audits.evidence import audit_selection, sight_of
from audits.models import Audit
from qms.records.evidence.asking import asked_of, keep_package
from qms.records.jobs import Order, Progress
from qms.records.models import Job

KIND = "evidence_audit"  # of job


def evidence_order(audit: Audit) -> Order:
    """Return what the worker is asked for; the address of the result says of which audit."""
    address = reverse("audits:audit-detail", args=[audit.slug])
    return Order(KIND, f"Gói chứng cứ cuộc đánh giá {audit.number}", address)


def make_evidence(job: Job, progress: Progress) -> None:
    """Pack it. Raises ValidationError where the person may not have it any more."""
    audit = Audit.objects.select_related("agency").get(slug=asked_of(job), agency=job.agency)
    sight = sight_of(job.asked_by, audit)
    if sight is None:
        raise ValidationError("Bạn không còn quyền tải gói chứng cứ của cuộc đánh giá này.")
    choose = partial(audit_selection, audit, sight, user=job.asked_by)
    keep_package(choose, job, progress, name=f"chung-cu-{audit.slug}.zip")
