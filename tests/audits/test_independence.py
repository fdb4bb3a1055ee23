"""Nobody audits own work: each relation, in any order, and generated assignments."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.actions.meetings import start_audit
from audits.actions.planning import (
    AuditGiven,
    SubjectGiven,
    add_subject,
    change_audit,
    notify_audit,
    remove_subject,
)
from audits.actions.team import (
    add_member,
    countersign,
    give_reason,
    must_be_answerable,
    remove_member,
)
from audits.independence import (
    certificate_warnings,
    check_handlers,
    conflicts,
    conflicts_of,
    standing_doubts,
)
from audits.models import (
    Audit,
    AuditMember,
    AuditorCertificate,
    DossierHandler,
    SampledDossier,
)
from audits.workflow import AuditStatus
from procedures.models import ProcedureVersion, VersionAuthor
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import Unit, User
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.workflow import TransitionNotAllowed
from tests.audits.making import (
    EDITION,
    attended,
    lead_of,
    make_audit,
    make_auditor,
    post_in,
)
from tests.factories import BY_PASSWORD, Office, make_unit, make_user, make_version, system

pytestmark = pytest.mark.django_db
PAST = dt.date(2022, 1, 3)
Member = AuditMember.Role


@dataclass
class World:
    """A procedure, a unit, and one person for each way of being near to them."""

    office: Office
    version: ProcedureVersion
    unit: Unit
    audit: Audit
    people: dict[str, User] = field(default_factory=dict)


REFUSED = {"approver"}
WARNED = {"author", "reviewer", "owner", "title"}  # towards the procedure


def make_world() -> World:
    """`audit` has a lead of no relation, a timetable, and a section as its scope."""
    office = Office()
    version = make_version(VersionStatus.ISSUED, office, paper_on=PAST, effective_on=PAST)
    unit = make_unit(office.agency, name="Tổ được đánh giá")
    audit = make_audit(office)
    world = World(office, version, unit, audit)
    author = make_auditor(office, "Người Soạn")
    VersionAuthor(version=version, person=author).record(by=system(), reason="Thêm người soạn")
    titled = make_auditor(office, "Người Cùng Chức Danh")
    post_in(titled, make_unit(office.agency), "Chuyên viên")
    owner = make_user(Role.INTERNAL_AUDITOR, unit=office.agency, name="Người Của Phòng")
    post_in(owner, office.agency)
    colleague = make_user(Role.INTERNAL_AUDITOR, unit=office.agency, name="Người Của Tổ")
    post_in(colleague, unit)
    world.people = {
        "approver": office.leader,
        "author": author,
        "reviewer": office.reviewer,
        "owner": owner,
        "title": titled,
        "unit": colleague,
        "none": make_auditor(office, "Người Ngoài Cuộc"),
        "handler": make_auditor(office, "Người Giải Quyết"),
    }
    return world


def _sample(world: World, *, person: User | None = None, name: str = "") -> DossierHandler:
    dossier = SampledDossier.objects.filter(audit=world.audit).first()
    if dossier is None:
        dossier = SampledDossier(
            audit=world.audit,
            procedure=world.version.procedure,
            version=world.version,
            code="HS-01",
            received_on=PAST,
        )
        dossier.record(by=system(), reason="Lấy mẫu")
    handler = DossierHandler(dossier=dossier, person=person, name=name or str(person))
    handler.record(by=system(), reason="Ghi người giải quyết")
    return handler


def _take_up(world: World) -> None:
    add_subject(
        world.audit, SubjectGiven(procedure=world.version.procedure), by=world.office.secretary
    )


def _take_up_unit(world: World) -> None:
    add_subject(world.audit, SubjectGiven(unit=world.unit), by=world.office.secretary)


def _join(world: World, who: str, *, reason: str = "", role: str = Member.AUDITOR) -> AuditMember:
    return add_member(
        world.audit, world.people[who], role, by=world.office.secretary, reason=reason
    )


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
    _take_up(world)
    _take_up_unit(world)
    _sample(world, person=world.people["handler"])

    assert _kinds(world, who) == expected


def test_nothing_stands_against_people_whose_work_is_out_of_scope() -> None:
    world = make_world()

    found = conflicts_of(world.audit, list(world.people.values()))

    assert {key: kinds for key, kinds in found.items() if kinds} == {}


def test_conflict_of_a_namesake_is_a_warning() -> None:
    world = make_world()
    _sample(world, name="người giải quyết")

    assert _kinds(world, "handler") == {"namesake"}


def test_a_version_that_was_not_in_force_on_the_day_is_nobody_s_doubt() -> None:
    world = make_world()
    _take_up(world)
    world.audit.starts_on = PAST - dt.timedelta(days=1)
    world.audit.record(by=system(), reason="Sửa ngày")

    assert _kinds(world, "approver") == set()


def test_head_of_the_unit_without_a_post_belongs_to_it() -> None:
    world = make_world()
    _take_up_unit(world)
    head = make_user(Role.UNIT_HEAD, unit=world.unit)

    assert [c.kind for c in conflicts(world.audit, head)] == ["unit"]


@pytest.mark.parametrize("who", ["approver", "handler"])
def test_refused_person_cannot_join(who: str) -> None:
    world = make_world()
    _take_up(world)
    _sample(world, person=world.people["handler"])

    with pytest.raises(ValidationError, match="không được đánh giá"):
        _join(world, who, reason="Không còn ai khác")

    assert world.audit.members.count() == 1


def test_subject_that_would_refuse_a_member_cannot_be_taken_up() -> None:
    world = make_world()
    _join(world, "approver")

    with pytest.raises(ValidationError, match="Đã phê duyệt"):
        _take_up(world)

    assert world.audit.subjects.filter(procedure=world.version.procedure).count() == 0


def test_day_on_which_a_member_s_version_is_in_force_cannot_be_chosen() -> None:
    world = make_world()
    early = PAST - dt.timedelta(days=1)
    audit = make_audit(world.office, world.version.procedure, starts_on=early, ends_on=today())
    world.audit = audit
    _join(world, "approver")
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
    _join(world, "handler")

    said = check_handlers(world.audit, [world.people["handler"], world.people["none"]])

    assert len(said) == 1
    assert "Người Giải Quyết là thành viên đoàn" in said[0]


def test_dossier_by_a_version_that_a_member_approved_cannot_be_sampled() -> None:
    world = make_world()
    _join(world, "approver")

    said = check_handlers(world.audit, [], version=world.version)

    assert len(said) == 1
    assert "đã phê duyệt" in said[0]


def test_observer_needs_no_independence() -> None:
    world = make_world()
    _take_up(world)

    _join(world, "approver", role=Member.OBSERVER)

    assert standing_doubts(world.audit) == []


def test_warned_person_joins_only_with_a_reason() -> None:
    world = make_world()
    _take_up(world)

    with pytest.raises(ValidationError, match="Cần ghi lý do"):
        _join(world, "author")

    assert _join(world, "author", reason="Phòng chỉ có hai người").reason != ""


def test_warned_member_passes_only_once_a_leader_has_countersigned() -> None:
    world = make_world()
    _take_up(world)
    member = _join(world, "author", reason="Phòng chỉ có hai người")
    with pytest.raises(TransitionNotAllowed, match="chưa được lãnh đạo ký xác nhận"):
        notify_audit(world.audit, by=world.office.secretary)

    countersign(member, by=world.office.leader, signing=BY_PASSWORD)
    notify_audit(world.audit, by=world.office.secretary)

    assert world.audit.status == AuditStatus.NOTIFIED
    signature = Signature.objects.on(member).get()
    assert (signature.act, signature.person) == ("agreed", world.office.leader)


def test_doubt_that_comes_up_later_has_to_be_countersigned_anew() -> None:
    world = make_world()
    _take_up(world)
    member = _join(world, "author", reason="Phòng chỉ có hai người")
    countersign(member, by=world.office.leader)
    notify_audit(world.audit, by=world.office.secretary)
    _sample(world, name="Người Soạn")

    with pytest.raises(TransitionNotAllowed, match="Trùng tên"):
        start_audit(world.audit, by=world.office.secretary, attendance=attended(world.office.staff))
    countersign(member, by=world.office.reviewer)
    start_audit(world.audit, by=world.office.secretary, attendance=attended(world.office.staff))

    assert world.audit.status == AuditStatus.UNDER_WAY


def test_another_reason_asks_for_another_countersignature() -> None:
    world = make_world()
    _take_up(world)
    member = _join(world, "author", reason="Phòng chỉ có hai người")
    countersign(member, by=world.office.leader)

    give_reason(member, "Lý do khác", by=world.office.secretary)
    member.refresh_from_db()

    assert (member.countersigned_by, member.conflicts) == (None, [])
    assert [doubt.member for doubt in standing_doubts(world.audit)] == [member]


@pytest.mark.parametrize("who", ["secretary", "staff", "clerk", "admin"])
def test_only_a_leader_countersigns(who: str) -> None:
    world = make_world()
    _take_up(world)
    member = _join(world, "author", reason="Phòng chỉ có hai người")

    with pytest.raises(TransitionNotAllowed):
        countersign(member, by=getattr(world.office, who))

    member.refresh_from_db()
    assert member.countersigned_at is None
    assert Signature.objects.on(member).count() == 0


def test_leader_does_not_countersign_themself() -> None:
    world = make_world()
    _take_up(world)
    member = _join(world, "reviewer", reason="Phòng chỉ có hai người")

    with pytest.raises(TransitionNotAllowed):
        countersign(member, by=world.office.reviewer)

    member.refresh_from_db()
    assert member.countersigned_at is None


def test_countersignature_is_of_what_was_shown() -> None:
    world = make_world()
    _take_up(world)
    member = _join(world, "author", reason="Phòng chỉ có hai người")

    with pytest.raises(TransitionNotAllowed, match="điều mới"):
        countersign(member, by=world.office.leader, seen=["Điều khác"])

    member.refresh_from_db()
    assert member.countersigned_at is None


@pytest.mark.parametrize("count", [1, 3])
def test_doubts_of_a_team_cost_as_many_queries_for_one_as_for_three(
    django_assert_num_queries: Any, count: int
) -> None:
    world = make_world()
    _take_up(world)
    for who in ("author", "title", "owner")[:count]:
        _join(world, who, reason="Phòng chỉ có hai người")

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


# --- generated assignments ---

WHO = ["approver", "author", "reviewer", "owner", "title", "unit", "none", "handler"]
Deed = tuple[str, str]
DEEDS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["join", "join_with_reason", "countersign"]), st.sampled_from(WHO)
        ),
        st.tuples(st.sampled_from(["leave", "handle", "handle_unasked"]), st.sampled_from(WHO)),
        st.tuples(st.sampled_from(["take_up", "take_up_unit", "drop", "notify"]), st.just("")),
    ),
    min_size=3,
    max_size=9,
)


def _member(world: World, who: str) -> AuditMember:
    return world.audit.members.get(person=world.people[who], removed_at=None)


def _handle(world: World, who: str) -> None:
    if check_handlers(world.audit, [world.people[who]], version=world.version):
        raise ValidationError("refused")
    _sample(world, person=world.people[who])


def _drop(world: World) -> None:
    for subject in world.audit.subjects.filter(procedure__isnull=False, removed_at=None):
        remove_subject(subject, by=world.office.secretary)


def _countersign(world: World, who: str) -> None:
    leader = world.office.leader if who != "approver" else world.office.reviewer
    countersign(_member(world, who), by=leader)


CARRY_OUT: dict[str, Callable[[World, str], object]] = {
    "join": _join,
    "join_with_reason": lambda world, who: _join(world, who, reason="Không còn ai khác"),
    "countersign": _countersign,
    "leave": lambda world, who: remove_member(_member(world, who), by=world.office.secretary),
    "handle": _handle,
    "handle_unasked": lambda world, who: _sample(world, person=world.people[who]),
    "take_up": lambda world, who: _take_up(world),
    "take_up_unit": lambda world, who: _take_up_unit(world),
    "drop": lambda world, who: _drop(world),
    "notify": lambda world, who: notify_audit(world.audit, by=world.office.secretary),
}


def _expected(world: World) -> tuple[set[str], set[str]]:
    """Who of the team must not pass at all, and who only countersigned; told without the rules."""
    subjects = list(world.audit.subjects.filter(removed_at=None))
    sampled = world.audit.dossiers.exists()
    near = sampled or any(s.procedure_id == world.version.procedure_id for s in subjects)
    handlers = set(
        DossierHandler.objects.filter(dossier__audit=world.audit).values_list(
            "person_id", flat=True
        )
    )
    refused = {who for who, person in world.people.items() if person.pk in handlers}
    warned: set[str] = set()
    if near:
        refused |= REFUSED
        warned |= WARNED | {"approver"}
    if any(s.unit_id == world.unit.pk for s in subjects):
        warned.add("unit")
    return refused, warned


def _must_be_whole(world: World) -> None:
    refused, warned = _expected(world)
    team = {
        who: member
        for who, person in world.people.items()
        if (member := world.audit.members.filter(person=person, removed_at=None).first())
    }
    assert refused & set(team) == set()
    for who in warned & set(team):
        assert team[who].reason != ""
        assert team[who].countersigned_by_id not in (None, team[who].person_id)


def _pass(world: World) -> set[str]:
    """Try each guard in turn; what passes must be whole. Return which passed."""
    passed = set()
    lead = lead_of(world.audit)
    guards: list[tuple[str, Callable[[], object]]] = [
        ("notify", lambda: notify_audit(world.audit, by=world.office.secretary)),
        (
            "start",
            lambda: start_audit(world.audit, by=lead, attendance=attended(world.office.staff)),
        ),
        ("answer", lambda: must_be_answerable(world.audit, by=lead)),
    ]
    for name, guard in guards:
        with suppress(ValidationError), transaction.atomic():
            guard()
            passed.add(name)
        if name in passed:
            _must_be_whole(world)
    return passed


def test_generated_assignments_never_pass_what_they_must_not() -> None:
    world = make_world()
    seen: set[str] = set()

    @settings(max_examples=35, deadline=None, suppress_health_check=list(HealthCheck))
    @given(DEEDS)
    def play(deeds: list[Deed]) -> None:
        with transaction.atomic():
            world.audit = Audit.objects.get(pk=world.audit.pk)
            for name, who in deeds:
                with suppress(ValidationError, AuditMember.DoesNotExist), transaction.atomic():
                    CARRY_OUT[name](world, who)
                    if name == "notify":
                        _must_be_whole(world)
            passed = _pass(world)
            seen.update(passed or {"held up"})
            _handle_unasked_while_answering(world, passed)
            transaction.set_rollback(True)

    play()

    assert seen == {"notify", "start", "answer", "held up"}


def _handle_unasked_while_answering(world: World, passed: set[str]) -> None:
    """Once under way, a handler who audits is named past the form: no answer is taken then."""
    if "answer" not in passed:
        return
    member = world.audit.members.filter(removed_at=None).exclude(role=Member.LEAD).first()
    if member is None:
        return
    _sample(world, person=member.person)
    with pytest.raises(TransitionNotAllowed):
        must_be_answerable(world.audit, by=lead_of(world.audit))
