"""A role is a grant on a unit for a time; one function reads it, all else stands on that."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from qms.foundation.dates import today
from qms.organisation.models import (
    Unit,
    UnitGrant,
    User,
    grant_role,
    has_role,
    holders_of,
    people_of,
    roles_of,
    units_of,
)
from qms.organisation.roles import Role
from tests.factories import make_agency, make_unit, make_user, system

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def test_role_holds_for_the_unit_and_all_below_it() -> None:
    agency, other = make_agency(), make_agency()
    section = make_unit(agency)
    user = make_user(Role.LEADER, unit=agency)

    assert set(units_of(user, Role.LEADER)) == {agency, section}
    assert has_role(user, Role.LEADER, unit=section)
    assert not has_role(user, Role.LEADER, unit=other)
    assert not has_role(user, Role.CLERK, unit=agency)


def test_role_of_a_section_does_not_reach_its_agency() -> None:
    agency = make_agency()
    section = make_unit(agency)
    user = make_user(Role.ISO_SECRETARY, unit=section)

    assert not has_role(user, Role.ISO_SECRETARY, unit=agency)
    assert has_role(user, Role.ISO_SECRETARY)


def test_neighbour_with_a_similar_path_is_not_reached() -> None:
    """The path ends in a slash, so that unit 1 is not above unit 12."""
    units = [make_agency() for _ in range(12)]
    user = make_user(Role.LEADER, unit=units[0])

    assert list(units_of(user, Role.LEADER)) == [units[0]]


@pytest.mark.parametrize(
    ("starts", "ends", "held"),
    [(0, None, True), (1, None, False), (-5, 0, False), (-5, 1, True), (None, None, True)],
)
def test_grant_holds_from_its_first_day_up_to_its_end(
    starts: int | None,
    ends: int | None,
    held: bool,  # noqa: FBT001  a column of the table
) -> None:
    agency, user = make_agency(), make_user()
    grant = grant_role(user, Role.STAFF, agency, by=system())
    grant.valid_from = None if starts is None else today() + starts * DAY
    grant.valid_to = None if ends is None else today() + ends * DAY
    grant.record(by=system(), reason="Đổi thời hạn")

    assert has_role(User.objects.get(pk=user.pk), Role.STAFF) == held


def test_granting_twice_is_one_grant() -> None:
    agency, user = make_agency(), make_user()

    first = grant_role(user, Role.STAFF, agency, by=system())
    assert grant_role(user, Role.STAFF, agency, by=system()) == first

    copy = UnitGrant(
        user=user, permission=first.permission, content_object=agency, granted_by=system()
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.record(by=system(), reason="Giao quyền")


def test_closed_account_and_strangers_hold_nothing() -> None:
    agency = make_agency()
    user = make_user(Role.LEADER, unit=agency)
    user.is_active = False

    assert roles_of(user) == roles_of(AnonymousUser()) == frozenset()
    with pytest.raises(ValidationError, match="đã khóa"):
        grant_role(user, Role.CLERK, agency, by=system())


def test_superuser_holds_no_role() -> None:
    assert roles_of(make_user(is_superuser=True)) == frozenset()


def test_people_of_an_agency_are_sorted_by_given_name() -> None:
    agency = make_agency()
    for name in ("Trần Văn Bình", "Nguyễn Thị Ân", "Lê Văn An", "Phạm Đức"):
        make_user(Role.STAFF, unit=agency, name=name)
    make_user(Role.STAFF, unit=make_agency(), name="Người Khác")

    names = [user.full_name for user in people_of(agency, on=today())]
    assert names == ["Lê Văn An", "Nguyễn Thị Ân", "Trần Văn Bình", "Phạm Đức"]


def test_holders_leave_out_who_left() -> None:
    agency = make_agency()
    stays = make_user(Role.UNIT_HEAD, unit=agency)
    left = make_user(Role.UNIT_HEAD, unit=agency)
    left.is_active = False
    left.record(by=system(), reason="Nghỉ việc")

    assert holders_of(Role.UNIT_HEAD) == [(agency.path, stays.pk)]


def test_unit_cannot_stand_below_itself() -> None:
    agency = make_agency()
    section = make_unit(agency)
    agency.parent = section

    with pytest.raises(ValidationError, match="cấp dưới"):
        agency.record(by=system(), reason="Chuyển")

    assert Unit.objects.get(pk=agency.pk).parent is None


def test_system_account_cannot_sign_in() -> None:
    user = User.objects.system()

    assert (user.is_active, user.has_usable_password()) == (False, False)
    assert User.objects.system() == user
