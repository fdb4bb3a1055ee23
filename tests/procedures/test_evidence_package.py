"""The evidence package of a procedure, asked for on its history page by who may have it."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from procedures.models import Procedure
from procedures.workflow import VersionStatus
from qms.organisation.models import User
from qms.organisation.roles import Role
from qms.records.evidence import verify_evidence as checker
from qms.records.models import Job
from tests.factories import (
    Office,
    make_change_request,
    make_next_draft,
    make_user,
    make_version,
    restrict,
    sign_in,
)
from tests.packages import members_of

pytestmark = pytest.mark.django_db
DRAFT = "Bí mật của người soạn"
BUTTON = "Tải gói chứng cứ"


def _procedure(office: Office) -> Procedure:
    """Issued once, with a request, and a draft of the next edition."""
    version = make_version(VersionStatus.ISSUED, office)
    make_change_request(office, version.procedure, why="Lý do của người đề nghị")
    make_next_draft(office, version, change_summary=DRAFT)
    return version.procedure


def _url(procedure: Procedure) -> str:
    return reverse("procedures:procedure-evidence", args=[procedure.slug])


def _taken(client: Client, user: User, procedure: Procedure, folder: Path, capture: Any) -> Path:
    """What the person gets who presses the button."""
    sign_in(client, user)
    assert BUTTON in client.get(f"/quy-trinh/{procedure.slug}/lich-su/").content.decode()
    with capture(execute=True):
        answer = client.post(_url(procedure))
    job = Job.objects.latest("pk")
    assert answer.headers["Location"] == reverse("procedures:job-detail", args=[job.pk])
    assert job.failed == ""
    got: Any = client.get(reverse("procedures:job-file", args=[job.pk]))
    package = folder / f"{user.pk}.zip"
    package.write_bytes(b"".join(got.streaming_content))
    return package


def test_each_takes_what_they_may_see_and_it_holds(
    client: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    procedure = _procedure(office)
    call_command("checkpoint", "--make-key")
    checker_of_agency = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    auditor = make_user(Role.INTERNAL_AUDITOR, unit=office.agency)
    statuses = {}
    for user in (office.secretary, office.leader, auditor, checker_of_agency):
        package = _taken(client, user, procedure, tmp_path, django_capture_on_commit_callbacks)
        assert checker.main([str(package)]) == 0
        members = members_of(package)
        everything = b"".join(members.values()).decode("utf-8", "replace")
        rows = members["bang/procedures_historicalprocedureversion.jsonl"].decode()
        found = {status for status in VersionStatus if f'"status":"{status}"' in rows}
        statuses[user] = found, DRAFT in everything, "Lý do của người đề nghị" in everything

    status = VersionStatus
    handed_over = {status.IN_REVIEW, status.REVIEWED, status.APPROVED, status.ISSUED}
    assert statuses == {
        office.secretary: (handed_over | {status.DRAFT}, True, True),
        office.leader: (handed_over, False, True),
        auditor: ({status.APPROVED, status.ISSUED}, False, False),
        checker_of_agency: ({status.APPROVED, status.ISSUED}, False, False),
    }


def test_package_is_refused_to_others(client: Client) -> None:
    office, other = Office(), Office()
    procedure = _procedure(office)
    sign_in(client, office.staff)
    assert client.post(_url(procedure)).status_code == 403
    assert BUTTON not in client.get(f"/quy-trinh/{procedure.slug}/lich-su/").content.decode()

    restrict(procedure)
    for user in (
        other.secretary,
        other.leader,
        make_user(Role.EXTERNAL_CHECKER, unit=office.agency),
        office.admin,
    ):
        sign_in(client, user)
        assert client.post(_url(procedure)).status_code == 404
    sign_in(client, office.secretary)
    assert client.get(_url(procedure)).status_code == 405
    assert not Job.objects.exists()


def test_package_is_for_who_asked_and_not_begun_twice(client: Client) -> None:
    office = Office()
    procedure = _procedure(office)
    sign_in(client, office.leader)

    first = client.post(_url(procedure))
    second = client.post(_url(procedure), follow=True)

    job = Job.objects.get()
    assert first.headers["Location"] == reverse("procedures:job-detail", args=[job.pk])
    assert "Bạn đã có một gói đang làm" in second.content.decode()
    sign_in(client, office.secretary)
    assert client.get(first.headers["Location"]).status_code == 404


def test_package_is_not_made_for_who_lost_the_right_meanwhile(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    office = Office()
    procedure = _procedure(office)
    visitor = make_user(Role.EXTERNAL_CHECKER, unit=office.agency)
    sign_in(client, visitor)
    with django_capture_on_commit_callbacks() as waiting:
        client.post(_url(procedure))
    restrict(procedure)

    for begin in waiting:
        begin()

    job = Job.objects.get()
    assert job.failed == "Bạn không còn quyền tải gói chứng cứ của quy trình này."
    assert job.file is None
