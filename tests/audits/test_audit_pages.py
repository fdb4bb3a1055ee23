"""The pages of audits: what they show, what they change, what they keep of what was typed."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from audits.actions.team import add_member, countersign
from audits.models import Audit, AuditMember, AuditProgramme, Finding, ProgrammeLine
from audits.models.reports import report_sha256
from audits.pages.audits import recorded_on
from audits.workflow import AuditStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import format_date, today
from qms.organisation.models import User
from qms.records.models import Signature
from qms.records.signatures import Signing
from tests.audits.making import (
    EDITION,
    advance_audit,
    close_meeting,
    lead_of,
    make_audit,
    make_auditor,
    make_clause,
    sign_as_lead,
)
from tests.audits.test_audit_moves import make_finding
from tests.factories import PASSWORD, Office, make_unit, make_version, sign_in, system

pytestmark = pytest.mark.django_db


def _page(name: str, audit: Audit, *extra: int) -> str:
    return reverse(f"audits:{name}", args=[audit.slug, *extra])


def _as(client: Client, user: User) -> Client:
    return sign_in(client, user)


@pytest.mark.parametrize("count", [1, 3])
def test_list_query_count_is_constant(
    client: Client, django_assert_max_num_queries: Any, count: int
) -> None:
    office = Office()
    audits = [make_audit(office) for _ in range(count)]
    _as(client, office.secretary)

    with django_assert_max_num_queries(14):
        response = client.get(reverse("audits:audit-list"))

    assert list(response.context["page"]) == audits[::-1]


def test_list_is_searched_without_accents_and_by_year_and_state(client: Client) -> None:
    office = Office()
    old = make_audit(office, title="Đánh giá Một cửa", starts_on=dt.date(2022, 6, 1))
    new = make_audit(office, title="Đánh giá văn thư", status=AuditStatus.NOTIFIED)
    _as(client, office.secretary)

    def found(**asked: str) -> list[Audit]:
        return list(client.get(reverse("audits:audit-list"), asked).context["page"])

    assert found(q="mot cua") == [old]
    assert found(q="không có") == []
    assert found(nam="2022") == [old]
    assert found(**{"trang-thai": "notified"}) == [new]
    assert found(nam="x", **{"trang-thai": "x"}) == [new, old]


def _line(office: Office, **fields: Any) -> ProgrammeLine:
    programme = AuditProgramme(
        agency=office.agency, year=2026, edition=EDITION, purpose="Mục đích", composed_by=system()
    )
    programme.record(by=system(), reason="Lập kế hoạch")
    line = ProgrammeLine(programme=programme, months=[6, 9], **fields)
    line.record(by=system(), reason="Thêm dòng")
    return line


def test_new_audit_is_prefilled_from_the_line_of_the_programme(client: Client) -> None:
    office = Office()
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    make_clause("7.5")
    line = _line(office, unit=office.agency, procedure=procedure, clauses=["7.5"])
    _as(client, office.secretary)

    initial = client.get(reverse("audits:audit-new"), {"dong": line.pk}).context["form"].initial

    assert (initial["starts_on"], initial["ends_on"]) == (dt.date(2026, 6, 1),) * 2  # a Monday
    assert (initial["unit"], initial["procedures"]) == (office.agency.pk, [procedure.pk])
    assert (initial["clauses"], initial["line"]) == ("7.5", line.pk)
    assert initial["criteria"] == f"{EDITION}\n{procedure}"


def _new(**fields: Any) -> dict[str, Any]:
    day = format_date(today())
    return {"title": "Đánh giá", "starts_on": day, "ends_on": day, "edition": EDITION} | fields


def test_audit_is_planned_with_its_scope(client: Client) -> None:
    office = Office()
    procedure = make_version(VersionStatus.ISSUED, office).procedure
    make_clause("7.5")
    line = _line(office, procedure=procedure)
    _as(client, office.secretary)

    data = _new(unit=office.agency.pk, clauses="7.5", procedures=[procedure.pk], line=line.pk)
    response = client.post(reverse("audits:audit-new"), data)

    audit = Audit.objects.get()
    assert response["Location"] == audit.get_absolute_url()
    said = [(s.unit, s.procedure, s.clauses, s.line) for s in audit.subjects.all()]
    assert said == [(office.agency, None, ["7.5"], line), (None, procedure, [], line)]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({}, "__all__"),
        ({"clauses": "99"}, "clauses"),
        ({"ends_on": "01/01/2020", "clauses": "7.5"}, "ends_on"),
        ({"title": "", "clauses": "7.5"}, "title"),
    ],
)
def test_audit_that_lacks_something_is_not_planned(
    client: Client, fields: dict[str, Any], at: str
) -> None:
    office = Office()
    make_clause("7.5")
    _as(client, office.secretary)

    response = client.post(reverse("audits:audit-new"), _new(purpose="Giữ lại", **fields))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [at]
    assert "Giữ lại" in response.content.decode()
    assert Audit.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_detail_query_count_is_constant(
    client: Client, django_assert_max_num_queries: Any, count: int
) -> None:
    office = Office()
    auditors = tuple(make_auditor(office) for _ in range(count))
    procedures = [make_version(VersionStatus.ISSUED, office).procedure for _ in range(count)]
    audit = make_audit(office, *procedures, auditors=auditors)
    _as(client, office.secretary)

    with django_assert_max_num_queries(42):
        response = client.get(audit.get_absolute_url())

    assert len(response.context["lines"]) == count + 1
    assert len(response.context["sessions"]) == count + 2


def _next(client: Client, user: User, audit: Audit) -> str:
    step = _as(client, user).get(audit.get_absolute_url()).context["step"]
    return step.label or step.text if step else ""


def test_next_step_is_the_person_s_own(client: Client) -> None:
    office = Office()
    audit = make_audit(office)
    lead = lead_of(audit)
    assert _next(client, office.secretary, audit) == "Thông báo cho đơn vị"
    assert _next(client, office.clerk, audit) == "Ghi số quyết định"
    assert _next(client, office.leader, audit) == ""

    _as(client, lead).post(_page("audit-notify", audit))
    audit.refresh_from_db()
    assert audit.status == AuditStatus.NOTIFIED
    assert _next(client, office.secretary, audit) == "Ghi họp khai mạc"
    assert _next(client, office.staff, audit) == ""


def test_whole_way_of_an_audit_by_its_pages(client: Client) -> None:
    office = Office()
    audit = make_audit(office)
    lead = lead_of(audit)
    day = format_date(today())
    met = {"on": day, "others": "Lê Văn Chuyên, Chuyên viên\nTrần Văn Khách", "minutes": "Đồng ý"}
    _as(client, lead)
    client.post(_page("audit-notify", audit))
    client.post(_page("audit-opening", audit), met)
    make_finding(audit, Finding.Grade.MINOR)
    client.post(_page("audit-closing-meeting", audit), met)
    client.post(_page("audit-report", audit), {"conclusion": "Phù hợp."})
    audit.refresh_from_db()
    seen = report_sha256(audit)
    sign = {"sign-seen": seen, "sign-password": PASSWORD, "sign-on": day}
    client.post(_page("audit-report-sign", audit), sign)
    approve = {"approve-seen": seen, "approve-password": PASSWORD, "approve-on": day}
    _as(client, office.leader).post(_page("audit-report-approve", audit), approve)
    close = {"close-password": PASSWORD, "close-on": day}
    response = _as(client, lead).post(_page("audit-close", audit), close)

    assert response["Location"] == audit.get_absolute_url()
    audit.refresh_from_db()
    assert audit.status == AuditStatus.CLOSED
    there = audit.sessions.get(kind="opening").attendance.values_list("name", "position")
    assert list(there) == [("Lê Văn Chuyên", "Chuyên viên"), ("Trần Văn Khách", "")]
    assert [finding.nonconformity.grade for finding in audit.findings.all()] == ["minor"]


def test_wrong_password_signs_nothing_and_keeps_the_page(client: Client) -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)
    close_meeting(audit, office)
    sign_as_lead(audit)
    _as(client, office.leader)

    data = {"approve-seen": audit.report_sha256, "approve-password": "sai"}
    response = client.post(_page("audit-report-approve", audit), data)

    assert response.status_code == 422
    assert "Mật khẩu không đúng." in response.content.decode()
    audit.refresh_from_db()
    assert audit.status == AuditStatus.UNDER_WAY


def test_closing_meeting_page_lists_what_is_not_graded(client: Client) -> None:
    office = Office()
    audit = make_audit(office, status=AuditStatus.UNDER_WAY)
    make_finding(audit, Finding.Grade.NONCONFORM)
    _as(client, lead_of(audit))

    shown = client.get(_page("audit-closing-meeting", audit))
    data = {"on": format_date(today()), "others": "Người dự", "minutes": "Giữ lại"}
    refused = client.post(_page("audit-closing-meeting", audit), data)

    assert [finding.label for finding in shown.context["ungraded"]] == ["PH-01"]
    assert refused.status_code == 422
    assert "Giữ lại" in refused.content.decode()


def test_warned_member_is_countersigned_on_the_page(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    audit = make_audit(office, version.procedure)
    person = office.staff
    _as(client, office.secretary)
    data = {"person": person.pk, "role": "auditor", "reason": ""}
    refused = client.post(_page("audit-team", audit), data)
    client.post(_page("audit-team", audit), data | {"reason": "Chỉ có một người"})
    member = audit.members.get(person=person)
    _as(client, office.reviewer)
    form = client.get(_page("audit-team", audit)).context["rows"][1]["countersign_form"]

    signed = {f"m{member.pk}-seen": form.initial["seen"], f"m{member.pk}-password": PASSWORD}
    client.post(_page("audit-countersign", audit, member.pk), signed)

    assert refused.status_code == 422
    assert "Đã soạn thảo" in refused.content.decode()
    member.refresh_from_db()
    assert member.countersigned_by == office.reviewer


def test_account_from_outside_is_named_by_its_user_name(client: Client) -> None:
    office = Office()
    audit = make_audit(office)
    guest = Office().staff
    _as(client, office.secretary)

    wrong = client.post(_page("audit-team", audit), {"outsider": "ai-do", "role": "auditor"})
    client.post(_page("audit-team", audit), {"outsider": guest.username, "role": "auditor"})

    assert wrong.status_code == 422
    assert audit.members.get(person=guest).is_outside


def test_clerk_enters_the_team_decision_with_its_file(client: Client) -> None:
    office = Office()
    audit = make_audit(office)
    _as(client, office.clerk)
    data = {
        "number": "15/QĐ-PGDĐT",
        "decided_on": format_date(today()),
        "signer": "Hoàng Văn Trưởng",
        "file": SimpleUploadedFile("qd.pdf", b"%PDF-1.4 quyet dinh %%EOF"),
    }

    client.post(_page("audit-team-decision", audit), data)
    audit.refresh_from_db()
    response = client.get(_page("audit-team-file", audit))

    assert (audit.team_number, audit.team_signer) == ("15/QĐ-PGDĐT", "Hoàng Văn Trưởng")
    assert b"".join(response.streaming_content) == b"%PDF-1.4 quyet dinh %%EOF"  # type: ignore[attr-defined]


def test_refused_session_keeps_what_was_typed(client: Client) -> None:
    office = Office()
    audit = make_audit(office)
    _as(client, office.secretary)
    data = {
        "kind": "work",
        "on": format_date(today()),
        "begins": "13h30",
        "ends": "13:00",
        "topic": "Giữ lại",
        "auditors": [member.pk for member in audit.members.all()],
    }

    refused = client.post(_page("audit-timetable", audit), data)
    client.post(_page("audit-timetable", audit), data | {"ends": "14:30"})

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["ends"]
    assert "Giữ lại" in refused.content.decode()
    assert audit.sessions.filter(topic="Giữ lại", begins=dt.time(13, 30)).count() == 1


# --- the calendar ---


def test_calendar_shows_the_month_asked_for(client: Client) -> None:
    office = Office()
    june = make_audit(office, starts_on=dt.date(2022, 6, 30), ends_on=dt.date(2022, 7, 1))
    make_audit(office, starts_on=dt.date(2022, 8, 1))
    _as(client, office.secretary)

    days = client.get(reverse("audits:audit-calendar"), {"thang": "2022-06"}).context["days"]

    shown = {(day.on, entry.audit) for day in days for entry in day.entries}
    assert shown == {(dt.date(2022, 6, 30), june)}
    assert (days[0].on, len(days) % 7) == (dt.date(2022, 5, 30), 0)


def test_calendar_of_nonsense_is_this_month(client: Client) -> None:
    _as(client, Office().secretary)

    response = client.get(reverse("audits:audit-calendar"), {"thang": "2022-13"})

    assert response.context["first"] == today().replace(day=1)


def test_ics_tells_each_session_in_local_time(client: Client) -> None:
    office = Office()
    audit = make_audit(office, starts_on=dt.date(2022, 6, 1))
    _as(client, office.secretary)

    feed = Calendar.from_ical(client.get(_page("audit-ics", audit)).content)

    opening = feed.walk("VEVENT")[0]
    assert len(feed.walk("VEVENT")) == 3
    assert opening.decoded("dtstart").isoformat() == "2022-06-01T08:00:00+07:00"
    assert str(opening["summary"]) == f"{audit.number}: Họp khai mạc"
    assert str(opening["location"]) == "Phòng họp"


def test_feed_holds_one_s_own_sessions_and_meetings(client: Client) -> None:
    office = Office()
    second = make_auditor(office)
    audit = make_audit(office, auditors=(second,))
    make_audit(office)
    _as(client, second)

    feed = Calendar.from_ical(client.get(reverse("audits:audit-feed")).content)

    summaries = [str(event["summary"]) for event in feed.walk("VEVENT")]
    assert summaries == [f"{audit.number}: Họp khai mạc", f"{audit.number}: Họp kết thúc"]


def test_observer_is_added_without_a_doubt_on_the_page(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    audit = make_audit(office, version.procedure, unit=make_unit(office.agency))
    add_member(audit, office.staff, AuditMember.Role.OBSERVER, by=office.secretary)

    response = _as(client, office.secretary).get(_page("audit-team", audit))

    assert "Quan sát viên không đánh giá." in response.content.decode()


# --- days of what was told of a paper later ---


def test_day_of_planning_is_not_told_where_it_was_recorded_after_the_notification(
    client: Client,
) -> None:
    office = Office()
    today_s, old = make_audit(office), make_audit(office)
    advance_audit(today_s, AuditStatus.NOTIFIED, office)
    old.notified_on = today() - dt.timedelta(days=40)
    old.record(by=system(), reason="Ghi ngày trên giấy")
    _as(client, office.secretary)

    days = [client.get(_page("audit-detail", a)).context["milestones"][0] for a in (today_s, old)]

    assert days == [("Lập", today(), True), ("Lập", None, True)]


@pytest.mark.parametrize(("days", "told"), [(-1, False), (0, True), (1, True)])
def test_what_is_recorded_after_its_day_tells_no_day(days: int, told: bool) -> None:  # noqa: FBT001
    before = today() + dt.timedelta(days=days)

    assert recorded_on(timezone.now(), before=before) == (today() if told else None)


def test_countersignature_bears_its_civil_day(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    audit = make_audit(office, version.procedure)
    member = add_member(
        audit, office.staff, AuditMember.Role.AUDITOR, by=office.secretary, reason="Thiếu người"
    )
    day = today() - dt.timedelta(days=3)
    paper = Signing(Signature.Method.PAPER, on=day)
    countersign(member, by=office.reviewer, signing=paper)

    response = _as(client, office.secretary).get(_page("audit-team", audit))

    rows = {row["member"].pk: row["signed_on"] for row in response.context["rows"]}
    assert rows[member.pk] == day
    assert f"đã ký xác nhận ngày {format_date(day)}" in response.text


@pytest.mark.parametrize(
    ("who", "expected"),
    [("secretary", (True, True)), ("staff", (True, False)), ("admin", (False, False))],
)
def test_list_links_only_to_what_the_reader_may_open(
    client: Client, who: str, expected: tuple[bool, bool]
) -> None:
    office = Office()
    page = _as(client, getattr(office, who)).get(reverse("audits:audit-list")).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    links = [reverse("audits:programme-list"), reverse("audits:summary")]

    assert tuple(f'href="{link}"' in main for link in links) == expected
    for link, is_offered in zip(links, expected, strict=True):
        assert not is_offered or client.get(link).status_code == 200
