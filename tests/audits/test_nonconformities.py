"""Raising nonconformities, confirming and rejecting them, and their days."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audits.actions.raising import (
    raise_all,
    raise_nonconformity,
    report_nonconformity,
)
from audits.models import AuditSettings, Finding, Nonconformity, NonconformityMove
from audits.workflow import NONCONFORMITY_MOVES, SETTLED_NONCONFORMITY, NonconformityStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from qms.records.models import NumberSeries, Signature
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed
from tests.audits.making_nc import (
    advance_nonconformity,
    make_bare_audit,
    make_bare_finding,
    make_nonconformity,
    new_nonconformity,
    report_bare_audit,
)
from tests.factories import Office, make_unit, make_user, make_version, system

pytestmark = pytest.mark.django_db

Status = NonconformityStatus
Source = Nonconformity.Source
External = Nonconformity.External
YESTERDAY = dt.timedelta(days=1)


def stored(nc: Nonconformity) -> Nonconformity:
    return Nonconformity.objects.get(pk=nc.pk)


def made_in(status: NonconformityStatus, office: Office) -> Nonconformity:
    return advance_nonconformity(make_nonconformity(office, grade="major"), status, office)


# --- the table ---


@pytest.mark.parametrize(("source", "target"), list(itertools.product(Status, repeat=2)))
def test_nonconformity_makes_only_the_listed_moves(
    source: NonconformityStatus, target: NonconformityStatus
) -> None:
    office = Office()
    nc = made_in(source, office)
    before = (nc.history.count(), nc.moves.count())
    stamps: dict[str, Any] = {}
    if target in (Status.CLOSED, Status.REJECTED):
        stamps = {f"{target.value}_on": today()}

    if target in NONCONFORMITY_MOVES[source]:
        nc.proceed(target, by=office.leader, on=None, reason="Thử", **stamps)
        assert stored(nc).status == target
        assert (nc.moves.last() or NonconformityMove()).status == target
        return
    with pytest.raises(TransitionNotAllowed, match="không thể chuyển sang"):
        nc.proceed(target, by=office.leader, on=None, reason="Thử", **stamps)
    assert stored(nc).status == source
    assert (nc.history.count(), nc.moves.count()) == before


@pytest.mark.parametrize(("source", "target"), list(itertools.product(Status, repeat=2)))
def test_nonconformity_table_lists_only_what_the_issue_names(
    source: NonconformityStatus, target: NonconformityStatus
) -> None:
    named = {
        ("open", "analysed"),
        ("open", "rejected"),
        ("analysed", "planned"),
        ("analysed", "implemented"),  # minor, without action
        ("analysed", "rejected"),
        ("planned", "implemented"),
        ("implemented", "verified"),
        ("implemented", "analysed"),  # not effective
        ("verified", "closed"),
    }

    assert (target in NONCONFORMITY_MOVES[source]) == ((source, target) in named)


def test_settled_states_are_those_that_lead_nowhere() -> None:
    assert {status for status, moves in NONCONFORMITY_MOVES.items() if not moves} == set(
        SETTLED_NONCONFORMITY
    )


@pytest.mark.parametrize("status", [Status.CLOSED, Status.REJECTED])
def test_database_refuses_a_settled_one_without_its_day(status: NonconformityStatus) -> None:
    office = Office()
    nc = make_nonconformity(office)

    with pytest.raises(IntegrityError), transaction.atomic():
        Nonconformity.objects.filter(pk=nc.pk).update(status=status)


# --- raising those of an audit ---


def test_reported_audit_raises_one_for_each_nonconforming_finding() -> None:
    office = Office()
    audit = make_bare_audit(office)
    minor = make_bare_finding(office, audit)
    major = make_bare_finding(office, audit, grade=Finding.Grade.MAJOR)
    make_bare_finding(office, audit, grade=Finding.Grade.OBSERVATION)
    make_bare_finding(office, audit, withdrawn_at="2022-06-01T08:00:00Z")
    report_bare_audit(audit, office)

    raised = raise_all(audit, by=office.leader, on=today())

    year = today().year
    assert [(nc.number, nc.finding, nc.grade) for nc in raised] == [
        (f"KPH-{year}-001", minor, "minor"),
        (f"KPH-{year}-002", major, "major"),
    ]
    assert raise_all(audit, by=office.leader, on=today()) == []


def test_raised_nonconformity_takes_over_the_finding_and_its_finder_has_signed() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    audit = make_bare_audit(office, is_illustrative=True)
    finding = make_bare_finding(
        office, audit, version=version, step_key="s1", step_text="Thẩm định", clause="8.5.1"
    )
    report_bare_audit(audit, office)

    nc = raise_nonconformity(finding, by=office.leader)

    assert (nc.procedure, nc.version, nc.step_key, nc.clause) == (
        version.procedure,
        version,
        "s1",
        "8.5.1",
    )
    assert (nc.source, nc.edition, nc.auditor, nc.is_illustrative) == (
        "audit",
        audit.edition,
        office.secretary,
        True,
    )
    assert (nc.requirement, nc.evidence_text, nc.gap, nc.found_on) == (
        finding.requirement,
        finding.evidence_text,
        finding.gap,
        finding.found_on,
    )
    assert nc.due_on == today() + dt.timedelta(days=30)
    signature = Signature.objects.on(nc).get()
    assert (signature.act, signature.person, signature.recorded_by, signature.sha256) == (
        "prepared",
        office.secretary,
        office.leader,
        nc.statement_sha256(),
    )
    assert [(move.status, move.on) for move in nc.moves.all()] == [("open", today())]


@pytest.mark.parametrize(
    ("fields", "is_reported", "message"),
    [
        ({}, False, "báo cáo đánh giá đã được phê duyệt"),
        ({"grade": "nonconform"}, True, "đã xếp mức"),
        ({"grade": "improvement"}, True, "đã xếp mức"),
        ({"withdrawn_at": "2022-06-01T08:00:00Z"}, True, "đã xếp mức"),
    ],
)
def test_raising_is_refused_and_takes_no_number(
    fields: dict[str, Any], message: str, *, is_reported: bool
) -> None:
    office = Office()
    audit = make_bare_audit(office)
    finding = make_bare_finding(office, audit, **fields)
    if is_reported:
        report_bare_audit(audit, office)

    with pytest.raises(TransitionNotAllowed, match=message):
        raise_nonconformity(finding, by=office.leader)

    assert not Nonconformity.objects.exists()
    assert not NumberSeries.objects.exists()


def test_finding_is_raised_once() -> None:
    office = Office()
    audit = make_bare_audit(office)
    finding = make_bare_finding(office, audit)
    report_bare_audit(audit, office)
    raise_nonconformity(finding, by=office.leader)

    with pytest.raises(TransitionNotAllowed, match="PH-01 đã có phiếu KPH"):
        raise_nonconformity(finding, by=office.leader)

    assert Nonconformity.objects.count() == 1


def test_owner_is_the_one_nearest_head_of_the_unit() -> None:
    office = Office()
    section = make_unit(office.agency)
    make_user(Role.UNIT_HEAD, unit=office.agency)
    head = make_user(Role.UNIT_HEAD, unit=section)

    assert make_nonconformity(office, unit=section).owner == head

    make_user(Role.UNIT_HEAD, unit=section)
    assert make_nonconformity(office, unit=section).owner is None


# --- reporting others ---


def test_report_is_due_after_the_days_of_the_settings() -> None:
    office = Office()
    AuditSettings(agency=office.agency, treatment_days=10).record(by=system(), reason="Thử")
    day = dt.date(2022, 6, 1)

    nc = make_nonconformity(office, found_on=day, by=office.staff)

    assert (nc.due_on, nc.number, nc.slug) == (dt.date(2022, 6, 11), "KPH-2022-001", "kph-2022-001")
    assert (nc.reported_by, nc.found_by, nc.last_day()) == (office.staff, office.staff, day)


def test_external_check_is_due_two_months_after_its_minutes() -> None:
    office = Office()

    nc = make_nonconformity(
        office,
        source=Source.EXTERNAL_CHECK,
        found_on=dt.date(2022, 6, 20),
        minutes_on=dt.date(2022, 6, 30),
    )

    assert (nc.due_on, nc.external_state) == (dt.date(2022, 8, 30), External.WAITING)


def test_numbers_are_of_the_agency_and_addresses_of_all() -> None:
    first, second = Office(), Office()

    made = [make_nonconformity(o, found_on=dt.date(2022, 6, 1)) for o in (first, second, first)]

    assert [nc.number for nc in made] == ["KPH-2022-001", "KPH-2022-001", "KPH-2022-002"]
    assert [nc.slug for nc in made] == ["kph-2022-001", "kph-2022-001-2", "kph-2022-002"]


def test_finder_without_an_account_is_named_and_who_reports_signs() -> None:
    office = Office()

    nc = make_nonconformity(office, source=Source.COMPLAINT, finder_name="Bà Nguyễn Thị Dân")

    assert (nc.found_by, nc.finder_name) == (None, "Bà Nguyễn Thị Dân")
    assert Signature.objects.on(nc).get().person == office.secretary


def test_report_names_each_field_that_is_wrong() -> None:
    office, other = Office(), Office()
    theirs = make_nonconformity(other)
    tomorrow = today() + YESTERDAY
    given = new_nonconformity(
        office,
        source="audit",
        grade="huge",
        unit=other.agency,
        requirement=" ",
        evidence_text="",
        gap="",
        found_on=tomorrow,
        due_on=today(),
        repeats=theirs,
    )

    with pytest.raises(ValidationError) as refusal:
        report_nonconformity(given, by=office.staff)

    assert sorted(refusal.value.message_dict) == [
        "due_on",
        "evidence_text",
        "found_on",
        "gap",
        "grade",
        "repeats",
        "requirement",
        "source",
        "unit",
    ]
    assert list(Nonconformity.objects.all()) == [theirs]


@pytest.mark.parametrize("minutes_on", [None, today() + YESTERDAY])
def test_external_check_asks_for_minutes_that_were_signed(minutes_on: dt.date | None) -> None:
    office = Office()

    with pytest.raises(ValidationError) as refusal:
        make_nonconformity(office, source=Source.EXTERNAL_CHECK, minutes_on=minutes_on)

    assert list(refusal.value.message_dict) == ["minutes_on"]


# --- confirming, rejecting, days ---


def test_unit_confirms_exactly_what_it_saw() -> None:
    office = Office()
    nc = make_nonconformity(office)

    with pytest.raises(SeenVersionChanged):
        nc.confirm(by=office.staff, seen="khác")
    nc.confirm(by=office.staff, seen=nc.statement_sha256())

    assert (stored(nc).confirmed_by, nc.confirmed_on) == (office.staff, today())
    signature = Signature.objects.on(nc).get(act="confirmed")
    assert (signature.sha256, signature.method) == (nc.statement_sha256(), "click")


def test_confirmation_is_given_once_and_not_by_the_finder_of_an_audit() -> None:
    office = Office()
    audit = make_bare_audit(office)
    finding = make_bare_finding(office, audit)
    report_bare_audit(audit, office)
    nc = raise_nonconformity(finding, by=office.leader)

    with pytest.raises(TransitionNotAllowed, match="không xác nhận thay đơn vị"):
        nc.confirm(by=office.secretary)
    nc.confirm(by=office.staff)
    with pytest.raises(TransitionNotAllowed, match="đã xác nhận"):
        nc.confirm(by=office.reviewer)

    assert stored(nc).confirmed_by == office.staff


def test_what_is_dated_before_today_was_signed_on_paper() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=dt.date(2022, 6, 1))

    nc.confirm(by=office.staff, on=dt.date(2022, 6, 3))

    signature = Signature.objects.on(nc).get(act="confirmed")
    assert (signature.method, signature.signed_on) == ("paper", dt.date(2022, 6, 3))
    assert (nc.moves.last() or NonconformityMove()).on == dt.date(2022, 6, 3)


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (today() + YESTERDAY, "không được ở tương lai"),
        (dt.date(2022, 6, 2), r"không được trước lần xử lý liền trước \(03/06/2022\)"),
    ],
)
def test_no_move_is_dated_in_the_future_or_before_the_last(on: dt.date, message: str) -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=dt.date(2022, 6, 1))
    nc.confirm(by=office.staff, on=dt.date(2022, 6, 3))

    with pytest.raises(ValidationError, match=message) as refusal:
        nc.reject(by=office.secretary, on=on, reason="Nhầm")

    assert list(refusal.value.message_dict) == ["on"]
    assert (stored(nc).status, nc.moves.count()) == (Status.OPEN, 2)


@pytest.mark.parametrize("status", [Status.OPEN, Status.ANALYSED])
def test_reject_needs_a_reason_and_keeps_it_with_the_day(status: NonconformityStatus) -> None:
    office = Office()
    nc = made_in(status, office)

    with pytest.raises(ValidationError, match="Hãy ghi lý do"):
        nc.reject(by=office.secretary, reason="  ")
    nc.reject(by=office.secretary, reason="Hồ sơ thuộc xã khác")

    last = nc.moves.last() or NonconformityMove()
    assert (last.status, last.on, last.reason) == ("rejected", today(), "Hồ sơ thuộc xã khác")
    assert stored(nc).rejected_on == today()


def test_regrade_asks_for_the_confirmation_anew() -> None:
    office = Office()
    nc = make_nonconformity(office)
    nc.confirm(by=office.staff)

    nc.regrade("major", by=office.secretary, reason="Ảnh hưởng nhiều hồ sơ")
    nc.confirm(by=office.staff)

    assert stored(nc).grade == "major"
    assert Signature.objects.on(nc).filter(act="confirmed").count() == 2


def test_regrade_is_refused_for_an_audit_and_without_a_reason() -> None:
    office = Office()
    audit = make_bare_audit(office)
    finding = make_bare_finding(office, audit)
    report_bare_audit(audit, office)
    raised, told = raise_nonconformity(finding, by=office.leader), make_nonconformity(office)

    with pytest.raises(TransitionNotAllowed, match="do trưởng đoàn xếp"):
        raised.regrade("major", by=office.secretary, reason="Nặng")
    with pytest.raises(ValidationError, match="Hãy ghi lý do"):
        told.regrade("major", by=office.secretary, reason="")
    with pytest.raises(ValidationError, match="Hãy chọn mức"):
        told.regrade("huge", by=office.secretary, reason="Nặng")

    assert [stored(nc).grade for nc in (raised, told)] == ["minor", "minor"]


# --- external state ---


@pytest.mark.parametrize(("old", "new"), list(itertools.product(External, repeat=2)))
def test_external_state_moves_as_the_checking_body_answers(old: str, new: str) -> None:
    office = Office()
    nc = make_nonconformity(office, source=Source.EXTERNAL_CHECK, minutes_on=today())
    for state in {
        "waiting": [],
        "reported": ["reported"],
        "accepted": ["reported", "accepted"],
        "not_accepted": ["reported", "not_accepted"],
    }[old]:
        nc.set_external(state, by=office.secretary)
    allowed = {
        ("waiting", "reported"),
        ("reported", "accepted"),
        ("reported", "not_accepted"),
        ("not_accepted", "reported"),
    }

    if (old, new) in allowed:
        nc.set_external(new, by=office.secretary)
        assert stored(nc).external_state == new
        return
    with pytest.raises(TransitionNotAllowed):
        nc.set_external(new, by=office.secretary)
    assert stored(nc).external_state == old


def test_external_state_is_only_of_an_external_check() -> None:
    office = Office()
    nc = make_nonconformity(office)

    with pytest.raises(TransitionNotAllowed, match="không phải từ kiểm tra bên ngoài"):
        nc.set_external("reported", by=office.secretary)
