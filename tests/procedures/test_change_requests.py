"""Requests to change a procedure: asked, answered, taken up by a version, answered by it."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from procedures import actions
from procedures import permissions as may
from procedures.models import ChangeRequest, ProcedureVersion
from procedures.workflow import CHANGE_REQUEST_MOVES, ChangeRequestStatus, VersionStatus
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.organisation.roles import Role
from qms.records.workflow import TransitionNotAllowed
from tests.factories import (
    Office,
    make_accepted_request,
    make_change_request,
    make_draft,
    make_next_draft,
    make_next_version,
    make_unit,
    make_user,
    make_version,
    restrict,
    system,
)

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
STATUSES = list(ChangeRequestStatus)
LONG_AGO = {"paper_on": dt.date(2022, 3, 10), "effective_on": dt.date(2022, 3, 15)}


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def issued(office: Office) -> ProcedureVersion:
    """A version in force since 2022, so that another may be issued today."""
    return make_version(VersionStatus.ISSUED, office, **LONG_AGO)


def in_status(status: str, office: Office, version: ProcedureVersion) -> ChangeRequest:
    """A request of before `version`, brought to `status` by the real verbs."""
    change = make_change_request(office, version.procedure, requested_on=dt.date(2022, 3, 1))
    if status == ChangeRequestStatus.REFUSED:
        change.refuse(by=office.secretary, reason="Đã có ở bước 2")
    elif status != ChangeRequestStatus.REQUESTED:
        change.accept(by=office.secretary)
    if status == ChangeRequestStatus.ANSWERED:
        change.mark_answered(version, by=office.secretary)
    return change


def stored(change: ChangeRequest) -> ChangeRequest:
    return ChangeRequest.objects.get(pk=change.pk)


# --- asking ---


def test_request_says_who_asks_what_when_and_why(issued: ProcedureVersion, office: Office) -> None:
    change = actions.request_change(
        issued.procedure,
        by=office.staff,
        what="Thêm  giấy ủy quyền\r\nvào hồ sơ ",
        why="Khoản 2 Điều 5",
        origin_text="KPH-2022-003",
        step_key="b1",
        step_text="Bước 1. Tiếp nhận hồ sơ",
    )

    assert (change.status, change.agency, change.procedure) == (
        ChangeRequestStatus.REQUESTED,
        office.agency,
        issued.procedure,
    )
    assert (change.what, change.why) == ("Thêm giấy ủy quyền\nvào hồ sơ", "Khoản 2 Điều 5")
    assert (change.origin_text, change.step_text) == ("KPH-2022-003", "Bước 1. Tiếp nhận hồ sơ")
    assert (change.requested_by, change.requested_on) == (office.staff, today())
    assert (change.answered_by, change.answered_at, change.version) == (None, None, None)


def test_request_from_paper_bears_its_own_day(issued: ProcedureVersion, office: Office) -> None:
    on = dt.date(2022, 5, 4)

    assert make_change_request(office, issued.procedure, requested_on=on).requested_on == on


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"what": " \n"}, "what"),
        ({"why": "\u200b"}, "why"),
        ({"requested_on": today() + DAY}, "requested_on"),
    ],
    ids=["nothing asked", "no reason", "to come"],
)
def test_request_without_what_or_why_or_of_tomorrow_is_refused(
    issued: ProcedureVersion, office: Office, fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        make_change_request(office, issued.procedure, **fields)

    assert list(refusal.value.message_dict) == [wrong]
    assert not ChangeRequest.objects.exists()


def test_the_same_again_while_it_waits_is_the_same_request(
    issued: ProcedureVersion, office: Office
) -> None:
    same: dict[str, Any] = {"what": "Sửa lỗi chính tả", "why": "Bước 2"}
    first = make_change_request(office, issued.procedure, **same)

    again = make_change_request(office, issued.procedure, **same)
    of_another = make_change_request(office, issued.procedure, by=office.clerk, **same)
    first.refuse(by=office.secretary, reason="Không có lỗi")
    after = make_change_request(office, issued.procedure, **same)

    assert again == first
    assert len({first, of_another, after}) == 3


# --- moving ---


@pytest.mark.parametrize(("source", "target"), list(itertools.product(STATUSES, repeat=2)))
def test_request_makes_only_the_listed_moves(
    issued: ProcedureVersion, office: Office, source: str, target: str
) -> None:
    named = {
        ("requested", "accepted"),
        ("requested", "refused"),
        ("accepted", "answered"),
        ("accepted", "refused"),
    }
    change = in_status(source, office, issued)
    verbs = {
        "accepted": lambda: change.accept(by=office.secretary),
        "refused": lambda: change.refuse(by=office.secretary, reason="Thôi"),
        "answered": lambda: change.mark_answered(issued, by=office.secretary),
    }

    assert (target in CHANGE_REQUEST_MOVES[source]) == ((source, target) in named)
    if target in verbs and (source, target) not in named:
        with pytest.raises(TransitionNotAllowed):
            verbs[target]()
        assert stored(change).status == source


def test_verdict_tells_who_when_and_why(issued: ProcedureVersion, office: Office) -> None:
    change = make_change_request(office, issued.procedure)

    change.accept(by=office.secretary, reason="Làm cùng lần sửa đổi tới")

    assert (change.status, change.verdict_reason) == ("accepted", "Làm cùng lần sửa đổi tới")
    assert (change.answered_by, change.answered_at is not None) == (office.secretary, True)
    row = change.history.latest("history_id")
    assert (row.history_user, row.history_change_reason) == (
        office.secretary,
        "Chấp nhận: Làm cùng lần sửa đổi tới",
    )


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_refusing_needs_a_reason(issued: ProcedureVersion, office: Office, reason: str) -> None:
    change = make_change_request(office, issued.procedure)

    with pytest.raises(ValidationError, match="Hãy ghi lý do không chấp nhận"):
        change.refuse(by=office.secretary, reason=reason)

    assert stored(change).status == ChangeRequestStatus.REQUESTED


def test_what_was_answered_meanwhile_is_not_answered_again(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_change_request(office, issued.procedure)
    stale = stored(change)
    change.refuse(by=office.secretary, reason="Đã có")

    with pytest.raises(TransitionNotAllowed, match="Trong lúc đó trạng thái đã là"):
        stale.accept(by=office.secretary)

    assert stored(change).status == ChangeRequestStatus.REFUSED


# --- answered by hand ---


def test_secretary_says_which_issued_version_answers(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    second = make_next_version(office, issued)

    change.mark_answered(second, by=office.secretary)

    assert (stored(change).status, stored(change).version) == ("answered", second)


def test_what_was_decided_before_the_request_does_not_answer_it(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure, requested_on=dt.date(2022, 3, 11))
    earlier = make_accepted_request(office, issued.procedure, requested_on=dt.date(2022, 3, 10))

    with pytest.raises(ValidationError, match="quyết định từ ngày 11/03/2022"):
        change.mark_answered(issued, by=office.secretary)
    earlier.mark_answered(issued, by=office.secretary)

    assert (stored(change).status, stored(earlier).status) == ("accepted", "answered")


def test_a_draft_or_another_procedure_answers_nothing(
    issued: ProcedureVersion, office: Office
) -> None:
    change = make_accepted_request(office, issued.procedure)
    draft = make_next_draft(office, issued)

    for version in (draft, make_version(VersionStatus.ISSUED, office)):
        with pytest.raises(ValidationError):
            change.mark_answered(version, by=office.secretary)
    with pytest.raises(TransitionNotAllowed):
        change.answer(by=office.secretary)

    assert stored(change).status == ChangeRequestStatus.ACCEPTED


# --- what the database keeps ---


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what", "Khác"),
        ("why", "Khác"),
        ("step_text", "Bước 9"),
        ("origin_text", "KPH-2022-009"),
        ("requested_on", dt.date(2021, 1, 1)),
    ],
)
def test_the_database_refuses_to_change_what_was_asked(
    issued: ProcedureVersion, office: Office, field: str, value: Any
) -> None:
    change = make_change_request(office, issued.procedure)
    setattr(change, field, value)

    with pytest.raises(IntegrityError, match="đã gửi không được sửa"), transaction.atomic():
        change.record(by=system(), reason="Thử")


def test_the_database_refuses_to_change_who_asked(issued: ProcedureVersion, office: Office) -> None:
    change = make_change_request(office, issued.procedure)
    change.requested_by = office.clerk

    with pytest.raises(IntegrityError), transaction.atomic():
        change.record(by=system(), reason="Thử")


@pytest.mark.parametrize("status", ["refused", "answered"])
def test_the_database_refuses_to_change_what_it_came_to(
    issued: ProcedureVersion, office: Office, status: str
) -> None:
    change = in_status(status, office, issued)
    change.verdict_reason = "Đổi ý"

    with pytest.raises(IntegrityError, match="đã trả lời xong"), transaction.atomic():
        change.record(by=system(), reason="Thử")


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        ("requested", {"answered_at": None, "verdict_reason": "", "what": ""}),
        ("requested", {"answered_by": "secretary"}),
        ("accepted", {"answered_by": None, "answered_at": None}),
    ],
    ids=["nothing asked", "who without when", "answered by nobody"],
)
def test_the_database_refuses_half_a_request(
    issued: ProcedureVersion, office: Office, status: str, fields: dict[str, Any]
) -> None:
    change = in_status(status, office, issued)
    change.pk = None if "what" in fields else change.pk
    change._state.adding = change.pk is None
    for name, value in fields.items():
        setattr(change, name, getattr(office, value) if value == "secretary" else value)

    with pytest.raises(IntegrityError), transaction.atomic():
        change.record(by=system(), reason="Thử")


# --- who sees it ---


@pytest.mark.parametrize(
    ("who", "is_seen"),
    [
        ("staff", True),
        ("secretary", True),
        ("leader", True),
        ("clerk", False),
        ("admin", False),
    ],
)
def test_request_is_seen_by_who_asked_and_who_answers(
    issued: ProcedureVersion, office: Office, *, who: str, is_seen: bool
) -> None:
    make_change_request(office, issued.procedure)

    assert may.visible_change_requests(getattr(office, who)).exists() == is_seen


def test_request_on_what_one_may_not_read_is_not_seen_even_ones_own(
    issued: ProcedureVersion, office: Office
) -> None:
    own = make_change_request(office, issued.procedure)
    restrict(issued.procedure)

    assert not may.visible_change_requests(office.staff).exists()
    assert list(may.visible_change_requests(office.secretary)) == [own]


def test_authors_see_what_their_version_takes_up(issued: ProcedureVersion, office: Office) -> None:
    change = make_accepted_request(office, issued.procedure, by=office.clerk)
    make_accepted_request(office, issued.procedure, by=office.clerk)
    make_next_draft(office, issued, change)

    assert list(may.visible_change_requests(office.staff)) == [change]


def test_requests_of_another_agency_or_section_are_not_seen(
    issued: ProcedureVersion, office: Office
) -> None:
    make_change_request(office, issued.procedure)
    section = make_unit(office.agency)

    for person in (Office().secretary, make_user(Role.ISO_SECRETARY, unit=section), make_user()):
        assert not may.visible_change_requests(person).exists()


def test_requests_may_be_made_of_what_was_issued_and_may_be_read(office: Office) -> None:
    issued = make_version(VersionStatus.ISSUED, office)
    hidden = make_version(VersionStatus.ISSUED, office)
    restrict(hidden.procedure)
    make_draft(office)

    def of(user: User) -> list[Any]:
        return list(may.requestable_procedures(user))

    assert of(office.staff) == [issued.procedure]
    assert set(of(office.secretary)) == {issued.procedure, hidden.procedure}


@pytest.mark.parametrize(
    ("status", "who", "expected"),
    [
        ("requested", "secretary", True),
        ("accepted", "secretary", True),
        ("refused", "secretary", False),
        ("answered", "secretary", False),
        ("requested", "leader", False),
        ("requested", "staff", False),
    ],
)
def test_request_is_answered_by_the_secretary(
    issued: ProcedureVersion, office: Office, *, status: str, who: str, expected: bool
) -> None:
    change = in_status(status, office, issued)

    assert may.can_answer_change(getattr(office, who), change) == expected
