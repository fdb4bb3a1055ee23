"""Correction, cause and measures: what each asks, and who may not."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audits.actions.treating import (
    TreatmentGiven,
    agree_measures,
    analyse,
    propose_measures,
    refuse_measures,
    remove_action,
    save_treatment,
)
from audits.models import (
    CorrectiveAction,
    Nonconformity,
    Treatment,
)
from audits.permissions.nonconformities import (
    can_agree,
    can_judge_repeat,
)
from audits.workflow import NonconformityStatus
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed
from tests.audits.making_nc import (
    advance_nonconformity,
    make_action,
    make_nonconformity,
    treatment_of,
)
from tests.factories import Office, make_user, make_version

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


def messages(refusal: pytest.ExceptionInfo[ValidationError]) -> list[str]:
    return refusal.value.messages


# --- what is written ---


def test_treatment_is_kept_once_a_round_and_the_same_again_writes_nothing() -> None:
    office = Office()
    nc = make_nonconformity(office)
    given = treatment_of(office, nc, whys=("", " vì  thiếu ", "vì vội"), root=2)

    first = save_treatment(nc, given, by=office.staff)
    again = save_treatment(nc, given, by=office.staff)

    assert (first, again.history.count()) == (again, 1)
    assert (again.whys, again.root, again.root_text) == (["vì thiếu", "vì vội"], 1, "vì vội")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"whys": ("a",) * 6}, "whys"),
        ({"whys": ("a",), "root": 1}, "root"),
        ({"whys": ("a", " "), "root": 1}, "root"),
        ({"root": -1}, "root"),
        ({"category": "bad luck"}, "category"),
        ({"corrected_on": None}, "corrected_on"),
        ({"corrected_by": None}, "corrected_on"),
        ({"corrected_on": today() + DAY}, "corrected_on"),
        ({"corrected_on": JUNE}, "corrected_on"),
    ],
)
def test_treatment_names_the_field_that_is_wrong(fields: dict[str, Any], field: str) -> None:
    office = Office()
    nc = make_nonconformity(office)

    with pytest.raises(ValidationError) as refusal:
        save_treatment(nc, treatment_of(office, nc, **fields), by=office.staff)

    assert list(refusal.value.message_dict) == [field]
    assert not Treatment.objects.exists()


@pytest.mark.parametrize(
    "status",
    [Status.PLANNED, Status.IMPLEMENTED, Status.VERIFIED, Status.CLOSED, Status.REJECTED],
)
def test_treatment_is_not_written_once_measures_are_agreed(status: NonconformityStatus) -> None:
    office = Office()
    nc = made_in(status, office, grade="major")
    before = list(Treatment.objects.values())

    with pytest.raises(TransitionNotAllowed):
        save_treatment(nc, TreatmentGiven(correction="Khác"), by=office.staff)
    with pytest.raises(TransitionNotAllowed):
        make_action(office, nc)

    assert list(Treatment.objects.values()) == before


# --- the cause, proportionate to the grade ---


def analysable(office: Office, **fields: Any) -> Nonconformity:
    nc = make_nonconformity(office, **fields)
    nc.confirm(by=office.staff)
    return nc


def test_cause_is_signed_after_the_unit_confirmed_and_by_who_answers_from_then_on() -> None:
    office = Office()
    nc = make_nonconformity(office)
    save_treatment(nc, treatment_of(office, nc), by=office.staff)
    with pytest.raises(TransitionNotAllowed, match="chưa xác nhận"):
        analyse(nc, by=office.reviewer)
    nc.confirm(by=office.staff)

    analyse(nc, by=office.reviewer, seen=nc.sha256())

    assert (stored(nc).status, nc.owner, nc.analysed_on) == ("analysed", office.reviewer, today())
    signature = Signature.objects.on(treatment(nc)).get()
    assert (signature.act, signature.person, signature.sha256) == (
        "approved",
        office.reviewer,
        nc.sha256(),
    )


def test_cause_is_not_signed_over_another_text_than_was_seen() -> None:
    office = Office()
    nc = analysable(office)
    save_treatment(nc, treatment_of(office, nc), by=office.staff)
    seen = nc.sha256()
    save_treatment(nc, treatment_of(office, nc, cause="Khác"), by=office.staff)

    with pytest.raises(SeenVersionChanged):
        analyse(nc, by=office.reviewer, seen=seen)

    assert stored(nc).status == Status.OPEN


def test_minor_one_asks_for_correction_and_one_box() -> None:
    office = Office()
    nc = analysable(office)
    with pytest.raises(ValidationError) as nothing:
        analyse(nc, by=office.reviewer)
    save_treatment(nc, TreatmentGiven(has_similar=True), by=office.staff)
    with pytest.raises(ValidationError) as little:
        analyse(nc, by=office.reviewer)

    assert messages(nothing) == ["Chưa ghi khắc phục tức thời và nguyên nhân."]
    assert messages(little) == [
        "Chưa ghi khắc phục tức thời.",
        "Chưa ghi nguyên nhân.",
        "Chưa ghi các trường hợp tương tự.",
    ]


@pytest.mark.parametrize("way", ["major", "repeated"])
def test_major_or_repeated_one_asks_for_whys_root_category_and_similar_ones(way: str) -> None:
    office = Office()
    earlier = make_nonconformity(office)
    fields: dict[str, Any] = {"grade": "major"} if way == "major" else {"repeats": earlier}
    nc = analysable(office, **fields)
    save_treatment(nc, TreatmentGiven(correction="Ghi bù", cause="Vội"), by=office.staff)

    with pytest.raises(ValidationError) as refusal:
        analyse(nc, by=office.reviewer)

    assert messages(refusal) == [
        "Chưa trả lời “vì sao” lần nào (từ một đến năm lần).",
        "Chưa chọn nguyên nhân gốc.",
        "Chưa chọn nhóm nguyên nhân.",
        "Chưa trả lời có trường hợp tương tự hay không.",
    ]
    assert stored(nc).status == Status.OPEN


def test_major_one_like_another_is_linked_or_denied_first() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    earlier = make_nonconformity(office, version=version)
    linked, denied = (analysable(office, version=version, grade="major") for _ in range(2))
    for nc in (linked, denied):
        save_treatment(nc, treatment_of(office, nc), by=office.staff)
        with pytest.raises(ValidationError, match="hãy liên kết là lặp lại"):
            analyse(nc, by=office.reviewer)

    linked.link_repeat(earlier, by=office.secretary)
    denied.deny_repeat("Khác nguyên nhân", by=office.secretary)
    analyse(linked, by=office.reviewer)
    analyse(denied, by=office.reviewer)

    assert (stored(linked).repeats, stored(denied).repeat_denied) == (earlier, "Khác nguyên nhân")


def test_repeat_is_of_an_earlier_one_of_the_agency() -> None:
    office, other = Office(), Office()
    nc = make_nonconformity(office, found_on=JUNE)
    later, theirs = make_nonconformity(office), make_nonconformity(other, found_on=JUNE)
    rejected = made_in(Status.REJECTED, office, found_on=JUNE)
    mutual = make_nonconformity(office, found_on=JUNE, repeats=nc)

    for wrong in (nc, later, theirs, rejected, mutual):
        with pytest.raises(ValidationError, match="đã có từ trước"):
            nc.link_repeat(wrong, by=office.secretary)
    with pytest.raises(ValidationError, match="Hãy ghi lý do"):
        nc.deny_repeat(" ", by=office.secretary)

    assert (stored(nc).repeats, nc.repeat_denied) == (None, "")


# --- measures ---


def test_measures_are_signed_laid_down_and_agreed_to() -> None:
    office = Office()
    nc = made_in(Status.ANALYSED, office, grade="major")
    make_action(office, nc)
    assert not can_agree(office.secretary, nc)

    propose_measures(nc, by=office.reviewer, seen=nc.sha256())
    assert can_agree(office.secretary, nc)
    assert not can_agree(office.reviewer, nc)
    agree_measures(nc, by=office.secretary, seen=nc.sha256())

    assert (stored(nc).status, nc.planned_on) == (Status.PLANNED, today())
    signed = Signature.objects.on(treatment(nc)).values_list("act", "person", "sha256")
    assert list(signed)[1:] == [
        ("approved", office.reviewer.pk, nc.sha256()),
        ("agreed", office.secretary.pk, nc.sha256()),
    ]


def test_measures_name_what_is_missing() -> None:
    office = Office()
    nc = made_in(Status.ANALYSED, office)
    given = treatment_of(office, nc, corrected_by=None, corrected_on=None)
    save_treatment(nc, given, by=office.staff)

    with pytest.raises(ValidationError) as refusal:
        propose_measures(nc, by=office.reviewer)

    assert messages(refusal) == [
        "Chưa ghi ai khắc phục tức thời, ngày nào.",
        "Chưa có hành động khắc phục nào.",
    ]
    assert not treatment(nc).is_laid


def test_measures_refused_go_back_open_and_are_signed_anew() -> None:
    office = Office()
    nc = made_in(Status.ANALYSED, office, grade="major")
    action = make_action(office, nc)
    propose_measures(nc, by=office.reviewer)
    with pytest.raises(TransitionNotAllowed, match="không sửa được nữa"):
        remove_action(action, by=office.staff)
    with pytest.raises(TransitionNotAllowed, match="không sửa được nữa"):
        nc.deny_repeat("Khác", by=office.staff)
    with pytest.raises(ValidationError, match="điểm chưa đồng ý"):
        refuse_measures(nc, by=office.secretary, comment="")

    refuse_measures(nc, by=office.secretary, comment="Chưa đủ mạnh")
    assert (treatment(nc).refusal, treatment(nc).is_laid) == ("Chưa đủ mạnh", False)
    remove_action(action, by=office.staff)
    make_action(office, nc, what="Kiểm tra mỗi ngày")
    propose_measures(nc, by=office.reviewer)
    agree_measures(nc, by=office.secretary)

    assert [one.what for one in nc.standing_actions()] == ["Kiểm tra mỗi ngày"]
    rounds = Signature.objects.on(treatment(nc)).filter(act="approved").values_list("round")
    assert list(rounds) == [(1,), (2,), (3,)]


@pytest.mark.parametrize("who", ["staff", "reviewer"])
def test_measures_are_not_agreed_to_by_who_does_or_answers_for_them(who: str) -> None:
    office = Office()
    nc = made_in(Status.ANALYSED, office, grade="major")
    make_action(office, nc)
    propose_measures(nc, by=office.reviewer)
    person = getattr(office, who)

    with pytest.raises(TransitionNotAllowed, match="không tự đồng ý"):
        agree_measures(nc, by=person)
    with pytest.raises(TransitionNotAllowed, match="không tự xét"):
        refuse_measures(nc, by=person, comment="Không")

    assert stored(nc).status == Status.ANALYSED


def test_measures_are_agreed_to_only_once_laid_down() -> None:
    office = Office()
    nc = made_in(Status.ANALYSED, office)

    with pytest.raises(TransitionNotAllowed, match="chưa trình biện pháp"):
        agree_measures(nc, by=office.secretary)


def test_auditor_who_found_it_agrees_while_the_account_is_open() -> None:
    office = Office()
    auditor = make_user(Role.INTERNAL_AUDITOR, unit=office.agency)
    nc = made_in(Status.ANALYSED, office, grade="major")
    nc.auditor = auditor
    nc.record(by=office.secretary, reason="Thử")
    make_action(office, nc)
    propose_measures(nc, by=office.reviewer)

    assert [can_agree(person, nc) for person in (auditor, office.secretary)] == [True, False]
    assert [can_judge_repeat(p, nc) for p in (auditor, make_user())] == [True, False]
    auditor.is_active = False
    auditor.record(by=office.secretary, reason="Nghỉ")
    assert [can_agree(person, stored(nc)) for person in (auditor, office.secretary)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"what": " "}, "what"),
        ({"due_on": JUNE}, "due_on"),
        ({"due_on": today() + 400 * DAY}, "due_on"),
    ],
)
def test_action_names_the_field_that_is_wrong(fields: dict[str, Any], field: str) -> None:
    office = Office()
    nc = make_nonconformity(office)

    with pytest.raises(ValidationError) as refusal:
        make_action(office, nc, **fields)

    assert list(refusal.value.message_dict) == [field]
    assert not CorrectiveAction.objects.exists()
