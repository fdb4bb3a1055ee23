"""The definition of coverage (DESIGN §2), its edges, its figures, its command."""

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from procedures import actions
from procedures.content import LegalBasis, TakenUp
from procedures.coverage import Coverage, Row, Standing, count, course, coverage_on, load_facts
from procedures.models import (
    TTHC,
    Exclusion,
    LegalChange,
    LegalDocument,
    ProcedureVersion,
    Responsibility,
    Review,
    TTHCChange,
)
from procedures.workflow import VersionStatus
from qms.foundation.dates import LOCAL, today
from qms.foundation.templatetags.office import percent
from qms.organisation.models import Unit
from tests.factories import (
    BY_PASSWORD,
    Office,
    advance,
    make_agency,
    make_content,
    make_draft,
    make_field,
    make_tthc,
    make_unit,
    make_version,
    system,
)

pytestmark = pytest.mark.django_db

Kind = TTHCChange.Kind
BEGUN = dt.date(2022, 3, 15)
LATER = dt.date(2024, 11, 20)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def make_change(
    tthc: TTHC, kind: Kind, effective_on: dt.date, *, decision_no: str = "99/QĐ-UBND", **more: Any
) -> TTHCChange:
    change = TTHCChange(
        tthc=tthc, kind=kind, effective_on=effective_on, decision_no=decision_no, **more
    )
    change.record(by=system(), reason="Ghi thay đổi")
    return change


def make_legal(number: str = "46/2017/NĐ-CP") -> LegalDocument:
    document = LegalDocument(number=number, kind="Nghị định")
    document.record(by=system(), reason="Ghi văn bản")
    return document


def make_legal_change(
    document: LegalDocument,
    effective_on: dt.date,
    kind: LegalChange.Kind = LegalChange.Kind.REPLACED,
    **more: Any,
) -> LegalChange:
    change = LegalChange(document=document, kind=kind, effective_on=effective_on, **more)
    change.record(by=system(), reason="Ghi thay đổi")
    return change


def in_force(
    office: Office,
    *tthc: TTHC,
    since: dt.date = BEGUN,
    decided: dt.date | None = None,
    **fields: Any,
) -> ProcedureVersion:
    """A version that a paper decision put in force on `since`."""
    return make_version(
        VersionStatus.ISSUED,
        office,
        *tthc,
        paper_on=decided or since,
        effective_on=since,
        **fields,
    )


def revise(
    old: ProcedureVersion, office: Office, since: dt.date, **fields: Any
) -> ProcedureVersion:
    draft = actions.start_version(
        old.procedure,
        by=office.staff,
        content=old.document.revised(change_summary="Cập nhật", **fields),
        change_type=ProcedureVersion.Change.REVISION,
        base=old,
    )
    return advance(draft, VersionStatus.ISSUED, office, paper_on=since, effective_on=since)


def row_of(tthc: TTHC, on: dt.date, unit: Unit) -> Row | None:
    rows = {row.code: row for row in coverage_on(on, unit).rows}
    return rows.get(tthc.code)


def standing(tthc: TTHC, on: dt.date, unit: Unit) -> str | None:
    row = row_of(tthc, on, unit)
    return row.status if row else None


def exclude(duty: Responsibility, office: Office, **fields: Any) -> Exclusion:
    exclusion = Exclusion(
        responsibility=duty,
        reason=Exclusion.Reason.ONLY_ASSISTS,
        proposed_by=office.secretary,
        **fields,
    )
    exclusion.record(by=office.secretary, reason="Đề nghị")
    exclusion.accept(by=office.leader, signing=BY_PASSWORD)
    return exclusion


# --- in force, covered, missing -----------------------------------------------------------------


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


# --- changes of the TTHC ------------------------------------------------------------------------


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


# --- changes of a basis -------------------------------------------------------------------------


def basis(number: str = "46/2017/NĐ-CP", **fields: Any) -> LegalBasis:
    return LegalBasis(number=number, **fields)


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


# --- reviews ------------------------------------------------------------------------------------


def make_review(
    version: ProcedureVersion, office: Office, on: str, verdict: str, **change: Any
) -> None:
    Review(
        procedure=version.procedure,
        verdict=verdict,
        reason="Không ảnh hưởng",
        reviewed_by=office.secretary,
        reviewed_on=day(on),
        **change,
    ).record(by=office.secretary, reason="Xem xét")


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


# --- being drafted, issued for later ------------------------------------------------------------


def set_times(version: ProcedureVersion, **moments: str) -> None:
    """Say when it was recorded, past the verbs: recording is never dated back."""
    values = {
        name: dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)
        for name, text in moments.items()
    }
    ProcedureVersion.objects.filter(pk=version.pk).update(**values)


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


# --- missing ------------------------------------------------------------------------------------


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


# --- responsibilities, exclusions, units ----------------------------------------------------------


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


# --- figures ------------------------------------------------------------------------------------


def test_figures_add_up_and_name_their_codes() -> None:
    office = Office(catalogue_until=day("2025-06-30"))
    fresh, stale, late, drafted, missing, out = (make_tthc(office.agency) for _ in range(6))
    in_force(office, fresh)
    in_force(office, stale, late)
    make_change(stale, Kind.AMENDED, day("2023-05-01"))
    make_change(late, Kind.AMENDED, day("2022-05-01"))
    draft = make_draft(office, drafted)
    set_times(draft, created_at="2023-05-01 08:00")
    exclude(out.responsibilities.get(), office)

    found = coverage_on(day("2023-06-01"), office.agency).as_json()

    assert found == {
        "on": "2023-06-01",
        "catalogue_until": "2025-06-30",
        "in_force": 6,
        "excluded": 1,
        "covered": 1,
        "stale": 2,
        "overdue": 1,
        "in_progress": 1,
        "missing": 1,
        "covered_ratio": "3/5",
        "fresh_ratio": "1/5",
        "covered_codes": [fresh.code],
        "stale_codes": [stale.code, late.code],
        "overdue_codes": [late.code],
        "in_progress_codes": [drafted.code],
        "missing_codes": [missing.code],
    }


def test_percentages_round_half_up_and_never_flatter() -> None:
    assert [percent(ratio) for ratio in [(40, 41), (1, 800), (19_999, 20_000), (3, 3)]] == [
        "97,56%",
        "0,13%",
        "99,99%",
        "100%",
    ]


def test_names_and_fields_are_those_of_the_day() -> None:
    office = Office()
    tthc = make_tthc(office.agency, name="Tên cũ", field=make_field("Mầm non"))
    make_change(tthc, Kind.AMENDED, LATER, name="Tên mới", field=make_field("Tiểu học"))

    before, after = (
        row_of(tthc, day("2024-11-19"), office.agency),
        row_of(tthc, LATER, office.agency),
    )

    assert before is not None
    assert after is not None
    assert (before.name, before.field) == ("Tên cũ", "Mầm non")
    assert (after.name, after.field) == ("Tên mới", "Tiểu học")


def test_fields_stand_in_vietnamese_order() -> None:
    office = Office()
    for name in ("Đào tạo", "Dạy nghề", "Ấn phẩm", "An toàn"):
        make_tthc(office.agency, field=make_field(name))

    names = [group.name for group in coverage_on(today(), office.agency).by_field()]

    assert names == ["An toàn", "Ấn phẩm", "Dạy nghề", "Đào tạo"]


def test_next_deadlines_are_in_order_and_still_to_come() -> None:
    office = Office()
    late, second, first = (make_tthc(office.agency) for _ in range(3))
    for tthc, announced in [(late, "2022-01-01"), (second, "2022-05-20"), (first, "2022-05-10")]:
        make_change(tthc, Kind.ANNOUNCED, day(announced))

    rows = coverage_on(day("2022-06-30"), office.agency).next_deadlines()

    assert [(row.code, row.deadline) for row in rows] == [
        (first.code, day("2022-08-10")),
        (second.code, day("2022-08-20")),
    ]


def test_course_agrees_with_coverage_on_each_of_its_days() -> None:
    office = Office()
    one, two, three = (make_tthc(office.agency) for _ in range(3))
    document = make_legal()
    first = in_force(office, one, two, bases=(basis(),))
    make_legal_change(document, day("2022-09-01"))
    make_change(three, Kind.ANNOUNCED, day("2022-05-01"))
    make_change(two, Kind.ABOLISHED, day("2023-01-01"))
    revise(first, office, day("2022-12-01"), bases=())
    exclude(three.responsibilities.get(), office, valid_from=day("2023-06-01"))

    points = course(load_facts(office.agency, None), day("2024-01-01"))

    assert [(point.day.isoformat(), point.counts) for point in points] == [
        ("0001-01-01", (0, 0, 2)),
        ("2022-03-15", (2, 2, 2)),
        ("2022-05-01", (2, 2, 3)),
        ("2022-09-01", (2, 0, 3)),
        ("2022-12-01", (2, 2, 3)),
        ("2023-01-01", (1, 1, 2)),
        ("2023-06-01", (1, 1, 1)),
    ]
    for point in points[1:]:
        on_day: Coverage = count(load_facts(office.agency, None), point.day)
        assert (*on_day.with_procedure[:1], *on_day.fresh) == point.counts


# --- queries ------------------------------------------------------------------------------------


def many_tthc(unit: Unit, number: int) -> None:
    """Rows past their history: a test alone may, for speed."""
    tthc = TTHC.objects.bulk_create(
        TTHC(code=f"2.{n:06d}", name=f"TTHC {n}", search_key=f"2 {n:06d}", sort_key=f"{n:06d}")
        for n in range(number)
    )
    Responsibility.objects.bulk_create(Responsibility(tthc=t, unit=unit) for t in tthc)
    TTHCChange.objects.bulk_create(
        TTHCChange(tthc=t, kind=Kind.ANNOUNCED, effective_on=BEGUN, decision_no="1/QĐ")
        for t in tthc
    )


@pytest.mark.parametrize("number", [10, 2000])
def test_coverage_asks_as_often_for_ten_as_for_two_thousand(
    number: int, django_assert_num_queries: Any
) -> None:
    agency = make_agency()
    many_tthc(agency, number)

    with django_assert_num_queries(5):
        coverage = coverage_on(today(), agency)
        course(coverage.facts, today())

    assert (coverage.in_force, coverage.missing) == (number, number)


# --- the command --------------------------------------------------------------------------------


def run(*args: str) -> str:
    out = StringIO()
    call_command("coverage", *args, stdout=out)
    return out.getvalue()


def test_coverage_command_prints_only_json_with_the_keys_in_order() -> None:
    office = Office(catalogue_until=day("2025-06-30"))
    in_force(office, make_tthc(office.agency))

    found = json.loads(run("--on", "2022-06-30", "--json"))

    assert list(found) == [
        "on", "catalogue_until", "in_force", "excluded", "covered", "stale", "overdue",
        "in_progress", "missing", "covered_ratio", "fresh_ratio", "covered_codes", "stale_codes",
        "overdue_codes", "in_progress_codes", "missing_codes",
    ]  # fmt: skip
    assert (found["on"], found["covered_ratio"]) == ("2022-06-30", "1/1")


def test_coverage_command_takes_today_and_the_first_agency_unless_told() -> None:
    office = Office()
    section = make_unit(office.agency)
    make_tthc(office.agency)
    make_tthc(section)

    assert json.loads(run("--json"))["on"] == today().isoformat()
    assert json.loads(run("--json"))["in_force"] == 2
    assert json.loads(run("--json", "--unit", section.code))["in_force"] == 1


def test_coverage_command_tells_people_in_vietnamese() -> None:
    office = Office(catalogue_until=day("2022-01-01"))
    tthc = make_tthc(office.agency, name="Cho phép trường hoạt động")
    make_change(tthc, Kind.ANNOUNCED, day("2022-01-15"))

    told = run("--on", "30/06/2022")

    assert "Lưu ý: danh mục TTHC mới cập nhật đến 01/01/2022." in told
    assert "Có quy trình ISO: 0/1 (0,00%)" in told
    assert (
        f"{tthc.code} Cho phép trường hoạt động – chưa có quy trình; quá hạn từ 15/04/2022" in told
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--on", "31/02/2022"), "không phải là ngày"),
        (("--on", "0001-01-01"), "Ngày phải từ 02/09/1945"),
        (("--unit", "KHONG-CO"), "Không có đơn vị nào mã “KHONG-CO”"),
    ],
)
def test_coverage_command_says_what_is_wrong(args: tuple[str, ...], message: str) -> None:
    make_agency()

    with pytest.raises(CommandError, match=message):
        run(*args)


def test_coverage_command_without_any_agency_says_so() -> None:
    with pytest.raises(CommandError, match="Chưa có cơ quan nào"):
        run()


def test_standings_have_a_word_each() -> None:
    assert [standing.label for standing in Standing] == [
        "Phù hợp quy định hiện hành",
        "Phải cập nhật",
        "Đang soạn",
        "Chưa có quy trình",
        "Không thuộc phạm vi",
    ]
