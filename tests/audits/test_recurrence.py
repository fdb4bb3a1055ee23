"""Which earlier nonconformities count as the same again."""

import datetime as dt
from typing import Any

import pytest

from audits.actions.treating import save_treatment
from audits.models import AuditSettings, Nonconformity
from audits.recurrence import Likeness, similar_to, why_label
from procedures.models import Procedure
from procedures.workflow import VersionStatus
from tests.audits.making_nc import advance_nonconformity, make_nonconformity, treatment_of
from tests.factories import Office, make_version, system

pytestmark = pytest.mark.django_db

NOW = dt.date(2024, 6, 30)
BEFORE = dt.date(2024, 1, 15)


def made_procedure(office: Office) -> Procedure:
    return make_version(VersionStatus.ISSUED, office).procedure


def made(office: Office, **fields: Any) -> Nonconformity:
    return make_nonconformity(office, **({"found_on": BEFORE} | fields))


def with_cause(office: Office, category: str, **fields: Any) -> Nonconformity:
    nc = made(office, **fields)
    save_treatment(nc, treatment_of(office, nc, category=category), by=office.staff)
    return nc


def test_similar_ones_come_most_alike_first_with_the_reason() -> None:
    office = Office()
    procedure = made_procedure(office)
    cause = with_cause(office, "method")
    clause = made(office, clause="8.5.1")
    other_step = made(office, procedure=procedure, step_key="s2")
    step = made(office, procedure=procedure, step_key="s1", clause="8.5.1")
    made(office, clause="7.5.3")
    with_cause(office, "people")
    nc = with_cause(
        office, "method", procedure=procedure, step_key="s1", clause="8.5.1", found_on=NOW
    )

    found = list(similar_to(nc))

    assert [(one, why_label(one)) for one in found] == [
        (step, "cùng quy trình, cùng bước"),
        (other_step, "cùng quy trình"),
        (clause, "cùng điều khoản"),
        (cause, "cùng nhóm nguyên nhân"),
    ]


def test_what_is_typed_so_far_is_compared_too() -> None:
    office = Office()
    procedure = made_procedure(office)
    earlier = made(office, procedure=procedure)

    assert list(similar_to(Likeness(office.agency, NOW, procedure.pk))) == [earlier]
    assert list(similar_to(Likeness(office.agency, NOW))) == []


@pytest.mark.parametrize(
    ("found_on", "is_similar"),
    [
        (dt.date(2022, 6, 30), False),
        (dt.date(2022, 7, 1), True),
        (NOW, True),
        (NOW + dt.timedelta(days=1), False),
    ],
)
def test_similar_ones_are_of_the_months_before(found_on: dt.date, *, is_similar: bool) -> None:
    office = Office()
    earlier = made(office, clause="8.5.1", found_on=found_on)
    nc = made(office, clause="8.5.1", found_on=NOW)

    assert list(similar_to(nc)) == ([earlier] if is_similar else [])


def test_months_are_a_setting() -> None:
    office = Office()
    AuditSettings(agency=office.agency, recurrence_months=1).record(by=system(), reason="Thử")
    made(office, clause="8.5.1")

    assert list(similar_to(made(office, clause="8.5.1", found_on=NOW))) == []


def test_itself_rejected_ones_and_those_of_other_agencies_are_not_similar() -> None:
    office, other = Office(), Office()
    made(other, clause="8.5.1")
    advance_nonconformity(made(office, clause="8.5.1"), "rejected", office)
    nc = made(office, clause="8.5.1", found_on=NOW)
    made(office, clause="8.5.1", found_on=NOW)  # put down later the same day

    assert list(similar_to(nc)) == []


def test_similar_ones_are_found_with_a_bounded_number_of_queries(
    django_assert_num_queries: Any,
) -> None:
    office = Office()
    for _ in range(3):
        made(office, clause="8.5.1")
    nc = made(office, clause="8.5.1", found_on=NOW)

    with django_assert_num_queries(3):
        assert len(similar_to(nc)) == 3
