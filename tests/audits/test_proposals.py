"""What a plan should hold, by risk: each reason, its weight, and that it costs no more for more."""

import datetime as dt
from typing import Any

import pytest

from audits.models import Audit, AuditSettings
from audits.proposals import Proposal, audited_units, procedures_in_force, proposals
from audits.workflow import AuditStatus
from procedures.models import Procedure, TTHCChange
from procedures.workflow import VersionStatus
from qms.foundation.dates import add_months, format_date, today
from qms.organisation.models import Unit
from tests.audits.making import advance_audit, make_audit
from tests.audits.making_nc import make_nonconformity
from tests.factories import (
    Office,
    make_agency,
    make_next_version,
    make_tthc,
    make_unit,
    make_version,
    system,
)

pytestmark = pytest.mark.django_db
NEVER = "chưa từng được đánh giá"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def procedure(office: Office) -> Procedure:
    return make_version(
        VersionStatus.ISSUED, office, paper_on=today() - dt.timedelta(days=900)
    ).procedure


def offered(office: Office, *, on: dt.date | None = None, year: int = 0) -> dict[str, Proposal]:
    day = on or today()
    return {p.key: p for p in proposals(office.agency, year=year or day.year, on=day)}


def reasons(office: Office, subject: Procedure | Unit, **asked: Any) -> list[str]:
    key = f"{'q' if isinstance(subject, Procedure) else 'd'}{subject.pk}"
    proposal = offered(office, **asked).get(key)
    return proposal.reasons if proposal else []


def audited(office: Office, *procedures: Procedure, months_ago: int = 0, **fields: Any) -> Audit:
    """An audit of a day some months ago that was reported on it."""
    day = add_months(today(), -months_ago)
    audit = make_audit(office, *procedures, starts_on=day, ends_on=day, **fields)
    audit_of_the_day(audit, office, day)
    return audit


def audit_of_the_day(audit: Audit, office: Office, day: dt.date) -> None:
    advance_audit(audit, AuditStatus.REPORTED, office, on=day)


def settle(office: Office, **values: int) -> None:
    AuditSettings(agency=office.agency, **values).record(by=system(), reason="Thiết lập")


def test_what_was_never_audited_is_proposed(office: Office, procedure: Procedure) -> None:
    unit = make_unit(office.agency)

    assert reasons(office, unit) == [NEVER]
    assert reasons(office, procedure) == [NEVER]
    assert offered(office)[f"q{procedure.pk}"].level == "vừa"


def test_reported_audit_counts_for_its_units_and_procedures(
    office: Office, procedure: Procedure
) -> None:
    unit = make_unit(office.agency)
    audited(office, procedure, unit=unit)

    assert reasons(office, unit) == []
    assert reasons(office, procedure) == []


def test_audit_counts_only_once_it_is_reported(office: Office, procedure: Procedure) -> None:
    make_audit(office, procedure, status=AuditStatus.UNDER_WAY)

    assert reasons(office, procedure) == [NEVER]


def test_audit_counts_from_the_day_of_its_report_on(office: Office, procedure: Procedure) -> None:
    audited(office, procedure, months_ago=2)

    assert reasons(office, procedure, on=add_months(today(), -3)) == [NEVER]


@pytest.mark.parametrize(
    ("months_ago", "year_ahead", "said"),
    [(13, 0, "quá hạn từ"), (6, 0, ""), (6, 1, "đến hạn")],
    ids=["late", "in time", "due in the year"],
)
def test_unit_is_due_after_the_months_of_the_settings(
    office: Office, months_ago: int, year_ahead: int, said: str
) -> None:
    unit = make_unit(office.agency)
    first = dt.date(today().year, 1, 1)
    day = add_months(first, -months_ago)
    audit_of_the_day(make_audit(office, unit=unit, starts_on=day, ends_on=day), office, day)
    settle(office, unit_audit_months=12 if year_ahead else 24 if months_ago == 6 else 12)

    found = reasons(office, unit, on=first, year=first.year + year_ahead)

    assert bool(found) == bool(said)
    assert all(f"đánh giá gần nhất {format_date(day)}, {said}" in text for text in found)


def test_tthc_and_system_procedures_have_frequencies_of_their_own(office: Office) -> None:
    day = today() - dt.timedelta(days=900)
    tthc = make_version(VersionStatus.ISSUED, office, paper_on=day).procedure
    system_made = make_version(
        VersionStatus.ISSUED, office, kind=Procedure.Kind.SYSTEM, paper_on=day
    ).procedure
    audited(office, tthc, system_made, months_ago=13)

    assert reasons(office, tthc, year=today().year) == []
    assert "quá hạn từ" in reasons(office, system_made)[0]


def test_version_in_force_since_the_last_audit_is_a_reason(
    office: Office, procedure: Procedure
) -> None:
    audited(office, procedure, months_ago=1)
    make_next_version(office, procedure.versions.get())

    assert reasons(office, procedure) == [f"bản mới có hiệu lực từ {format_date(today())}"]


def test_open_and_repeated_nonconformities_are_reasons(
    office: Office, procedure: Procedure
) -> None:
    unit = make_unit(office.agency)
    audited(office, procedure, unit=unit)
    first = make_nonconformity(office, unit=unit, procedure=procedure)
    again = make_nonconformity(office, unit=unit, procedure=procedure)
    again.link_repeat(first, by=office.secretary)

    expected = ["02 sự không phù hợp chưa đóng", "01 sự không phù hợp lặp lại"]
    assert reasons(office, unit) == expected
    assert reasons(office, procedure) == expected
    assert offered(office)[f"d{unit.pk}"].level == "cao"


def test_rejected_nonconformity_is_no_reason(office: Office, procedure: Procedure) -> None:
    audited(office, procedure)
    rejected = make_nonconformity(office, procedure=procedure)
    rejected.reject(by=office.secretary, on=today(), reason="Không phải lỗi")

    assert reasons(office, procedure) == []


def test_procedure_that_has_not_taken_up_a_change_is_proposed(office: Office) -> None:
    tthc = make_tthc(office.agency)
    procedure = make_version(
        VersionStatus.ISSUED, office, tthc, paper_on=today() - dt.timedelta(days=400)
    ).procedure
    audited(office, procedure)
    change = TTHCChange(
        tthc=tthc,
        kind=TTHCChange.Kind.AMENDED,
        effective_on=today() - dt.timedelta(days=30),
        decision_no="99/QĐ-UBND",
    )
    change.record(by=system(), reason="Sửa đổi")

    assert reasons(office, procedure) == ["phải cập nhật theo quy định mới"]


def test_most_pressing_comes_first(office: Office, procedure: Procedure) -> None:
    make_unit(office.agency)
    make_nonconformity(office, procedure=procedure)

    found = proposals(office.agency, year=today().year, on=today())

    assert found[0].procedure == procedure
    assert [p.urgency for p in found] == sorted((p.urgency for p in found), reverse=True)


def test_procedure_not_in_force_is_not_proposed(office: Office) -> None:
    make_version(VersionStatus.REVIEWED, office)

    assert procedures_in_force(office.agency, on=today()) == {}
    assert [p.key for p in proposals(office.agency, year=2022, on=today())] == [
        f"d{office.agency.pk}"
    ]


def test_units_are_sections_of_the_day_and_not_schools_or_other_agencies(office: Office) -> None:
    assert audited_units(office.agency, on=today()) == [office.agency]
    section = make_unit(office.agency)
    make_unit(office.agency, kind=Unit.Kind.SCHOOL)
    ended = make_unit(office.agency)
    ended.valid_to = today()
    ended.record(by=system(), reason="Giải thể")
    below = make_agency()
    below.parent = office.agency
    below.record(by=system(), reason="Trực thuộc")
    make_unit(below)

    assert audited_units(office.agency, on=today()) == [section]


@pytest.mark.parametrize("count", [1, 3])
def test_proposals_cost_the_same_for_many(
    office: Office, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_unit(office.agency)
        procedure = make_version(VersionStatus.ISSUED, office).procedure
        make_nonconformity(office, procedure=procedure)

    with django_assert_num_queries(14):
        found = proposals(office.agency, year=today().year, on=today())

    assert len(found) == 2 * count
