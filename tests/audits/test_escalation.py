"""Who is told that something is overdue, and from which day on."""

import datetime as dt
from typing import Any

import pytest

from audits.actions.treating import complete_action, extend
from audits.escalation import escalated
from audits.models import AuditSettings, Nonconformity
from audits.workflow import NonconformityStatus
from qms.organisation.models import User
from qms.organisation.roles import Role
from tests.audits.making_nc import advance_nonconformity, make_action, make_nonconformity
from tests.factories import Office, make_unit, make_user, system

pytestmark = pytest.mark.django_db

Status = NonconformityStatus
FOUND = dt.date(2022, 6, 1)
DUE = dt.date(2022, 7, 1)
DAY = dt.timedelta(days=1)


def made(office: Office, **fields: Any) -> Nonconformity:
    return make_nonconformity(office, **({"found_on": FOUND} | fields))


def told(user: User, on: dt.date) -> list[tuple[str, int]]:
    return [(str(one.level), one.days) for one in escalated(user, on=on)]


@pytest.mark.parametrize(
    ("days", "levels"),
    [
        (0, {}),
        (1, {"owner": "person"}),
        (2, {"owner": "person"}),
        (3, {"owner": "person", "head": "unit"}),
        (6, {"owner": "person", "head": "unit"}),
        (7, {"owner": "person", "head": "unit", "secretary": "secretary"}),
        (13, {"owner": "person", "head": "unit", "secretary": "secretary"}),
        (
            14,
            {"owner": "person", "head": "unit", "secretary": "secretary", "leader": "leader"},
        ),
    ],
)
def test_overdue_comes_up_from_person_to_unit_secretary_and_leader(
    days: int, levels: dict[str, str]
) -> None:
    office, other = Office(), Office()
    section = make_unit(office.agency)
    people = {
        "owner": make_user(),
        "head": make_user(Role.UNIT_HEAD, unit=section),
        "secretary": office.secretary,
        "leader": office.leader,
        "staff": office.staff,
        "other head": make_user(Role.UNIT_HEAD, unit=make_unit(office.agency)),
        "stranger": other.leader,
    }
    nc = made(office, unit=section, owner=people["owner"])
    assert nc.due_on == DUE

    found = {name: told(person, DUE + days * DAY) for name, person in people.items()}

    assert {name: rows for name, rows in found.items() if rows} == {
        name: [(level, days)] for name, level in levels.items()
    }


def test_days_are_settings() -> None:
    office = Office()
    own = AuditSettings(agency=office.agency, leader_escalation_days=1)
    own.record(by=system(), reason="Thử")
    made(office)

    assert told(office.leader, DUE + DAY) == [("leader", 1)]


def test_head_stands_in_where_nobody_is_named() -> None:
    office = Office()
    section = make_unit(office.agency)
    heads = [make_user(Role.UNIT_HEAD, unit=section) for _ in range(2)]
    made(office, unit=section)

    assert [told(head, DUE + DAY) for head in heads] == [[("person", 1)], [("person", 1)]]


def test_person_of_an_action_is_told_when_that_is_late() -> None:
    office = Office()
    nc = made(office, grade="major")
    action = make_action(office, nc, due_on=DUE - 10 * DAY)
    make_action(office, nc, person=office.clerk)
    assert told(office.staff, DUE - 9 * DAY) == []
    advance_nonconformity(nc, Status.PLANNED, office, on=FOUND)

    assert told(office.staff, DUE - 9 * DAY) == [("person", 1)]

    complete_action(action, by=office.staff, on=DUE - 9 * DAY, note="Sổ")
    assert told(office.staff, DUE + DAY) == []
    assert told(office.clerk, DUE + DAY) == [("person", 1)]


def test_put_off_or_settled_is_not_late() -> None:
    office = Office()
    put_off, closed, rejected = (made(office, owner=office.staff) for _ in range(3))
    extend(put_off, new_due_on=DUE + 9 * DAY, reason="Chờ", by=office.secretary)
    advance_nonconformity(closed, Status.CLOSED, office, on=FOUND)
    advance_nonconformity(rejected, Status.REJECTED, office, on=FOUND)

    assert told(office.staff, DUE + 9 * DAY) == []
    assert told(office.staff, DUE + 10 * DAY) == [("person", 1)]


def test_verified_major_one_waits_for_the_day_of_its_effect() -> None:
    office = Office()
    nc = made(office, grade="major", owner=office.clerk)
    advance_nonconformity(nc, Status.VERIFIED, office, on=dt.date(2022, 6, 30))

    assert told(office.clerk, dt.date(2022, 9, 30)) == []
    assert told(office.clerk, dt.date(2022, 10, 1)) == [("person", 1)]


def test_most_overdue_comes_first_and_nobody_else_is_told() -> None:
    office = Office()
    late, later = made(office, due_on=DUE), made(office, due_on=DUE - 5 * DAY)

    found = escalated(office.leader, on=DUE + 14 * DAY)

    assert [(one.nonconformity, one.due_on) for one in found] == [
        (later, DUE - 5 * DAY),
        (late, DUE),
    ]
    office.leader.is_active = False
    assert escalated(office.leader, on=DUE + 14 * DAY) == []


@pytest.mark.parametrize("count", [1, 3])
def test_escalation_query_count_is_constant(count: int, django_assert_num_queries: Any) -> None:
    office = Office()
    for _ in range(count):
        make_action(office, made(office))
    leader = User.objects.get(pk=office.leader.pk)

    with django_assert_num_queries(4):
        assert len(escalated(leader, on=DUE + 14 * DAY)) == count
