"""Restricting a procedure, letting somebody read it, letting a checker in: for their days."""

import datetime as dt
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from procedures.actions import grant_reading
from procedures.actions.granting import restrict_reading
from procedures.models import ProcedureGrant, ProcedureVersion
from procedures.permissions import may_read
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import UnitGrant, User, grant_role
from qms.organisation.roles import Role
from tests.factories import Office, make_user, make_version, restrict, sign_in

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CHECKERS = "/doan-kiem-tra/"
DAYS = pytest.mark.parametrize(
    ("starts", "ends", "is_open"),
    [(1, 3, False), (0, 2, True), (-1, 1, True), (-2, 0, False)],
    ids=["the day before", "first day", "last day", "the day after"],
)


def _office() -> Office:
    return Office(public_reading=False)


def _seen(client: Client, version: ProcedureVersion) -> list[bool]:
    """Tell whether the version is seen: page, PDF, Word, list, search, workbook."""
    edition = [version.procedure.slug, version.number_slug]
    addresses = [
        version.procedure.get_absolute_url(),
        reverse("procedures:version-pdf", args=edition),
        reverse("procedures:version-docx", args=edition),
    ]
    seen = [client.get(each).status_code == 200 for each in addresses]
    library = reverse("procedures:list")
    for query in ({}, {"q": version.title}, {"q": version.procedure.code}):
        seen.append(version in [p.version for p in client.get(library, query).context["page"]])
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("procedures:list-sheet")).content))
    cells = {str(cell) for sheet in book for row in sheet.values for cell in row}
    return [*seen, version.procedure.code in cells]


@DAYS
def test_a_checker_sees_the_agency_on_their_days(
    client: Client, *, starts: int, ends: int, is_open: bool
) -> None:
    office, checker = _office(), make_user()
    version, hidden = (make_version(VersionStatus.ISSUED, office) for _ in range(2))
    restrict(hidden.procedure)
    grant_role(
        checker,
        Role.EXTERNAL_CHECKER,
        office.agency,
        by=office.secretary,
        valid_from=today() + starts * DAY,
        valid_to=today() + ends * DAY,
    )
    sign_in(client, checker)

    assert _seen(client, version) == [is_open] * 7
    assert _seen(client, hidden) == [False] * 7
    archive = client.get(reverse("procedures:archive-new")).status_code
    assert archive == (200 if is_open else 403)


@DAYS
def test_a_member_reads_a_restricted_one_on_their_days(
    client: Client, *, starts: int, ends: int, is_open: bool
) -> None:
    office = _office()
    version = make_version(VersionStatus.ISSUED, office)
    restrict(version.procedure)
    grant_reading(
        version.procedure,
        office.staff,
        by=office.secretary,
        valid_from=today() + starts * DAY,
        valid_to=today() + ends * DAY,
    )
    sign_in(client, office.staff)

    assert _seen(client, version) == [is_open] * 7
    facts: dict[str, Any] = {"is_restricted": True, "owner_path": office.agency.path or ""}
    person = User.objects.get(pk=office.staff.pk)
    assert may_read(person, **facts, procedure_id=version.procedure_id) == is_open
    assert not may_read(person, **facts, procedure_id=version.procedure_id + 1)
    coverage = client.get(reverse("procedures:coverage"), {"nhom": "tat-ca"}).content.decode()
    assert (version.procedure.code in coverage) == is_open


def test_secretary_restricts_and_opens_with_a_reason(client: Client) -> None:
    office = _office()
    version = make_version(VersionStatus.ISSUED, office)
    procedure = version.procedure
    page = reverse("procedures:procedure-readers", args=[procedure.slug])
    deed = reverse("procedures:procedure-restrict", args=[procedure.slug])
    sign_in(client, office.secretary)
    assert page in client.get(procedure.get_absolute_url()).content.decode()

    assert client.post(deed, {"han-che": "1"}).status_code == 422
    client.post(deed, {"han-che": "1", "han-che-reason": "Có thông tin nội bộ"})
    procedure.refresh_from_db()
    assert procedure.is_restricted
    assert "Có thông tin nội bộ" in procedure.history.first().history_change_reason
    with pytest.raises(ValidationError, match="đã hạn chế"):
        restrict_reading(procedure, restricted=True, by=office.secretary, reason="Lần nữa")
    sign_in(client, office.staff)
    assert client.get(procedure.get_absolute_url()).status_code == 404
    assert client.post(deed, {"han-che": "0", "han-che-reason": "Thử"}).status_code == 404
    sign_in(client, office.leader)
    assert client.post(deed, {"han-che": "0", "han-che-reason": "Thử"}).status_code == 403
    procedure.refresh_from_db()
    assert procedure.is_restricted

    sign_in(client, office.secretary)
    client.post(deed, {"han-che": "0", "han-che-reason": "Hết lý do"})
    sign_in(client, office.staff)
    assert client.get(procedure.get_absolute_url()).status_code == 200


def test_secretary_lets_somebody_read_and_takes_it_back(client: Client) -> None:
    office, guest = _office(), make_user()
    version = make_version(VersionStatus.ISSUED, office)
    page = reverse("procedures:procedure-readers", args=[version.procedure.slug])
    data = {
        "outsider": guest.username,
        "valid_from": format_date(today()),
        "until_on": format_date(today() + DAY),
    }
    sign_in(client, office.secretary)

    assert client.post(page, data | {"until_on": format_date(today() - DAY)}).status_code == 422
    assert client.post(page, data | {"outsider": "khong-co"}).status_code == 422
    assert client.post(page, data | {"outsider": ""}).status_code == 422
    assert not ProcedureGrant.objects.exists()
    client.post(page, data)
    grant = ProcedureGrant.objects.get()
    assert (grant.user, grant.valid_to) == (guest, today() + 2 * DAY)
    assert guest.full_name in client.get(page).content.decode()
    back = reverse("procedures:procedure-reader-end", args=[version.procedure.slug, grant.pk])
    sign_in(client, office.leader)
    assert client.post(back).status_code == 403
    sign_in(client, office.secretary)
    client.post(back)
    grant.refresh_from_db()
    assert grant.standing() == "ended"
    assert _seen(sign_in(client, guest), version) == [False] * 7


def test_checkers_get_their_days_on_the_page(client: Client) -> None:
    office, checker = _office(), make_user()
    data = {
        "username": checker.username,
        "valid_from": format_date(today()),
        "until_on": format_date(today()),
    }
    sign_in(client, office.secretary)

    for wrong in (
        {"username": office.staff.username},
        {"username": "khong-co"},
        {"until_on": format_date(today() - DAY)},
    ):
        assert client.post(CHECKERS, data | wrong).status_code == 422
    client.post(CHECKERS, data)
    grant = UnitGrant.objects.get(user=checker)
    assert (grant.role, grant.valid_to) == (Role.EXTERNAL_CHECKER, today() + DAY)
    assert "Còn hiệu lực" in client.get(CHECKERS).content.decode()
    end = reverse("organisation:checker-end", args=[grant.pk])
    staff_grant = UnitGrant.objects.get(user=office.staff)
    other = reverse("organisation:checker-end", args=[staff_grant.pk])
    assert client.post(other).status_code == 404
    assert sign_in(client, office.staff).post(end).status_code == 403
    sign_in(client, office.secretary).post(end)
    grant.refresh_from_db()
    assert grant.standing() == "ended"
