"""Nobody audits own work: each relation, in any order, and generated assignments."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audits.actions.meetings import start_audit
from audits.actions.planning import (
    AuditGiven,
    change_audit,
    notify_audit,
)
from audits.actions.team import (
    add_member,
    countersign,
    give_reason,
)
from audits.independence import (
    certificate_warnings,
    check_handlers,
    conflicts,
    conflicts_of,
    standing_doubts,
)
from audits.models import (
    AuditorCertificate,
)
from audits.workflow import AuditStatus
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.workflow import TransitionNotAllowed
from tests.audits.making import (
    EDITION,
    attended,
    make_audit,
)
from tests.audits.worlds import PAST, Member, World, join, make_world, sample, take_up, take_up_unit
from tests.factories import BY_PASSWORD, make_user, system

pytestmark = pytest.mark.django_db


def _kinds(world: World, who: str) -> set[str]:
    return {conflict.kind for conflict in conflicts(world.audit, world.people[who])}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("approver", {"approver", "owner"}),
        ("author", {"author"}),
        ("reviewer", {"reviewer", "owner"}),
        ("owner", {"owner"}),
        ("title", {"title"}),
        ("unit", {"unit"}),
        ("handler", {"handler"}),
        ("none", set()),
    ],
)
def test_each_relation_is_seen(who: str, expected: set[str]) -> None:
    world = make_world()
    take_up(world)
    take_up_unit(world)
    sample(world, person=world.people["handler"])

    assert _kinds(world, who) == expected


def test_nothing_stands_against_people_whose_work_is_out_of_scope() -> None:
    world = make_world()

    found = conflicts_of(world.audit, list(world.people.values()))

    assert {key: kinds for key, kinds in found.items() if kinds} == {}


def test_conflict_of_a_namesake_is_a_warning() -> None:
    world = make_world()
    sample(world, name="người giải quyết")

    assert _kinds(world, "handler") == {"namesake"}


def test_a_version_that_was_not_in_force_on_the_day_is_nobody_s_doubt() -> None:
    world = make_world()
    take_up(world)
    world.audit.starts_on = PAST - dt.timedelta(days=1)
    world.audit.record(by=system(), reason="Sửa ngày")

    assert _kinds(world, "approver") == set()


def test_head_of_the_unit_without_a_post_belongs_to_it() -> None:
    world = make_world()
    take_up_unit(world)
    head = make_user(Role.UNIT_HEAD, unit=world.unit)

    assert [c.kind for c in conflicts(world.audit, head)] == ["unit"]


@pytest.mark.parametrize("who", ["approver", "handler"])
def test_refused_person_cannot_join(who: str) -> None:
    world = make_world()
    take_up(world)
    sample(world, person=world.people["handler"])

    with pytest.raises(ValidationError, match="không được đánh giá"):
        join(world, who, reason="Không còn ai khác")

    assert world.audit.members.count() == 1


def test_subject_that_would_refuse_a_member_cannot_be_taken_up() -> None:
    world = make_world()
    join(world, "approver")

    with pytest.raises(ValidationError, match="Đã phê duyệt"):
        take_up(world)

    assert world.audit.subjects.filter(procedure=world.version.procedure).count() == 0


def test_day_on_which_a_member_s_version_is_in_force_cannot_be_chosen() -> None:
    world = make_world()
    early = PAST - dt.timedelta(days=1)
    audit = make_audit(world.office, world.version.procedure, starts_on=early, ends_on=today())
    world.audit = audit
    join(world, "approver")
    about = AuditGiven(audit.title, early, today(), EDITION)
    change_audit(audit, about, by=world.office.secretary)
    for session in audit.sessions.filter(removed_at=None):
        session.on = today()
        session.record(by=system(), reason="Dời lịch")
    later = AuditGiven(audit.title, PAST, today(), EDITION)
    with pytest.raises(ValidationError, match="Đã phê duyệt"):
        change_audit(audit, later, by=world.office.secretary)

    audit.refresh_from_db()
    assert audit.starts_on == early


def test_member_cannot_be_named_as_handler() -> None:
    world = make_world()
    join(world, "handler")

    said = check_handlers(world.audit, [world.people["handler"], world.people["none"]])

    assert len(said) == 1
    assert "Người Giải Quyết là thành viên đoàn" in said[0]


def test_dossier_by_a_version_that_a_member_approved_cannot_be_sampled() -> None:
    world = make_world()
    join(world, "approver")

    said = check_handlers(world.audit, [], version=world.version)

    assert len(said) == 1
    assert "đã phê duyệt" in said[0]


def test_observer_needs_no_independence() -> None:
    world = make_world()
    take_up(world)

    join(world, "approver", role=Member.OBSERVER)

    assert standing_doubts(world.audit) == []


def test_warned_person_joins_only_with_a_reason() -> None:
    world = make_world()
    take_up(world)

    with pytest.raises(ValidationError, match="Cần ghi lý do"):
        join(world, "author")

    assert join(world, "author", reason="Phòng chỉ có hai người").reason != ""


def test_warned_member_passes_only_once_a_leader_has_countersigned() -> None:
    world = make_world()
    take_up(world)
    member = join(world, "author", reason="Phòng chỉ có hai người")
    with pytest.raises(TransitionNotAllowed, match="chưa được lãnh đạo ký xác nhận"):
        notify_audit(world.audit, by=world.office.secretary)

    countersign(member, by=world.office.leader, signing=BY_PASSWORD)
    notify_audit(world.audit, by=world.office.secretary)

    assert world.audit.status == AuditStatus.NOTIFIED
    signature = Signature.objects.on(member).get()
    assert (signature.act, signature.person) == ("agreed", world.office.leader)


def test_doubt_that_comes_up_later_has_to_be_countersigned_anew() -> None:
    world = make_world()
    take_up(world)
    member = join(world, "author", reason="Phòng chỉ có hai người")
    countersign(member, by=world.office.leader)
    notify_audit(world.audit, by=world.office.secretary)
    sample(world, name="Người Soạn")

    with pytest.raises(TransitionNotAllowed, match="Trùng tên"):
        start_audit(world.audit, by=world.office.secretary, attendance=attended(world.office.staff))
    countersign(member, by=world.office.reviewer)
    start_audit(world.audit, by=world.office.secretary, attendance=attended(world.office.staff))

    assert world.audit.status == AuditStatus.UNDER_WAY


def test_another_reason_asks_for_another_countersignature() -> None:
    world = make_world()
    take_up(world)
    member = join(world, "author", reason="Phòng chỉ có hai người")
    countersign(member, by=world.office.leader)

    give_reason(member, "Lý do khác", by=world.office.secretary)
    member.refresh_from_db()

    assert (member.countersigned_by, member.conflicts) == (None, [])
    assert [doubt.member for doubt in standing_doubts(world.audit)] == [member]


@pytest.mark.parametrize("who", ["secretary", "staff", "clerk", "admin"])
def test_only_a_leader_countersigns(who: str) -> None:
    world = make_world()
    take_up(world)
    member = join(world, "author", reason="Phòng chỉ có hai người")

    with pytest.raises(TransitionNotAllowed):
        countersign(member, by=getattr(world.office, who))

    member.refresh_from_db()
    assert member.countersigned_at is None
    assert Signature.objects.on(member).count() == 0


def test_leader_does_not_countersign_themself() -> None:
    world = make_world()
    take_up(world)
    member = join(world, "reviewer", reason="Phòng chỉ có hai người")

    with pytest.raises(TransitionNotAllowed):
        countersign(member, by=world.office.reviewer)

    member.refresh_from_db()
    assert member.countersigned_at is None


def test_countersignature_is_of_what_was_shown() -> None:
    world = make_world()
    take_up(world)
    member = join(world, "author", reason="Phòng chỉ có hai người")

    with pytest.raises(TransitionNotAllowed, match="điều mới"):
        countersign(member, by=world.office.leader, seen=["Điều khác"])

    member.refresh_from_db()
    assert member.countersigned_at is None


@pytest.mark.parametrize("count", [1, 3])
def test_doubts_of_a_team_cost_as_many_queries_for_one_as_for_three(
    django_assert_num_queries: Any, count: int
) -> None:
    world = make_world()
    take_up(world)
    for who in ("author", "title", "owner")[:count]:
        join(world, who, reason="Phòng chỉ có hai người")

    with django_assert_num_queries(8):
        doubts = standing_doubts(world.audit)

    assert len(doubts) == count


# --- certificates warn, and hold nobody up ---


def _certified(*held: dict[str, Any]) -> User:
    user = make_user()
    for values in held:
        usual = {"edition": EDITION, "name": "CC", "issued_on": dt.date(2020, 1, 1)}
        AuditorCertificate(person=user, **(usual | values)).record(by=system(), reason="Thêm")
    return user


DAY = dt.date(2022, 6, 1)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ([], ["Chưa có chứng chỉ chuyên gia đánh giá."]),
        ([{}], []),
        ([{"valid_to": DAY}], ["Chứng chỉ đã hết hạn từ 01/06/2022."]),
        ([{"valid_to": DAY + dt.timedelta(days=1)}], []),
        ([{"issued_on": DAY + dt.timedelta(days=1)}], ["Chứng chỉ cấp sau ngày đánh giá."]),
        (
            [{"edition": "TCVN ISO 9001:2008"}],
            [f"Chứng chỉ theo TCVN ISO 9001:2008, không theo {EDITION}."],
        ),
        ([{"edition": "TCVN ISO 9001:2008"}, {}], []),
    ],
)
def test_certificate_warnings(held: list[dict[str, Any]], said: list[str]) -> None:
    assert certificate_warnings(_certified(*held), EDITION, DAY) == said


def test_member_without_a_certificate_may_be_taken_in() -> None:
    world = make_world()

    add_member(world.audit, _certified(), Member.AUDITOR, by=world.office.secretary)

    assert standing_doubts(world.audit) == []
