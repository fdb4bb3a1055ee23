"""Carrying measures out: what shows it, deadlines put off, changes asked for."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audits.actions.treating import (
    agree_measures,
    ask_for_change,
    complete_action,
    extend,
    implement,
    propose_measures,
    save_treatment,
)
from audits.models import (
    CorrectiveAction,
    DueExtension,
    Nonconformity,
    Treatment,
)
from audits.permissions.nonconformities import (
    can_ask_for_change,
    can_complete,
)
from audits.workflow import NonconformityStatus
from procedures.models import ChangeRequest
from procedures.workflow import VersionStatus
from qms.foundation.dates import today
from qms.records.models import Signature
from qms.records.workflow import TransitionNotAllowed
from tests.audits.making_nc import (
    advance_nonconformity,
    make_action,
    make_nonconformity,
    treatment_of,
)
from tests.factories import Office, make_version

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


# --- carrying out ---


def test_action_is_done_on_a_day_with_what_shows_it() -> None:
    office = Office()
    nc = made_in(Status.PLANNED, office, grade="major")
    action = nc.actions.get()
    assert [can_complete(p, action) for p in (office.staff, office.reviewer, office.clerk)] == [
        True,
        True,
        False,
    ]
    for on, note in ((today() + DAY, "Sổ"), (nc.found_on - DAY, "Sổ"), (today(), " ")):
        with pytest.raises(ValidationError):
            complete_action(action, by=office.staff, on=on, note=note)

    complete_action(action, by=office.staff, on=today(), note="Sổ kiểm tra")

    found = CorrectiveAction.objects.get()
    assert (found.done_by, found.done_on, found.done_note) == (
        office.staff,
        today(),
        "Sổ kiểm tra",
    )
    with pytest.raises(TransitionNotAllowed, match="thực hiện xong"):
        complete_action(action, by=office.staff, note="Lại")
    assert not can_complete(office.staff, action)


def test_database_refuses_an_action_done_without_what_shows_it() -> None:
    office = Office()
    nc = made_in(Status.IMPLEMENTED, office, grade="major")

    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectiveAction.objects.filter(nonconformity=nc).update(done_note="")


def test_all_is_carried_out_only_with_every_action() -> None:
    office = Office()
    nc = made_in(Status.ANALYSED, office, grade="major")
    first, second = make_action(office, nc), make_action(office, nc, what="Tập huấn")
    propose_measures(nc, by=office.reviewer)
    agree_measures(nc, by=office.secretary)
    complete_action(first, by=office.staff, note="Sổ")

    with pytest.raises(ValidationError, match="Chưa thực hiện: Tập huấn"):
        implement(nc, by=office.reviewer)
    complete_action(second, by=office.staff, note="Danh sách")
    implement(nc, by=office.reviewer)

    assert stored(nc).status == Status.IMPLEMENTED


def test_carrying_out_is_not_dated_before_the_last_work() -> None:
    office = Office()
    nc = make_nonconformity(office, found_on=JUNE, grade="major")
    advance_nonconformity(nc, Status.PLANNED, office, on=JUNE)
    complete_action(nc.actions.get(), by=office.staff, on=JUNE + 9 * DAY, note="Sổ")

    with pytest.raises(ValidationError, match="10/06/2022") as refusal:
        implement(nc, by=office.reviewer, on=JUNE + 8 * DAY)
    implement(nc, by=office.reviewer, on=JUNE + 9 * DAY)

    assert list(refusal.value.message_dict) == ["on"]
    assert stored(nc).implemented_on == JUNE + 9 * DAY


def test_minor_one_without_action_says_why_and_goes_straight_on() -> None:
    office = Office()
    nc = made_in(Status.ANALYSED, office)
    save_treatment(nc, treatment_of(office, nc, no_action_reason=""), by=office.staff)
    with pytest.raises(ValidationError, match="vì sao không cần hành động"):
        implement(nc, by=office.reviewer)
    save_treatment(nc, treatment_of(office, nc), by=office.staff)

    implement(nc, by=office.reviewer)

    assert stored(nc).status == Status.IMPLEMENTED
    last = Signature.objects.on(treatment(nc)).last()
    assert (last.act, last.sha256) == ("approved", nc.sha256()) if last else False


@pytest.mark.parametrize("way", ["major", "repeated", "with an action"])
def test_others_do_not_go_straight_on(way: str) -> None:
    office = Office()
    fields: dict[str, Any] = {"grade": "major"} if way == "major" else {}
    nc = made_in(Status.ANALYSED, office, **fields)
    if way == "repeated":
        earlier = make_nonconformity(office, found_on=JUNE)
        nc.link_repeat(earlier, by=office.secretary)
    if way == "with an action":
        make_action(office, nc)
    save_treatment(nc, treatment_of(office, nc, no_action_reason="Ngại"), by=office.staff)

    with pytest.raises(ValidationError, match="hành động khắc phục"):
        implement(nc, by=office.reviewer)

    assert stored(nc).status == Status.ANALYSED


# --- deadlines ---


def test_extension_keeps_the_old_day_and_why() -> None:
    office = Office()
    nc = make_nonconformity(office)
    old = nc.due_on

    extend(nc, new_due_on=old + DAY, reason="Chờ  máy in", by=office.secretary)
    extend(nc, new_due_on=old + 5 * DAY, reason="Vẫn chờ", by=office.leader)

    assert stored(nc).due_on == old + 5 * DAY
    kept = DueExtension.objects.values_list("old_due_on", "new_due_on", "reason", "granted_on")
    assert list(kept) == [
        (old, old + DAY, "Chờ máy in", today()),
        (old + DAY, old + 5 * DAY, "Vẫn chờ", today()),
    ]


def test_extension_names_the_field_that_is_wrong() -> None:
    office = Office()
    nc = make_nonconformity(office)
    action = make_action(office, nc)

    wrong: list[tuple[dict[str, Any], str]] = [
        ({"new_due_on": nc.due_on}, "new_due_on"),
        ({"reason": " "}, "reason"),
        ({"on": today() + DAY}, "on"),
        ({"on": nc.found_on - DAY}, "on"),
        ({"action": action, "new_due_on": nc.due_on + DAY}, "new_due_on"),
    ]
    for fields, field in wrong:
        given: dict[str, Any] = {"new_due_on": nc.due_on + DAY, "reason": "Chờ"} | fields
        with pytest.raises(ValidationError) as refusal:
            extend(nc, by=office.secretary, **given)
        assert list(refusal.value.message_dict) == [field]

    assert not DueExtension.objects.exists()


def test_action_is_put_off_within_the_whole_and_not_once_done() -> None:
    office = Office()
    nc = make_nonconformity(office, grade="major")
    action = make_action(office, nc, due_on=nc.due_on - 9 * DAY)
    advance_nonconformity(nc, Status.PLANNED, office)

    extend(nc, new_due_on=nc.due_on, reason="Chờ", by=office.secretary, action=action)
    complete_action(action, by=office.staff, note="Sổ")
    extend(nc, new_due_on=nc.due_on + DAY, reason="Chờ", by=office.secretary)

    with pytest.raises(TransitionNotAllowed, match="thực hiện xong"):
        extend(nc, new_due_on=nc.due_on, reason="Chờ", by=office.secretary, action=action)
    found = CorrectiveAction.objects.get()
    assert (found.due_on, found.done_note) == (nc.due_on - DAY, "Sổ")


@pytest.mark.parametrize("status", [Status.CLOSED, Status.REJECTED])
def test_settled_one_is_not_put_off(status: NonconformityStatus) -> None:
    office = Office()
    nc = made_in(status, office)

    with pytest.raises(TransitionNotAllowed):
        extend(nc, new_due_on=nc.due_on + DAY, reason="Chờ", by=office.secretary)

    assert not DueExtension.objects.exists()


# --- a change of the procedure ---


def test_action_asks_once_for_a_change_of_its_procedure() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)
    nc = make_nonconformity(office, version=version, step_key="s2", step_text="Thẩm định")
    action = make_action(office, nc)
    assert can_ask_for_change(office.staff, action)

    request = ask_for_change(action, by=office.staff, what="Thêm bước kiểm tra", why="Hay quên")

    assert CorrectiveAction.objects.get().change_request == request
    assert (request.procedure, request.origin_text, request.step_text) == (
        version.procedure,
        nc.number,
        "Thẩm định",
    )
    with pytest.raises(TransitionNotAllowed, match="đã có đề nghị"):
        ask_for_change(action, by=office.staff, what="Nữa", why="Nữa")
    assert ChangeRequest.objects.count() == 1
    assert not can_ask_for_change(office.staff, action)


def test_change_needs_a_procedure() -> None:
    office = Office()
    action = make_action(office, make_nonconformity(office))

    with pytest.raises(TransitionNotAllowed, match="không gắn với quy trình"):
        ask_for_change(action, by=office.staff, what="Thêm", why="Quên")

    assert not can_ask_for_change(office.staff, action)
