"""Which class a TTHC is in on a day (DESIGN §2, Coverage), and the edges of each."""

import datetime as dt

import pytest
from django.utils import timezone

from procedures import actions
from procedures.coverage import coverage_on
from procedures.models import (
    Exclusion,
    ProcedureVersion,
    Responsibility,
    TTHCChange,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.foundation.templatetags.office import percent
from tests.factories import (
    BY_PASSWORD,
    Office,
    make_content,
    make_draft,
    make_tthc,
    make_unit,
    make_version,
    system,
)
from tests.procedures.coverage.builders import (
    BEGUN,
    LATER,
    day,
    exclude,
    in_force,
    make_change,
    revise,
    row_of,
    set_times,
    standing,
)

pytestmark = pytest.mark.django_db

Kind = TTHCChange.Kind


def test_tthc_is_covered_from_the_first_day_in_force_until_the_day_of_ending() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    version = in_force(office, tthc)
    period = version.periods.get()
    period.valid_to = day("2023-01-01")
    period.record(by=system(), reason="Bãi bỏ")

    days = ["2022-03-14", "2022-03-15", "2022-12-31", "2023-01-01"]
    assert [standing(tthc, day(text), office.agency) for text in days] == [
        "missing",
        "covered",
        "covered",
        "missing",
    ]


def test_voided_period_covers_nothing() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    period = in_force(office, tthc).periods.get()
    period.voided_at = timezone.now()
    period.record(by=system(), reason="Thu hồi")

    assert standing(tthc, today(), office.agency) == "missing"


@pytest.mark.parametrize("kind", [Kind.ABOLISHED, Kind.CANCELLED, Kind.REPLACED])
def test_tthc_is_counted_until_the_day_before_its_end(kind: Kind) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_change(tthc, kind, LATER)

    assert standing(tthc, LATER - dt.timedelta(days=1), office.agency) == "missing"
    assert standing(tthc, LATER, office.agency) is None


def test_tthc_is_counted_from_the_day_its_announcement_takes_effect() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    make_change(tthc, Kind.ANNOUNCED, LATER)

    assert standing(tthc, LATER - dt.timedelta(days=1), office.agency) is None
    assert standing(tthc, LATER, office.agency) == "missing"


def test_void_changes_of_a_tthc_say_nothing() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    in_force(office, tthc)
    make_change(tthc, Kind.AMENDED, LATER, is_void=True)
    make_change(tthc, Kind.ABOLISHED, LATER, is_void=True)

    assert standing(tthc, LATER, office.agency) == "covered"


def test_replaced_tthc_is_covered_again_only_when_a_version_names_the_new_code() -> None:
    office = Office()
    old, new = make_tthc(office.agency), make_tthc(office.agency)
    first = in_force(office, old)
    make_change(old, Kind.REPLACED, day("2023-01-01"), replaced_by=new)
    make_change(new, Kind.ANNOUNCED, day("2023-01-01"))
    content = make_content(old, new)
    revise(first, office, day("2023-02-01"), tthc=content.tthc)

    days = [day("2022-12-31"), day("2023-01-01"), day("2023-02-01")]
    found = [(standing(old, d, office.agency), standing(new, d, office.agency)) for d in days]
    assert found == [("covered", None), (None, "missing"), (None, "covered")]


def test_one_of_two_tthc_that_share_a_procedure_may_end() -> None:
    office = Office()
    ends, stays = make_tthc(office.agency), make_tthc(office.agency)
    in_force(office, ends, stays)
    make_change(ends, Kind.ABOLISHED, day("2023-01-01"))

    coverage = coverage_on(day("2023-01-01"), office.agency)

    assert (coverage.covered_ratio, [row.code for row in coverage.rows]) == ("1/1", [stays.code])


def test_draft_counts_from_the_local_day_it_was_begun_until_it_is_given_up() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    draft = make_draft(office, tthc)
    draft.discard(by=office.secretary, reason="Thôi")
    # half past midnight here is still the day before in UTC
    set_times(draft, created_at="2024-05-02 00:30", discarded_at="2024-05-10 09:00")

    days = ["2024-05-01", "2024-05-02", "2024-05-09", "2024-05-10"]
    assert [standing(tthc, day(text), office.agency) for text in days] == [
        "missing",
        "in_progress",
        "in_progress",
        "missing",
    ]


def test_version_recorded_later_was_not_being_drafted_before() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    in_force(office, tthc, since=BEGUN, decided=day("2022-03-10"))

    days = ["2022-03-09", "2022-03-10", "2022-03-14", "2022-03-15"]
    assert [standing(tthc, day(text), office.agency) for text in days] == [
        "missing",
        "in_progress",  # decided, not yet in effect
        "in_progress",
        "covered",
    ]


def test_version_issued_for_later_is_in_progress_until_that_day() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    later = today() + dt.timedelta(days=30)
    make_version(VersionStatus.ISSUED, office, tthc, effective_on=later)

    assert standing(tthc, today(), office.agency) == "in_progress"
    assert standing(tthc, later - dt.timedelta(days=1), office.agency) == "in_progress"
    assert standing(tthc, later, office.agency) == "covered"


def test_draft_of_a_next_version_does_not_hide_the_one_in_force() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    first = in_force(office, tthc)
    actions.start_version(
        first.procedure,
        by=office.staff,
        content=first.document,
        change_type=ProcedureVersion.Change.REVISION,
        base=first,
    )

    assert standing(tthc, today(), office.agency) == "covered"


def test_paper_that_no_leader_accepted_is_in_no_figure() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    other = in_force(office, make_tthc(office.agency))
    procedure = other.procedure
    paper = actions.PaperIssue(
        issue_no=9,
        revision_no=0,
        decision_no="1/QĐ",
        decided_on=day("2021-01-01"),
        effective_on=day("2021-01-01"),
    )
    version = actions.register_paper(
        procedure, paper, by=office.secretary, content=make_content(tthc)
    )

    assert standing(tthc, today(), office.agency) == "missing"
    assert standing(tthc, day("2021-06-01"), office.agency) == "missing"

    actions.accept_paper(
        version,
        by=office.leader,
        seen=version.content_sha256,
        signing=BY_PASSWORD,
        ended_on=BEGUN,
    )

    assert standing(tthc, day("2021-06-01"), office.agency) == "covered"
    assert standing(tthc, today(), office.agency) == "missing"


def test_missing_procedure_is_due_three_months_after_the_announcement() -> None:
    office = Office()
    known, unknown = make_tthc(office.agency), make_tthc(office.agency)
    make_change(known, Kind.ANNOUNCED, day("2022-11-30"))
    make_change(unknown, Kind.AMENDED, day("2022-11-30"))

    on = day("2023-03-01")
    rows = [row_of(known, on, office.agency), row_of(unknown, on, office.agency)]

    assert [(row.deadline, row.is_late, row.is_overdue) for row in rows if row] == [
        (day("2023-02-28"), True, False),  # `overdue` counts the stale ones alone
        (None, False, False),
    ]
    assert coverage_on(on, office.agency).overdue == 0


def test_responsibility_counts_on_its_days_alone() -> None:
    office = Office()
    tthc = make_tthc()
    duty = Responsibility(
        tthc=tthc,
        unit=office.agency,
        valid_from=day("2022-01-01"),
        valid_to=day("2025-07-01"),
    )
    duty.record(by=system(), reason="Giao")

    days = ["2021-12-31", "2022-01-01", "2025-06-30", "2025-07-01"]
    assert [standing(tthc, day(text), office.agency) for text in days] == [
        None,
        "missing",
        "missing",
        None,
    ]


def test_exclusion_counts_when_accepted_and_on_its_days() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    duty = tthc.responsibilities.get()
    exclude(duty, office, valid_from=day("2023-01-01"), valid_to=day("2024-01-01"))
    waiting = Exclusion(responsibility=duty, reason="only_assists", proposed_by=office.secretary)
    waiting.record(by=office.secretary, reason="Đề nghị")

    days = ["2022-12-31", "2023-01-01", "2023-12-31", "2024-01-01"]
    assert [standing(tthc, day(text), office.agency) for text in days] == [
        "missing",
        "excluded",
        "excluded",
        "missing",
    ]


def test_tthc_is_excluded_only_where_all_its_responsibilities_are() -> None:
    office = Office()
    desk, section = make_unit(office.agency), make_unit(office.agency)
    tthc = make_tthc(desk)
    Responsibility(tthc=tthc, unit=section).record(by=system(), reason="Giao")
    in_force(office, tthc)
    exclude(tthc.responsibilities.get(unit=desk), office)

    on = today()
    assert standing(tthc, on, desk) == "excluded"
    assert standing(tthc, on, section) == "covered"
    assert standing(tthc, on, office.agency) == "covered"
    whole = coverage_on(on, office.agency)
    assert (whole.in_force, whole.excluded, whole.covered_ratio) == (1, 0, "1/1")

    exclude(tthc.responsibilities.get(unit=section), office)

    none_left = coverage_on(on, office.agency)
    assert (none_left.in_force, none_left.excluded, none_left.covered_ratio) == (1, 1, "0/0")
    assert percent(none_left.with_procedure) == "không áp dụng"


def test_tthc_of_two_units_is_counted_once() -> None:
    office = Office()
    one, two = make_unit(office.agency), make_unit(office.agency)
    tthc = make_tthc(one)
    Responsibility(tthc=tthc, unit=two, kind="receive").record(by=system(), reason="Giao")

    coverage = coverage_on(today(), office.agency)

    assert (coverage.in_force, coverage.missing) == (1, 1)
    groups = [(group.code, group.tally.missing) for group in coverage.by_unit()]
    assert groups == [(one.code, 1), (two.code, 1)]


def test_procedure_of_one_agency_does_not_cover_for_another() -> None:
    ours, theirs = Office(), Office()
    tthc = make_tthc(ours.agency)
    Responsibility(tthc=tthc, unit=theirs.agency).record(by=system(), reason="Giao")
    in_force(theirs, tthc)

    assert standing(tthc, today(), theirs.agency) == "covered"
    assert standing(tthc, today(), ours.agency) == "missing"
