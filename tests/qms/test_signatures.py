"""Signatures: the name and position as they were, on one content, once."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from qms.organisation.models import Post
from qms.records.models import Signature
from qms.records.signatures import Signing, sign
from tests.factories import make_agency, make_position, make_user, system

pytestmark = pytest.mark.django_db

DIGEST = "a" * 64


def test_signature_keeps_name_and_position_as_they_were() -> None:
    agency = make_agency()
    person = make_user(unit=agency, name="Trần Thị Phó", position="Phó Trưởng phòng")
    signing = Signing(method=Signature.Method.PASSWORD, capacity=Signature.Capacity.KT)
    sign(agency, Signature.Act.APPROVED, by=person, sha256=DIGEST, signing=signing)

    person.full_name = "Trần Thị Khác"
    person.record(by=system(), reason="Đổi tên")

    signature = Signature.objects.on(agency).get()
    assert (signature.person_name, signature.position_name, signature.capacity) == (
        "Trần Thị Phó",
        "Phó Trưởng phòng",
        "KT.",
    )
    assert (signature.sha256, signature.recorded_by) == (DIGEST, person)


def test_paper_is_signed_with_the_position_of_that_day() -> None:
    agency = make_agency()
    person = make_user(unit=agency)
    was, now = make_position("Phó Trưởng phòng", 20), make_position("Trưởng phòng", 10)
    change = dt.date(2022, 6, 1)
    Post(person=person, unit=agency, position=was, valid_to=change).record(
        by=system(), reason="Bổ nhiệm"
    )
    Post(person=person, unit=agency, position=now, valid_from=change).record(
        by=system(), reason="Bổ nhiệm"
    )

    signing = Signing(method=Signature.Method.PAPER, on=dt.date(2022, 3, 10))
    signature = sign(agency, Signature.Act.APPROVED, by=person, sha256=DIGEST, signing=signing)

    assert (signature.position_name, signature.signed_on) == (
        "Phó Trưởng phòng",
        dt.date(2022, 3, 10),
    )


@pytest.mark.parametrize("method", [Signature.Method.CLICK, Signature.Method.PASSWORD])
def test_only_paper_has_a_day_of_its_own(method: str) -> None:
    with pytest.raises(ValueError, match="on paper"):
        Signing(method=method, on=dt.date(2022, 3, 10))


def test_an_act_is_signed_once_a_round() -> None:
    agency, one, two = make_agency(), make_user(), make_user()
    sign(agency, Signature.Act.REVIEWED, by=one, sha256=DIGEST)

    with pytest.raises(IntegrityError), transaction.atomic():
        sign(agency, Signature.Act.REVIEWED, by=two, sha256=DIGEST)
    sign(agency, Signature.Act.REVIEWED, by=two, sha256=DIGEST, round_no=2)

    assert Signature.objects.on(agency).count() == 2


def test_several_may_have_prepared_but_each_once() -> None:
    agency, one, two = make_agency(), make_user(), make_user()
    sign(agency, Signature.Act.PREPARED, by=one, sha256=DIGEST)
    sign(agency, Signature.Act.PREPARED, by=two, sha256=DIGEST)

    with pytest.raises(IntegrityError), transaction.atomic():
        sign(agency, Signature.Act.PREPARED, by=one, sha256=DIGEST)

    assert Signature.objects.on(agency).count() == 2


def test_who_left_keeps_the_name_on_what_was_signed() -> None:
    agency = make_agency()
    person = make_user(unit=agency, name="Lê Văn Đi")
    sign(agency, Signature.Act.PREPARED, by=person, sha256=DIGEST)

    person.is_active = False
    person.record(by=system(), reason="Nghỉ việc")

    assert Signature.objects.on(agency).get().person_name == "Lê Văn Đi"
