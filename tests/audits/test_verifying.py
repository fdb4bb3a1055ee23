"""Verifying, closing and looking again: what each asks, and who may not."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audits.actions.treating import (
    agree_measures,
    propose_measures,
    save_treatment,
)
from audits.actions.verifying import check_effect, close, follow_up, verify
from audits.models import (
    EffectivenessCheck,
    Nonconformity,
    Treatment,
)
from audits.permissions.nonconformities import (
    can_check_effect,
    can_follow_up,
    can_verify,
)
from audits.workflow import NonconformityStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import add_months, today
from qms.records.models import Signature
from qms.records.signatures import Signing
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed
from tests.audits.making_nc import (
    advance_nonconformity,
    make_action,
    make_nonconformity,
    treatment_of,
)
from tests.factories import BY_PASSWORD, Office, make_version

pytestmark = pytest.mark.django_db

Status = NonconformityStatus
JUNE = dt.date(2022, 6, 1)
DAY = dt.timedelta(days=1)


def stored(nc: Nonconformity) -> Nonconformity:
    return Nonconformity.objects.get(pk=nc.pk)


def made_in(status: NonconformityStatus, office: Office, **fields: Any) -> Nonconformity:
    return advance_nonconformity(make_nonconformity(office, **fields), status, office)


def treatment(nc: Nonconformity) -> Treatment:
    found = nc.treatment()
    assert found is not None
    return found


# --- verifying ---


@pytest.mark.parametrize("who", ["staff", "reviewer", "clerk"])
def test_verifier_is_no_doer_corrector_or_owner(who: str) -> None:
    office = Office()
    nc = make_nonconformity(office, grade="major")
    advance_nonconformity(nc, Status.ANALYSED, office)
    given = treatment_of(office, nc, corrected_by=office.clerk)
    save_treatment(nc, given, by=office.staff)
    make_action(office, nc)
    propose_measures(nc, by=office.reviewer)
    agree_measures(nc, by=office.secretary)
    advance_nonconformity(nc, Status.IMPLEMENTED, office)

    with pytest.raises(TransitionNotAllowed, match="không tự kiểm tra"):
        verify(nc, by=getattr(office, who), is_effective=True)

    assert (stored(nc).status, can_verify(getattr(office, who), nc)) == ("implemented", False)
    assert can_verify(office.secretary, nc)


def test_verified_one_says_when_its_effect_is_to_be_checked() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=JUNE)
    advance_nonconformity(nc, Status.VERIFIED, office, on=dt.date(2022, 6, 30))

    assert (nc.verified_by, nc.verified_on) == (office.secretary, dt.date(2022, 6, 30))
    assert nc.effect_due_on == dt.date(2022, 9, 30)
    signature = Signature.objects.on(treatment(nc)).get(act="verified")
    assert (signature.sha256, signature.method) == (nc.sha256(), "paper")


def test_what_does_not_work_begins_a_round_and_the_old_stays_even_twice() -> None:
    office = Office()
    nc = make_nonconformity(office, grade="major")
    with pytest.raises(TransitionNotAllowed):
        verify(nc, by=office.secretary, is_effective=True)
    for round_no in (1, 2):
        advance_nonconformity(nc, Status.IMPLEMENTED, office)
        with pytest.raises(ValidationError, match="điểm chưa đạt"):
            verify(nc, by=office.secretary, is_effective=False, comment=" ")
        verify(nc, by=office.secretary, is_effective=False, comment="Vẫn thiếu phiếu")
        assert (nc.status, nc.round, nc.planned_on) == (Status.ANALYSED, round_no + 1, None)
        assert (treatment(nc).correction, treatment(nc).whys) == ("Ghi bù phiếu kiểm soát", [])
        with pytest.raises(ValidationError, match="Chưa chọn nguyên nhân gốc"):
            propose_measures(nc, by=office.reviewer)

    advance_nonconformity(nc, Status.CLOSED, office)

    assert (stored(nc).status, nc.round) == (Status.CLOSED, 3)
    assert list(nc.treatments.values_list("round", "is_effective", "root")) == [
        (1, False, 1),
        (2, False, 1),
        (3, True, 1),
    ]
    assert list(nc.actions.values_list("round", flat=True)) == [1, 2, 3]
    acts = [signature.act for signature in nc.signatures()]
    assert [acts.count(act) for act in ("agreed", "verified", "closed")] == [3, 3, 1]


# --- closing, effect ---


def test_leader_closes_with_the_password_exactly_what_was_seen() -> None:
    office = Office()
    nc = made_in(Status.VERIFIED, office)
    with pytest.raises(SeenVersionChanged):
        close(nc, by=office.leader, signing=BY_PASSWORD, seen="khác")

    close(nc, by=office.leader, signing=BY_PASSWORD, seen=nc.sha256())

    assert (stored(nc).closed_on, nc.is_settled) == (today(), True)
    signature = Signature.objects.on(nc).get(act="closed")
    assert (signature.person, signature.method) == (office.leader, "password")


def test_closing_on_paper_bears_the_day_of_the_paper() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=JUNE)
    advance_nonconformity(nc, Status.VERIFIED, office, on=JUNE)
    paper = Signing(Signature.Method.PAPER, on=JUNE + DAY)
    with pytest.raises(ValidationError, match="ký ngày 02/06/2022"):
        close(nc, by=office.leader, on=JUNE + 2 * DAY, signing=paper)

    close(nc, by=office.leader, signing=paper)

    assert stored(nc).closed_on == JUNE + DAY


def test_major_one_is_closed_only_after_a_check_that_found_an_effect() -> None:
    office = Office()
    nc = made_in(Status.VERIFIED, office, grade="major")
    with pytest.raises(ValidationError, match="sau khi đánh giá hiệu lực"):
        close(nc, by=office.leader, signing=BY_PASSWORD)
    check_effect(nc, by=office.secretary, is_effective=False, comment="Còn sót")
    with pytest.raises(ValidationError, match="sau khi đánh giá hiệu lực"):
        close(nc, by=office.leader, signing=BY_PASSWORD)
    check_effect(nc, by=office.secretary, is_effective=True)

    close(nc, by=office.leader, signing=BY_PASSWORD)

    assert stored(nc).status == Status.CLOSED


def test_external_one_is_closed_only_once_the_checking_body_was_told() -> None:
    office = Office()
    nc = make_nonconformity(office, source="external_check", minutes_on=today())
    advance_nonconformity(nc, Status.VERIFIED, office)

    for states in ([], ["reported", "not_accepted"]):
        for state in states:
            nc.set_external(state, by=office.secretary)
        with pytest.raises(ValidationError, match="phải báo cáo đoàn kiểm tra"):
            close(nc, by=office.leader, signing=BY_PASSWORD)
    nc.set_external("reported", by=office.secretary)
    close(nc, by=office.leader, signing=BY_PASSWORD)

    assert stored(nc).status == Status.CLOSED


def test_effect_is_checked_later_by_another_and_each_check_stays() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=JUNE)
    advance_nonconformity(nc, Status.CLOSED, office, on=JUNE)
    with pytest.raises(TransitionNotAllowed, match="không tự kiểm tra"):
        check_effect(nc, by=office.staff, is_effective=True)
    with pytest.raises(ValidationError, match="vì sao chưa có hiệu lực"):
        check_effect(nc, by=office.secretary, is_effective=False)
    with pytest.raises(ValidationError, match="không được trước"):
        check_effect(nc, by=office.secretary, on=JUNE - DAY, is_effective=True)

    later = add_months(JUNE, 3)
    check_effect(nc, by=office.secretary, on=later, is_effective=True)
    check_effect(nc, by=office.secretary, on=later, is_effective=False, comment="Lại thiếu")

    found = EffectivenessCheck.objects.values_list("checked_on", "is_effective", "checked_by")
    assert list(found) == [
        (later, True, office.secretary.pk),
        (later, False, office.secretary.pk),
    ]
    assert [can_check_effect(p, nc) for p in (office.secretary, office.staff)] == [True, False]


def test_what_proved_without_effect_is_followed_by_one_further_one() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    nc = make_nonconformity(office, version=version)
    advance_nonconformity(nc, Status.CLOSED, office)
    with pytest.raises(TransitionNotAllowed, match="không có hiệu lực"):
        follow_up(nc, by=office.secretary)
    assert not can_follow_up(office.secretary, nc)
    check_effect(nc, by=office.secretary, is_effective=False, comment="Lại thiếu")
    assert can_follow_up(office.secretary, nc)

    further = follow_up(nc, by=office.secretary)

    assert (further.follows, further.repeats, further.is_demanding) == (nc, nc, True)
    assert (further.procedure, further.status, further.found_on) == (
        version.procedure,
        Status.OPEN,
        today(),
    )
    assert "Lại thiếu" in further.evidence_text
    with pytest.raises(TransitionNotAllowed, match="đã có"):
        follow_up(nc, by=office.secretary)
    assert (Nonconformity.objects.count(), can_follow_up(office.secretary, nc)) == (2, False)
