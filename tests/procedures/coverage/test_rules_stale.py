"""What makes a procedure in force stale, from when, until when it should be mended."""

import datetime as dt

import pytest

from procedures.content import TakenUp
from procedures.models import (
    LegalChange,
    TTHCChange,
)
from tests.factories import (
    Office,
    make_draft,
    make_tthc,
)
from tests.procedures.coverage.builders import (
    LATER,
    basis,
    day,
    in_force,
    make_change,
    make_legal,
    make_legal_change,
    make_review,
    revise,
    row_of,
    standing,
)

pytestmark = pytest.mark.django_db

Kind = TTHCChange.Kind


def test_amendment_makes_stale_from_its_day_and_overdue_after_three_months() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    in_force(office, tthc)
    make_change(tthc, Kind.AMENDED, day("2022-08-31"))

    days = ["2022-08-30", "2022-08-31", "2022-11-30", "2022-12-01"]
    assert [standing(tthc, day(text), office.agency) for text in days] == [
        "covered",
        "stale",
        "stale",
        "overdue",
    ]
    row = row_of(tthc, day("2022-11-30"), office.agency)
    assert row is not None
    assert row.deadline == day("2022-11-30")
    assert [reason.change.text for reason in row.reasons] == [
        "TTHC: sửa đổi, bổ sung theo 99/QĐ-UBND"
    ]


def test_deadline_follows_the_setting_of_the_agency() -> None:
    office = Office(update_deadline_months=1)
    tthc = make_tthc(office.agency)
    in_force(office, tthc)
    make_change(tthc, Kind.AMENDED, day("2023-01-31"))

    row = row_of(tthc, day("2023-03-01"), office.agency)

    assert row is not None
    assert (row.deadline, row.is_overdue) == (day("2023-02-28"), True)


def test_earliest_deadline_of_several_changes_counts() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    in_force(office, tthc)
    make_change(tthc, Kind.AMENDED, day("2023-05-01"))
    make_change(tthc, Kind.AMENDED, day("2022-05-01"), decision_no="1/QĐ-UBND")

    row = row_of(tthc, day("2023-05-02"), office.agency)

    assert row is not None
    assert row.deadline == day("2022-08-01")
    assert len(row.reasons) == 2


@pytest.mark.parametrize(
    ("effective_on", "expected"),
    [("2022-03-14", "covered"), ("2022-03-15", "covered"), ("2022-03-16", "stale")],
)
@pytest.mark.parametrize("kind", [Kind.ANNOUNCED, Kind.AMENDED])
def test_change_up_to_the_first_day_in_force_is_taken_up(
    kind: Kind, effective_on: str, expected: str
) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    in_force(office, tthc)
    make_change(tthc, kind, day(effective_on))

    assert standing(tthc, day("2022-03-20"), office.agency) == expected


def test_version_that_names_a_coming_change_is_never_stale_by_it() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_change(tthc, Kind.AMENDED, day("2022-06-01"))
    named = TakenUp(
        kind="tthc", subject=tthc.code, change="amended", effective_on=day("2022-06-01")
    )
    in_force(office, tthc, taken_up=(named,))

    assert standing(tthc, day("2022-06-01"), office.agency) == "covered"


def test_next_version_takes_up_what_came_before_it() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    first = in_force(office, tthc)
    make_change(tthc, Kind.AMENDED, day("2022-08-01"))
    revise(first, office, day("2022-09-01"))

    days = ["2022-07-31", "2022-08-31", "2022-09-01"]
    assert [standing(tthc, day(text), office.agency) for text in days] == [
        "covered",
        "stale",
        "covered",
    ]


def test_one_version_up_to_date_is_enough() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    in_force(office, tthc)
    make_change(tthc, Kind.AMENDED, day("2022-08-01"))
    in_force(office, tthc, since=day("2022-09-01"))

    assert standing(tthc, day("2022-08-31"), office.agency) == "stale"
    assert standing(tthc, day("2022-09-01"), office.agency) == "covered"


@pytest.mark.parametrize("kind", list(LegalChange.Kind))
def test_change_of_a_direct_basis_makes_stale_from_its_day(kind: LegalChange.Kind) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    document = make_legal()
    in_force(office, tthc, bases=(basis(),))
    make_legal_change(document, LATER, kind)

    assert standing(tthc, LATER - dt.timedelta(days=1), office.agency) == "covered"
    assert standing(tthc, LATER, office.agency) == "stale"


def test_change_of_a_general_basis_never_makes_stale() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    document = make_legal()
    other = make_draft(office, bases=(basis(),))  # cites it directly, but is not in force
    in_force(office, tthc, bases=(basis(kind="general"),))
    make_legal_change(document, LATER)

    assert standing(tthc, LATER, office.agency) == "covered"
    assert other.basis_links.get().is_direct


def test_basis_counts_for_the_tthc_it_names() -> None:
    office = Office()
    named, other = make_tthc(office.agency), make_tthc(office.agency)
    document = make_legal()
    in_force(office, named, other, bases=(basis(tthc=(named.code,)),))
    make_legal_change(document, LATER)

    assert standing(named, LATER, office.agency) == "stale"
    assert standing(other, LATER, office.agency) == "covered"


def test_void_change_of_a_basis_says_nothing() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    document = make_legal()
    in_force(office, tthc, bases=(basis(),))
    make_legal_change(document, LATER, is_void=True)

    assert standing(tthc, LATER, office.agency) == "covered"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (LegalChange.Kind.AMENDED, "covered"),
        (LegalChange.Kind.REPLACED, "overdue"),
        (LegalChange.Kind.EXPIRED, "overdue"),
    ],
)
@pytest.mark.parametrize("effective_on", ["2020-01-01", "2022-03-15"])
def test_basis_that_had_ended_when_the_version_began_leaves_it_stale(
    kind: LegalChange.Kind, effective_on: str, expected: str
) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_legal_change(make_legal(), day(effective_on), kind)
    in_force(office, tthc, bases=(basis(),))

    assert standing(tthc, day("2023-01-01"), office.agency) == expected


def test_version_that_names_the_change_of_its_basis_is_not_stale() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_legal_change(make_legal(), LATER)
    named = TakenUp(kind="legal", subject="46/2017/NĐ-CP", change="replaced", effective_on=LATER)
    in_force(office, tthc, bases=(basis(),), taken_up=(named,))

    assert standing(tthc, LATER, office.agency) == "covered"


def test_review_that_keeps_takes_the_change_up_from_its_day() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    version = in_force(office, tthc)
    amended = make_change(tthc, Kind.AMENDED, day("2022-08-01"))
    make_review(version, office, "2022-08-10", "keep", tthc_change=amended)

    assert standing(tthc, day("2022-08-09"), office.agency) == "stale"
    assert standing(tthc, day("2022-08-10"), office.agency) == "covered"


def test_review_keeps_a_change_of_a_basis_too_and_the_last_one_decides() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    document = make_legal()
    version = in_force(office, tthc, bases=(basis(),))
    change = make_legal_change(document, day("2022-08-01"))
    make_review(version, office, "2022-08-10", "keep", legal_change=change)
    make_review(version, office, "2022-09-10", "revise", legal_change=change)

    days = ["2022-08-09", "2022-08-10", "2022-09-09", "2022-09-10"]
    assert [standing(tthc, day(text), office.agency) for text in days] == [
        "stale",
        "covered",
        "covered",
        "stale",
    ]


@pytest.mark.parametrize("verdict", ["revise", "abolish"])
def test_review_that_does_not_keep_leaves_it_stale(verdict: str) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    version = in_force(office, tthc)
    change = make_change(tthc, Kind.AMENDED, day("2022-08-01"))
    make_review(version, office, "2022-08-10", verdict, tthc_change=change)

    assert standing(tthc, day("2022-08-20"), office.agency) == "stale"


def test_review_of_another_change_or_procedure_takes_nothing_up() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    version = in_force(office, tthc)
    other = in_force(office, make_tthc(office.agency))
    amended = make_change(tthc, Kind.AMENDED, day("2022-08-01"))
    earlier = make_change(tthc, Kind.AMENDED, day("2022-01-01"))
    make_review(version, office, "2022-08-10", "keep", tthc_change=earlier)
    make_review(version, office, "2022-08-10", "keep")  # the periodic one, of no change
    make_review(other, office, "2022-08-10", "keep", tthc_change=amended)

    assert standing(tthc, day("2022-08-20"), office.agency) == "stale"
