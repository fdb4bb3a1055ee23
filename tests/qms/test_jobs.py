"""Jobs: done once by the worker, told of as they go on, once more after a failure."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from qms.organisation.roles import Role
from qms.records import files, jobs
from qms.records.models import Job
from tests.factories import Office, make_user, sign_in, system

pytestmark = pytest.mark.django_db
_deeds: list[Callable[[Job, jobs.Progress], None]] = []


def work(job: Job, progress: jobs.Progress) -> None:
    """What the worker does in these tests: the deed that a test has laid down."""
    _deeds[-1](job, progress)


@pytest.fixture(autouse=True)
def _working(settings: Any) -> Iterator[None]:
    settings.JOBS = {"trial": f"{__name__}.work"}
    yield
    _deeds.clear()


def _begin(office: Office, capture: Any, deed: Callable[[Job, jobs.Progress], None]) -> Job:
    _deeds.append(deed)
    with capture(execute=True):
        job = jobs.begin(jobs.Order("trial", "Việc thử"), agency=office.agency, by=office.leader)
    job.refresh_from_db()
    return job


def _url(name: str, job: Job) -> str:
    return reverse(f"procedures:job-{name}", args=[job.pk])


def test_job_is_handed_over_only_when_its_transaction_holds(
    django_capture_on_commit_callbacks: Any,
) -> None:
    office, done = Office(), []
    _deeds.append(lambda job, progress: done.append(job.pk))

    with django_capture_on_commit_callbacks() as callbacks:
        job = jobs.begin(jobs.Order("trial", "Việc"), agency=office.agency, by=office.leader)

    assert (job.state(), done, len(callbacks)) == (Job.State.WAITING, [], 1)


def test_job_that_was_taken_is_not_done_again(django_capture_on_commit_callbacks: Any) -> None:
    office, done = Office(), []
    job = _begin(
        office, django_capture_on_commit_callbacks, lambda job, progress: done.append(job.pk)
    )

    jobs.run_job.call(job.pk)

    assert done == [job.pk]
    assert job.state() == Job.State.DONE


def test_progress_is_told_at_most_twice_a_second(
    django_capture_on_commit_callbacks: Any, django_assert_max_num_queries: Any
) -> None:
    def count(job: Job, progress: jobs.Progress) -> None:
        progress.expect(400)
        with django_assert_max_num_queries(4):
            for _ in range(400):
                progress.step()

    job = _begin(Office(), django_capture_on_commit_callbacks, count)

    assert (job.done, job.total, job.failed) == (400, 400, "")


def test_failure_is_told_in_a_sentence(
    client: Client, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    office = Office()

    def fail(job: Job, progress: jobs.Progress) -> None:
        raise RuntimeError("secret detail")

    job = _begin(office, django_capture_on_commit_callbacks, fail)
    sign_in(client, office.leader)
    page = client.get(_url("detail", job)).content.decode()

    assert job.state() == Job.State.FAILED
    assert "Việc không hoàn thành do lỗi của hệ thống." in page
    assert f"việc số {job.pk}" in page
    assert "secret detail" not in page
    assert "secret detail" in caplog.text  # for those who keep the system


def test_worker_that_is_told_to_stop_leaves_the_job_interrupted(
    django_capture_on_commit_callbacks: Any,
) -> None:
    def stop(job: Job, progress: jobs.Progress) -> None:
        raise SystemExit(1)

    office = Office()
    _deeds.append(stop)
    with django_capture_on_commit_callbacks():
        job = jobs.begin(jobs.Order("trial", "Việc"), agency=office.agency, by=office.leader)
    with pytest.raises(SystemExit):
        jobs.run_job.call(job.pk)

    job.refresh_from_db()
    assert job.failed == jobs.INTERRUPTED


def test_job_of_a_worker_that_died_is_interrupted_and_can_be_begun_again(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    long_ago = timezone.now() - Job.SILENCE - dt.timedelta(seconds=1)
    job = Job.objects.create(
        agency=office.agency,
        kind="trial",
        label="Việc",
        asked_by=office.leader,
        started_at=long_ago,
        seen_at=long_ago,
    )
    _deeds.append(lambda job, progress: None)
    sign_in(client, office.leader)

    page = client.get(_url("detail", job)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(_url("restart", job))

    assert "Bị gián đoạn" in page
    again = Job.objects.latest("pk")
    assert again.pk != job.pk
    assert (again.label, again.state()) == ("Việc", Job.State.DONE)
    job.seen_at = timezone.now()
    assert job.state() == Job.State.RUNNING
    with pytest.raises(ValidationError, match="đang chạy hoặc đã xong"):
        jobs.begin_again(job, by=office.leader)


def test_job_page_is_polled_until_its_end(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    sign_in(client, office.leader)
    asked: list[Any] = []

    def look(job: Job, progress: jobs.Progress) -> None:
        progress.expect(4)
        progress.step()
        progress.expect(4)
        asked.append(client.get(_url("detail", job), headers={"HX-Request": "true"}))
        job.file = files.store(b"%PDF-1.4 xong", "kq.pdf", kind="pdf", by=job.asked_by)

    job = _begin(office, django_capture_on_commit_callbacks, look)
    last = client.get(_url("detail", job), headers={"HX-Request": "true"})

    going: str = asked[0].content.decode()
    assert asked[0].status_code == 200
    assert "Đã xong 1/4" in going
    assert 'hx-trigger="every 2s"' in going
    assert "<html" not in going
    assert last.status_code == 286
    assert 'hx-trigger="every 2s"' not in last.content.decode()
    assert _url("file", job) in last.content.decode()
    whole = client.get(_url("detail", job), headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert "<html" in whole.content.decode()


def test_job_is_shown_to_who_asked_and_to_the_secretary_alone(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office, other = Office(), Office()

    def make(job: Job, progress: jobs.Progress) -> None:
        job.file = files.store(b"%PDF-1.4 kin", "kin.pdf", kind="pdf", by=system())

    job = _begin(office, django_capture_on_commit_callbacks, make)

    for person, expected in (
        (office.leader, 200),
        (office.secretary, 200),
        (office.reviewer, 404),
        (office.staff, 404),
        (office.admin, 404),
        (other.secretary, 404),
        (make_user(Role.EXTERNAL_CHECKER, unit=office.agency), 404),
    ):
        sign_in(client, person)
        answers = [client.get(_url(name, job)) for name in ("detail", "file")]
        assert [answer.status_code for answer in answers] == [expected, expected], person
        if expected == 200:
            assert list(getattr(answers[1], "streaming_content", ())) == [b"%PDF-1.4 kin"]
        assert client.post(_url("restart", job)).status_code == (302 if expected == 200 else 404)
    assert Job.objects.count() == 1


def test_job_that_nobody_takes_says_so(client: Client) -> None:
    office = Office()
    job = Job.objects.create(
        agency=office.agency, kind="trial", label="Việc", asked_by=office.leader
    )
    sign_in(client, office.leader)
    assert "đang chờ đến lượt" in client.get(_url("detail", job)).content.decode()

    later = timezone.now() + Job.PATIENCE + dt.timedelta(seconds=1)

    assert job.is_left_waiting(now=later)


def test_every_kind_of_job_names_work_that_exists() -> None:
    named: dict[str, str] = import_string("qms.settings.JOBS")

    assert all(callable(import_string(path)) for path in named.values())
