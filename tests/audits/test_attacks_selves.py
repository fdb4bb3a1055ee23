"""Somebody verifies what they did themselves, or spares the unit what a repeated one asks for."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.actions.treating import agree_measures, analyse, implement, save_treatment
from audits.actions.verifying import check_effect, follow_up, verify
from audits.models import Nonconformity
from audits.permissions import nonconformities as may
from audits.workflow import NonconformityStatus
from qms.organisation.models import User
from qms.organisation.roles import Role
from qms.records.workflow import TransitionNotAllowed
from tests.audits.making_nc import (
    advance_nonconformity,
    make_action,
    make_nonconformity,
    treatment_of,
)
from tests.factories import Office, make_unit, make_user, sign_in

pytestmark = pytest.mark.django_db


def _refused(nc: Nonconformity, by: User) -> None:
    nc = Nonconformity.objects.get(pk=nc.pk)
    before = (nc.status, nc.round, nc.moves.count())
    assert not may.can_verify(by, nc)
    with pytest.raises(TransitionNotAllowed):
        verify(nc, by=by, is_effective=True)
    after = Nonconformity.objects.get(pk=nc.pk)
    assert (after.status, after.round, after.moves.count()) == before


def test_who_signed_for_the_unit_does_not_verify_though_another_answers_for_it() -> None:
    """A head who audits too signs the cause and that all is done; the owner is somebody else."""
    office = Office()
    head = make_user(Role.LEADER, Role.INTERNAL_AUDITOR, unit=office.agency)
    nc = make_nonconformity(office, owner=office.clerk)
    nc.confirm(by=office.staff)
    save_treatment(nc, treatment_of(office, nc), by=office.staff)
    analyse(nc, by=head)
    implement(nc, by=office.reviewer)
    _refused(nc, head)


def test_who_said_that_all_is_done_does_not_verify() -> None:
    office = Office()
    head = make_user(Role.LEADER, Role.INTERNAL_AUDITOR, unit=office.agency)
    nc = make_nonconformity(office, owner=office.clerk)
    advance_nonconformity(nc, NonconformityStatus.ANALYSED, office)
    implement(nc, by=head)
    _refused(nc, head)


def test_who_acted_in_an_earlier_round_does_not_verify_the_next() -> None:
    office = Office()
    doer = make_user(Role.INTERNAL_AUDITOR, unit=office.agency)
    nc = make_nonconformity(office)
    make_action(office, nc, person=doer)
    advance_nonconformity(nc, NonconformityStatus.PLANNED, office)
    advance_nonconformity(nc, NonconformityStatus.IMPLEMENTED, office)
    verify(nc, by=office.secretary, is_effective=False, comment="Vẫn thiếu")
    nc = Nonconformity.objects.get(pk=nc.pk)
    assert nc.round == 2
    save_treatment(nc, treatment_of(office, nc), by=office.staff)
    implement(nc, by=office.reviewer)
    _refused(nc, doer)
    verify(nc, by=office.secretary, is_effective=True)
    assert Nonconformity.objects.get(pk=nc.pk).status == NonconformityStatus.VERIFIED


def test_who_put_it_right_at_first_does_not_verify_once_another_name_is_written() -> None:
    office = Office()
    doer = make_user(Role.INTERNAL_AUDITOR, unit=office.agency)
    nc = make_nonconformity(office)
    nc.confirm(by=office.staff)
    save_treatment(nc, treatment_of(office, nc, corrected_by=doer), by=office.staff)
    analyse(nc, by=office.reviewer)
    implement(nc, by=office.reviewer)
    verify(nc, by=office.secretary, is_effective=False, comment="Vẫn thiếu")
    save_treatment(nc, treatment_of(office, nc, corrected_by=office.clerk), by=office.staff)
    implement(nc, by=office.reviewer)
    _refused(nc, doer)


def test_a_later_doer_does_not_agree_to_the_measures_of_the_next_round() -> None:
    office = Office()
    doer = make_user(Role.INTERNAL_AUDITOR, unit=office.agency)
    nc = make_nonconformity(office)
    make_action(office, nc, person=doer)
    nc.confirm(by=office.staff)
    save_treatment(nc, treatment_of(office, nc), by=office.staff)
    analyse(nc, by=office.reviewer)
    assert doer.pk in nc.doers()
    with pytest.raises(TransitionNotAllowed):
        agree_measures(nc, by=doer)


def _repeat(client: Client, nc: Nonconformity, **typed: Any) -> Any:
    data = {f"repeat-{name}": value for name, value in typed.items()}
    return client.post(reverse("audits:nonconformity-repeat", args=[nc.slug]), data)


def test_the_unit_does_not_undo_the_link_to_an_earlier_one(client: Client) -> None:
    office = Office()
    unit = make_unit(office.agency)
    head = make_user(Role.UNIT_HEAD, unit=unit)
    earlier = make_nonconformity(office, unit=unit, clause="7.5")
    nc = make_nonconformity(office, unit=unit, clause="7.5")
    nc.link_repeat(earlier, by=office.secretary)
    sign_in(client, head)
    _repeat(client, nc, repeats="", repeat_denied="Nguyên nhân khác")
    nc.refresh_from_db()
    assert (nc.repeats, nc.repeat_denied, nc.is_demanding) == (earlier, "", True)
    sign_in(client, office.secretary)
    _repeat(client, nc, repeats="", repeat_denied="Nguyên nhân khác")
    nc.refresh_from_db()
    assert (nc.repeats, nc.repeat_denied) == (None, "Nguyên nhân khác")


def test_one_that_follows_another_stays_a_repeat_of_it() -> None:
    office = Office()
    nc = advance_nonconformity(make_nonconformity(office), NonconformityStatus.VERIFIED, office)
    check_effect(nc, by=office.secretary, is_effective=False, comment="Tái diễn")
    further = follow_up(nc, by=office.secretary)
    with pytest.raises(TransitionNotAllowed):
        further.deny_repeat("Nguyên nhân khác", by=office.secretary)
    further.refresh_from_db()
    assert further.is_demanding
    assert further.repeats == nc
