"""Generated assignments over all relations: nothing passes that must not."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.actions.meetings import start_audit
from audits.actions.planning import (
    notify_audit,
    remove_subject,
)
from audits.actions.team import (
    countersign,
    must_be_answerable,
    remove_member,
)
from audits.independence import (
    check_handlers,
)
from audits.models import (
    Audit,
    AuditMember,
    DossierHandler,
)
from qms.records.workflow import TransitionNotAllowed
from tests.audits.making import (
    attended,
    lead_of,
)
from tests.audits.worlds import (
    REFUSED,
    WARNED,
    Member,
    World,
    join,
    make_world,
    sample,
    take_up,
    take_up_unit,
)

pytestmark = pytest.mark.django_db

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
    sample(world, person=world.people[who])


def _drop(world: World) -> None:
    for subject in world.audit.subjects.filter(procedure__isnull=False, removed_at=None):
        remove_subject(subject, by=world.office.secretary)


def _countersign(world: World, who: str) -> None:
    leader = world.office.leader if who != "approver" else world.office.reviewer
    countersign(_member(world, who), by=leader)


CARRY_OUT: dict[str, Callable[[World, str], object]] = {
    "join": join,
    "join_with_reason": lambda world, who: join(world, who, reason="Không còn ai khác"),
    "countersign": _countersign,
    "leave": lambda world, who: remove_member(_member(world, who), by=world.office.secretary),
    "handle": _handle,
    "handle_unasked": lambda world, who: sample(world, person=world.people[who]),
    "take_up": lambda world, who: take_up(world),
    "take_up_unit": lambda world, who: take_up_unit(world),
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
    sample(world, person=member.person)
    with pytest.raises(TransitionNotAllowed):
        must_be_answerable(world.audit, by=lead_of(world.audit))
