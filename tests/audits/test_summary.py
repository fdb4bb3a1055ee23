"""Figures over all audits: who reads them, what they count, and that each opens its list."""

import datetime as dt
import re
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from audits.actions.programmes import LineGiven
from audits.actions.verifying import check_effect
from audits.models import Finding, Nonconformity
from audits.workflow import AuditStatus, NonconformityStatus, ProgrammeStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import Unit, User
from qms.organisation.roles import Role
from tests.audits.making import advance_audit, make_audit, make_clause, make_programme
from tests.audits.making_nc import (
    advance_nonconformity,
    make_bare_audit,
    make_bare_finding,
    make_nonconformity,
)
from tests.factories import Office, make_tthc, make_unit, make_user, make_version, sign_in

pytestmark = pytest.mark.django_db

SUMMARY, FINDINGS = reverse("audits:summary"), reverse("audits:summary-findings")
NOW = NonconformityStatus


@pytest.fixture
def office() -> Office:
    return Office()


def _days_ago(days: int) -> dt.date:
    return today() - dt.timedelta(days=days)


def _shown(client: Client, user: User, **asked: Any) -> Any:
    sign_in(client, user)
    return client.get(SUMMARY, asked).context


def _told_finding(office: Office, **fields: Any) -> Finding:
    """A finding of an audit whose closing meeting was held, on `on` (today without it)."""
    on = fields.pop("on", today())
    audit = make_bare_audit(office, starts_on=on, ends_on=on, opened_on=on, closing_held_on=on)
    return make_bare_finding(office, audit, **fields)


def _closed(office: Office, *, after: int, **fields: Any) -> Nonconformity:
    """A nonconformity found 100 days ago and closed so many days later."""
    nc = make_nonconformity(office, found_on=_days_ago(100), **fields)
    return advance_nonconformity(nc, NOW.CLOSED, office, on=_days_ago(100 - after))


# --- who ---


@pytest.mark.parametrize("address", [SUMMARY, FINDINGS, reverse("audits:summary-sheet")])
def test_summary_is_refused_to_those_who_watch_no_agency(
    client: Client, office: Office, address: str
) -> None:
    for user in (office.staff, office.clerk, make_user(Role.UNIT_HEAD, unit=office.agency)):
        sign_in(client, user)

        assert client.get(address).status_code == 403


def test_summary_counts_nothing_of_another_agency(client: Client, office: Office) -> None:
    other = Office()
    make_nonconformity(other)
    _told_finding(other)

    context = _shown(client, office.secretary, donvi=other.agency.code)

    assert context["summary"].is_empty
    assert context["summary"].unit == office.agency


def test_findings_are_counted_from_the_closing_meeting_on(client: Client, office: Office) -> None:
    audit = make_bare_audit(office)
    make_bare_finding(office, audit)
    draft = _shown(client, office.leader)["summary"].findings_by_grade
    told = _told_finding(office)
    told.withdraw(by=office.secretary, reason="Nhầm hồ sơ")
    withdrawn = _shown(client, office.leader)["summary"].findings_by_grade
    audit.mark_closing_held(by=office.secretary)

    assert (draft, withdrawn) == ([], [])
    assert [
        tally.total for tally in _shown(client, office.leader)["summary"].findings_by_grade
    ] == [1]


# --- what is counted ---


def test_summary_as_of_a_day_counts_what_stood_then(client: Client, office: Office) -> None:
    _closed(office, after=50)
    make_nonconformity(office, found_on=_days_ago(10))
    rejected = make_nonconformity(office, found_on=_days_ago(90))
    advance_nonconformity(rejected, NOW.REJECTED, office, on=_days_ago(20))

    def figures(day: dt.date) -> tuple[int, int, int, int]:
        found = _shown(client, office.secretary, ngay=day.isoformat())["summary"]
        standing = found.standing
        return standing.open, standing.overdue, standing.closed, found.handling.recorded

    assert figures(_days_ago(95)) == (1, 0, 0, 1)
    assert figures(_days_ago(55)) == (2, 2, 0, 2)
    assert figures(_days_ago(30)) == (1, 1, 1, 2)
    assert figures(today()) == (1, 0, 1, 2)


@pytest.mark.parametrize(
    ("times", "mean", "median"), [([10], 10, 10), ([10, 40], 25, 25), ([10, 20, 60], 30, 20)]
)
def test_time_to_close_is_told_as_mean_and_median(
    client: Client, office: Office, times: list[int], mean: int, median: int
) -> None:
    for days in times:
        _closed(office, after=days)

    handling = _shown(client, office.secretary)["summary"].handling

    assert (handling.mean_days, handling.median_days) == (mean, median)


def test_without_closed_ones_there_is_no_time_to_close(client: Client, office: Office) -> None:
    make_nonconformity(office)

    handling = _shown(client, office.secretary)["summary"].handling

    assert (handling.closed, handling.mean_days, handling.median_days) == (0, None, None)


def test_effect_is_told_by_the_last_check_and_failures_are_not_lost(
    client: Client, office: Office
) -> None:
    nc = advance_nonconformity(
        make_nonconformity(office, found_on=_days_ago(30)), NOW.VERIFIED, office, on=_days_ago(20)
    )
    check_effect(nc, by=office.secretary, on=_days_ago(9), is_effective=False, comment="Lặp lại")
    check_effect(nc, by=office.secretary, on=_days_ago(3), is_effective=True)

    def figures(days: int) -> tuple[int, int, int]:
        day = _days_ago(days).isoformat()
        handling = _shown(client, office.secretary, ngay=day)["summary"].handling
        return handling.checked, handling.effective, handling.ever_failed

    assert [figures(days) for days in (10, 5, 0)] == [(0, 0, 0), (1, 0, 1), (1, 1, 1)]


def test_programme_counts_lines_whose_months_have_passed_and_what_was_audited(
    client: Client, office: Office
) -> None:
    make_clause("9.2")
    unit = make_unit(office.agency)
    lines = (
        LineGiven(unit=unit, months=[1, 3]),
        LineGiven(months=[5], clauses=["9.2"]),
        LineGiven(unit=office.agency, months=[11]),
    )
    programme = make_programme(office, *lines, year=2022, status=ProgrammeStatus.APPROVED)
    audit = make_audit(office, unit=unit)
    subject = audit.subjects.get()
    subject.line = programme.lines.get(unit=unit)
    subject.record(by=office.secretary, reason="Theo kế hoạch")
    advance_audit(audit, AuditStatus.REPORTED, office)

    def figures(**asked: Any) -> list[tuple[int, int, int, int]]:
        plans = _shown(client, office.secretary, **asked)["summary"].plans
        return [(plan.lines, plan.due, plan.done, plan.ahead) for plan in plans]

    assert figures() == [(3, 3, 1, 0)]
    assert figures(donvi=unit.code) == [(1, 1, 1, 0)]
    assert figures(ngay="2022-06-01") == []  # not approved by then


def test_units_below_are_counted_and_those_beside_are_not(client: Client, office: Office) -> None:
    first, second = make_unit(office.agency), make_unit(office.agency)
    below = make_unit(first)
    for unit in (first, below, second):
        make_nonconformity(office, unit=unit)
        _told_finding(office, unit=unit)

    found = _shown(client, office.secretary, donvi=first.code)["summary"]

    assert found.standing.open == 2
    assert {tally.key: tally.total for tally in found.findings_by_unit} == {
        first.pk: 1,
        below.pk: 1,
    }


# --- each figure opens what it counts ---


def _fill(office: Office) -> Unit:
    """Something of every kind, over two years and three units."""
    make_clause("7.5")
    unit = make_unit(office.agency)
    last_year = today().replace(year=today().year - 1, day=1)
    make_programme(office, status=ProgrammeStatus.APPROVED, year=today().year)
    for grade in Finding.Grade.values:
        _told_finding(office, grade=grade)
    _told_finding(office, unit=unit, clause="7.5", on=last_year)
    cancelled = _told_finding(office).audit
    cancelled.cancel(by=office.secretary, reason="Hoãn")
    early = make_nonconformity(office, unit=unit, found_on=last_year)
    early_closed = make_nonconformity(office, unit=unit, found_on=last_year)
    advance_nonconformity(early_closed, NOW.CLOSED, office, on=last_year + dt.timedelta(days=9))
    late = make_nonconformity(
        office, source="complaint", grade="major", found_on=_days_ago(40), clause="7.5"
    )
    late.link_repeat(early, by=office.secretary)
    advance_nonconformity(late, NOW.VERIFIED, office, on=_days_ago(30))
    check_effect(late, by=office.secretary, on=_days_ago(8), is_effective=False, comment="Còn")
    rejected = make_nonconformity(office, source="late_dossier", found_on=_days_ago(5))
    rejected.link_repeat(early, by=office.secretary)
    advance_nonconformity(rejected, NOW.REJECTED, office)
    make_nonconformity(office)
    return unit


def _counted_behind(client: Client, url: str) -> int:
    context = client.get(url).context
    count: int = context["page"].paginator.count
    return count


@pytest.mark.parametrize("days", [0, 7, 35])
def test_each_number_opens_a_list_of_as_many(client: Client, office: Office, days: int) -> None:
    unit = _fill(office)
    day = _days_ago(days).isoformat()
    for asked in ({"ngay": day}, {"ngay": day, "donvi": unit.code}):
        context = _shown(client, office.secretary, **asked)
        found = context["summary"]
        links, handling = context["links"], found.handling
        numbers = [
            (links["open"], found.standing.open),
            (links["overdue"], found.standing.overdue),
            (links["closed"], found.standing.closed),
            (links["recorded"], handling.recorded),
            (links["repeated"], handling.repeated),
            (links["checked"], handling.checked),
            (links["effective"], handling.effective),
            (links["failed"], handling.ever_failed),
            (links["findings"], sum(tally.total for tally in found.findings_by_grade)),
            *((each.url, each.count) for each in [*context["segments"], *context["grades"]]),
            *(
                (cell.url, cell.count)
                for table in context["tables"]
                for row in table.rows
                for cell in row.cells
            ),
        ]

        wrong = [
            (url, count, behind)
            for url, count in numbers
            if (behind := _counted_behind(client, url)) != count
        ]

        assert wrong == []
        assert any(count for _, count in numbers)


def test_findings_list_tells_audit_grade_and_sheet(client: Client, office: Office) -> None:
    finding = _told_finding(office, clause="7.5")
    _told_finding(office, grade=Finding.Grade.OBSERVATION)
    sign_in(client, office.leader)

    answer = client.get(FINDINGS, {"muc": "minor", "dieu": "7.5", "nam": str(today().year)})

    assert list(answer.context["page"]) == [finding]
    assert f"{finding.audit.number} · {finding.label}" in answer.content.decode()


@pytest.mark.parametrize("asked", [{"muc": "x"}, {"nam": "x"}, {"don-vi": "9" * 30}])
def test_findings_list_ignores_what_it_does_not_know(
    client: Client, office: Office, asked: dict[str, str]
) -> None:
    finding = _told_finding(office)
    sign_in(client, office.leader)

    assert list(client.get(FINDINGS, asked).context["page"]) == [finding]


def test_a_wrong_day_is_told_at_the_field(client: Client, office: Office) -> None:
    context = _shown(client, office.leader, ngay="31/02/2022")

    assert "ngay" in context["form"].errors
    assert context["summary"].day == today()


# --- of one procedure ---


def test_list_of_one_procedure_tells_its_audits(client: Client, office: Office) -> None:
    version = make_version(VersionStatus.ISSUED, office)
    audit = make_audit(office, version.procedure)
    make_audit(office, starts_on=today() + dt.timedelta(days=1))
    sign_in(client, office.secretary)
    address = reverse("audits:nonconformity-list")

    about = client.get(address, {"quy-trinh": version.procedure.slug}).context["about"]
    sign_in(client, office.staff)
    to_staff = client.get(address, {"quy-trinh": version.procedure.slug}).context["about"]

    assert (about.procedure, about.audits) == (version.procedure, [audit])
    assert to_staff.audits == []  # not notified yet
    assert client.get(address).context["about"] is None


@pytest.mark.parametrize("name", ["procedures:procedure-detail", "procedures:tthc-detail"])
def test_pages_of_a_procedure_lead_to_what_was_found_of_it(
    client: Client, office: Office, name: str
) -> None:
    tthc = make_tthc(office.agency)
    procedure = make_version(VersionStatus.ISSUED, office, tthc).procedure
    sign_in(client, office.staff)
    key = procedure.slug if name.endswith("procedure-detail") else tthc.code

    page = client.get(reverse(name, args=[key])).content.decode()

    assert f'href="{reverse("audits:nonconformity-list")}?quy-trinh={procedure.slug}"' in page


# --- the page, the workbook ---


def test_empty_summary_says_what_belongs_here(client: Client, office: Office) -> None:
    sign_in(client, office.leader)

    assert "Chưa có số liệu" in client.get(SUMMARY).content.decode()
    assert "Chưa có phát hiện nào" in client.get(FINDINGS).content.decode()


def test_workbook_holds_the_same_figures(client: Client, office: Office) -> None:
    _fill(office)
    found = _shown(client, office.secretary)
    answer = client.get(found["sheet_url"])

    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    cells = [[cell for cell in row if cell is not None] for row in rows]

    assert ["Đang mở", found["summary"].standing.open] in cells
    for table in found["tables"]:
        assert [table.title] in cells
        for row in table.rows:
            assert [row.label, *(cell.count for cell in row.cells)] in cells
    assert re.search(r'filename="?tong-hop-danh-gia-.*\.xlsx', answer["Content-Disposition"])


@pytest.mark.parametrize("count", [1, 30])
def test_summary_query_count_is_constant(
    client: Client, office: Office, django_assert_num_queries: Any, count: int
) -> None:
    make_programme(office, status=ProgrammeStatus.APPROVED)
    for _ in range(count):
        make_nonconformity(office)
        _told_finding(office)
    _closed(office, after=1)
    sign_in(client, office.secretary)

    with django_assert_num_queries(27):
        client.get(SUMMARY)


@pytest.mark.parametrize("count", [1, 3])
def test_findings_list_query_count_is_constant(
    client: Client, office: Office, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        _told_finding(office)
    sign_in(client, office.secretary)

    with django_assert_num_queries(9):
        client.get(FINDINGS)
