"""How a job is told to the person who asked for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from qms.records.models import Job

_BADGES = {
    Job.State.WAITING: "in_review",
    Job.State.RUNNING: "in_review",
    Job.State.DONE: "in_force",
    Job.State.FAILED: "ended",
    Job.State.INTERRUPTED: "ended",
}


@dataclass(frozen=True)
class ShownJob:
    """A job with its state of this moment; `badge` is the code of that state's colour."""

    job: Job
    state: Job.State
    is_left_waiting: bool

    @property
    def badge(self) -> str:
        return _BADGES[self.state]

    @property
    def label(self) -> str:
        return str(self.state.label)

    @property
    def is_going_on(self) -> bool:
        return self.state in (Job.State.WAITING, Job.State.RUNNING)

    @property
    def may_begin_again(self) -> bool:
        return self.state in (Job.State.FAILED, Job.State.INTERRUPTED)


def shown_jobs(jobs: Iterable[Job]) -> list[ShownJob]:
    """Return the jobs as they stand at this moment."""
    now = timezone.now()
    return [ShownJob(job, job.state(now=now), job.is_left_waiting(now=now)) for job in jobs]
