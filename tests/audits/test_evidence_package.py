"""The evidence package of an audit, asked for on its page by who may have it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.keeping import keep_report
from audits.models import Audit, Evidence
from qms.organisation.models import User
from qms.organisation.roles import Role
from qms.records.evidence import verify_evidence as checker
from qms.records.models import Job
from tests.audits.making_papers import close_and_contest, make_told, report
from tests.factories import Office, make_user, restrict, sign_in
from tests.packages import members_of

pytestmark = pytest.mark.django_db
BUTTON = "Tải gói chứng cứ"


def _url(audit: Audit) -> str:
    return reverse("audits:audit-evidence", args=[audit.slug])


def _taken(client: Client, user: User, audit: Audit, folder: Path, capture: Any) -> dict[str, Any]:
    """The members of what the person gets who presses the button; they hold."""
    sign_in(client, user)
    assert BUTTON in client.get(f"/danh-gia/{audit.slug}/").content.decode()
    with capture(execute=True):
        client.post(_url(audit))
    job = Job.objects.latest("pk")
    assert job.failed == ""
    got: Any = client.get(reverse("procedures:job-file", args=[job.pk]))
    package = folder / f"{user.pk}.zip"
    package.write_bytes(b"".join(got.streaming_content))
    assert checker.main([str(package), "--allow-unsigned"]) == 0
    return members_of(package)


def _rows(members: dict[str, bytes], table: str) -> list[dict[str, Any]]:
    lines = members.get(f"bang/{table}.jsonl", b"").decode().splitlines()
    return [json.loads(line)["row"] for line in lines]


def test_each_takes_what_they_may_see_and_it_holds(
    client: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    told = make_told()
    close_and_contest(told)
    report(told)
    office, audit = told.filled.office, told.audit
    visitor = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    originals = set(Evidence.objects.values_list("original__sha256", flat=True))
    shown = set(Evidence.objects.values_list("shown__sha256", flat=True))
    seen = {}
    for user in (told.filled.auditor, office.secretary, office.leader, visitor):
        members = _taken(client, user, audit, tmp_path, django_capture_on_commit_callbacks)
        files = {name[len("tep/") :].partition(".")[0] for name in members if "tep/" in name}
        assert shown <= files
        seen[user] = (
            originals <= files,
            not originals & files,
            any(row["superseded_at"] for row in _rows(members, "audits_itemanswer")),
            bool(_rows(members, "audits_auditmember")),
            len(_rows(members, "audits_historicalaudit")) < audit.history.count(),
        )

    assert seen == {
        told.filled.auditor: (True, False, True, True, False),
        office.secretary: (False, True, False, True, True),
        office.leader: (False, True, False, True, True),
        visitor: (False, True, False, False, True),
    }


def test_package_tells_nothing_of_a_procedure_that_its_taker_may_not_read(
    client: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    told = make_told(title="Quy trình xử lý đơn tố cáo")
    close_and_contest(told)
    report(told)
    office, audit, procedure = told.filled.office, told.audit, told.filled.version.procedure
    keep_report(audit, office.leader)
    restrict(procedure)
    visitor = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    secrets = (procedure.title, procedure.code, told.major.requirement, told.major.gap)
    leaked = {}
    for user in (visitor, office.leader):
        members = _taken(client, user, audit, tmp_path, django_capture_on_commit_callbacks)
        text = " ".join(
            data.decode() for name, data in members.items() if name.endswith((".jsonl", ".json"))
        )
        kept = bool(_rows(members, "audits_auditpaper"))
        leaked[user] = ([secret for secret in secrets if secret in text], kept)

    assert leaked[visitor] == ([], False)
    assert leaked[office.leader][0]
    assert leaked[office.leader][1]


def test_package_is_refused_before_the_report_is_approved_and_to_others(client: Client) -> None:
    told = make_told()
    office, audit, other = told.filled.office, told.audit, Office()
    for user in (office.secretary, office.leader, office.staff):
        sign_in(client, user)
        assert client.post(_url(audit)).status_code == 403
    close_and_contest(told)
    report(told)

    sign_in(client, office.staff)
    assert client.post(_url(audit)).status_code == 403
    assert BUTTON not in client.get(f"/danh-gia/{audit.slug}/").content.decode()
    for user in (other.secretary, office.admin):
        sign_in(client, user)
        assert client.post(_url(audit)).status_code == 404
    assert not Job.objects.exists()
