"""One procedure lent to one person for some days: what they read then, and nothing else."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from procedures import actions
from procedures import permissions as may
from procedures.models import Procedure, ProcedureGrant, ProcedureVersion
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import User, held_objects
from tests.factories import (
    Office,
    make_next_version,
    make_user,
    make_version,
    restrict,
    sign_in,
    system,
)

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def _office() -> Office:
    return Office(public_reading=False)


def _lent(version: ProcedureVersion, user: User, starts: int | None, ends: int | None) -> Any:
    """Lend the procedure from `starts` until before `ends`, in days from today."""
    return actions.grant_reading(
        version.procedure,
        user,
        by=system(),
        valid_from=None if starts is None else today() + starts * DAY,
        valid_to=None if ends is None else today() + ends * DAY,
    )


def _pages(version: ProcedureVersion) -> list[str]:
    edition = [version.procedure.slug, version.number_slug]
    return [
        version.procedure.get_absolute_url(),
        reverse("procedures:procedure-history", args=edition[:1]),
        reverse("procedures:version-detail", args=edition),
        reverse("procedures:version-pdf", args=edition),
    ]


@pytest.mark.parametrize(
    ("starts", "ends", "is_read"),
    [
        (0, 1, True),
        (-5, 1, True),
        (None, None, True),
        (0, None, True),
        (1, 2, False),
        (-5, 0, False),
        (None, 0, False),
    ],
)
@pytest.mark.parametrize("is_restricted", [False, True])
def test_procedure_is_read_on_the_days_it_is_lent_for(
    client: Client, *, starts: int | None, ends: int | None, is_read: bool, is_restricted: bool
) -> None:
    office, guest = _office(), make_user()
    version = make_version(VersionStatus.ISSUED, office)
    if is_restricted:
        restrict(version.procedure)
    _lent(version, guest, starts, ends)
    sign_in(client, guest)

    expected = 200 if is_read else 404
    assert [client.get(page).status_code for page in _pages(version)] == [expected] * 4
    listed = client.get(reverse("procedures:list"), {"q": version.title}).context["page"]
    assert [p.version for p in listed] == ([version] if is_read else [])


def test_other_procedures_and_drafts_stay_hidden(client: Client) -> None:
    office, guest = _office(), make_user()
    lent = make_version(VersionStatus.ISSUED, office)
    other = make_version(VersionStatus.ISSUED, office)
    draft = actions.start_version(
        lent.procedure, by=office.staff, content=lent.document, change_type="revision", base=lent
    )
    _lent(lent, guest, 0, 1)
    sign_in(client, guest)

    assert [client.get(page).status_code for page in _pages(other)] == [404] * 4
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert list(may.visible_procedures(guest)) == [lent.procedure]
    assert list(may.visible_issued(guest)) == [lent]


def test_earlier_issues_are_lent_with_it(client: Client) -> None:
    office, guest = _office(), make_user()
    first = make_version(VersionStatus.ISSUED, office, paper_on=dt.date(2022, 3, 10))
    second = make_next_version(office, first)
    _lent(first, guest, 0, 1)

    assert set(may.visible_issued(guest)) == {first, second}


def test_it_is_lent_to_one_person_alone() -> None:
    version, other = make_version(VersionStatus.ISSUED, _office()), make_user()
    _lent(version, make_user(), 0, 1)

    assert not may.visible_procedures(other).exists()
    assert held_objects(other, ProcedureGrant, on=today()) == set()


def test_a_closed_account_reads_nothing() -> None:
    guest = make_user()
    version = make_version(VersionStatus.ISSUED, _office())
    _lent(version, guest, None, None)
    guest.is_active = False
    guest.record(by=system(), reason="Nghỉ việc")

    assert not may.visible_procedures(guest).exists()
    assert held_objects(guest, ProcedureGrant, on=today()) == set()


def test_held_objects_are_those_of_the_day() -> None:
    office, guest = _office(), make_user()
    now, later = (make_version(VersionStatus.ISSUED, office) for _ in range(2))
    _lent(now, guest, -1, 1)
    _lent(later, guest, 1, 3)

    assert held_objects(guest, ProcedureGrant, on=today()) == {now.procedure_id}
    assert held_objects(guest, ProcedureGrant, on=today() + DAY) == {later.procedure_id}
    assert held_objects(guest, ProcedureGrant, on=today() + 3 * DAY) == set()


def test_nothing_is_lent_to_a_closed_account() -> None:
    version, gone = make_version(VersionStatus.ISSUED, _office()), make_user(is_active=False)

    with pytest.raises(ValidationError, match="Tài khoản đã khóa thì không giao quyền"):
        _lent(version, gone, 0, 1)

    assert not ProcedureGrant.objects.exists()


@pytest.mark.parametrize("ends", [0, -1])
def test_nothing_is_lent_for_no_day(ends: int) -> None:
    with pytest.raises(ValidationError, match="Ngày kết thúc phải sau ngày bắt đầu"):
        _lent(make_version(VersionStatus.ISSUED), make_user(), 0, ends)

    assert not ProcedureGrant.objects.exists()


def test_the_same_again_is_the_same_grant() -> None:
    version, guest = make_version(VersionStatus.ISSUED), make_user()

    first = _lent(version, guest, 0, 1)
    again = _lent(version, guest, 0, 1)
    longer = _lent(version, guest, 0, 2)

    assert (again, ProcedureGrant.objects.count()) == (first, 2)
    assert longer != first


def test_a_grant_names_who_gave_it_and_is_taken_back_from_a_day_on() -> None:
    version, guest = make_version(VersionStatus.ISSUED, _office()), make_user()
    grant = _lent(version, guest, -5, 5)
    coming = _lent(version, guest, 10, 15)

    grant.end(by=system(), on=today())
    coming.end(by=system(), on=today())

    assert (grant.granted_by, grant.valid_to) == (system(), today())
    assert coming.valid_to == coming.valid_from
    assert not may.visible_procedures(guest).exists()
    assert held_objects(guest, ProcedureGrant, on=today() + 10 * DAY) == set()
    assert [row.history_change_reason for row in grant.history.order_by("history_id")] == [
        "Giao quyền",
        "Thu hồi quyền",
    ]


def test_taking_back_never_makes_it_longer() -> None:
    grant = _lent(make_version(VersionStatus.ISSUED), make_user(), -5, 1)

    grant.end(by=system(), on=today() + 9 * DAY)

    grant.refresh_from_db()
    assert grant.valid_to == today() + DAY


def test_the_database_refuses_a_period_that_runs_backwards() -> None:
    grant = _lent(make_version(VersionStatus.ISSUED), make_user(), 0, 1)
    grant.valid_to = today() - DAY

    with pytest.raises(IntegrityError), transaction.atomic():
        grant.record(by=system(), reason="Thử")


def test_a_member_reads_a_restricted_one_that_is_lent(client: Client) -> None:
    office = _office()
    version = make_version(VersionStatus.ISSUED, office)
    restrict(version.procedure)
    sign_in(client, office.staff)
    before = client.get(version.procedure.get_absolute_url()).status_code

    _lent(version, office.staff, 0, 1)

    assert (before, client.get(version.procedure.get_absolute_url()).status_code) == (404, 200)
    assert Procedure.objects.get().is_restricted
