"""Whatever is tried, by whomever, nothing is closed without its parts."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.actions.treating import (
    TreatmentGiven,
    add_action,
    agree_measures,
    analyse,
    complete_action,
    implement,
    propose_measures,
    refuse_measures,
    remove_action,
    save_treatment,
)
from audits.actions.verifying import check_effect, close, verify
from audits.models import (
    CorrectiveAction,
    Nonconformity,
    Treatment,
)
from audits.workflow import NONCONFORMITY_MOVES, NonconformityStatus
from qms.organisation.models import User
from qms.records.models import Signature
from tests.audits.making_nc import (
    DEMANDING,
    make_nonconformity,
)
from tests.factories import BY_PASSWORD, Office

pytestmark = pytest.mark.django_db

Status = NonconformityStatus


def stored(nc: Nonconformity) -> Nonconformity:
    return Nonconformity.objects.get(pk=nc.pk)


def treatment(nc: Nonconformity) -> Treatment:
    found = nc.treatment()
    assert found is not None
    return found


Deed = Callable[[Nonconformity, User], Any]


def _first_action(nc: Nonconformity) -> CorrectiveAction:
    action = nc.standing_actions().filter(done_at=None).first()
    if action is None:
        raise ValidationError("Không có hành động nào.")
    return action


def _whole(nc: Nonconformity, by: User) -> TreatmentGiven:
    return TreatmentGiven("Ghi bù", by, nc.found_on, "Vội", no_action_reason="Một lần", **DEMANDING)


PATH: list[Deed] = [
    lambda nc, by: nc.confirm(by=by),
    lambda nc, by: save_treatment(nc, _whole(nc, by), by=by),
    lambda nc, by: analyse(nc, by=by),
    lambda nc, by: add_action(nc, what="Kiểm tra", person=by, due_on=nc.due_on, by=by),
    lambda nc, by: propose_measures(nc, by=by),
    lambda nc, by: agree_measures(nc, by=by),
    lambda nc, by: complete_action(_first_action(nc), by=by, note="Sổ"),
    lambda nc, by: implement(nc, by=by),
    lambda nc, by: verify(nc, by=by, is_effective=True),
    lambda nc, by: check_effect(nc, by=by, is_effective=True),
    lambda nc, by: close(nc, by=by, signing=BY_PASSWORD),
]
OTHERS: list[Deed] = [
    lambda nc, by: save_treatment(nc, TreatmentGiven(cause="Vội"), by=by),
    lambda nc, by: remove_action(_first_action(nc), by=by),
    lambda nc, by: refuse_measures(nc, by=by, comment="Chưa đủ"),
    lambda nc, by: verify(nc, by=by, is_effective=False, comment="Chưa đạt"),
    lambda nc, by: check_effect(nc, by=by, is_effective=False, comment="Chưa"),
    lambda nc, by: nc.deny_repeat("Khác", by=by),
    lambda nc, by: nc.reject(by=by, reason="Nhầm"),
]
# The way on, each step by somebody, with more of it and of other deeds in between.
_person = st.integers(0, 4)
_noise = st.lists(
    st.tuples(st.integers(0, len(PATH) + len(OTHERS) - 2), _person), max_size=1
)  # all but rejecting, which ends it
_walk = st.lists(st.tuples(_noise, _person), min_size=len(PATH), max_size=len(PATH))


@pytest.mark.parametrize("grade", ["minor", "major"])
def test_nothing_is_closed_without_its_parts_whatever_is_tried_by_whomever(grade: str) -> None:
    office = Office()
    people = [office.secretary, office.staff, office.reviewer, office.leader, office.clerk]
    deeds = [*PATH, *OTHERS]
    closed = 0

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_walk)
    def walk(steps: list[tuple[list[tuple[int, int]], int]]) -> None:
        nonlocal closed
        nc = make_nonconformity(office, grade=grade, repeat_denied="Khác")
        for place, (noise, person) in enumerate(steps):
            for number, other in [*noise, (place, person)]:
                try:
                    deeds[number](nc, people[other])
                except ValidationError:
                    continue
                _must_hold(stored(nc))
        closed += stored(nc).status == Status.CLOSED

    walk()

    assert closed > 0, "no walk came to its end"


def _must_hold(nc: Nonconformity) -> None:
    moves = list(nc.moves.all())
    walked = [move.status for move in moves]
    assert all(a == b or b in NONCONFORMITY_MOVES[a] for a, b in itertools.pairwise(walked))
    assert walked[-1] == nc.status
    for done in nc.treatments.filter(verified_by__isnull=False):
        of_round = nc.actions.filter(round=done.round, removed_at=None)
        doers = {done.corrected_by_id, done.measures_by_id, nc.owner_id}
        doers |= {key for pair in of_round.values_list("person", "done_by") for key in pair}
        assert done.verified_by_id not in doers
    if nc.status != Status.CLOSED:
        return
    last = treatment(nc)
    actions = nc.standing_actions()
    assert nc.confirmed_by is not None
    assert last.correction
    assert last.corrected_by
    assert last.is_effective
    assert all(action.is_done and action.done_note for action in actions)
    acts = {signature.act for signature in Signature.objects.on(last)}
    assert acts == {"approved", "verified"} | ({"agreed"} if actions else set())
    assert {s.act for s in Signature.objects.on(nc)} == {"prepared", "confirmed", "closed"}
    if nc.is_demanding:
        assert last.whys
        assert last.root is not None
        assert last.category
        assert last.has_similar is not None
        assert actions
        assert nc.effectiveness_checks.filter(round=nc.round, is_effective=True).exists()
    elif not actions:
        assert last.no_action_reason
