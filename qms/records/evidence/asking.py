"""A package that somebody asks for on a page: made by a job, kept as its file."""

import tempfile
from collections.abc import Callable

from django.urls import resolve

from qms.organisation.models import Unit, User
from qms.records import files, jobs
from qms.records.evidence.packing import write_package
from qms.records.evidence.selecting import Selection
from qms.records.jobs import Order, Progress
from qms.records.models import Job

UNDER_WAY = "Bạn đã có một gói đang làm; đây là tiến độ của gói ấy."
PREFIX = "evidence"  # of the kinds of these jobs: what comes of one is for who asked alone


def ask(order: Order, *, agency: Unit, by: User) -> tuple[Job, bool]:
    """Return the job that makes the package, and whether it was begun now.

    One of the same that this person waits for is not begun again.
    """
    mine = Job.objects.filter(
        asked_by=by, agency=agency, kind=order.kind, label=order.label, finished_at=None
    )
    states = (Job.State.WAITING, Job.State.RUNNING)
    going_on = next((job for job in mine if job.state() in states), None)
    if going_on is not None:
        return going_on, False
    return jobs.begin(order, agency=agency, by=by), True


def asked_of(job: Job) -> str:
    """Return the slug of what the package is asked of: the address of its page says it."""
    return str(resolve(job.result_url).kwargs["slug"])


def keep_package(
    choose: Callable[[], Selection], job: Job, progress: Progress, *, name: str
) -> None:
    """Make the package and keep it as the file of the job. Raises as `write_package()` does."""
    with tempfile.TemporaryFile() as target:
        write_package(choose, target, progress=progress)
        job.file = files.store_from(target, name, kind="zip", by=job.asked_by)
