"""Whether the product says that it is not ready, and tells strangers no more than that."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from qms.foundation import readiness, triggers
from qms.metrics import OfficeFigures
from qms.organisation.models import Unit
from qms.records.models import Job, LedgerEntry
from tests.factories import make_agency, system

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_for_the_first_time() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _failing(client: Client) -> list[str]:
    answer = client.get("/readyz/")
    checks = answer.json()["checks"]
    assert (answer.status_code == 200) == all(checks.values()) == answer.json()["ok"]
    return [name for name, holds in checks.items() if not holds]


def test_a_sound_installation_is_ready_and_nothing_is_written(client: Client) -> None:
    assert _failing(client) == []
    assert client.get("/readyz/")["Cache-Control"] == "no-store"
    assert "sessionid" not in client.cookies


def test_a_full_disk_is_not_ready(client: Client, settings: Any) -> None:
    settings.READY_MIN_FREE_MB = 10**9

    answer = client.get("/readyz/")

    assert (answer.status_code, answer.json()["checks"]["disk"]) == (503, False)
    assert str(settings.MEDIA_ROOT.parent) not in answer.content.decode()


def test_a_missing_trigger_is_not_ready(client: Client) -> None:
    triggers.remove()

    assert _failing(client) == ["triggers"]


def test_a_check_that_fails_is_not_ready_and_the_others_are_asked(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise RuntimeError("bí mật")

    monkeypatch.setitem(readiness._checks, "ledger", fail)

    assert _failing(client) == ["ledger"]
    assert "bí mật" not in client.get("/readyz/").content.decode()


@pytest.mark.parametrize(
    ("hours", "ok", "failing"),
    [(5, True, []), (30, True, ["backup"]), (5, False, ["backup"]), (None, True, ["backup"])],
)
def test_the_last_backup_is_looked_at_where_that_is_asked(
    client: Client,
    settings: Any,
    tmp_path: Path,
    hours: int | None,
    ok: bool,  # noqa: FBT001
    failing: list[str],
) -> None:
    settings.VAR_DIR = tmp_path
    assert _failing(client) == []
    settings.BACKUP_MAX_AGE_HOURS = 26
    if hours is not None:
        at = (timezone.now() - dt.timedelta(hours=hours)).isoformat()
        told = json.dumps({"at": at, "ok": ok, "seq": 7})
        (tmp_path / "backup-status.json").write_text(told)

    assert _failing(client) == failing


def test_too_many_questions_are_put_off(client: Client) -> None:
    answers = [client.get("/readyz/").status_code for _ in range(130)]

    assert answers[0] == 200
    assert 429 in answers


def test_metrics_are_for_the_machine_alone(client: Client, settings: Any) -> None:
    assert client.get("/metrics/").status_code == 404
    settings.METRICS = True

    told = client.get("/metrics/")

    assert told.status_code == 200
    assert 'qms_open_jobs{state="waiting"} 0.0' in told.content.decode()
    assert client.get("/metrics/", REMOTE_ADDR="10.0.0.9").status_code == 404
    assert client.get("/metrics/", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 404


def test_open_jobs_are_counted_by_state() -> None:
    agency: Unit = make_agency()
    now = timezone.now()
    for started, finished in ((None, None), (now, None), (now, now)):
        Job.objects.create(
            agency=agency,
            kind="archive",
            label="x",
            asked_by=system(),
            started_at=started,
            finished_at=finished,
        )

    jobs, seq = OfficeFigures().collect()

    assert {sample.labels["state"]: sample.value for sample in jobs.samples} == {
        "waiting": 1,
        "running": 1,
    }
    assert [sample.value for sample in seq.samples] == [LedgerEntry.objects.head().seq]
