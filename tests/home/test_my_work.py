"""The first page: each role sees what waits for it, computed, and nothing else."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from procedures import actions
from procedures.exclusions import propose_exclusion
from procedures.models import Exclusion
from procedures.workflow import VersionStatus
from qms.organisation.roles import Role
from tests.factories import (
    Office,
    make_change_request,
    make_decision,
    make_tthc,
    make_user,
    make_version,
    restrict,
    sign_in,
)
from tests.procedures.test_paper import record_paper

pytestmark = pytest.mark.django_db


# Whoever plans audits is told that the year has no plan; of audits see test_audit_work.py.
PLAN = "Kế hoạch đánh giá năm"
READING = "Tài liệu mới cần đọc"  # whoever acts in what is issued is asked; tested on its own


def _groups(client: Client, user: Any) -> list[Any]:
    sign_in(client, user)
    groups: list[Any] = client.get(reverse("home:my-work")).context["groups"]
    return [group for group in groups if group.heading not in (PLAN, READING)]


def _headings(client: Client, user: Any) -> list[str]:
    return [group.heading for group in _groups(client, user)]


@pytest.mark.parametrize(
    ("status", "who", "expected"),
    [
        (VersionStatus.DRAFT, "staff", ["Bản dự thảo của bạn"]),
        (VersionStatus.DRAFT, "reviewer", []),
        (VersionStatus.IN_REVIEW, "reviewer", ["Chờ bạn xem xét"]),
        (VersionStatus.IN_REVIEW, "staff", []),
        (VersionStatus.REVIEWED, "secretary", ["Đã xem xét, chờ đưa vào quyết định"]),
        (VersionStatus.REVIEWED, "leader", []),
        (VersionStatus.APPROVED, "clerk", ["Chờ vào số"]),
        (VersionStatus.APPROVED, "secretary", ["Chờ vào số"]),
        (VersionStatus.APPROVED, "leader", []),
        (VersionStatus.ISSUED, "clerk", []),
        (VersionStatus.DISCARDED, "staff", []),
    ],
)
def test_my_work_follows_the_state(
    client: Client, status: VersionStatus, who: str, expected: list[str]
) -> None:
    office = Office()
    make_version(status, office)

    assert _headings(client, getattr(office, who)) == expected


def test_my_work_tells_what_why_and_where(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)
    version.send_back(by=office.reviewer, comment="Thiếu")

    ((task,),) = [group.tasks for group in _groups(client, office.staff)]

    assert (task.title, task.url, task.note) == (
        f"{version.procedure.code} – {version.title}",
        version.get_absolute_url(),
        "bị trả lại",
    )


def test_my_work_shows_a_submitted_decision_to_the_leader_who_may_sign(client: Client) -> None:
    office = Office()
    make_decision(office, make_version(VersionStatus.REVIEWED, office))

    assert _headings(client, office.leader) == ["Chờ bạn phê duyệt"]
    assert _headings(client, office.reviewer) == []


def test_my_work_shows_the_decision_being_composed_to_its_secretary(client: Client) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    actions.compose_decision(
        office.agency, by=office.secretary, subject="Ban hành", versions=[version]
    )

    assert _headings(client, office.secretary) == ["Quyết định đang soạn"]
    assert _headings(client, office.leader) == []


def test_my_work_leads_to_one_decision_over_all_that_is_reviewed(client: Client) -> None:
    office = Office()
    versions = [make_version(VersionStatus.REVIEWED, office) for _ in range(2)]

    (group,) = _groups(client, office.secretary)
    form = client.get(group.url).context["form"]

    assert sorted(form.initial["versions"]) == sorted(str(version.pk) for version in versions)


def test_my_work_shows_a_paper_to_leaders_who_did_not_record_it(client: Client) -> None:
    office = Office()
    record_paper(client, office)

    assert _headings(client, office.leader) == ["Tài liệu giấy chờ bạn chấp nhận"]
    assert "Tài liệu giấy chờ bạn chấp nhận" not in _headings(client, office.secretary)


def test_my_work_shows_a_proposed_exclusion_to_leaders(client: Client) -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    propose_exclusion(
        tthc.responsibilities.get(),
        by=office.secretary,
        reason=Exclusion.Reason.values[0],
        note="",
    )

    assert _headings(client, office.leader) == ["Đề nghị ngoài phạm vi chờ bạn trả lời"]
    assert _headings(client, office.secretary) == ["TTHC chưa có quy trình phù hợp"]


@pytest.mark.parametrize("role", [Role.LEADER, Role.ISO_SECRETARY, Role.CLERK])
def test_my_work_of_another_agency_is_empty(client: Client, role: Role) -> None:
    office, other = Office(), Office()
    make_version(VersionStatus.IN_REVIEW, office)
    make_version(VersionStatus.REVIEWED, office)
    make_version(VersionStatus.APPROVED, office)
    make_decision(office, make_version(VersionStatus.REVIEWED, office))

    assert _headings(client, make_user(role, unit=other.agency)) == []


def test_my_work_asks_to_sign_in(client: Client) -> None:
    answer = client.get(reverse("home:my-work"))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("who", "expected"), [("leader", 29), ("secretary", 33), ("staff", 19), ("clerk", 23)]
)
@pytest.mark.parametrize("count", [1, 3])
def test_my_work_query_count_is_constant(
    client: Client, django_assert_num_queries: Any, count: int, who: str, expected: int
) -> None:
    office = Office()
    for _ in range(count):
        make_version(VersionStatus.DRAFT, office)
        make_version(VersionStatus.IN_REVIEW, office)
        make_version(VersionStatus.REVIEWED, office)
        make_version(VersionStatus.APPROVED, office)
        make_decision(office, make_version(VersionStatus.REVIEWED, office))
        issued = make_version(VersionStatus.ISSUED, office)
        make_change_request(office, issued.procedure)
        for person in (office.staff, office.leader, office.clerk):
            make_change_request(office, issued.procedure, by=person).accept(by=office.secretary)
    sign_in(client, getattr(office, who))

    with django_assert_num_queries(expected):
        client.get(reverse("home:my-work"))


def test_my_work_shows_requests_to_the_secretary_until_they_are_answered(client: Client) -> None:
    office, other = Office(), Office()
    issued = make_version(VersionStatus.ISSUED, office)
    change = make_change_request(office, issued.procedure, what="Thêm  giấy\nủy quyền")

    (group,) = _groups(client, office.secretary)
    (task,) = group.tasks
    seen = {who: _headings(client, getattr(office, who)) for who in ("staff", "leader", "clerk")}
    of_another = _headings(client, other.secretary)
    change.accept(by=office.secretary)

    assert (group.heading, task.title, task.url, task.status) == (
        "Góp ý, đề nghị sửa đổi chờ trả lời",
        f"{issued.procedure.code} – Thêm giấy ủy quyền",
        change.get_absolute_url(),
        "requested",
    )
    assert (seen, of_another) == ({"staff": [], "leader": [], "clerk": []}, [])
    assert _headings(client, office.secretary) == []


@pytest.mark.parametrize("status", ["accepted", "refused", "answered"])
def test_my_work_tells_who_asked_that_they_were_answered(client: Client, status: str) -> None:
    office = Office()
    issued = make_version(VersionStatus.ISSUED, office)
    change = make_change_request(office, issued.procedure)
    if status == "refused":
        change.refuse(by=office.secretary, reason="Đã có")
    else:
        change.accept(by=office.secretary)
    if status == "answered":
        change.mark_answered(issued, by=office.secretary)

    (group,) = _groups(client, office.staff)

    assert group.heading == "Góp ý của bạn đã được trả lời"
    assert [(task.url, task.status) for task in group.tasks] == [
        (change.get_absolute_url(), status)
    ]
    assert _headings(client, office.clerk) == []


@pytest.mark.parametrize(("days", "is_told"), [(29, True), (31, False)])
def test_my_work_tells_of_an_answer_for_thirty_days(
    client: Client, monkeypatch: pytest.MonkeyPatch, *, days: int, is_told: bool
) -> None:
    office = Office()
    change = make_change_request(office, make_version(VersionStatus.ISSUED, office).procedure)
    with monkeypatch.context() as earlier:
        then = timezone.now() - dt.timedelta(days=days)
        earlier.setattr(timezone, "now", lambda: then)
        change.accept(by=office.secretary)

    assert bool(_headings(client, office.staff)) == is_told


def test_my_work_tells_nobody_what_they_answered_themselves_or_may_not_read(
    client: Client,
) -> None:
    office = Office()
    issued = make_version(VersionStatus.ISSUED, office)
    own = make_change_request(office, issued.procedure, by=office.secretary)
    hidden = make_change_request(office, make_version(VersionStatus.ISSUED, office).procedure)
    for change in (own, hidden):
        change.accept(by=office.secretary)
    restrict(hidden.procedure)

    assert _headings(client, office.secretary) == []
    assert _headings(client, office.staff) == []


def test_secretary_is_told_what_keeps_coverage_from_being_whole(client: Client) -> None:
    office = Office()
    make_version(VersionStatus.ISSUED, office)
    make_tthc(office.agency)
    make_tthc(office.agency)

    groups = _groups(client, office.secretary)

    told = {group.heading: [task.title for task in group.tasks] for group in groups}
    assert told == {"TTHC chưa có quy trình phù hợp": ["2 TTHC chưa có quy trình"]}
    shown = client.get(groups[0].tasks[0].url.partition("#")[0])
    assert len(shown.context["selection"].rows) == 2
    assert _headings(client, office.leader) == []
