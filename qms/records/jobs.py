"""Long work that a worker does, with its progress told on the row of the job.

A job is begun in a request and handed over once its transaction holds; what is to be done for each
kind stands in the settings (`JOBS`), by name, for this floor knows none above it. Whoever asked
learns of a failure in a sentence; the log has the rest.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from qms.organisation.models import Unit, User
from qms.records.models import Job

INTERRUPTED = "Việc bị gián đoạn vì hệ thống dừng giữa chừng. Hãy làm lại."
FAILED = (
    "Việc không hoàn thành do lỗi của hệ thống. Hãy làm lại; nếu vẫn lỗi, báo quản trị hệ thống "
    "số của việc này."
)
_EVERY = 0.5  # seconds between two tellings of progress, each of which is a write
_log = logging.getLogger(__name__)


class Progress:
    """Tells how far a job is: at once when the total is known, then at most twice a second."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._told_at = 0.0

    def expect(self, total: int) -> None:
        """Say of how many steps the work is made."""
        self._job.total = total
        self._tell()

    def step(self) -> None:
        """Count one step as done."""
        self._job.done += 1
        if time.monotonic() - self._told_at >= _EVERY:
            self._tell()

    def _tell(self) -> None:
        self._job.seen_at = timezone.now()
        self._job.save(update_fields=["total", "done", "seen_at"])
        self._told_at = time.monotonic()


@dataclass(frozen=True)
class Order:
    """What is asked of the worker: `kind` names the work in `settings.JOBS`."""

    kind: str
    label: str
    result_url: str = ""


Work = Callable[[Job, Progress], None]  # sets `file` or `result_url` of the job, or raises


def begin(order: Order, *, agency: Unit, by: User) -> Job:
    """Write the job down, and hand it to the worker when the transaction around holds."""
    work_of(order.kind)
    job = Job.objects.create(
        agency=agency,
        kind=order.kind,
        label=order.label,
        result_url=order.result_url,
        asked_by=by,
    )
    transaction.on_commit(lambda: run_job.enqueue(job.pk))
    return job


def begin_again(job: Job, *, by: User) -> Job:
    """Begin what did not come to its end once more, as a job of its own; the old row stays.

    Raises ValidationError while it waits or goes on, or where it has come to its end.
    """
    if job.state() not in (Job.State.FAILED, Job.State.INTERRUPTED):
        raise ValidationError("Việc này đang chạy hoặc đã xong, không cần làm lại.")
    order = Order(job.kind, job.label, job.result_url)
    return begin(order, agency=job.agency, by=by)


def interrupt_open() -> None:
    """End every job that waits or goes on: who begins again after a restore decides anew."""
    for job in Job.objects.filter(finished_at=None):
        job.started_at = job.started_at or timezone.now()
        job.save(update_fields=["started_at"])
        _end(job, failed=INTERRUPTED)


def work_of(kind: str) -> Work:
    """Return what is to be done for a job of that kind. Raises KeyError for an unknown one."""
    found: Work = import_string(settings.JOBS[kind])
    return found


@task()
def run_job(pk: int) -> None:
    """Do the job, once: one that was taken before is left alone."""
    job = _take(pk)
    if job is None:
        return
    try:
        work_of(job.kind)(job, Progress(job))
    except ValidationError as refusal:
        _end(job, failed=" ".join(refusal.messages))
    except Exception:
        _log.exception("Job %s (%s) failed", job.pk, job.kind)
        _end(job, failed=FAILED)
    except BaseException:  # the worker is told to stop
        _end(job, failed=INTERRUPTED)
        raise
    else:
        _end(job)


def _take(pk: int) -> Job | None:
    with transaction.atomic():
        waiting = Job.objects.select_for_update().filter(pk=pk, started_at=None)
        job = waiting.first()
        if job is not None:
            job.started_at = job.seen_at = timezone.now()
            job.save(update_fields=["started_at", "seen_at"])
    return job


def _end(job: Job, *, failed: str = "") -> None:
    job.finished_at = job.seen_at = timezone.now()
    job.failed = failed
    fields: list[Any] = ["done", "total", "finished_at", "seen_at", "failed"]
    job.save(update_fields=fields if failed else [*fields, "file", "result_url"])
