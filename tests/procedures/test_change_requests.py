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
    advance,
    issue,
    make_change_request,
    make_decision,
    make_draft,
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


def draft_of(
    version: ProcedureVersion, office: Office, *changes: ChangeRequest
) -> ProcedureVersion:
    """The next version of what is issued, still a draft, that takes up `changes`."""
    return actions.start_version(
        version.procedure,
        by=office.staff,
        content=version.document.revised(change_summary="Sửa"),
        change_type="revision",
        base=version,
        takes_up=changes,
    )


def accepted(office: Office, version: ProcedureVersion, **fields: Any) -> ChangeRequest:
    change = make_change_request(office, version.procedure, **fields)
    change.accept(by=office.secretary)
    return change


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


# --- taken up ---


def test_next_version_takes_up_and_answers_when_it_is_issued(
    issued: ProcedureVersion, office: Office
) -> None:
    change, parked = accepted(office, issued), accepted(office, issued)

    draft = draft_of(issued, office, change)
    assert (stored(change).status, stored(change).version) == ("accepted", draft)
    advance(draft, VersionStatus.APPROVED, office)
    assert stored(change).status == ChangeRequestStatus.ACCEPTED
    issue(draft.decision_items.get().decision, office)

    answered = stored(change)
    assert (answered.status, answered.version) == ("answered", draft)
    assert answered.answered_by == office.clerk
    assert (stored(parked).status, stored(parked).version) == ("accepted", None)
    assert answered.history.latest("history_id").history_change_reason == (
        "Đã sửa đổi tại lần ban hành 01, sửa đổi 01"
    )


def test_request_is_parked_again_when_its_draft_is_discarded(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued)
    draft = draft_of(issued, office, change)

    actions.discard_version(draft, by=office.secretary, reason="Chưa cần")

    assert list(ChangeRequest.objects.parked()) == [change]
    row = change.history.latest("history_id")
    assert row.history_change_reason == "Bản đang soạn bị hủy: Chưa cần"


def test_request_goes_over_to_the_draft_that_a_cancelled_decision_leaves(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued)
    draft = advance(draft_of(issued, office, change), VersionStatus.APPROVED, office)
    decision = draft.decision_items.get().decision

    actions.cancel_decision(decision, by=office.secretary, reason="Ký lại")

    new = issued.procedure.versions.open().get()
    assert new != draft
    assert (stored(change).status, stored(change).version) == ("accepted", new)
    advance(new, VersionStatus.ISSUED, office)
    assert (stored(change).status, stored(change).version) == ("answered", new)


def test_cancelling_before_approval_leaves_the_request_with_its_version(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued)
    draft = advance(draft_of(issued, office, change), VersionStatus.REVIEWED, office)
    decision = make_decision(office, draft)

    actions.cancel_decision(decision, by=office.secretary, reason="Ký lại")

    assert stored(change).version == draft


def test_issuing_that_is_refused_answers_nothing(issued: ProcedureVersion, office: Office) -> None:
    change = accepted(office, issued)
    draft = advance(draft_of(issued, office, change), VersionStatus.APPROVED, office)

    with pytest.raises(ValidationError):
        issue(draft.decision_items.get().decision, office, signed_on=today() + DAY)

    assert (stored(change).status, stored(change).version) == ("accepted", draft)


@pytest.mark.parametrize("status", ["requested", "refused", "answered"])
def test_only_an_accepted_request_is_taken_up(
    issued: ProcedureVersion, office: Office, status: str
) -> None:
    change = in_status(status, office, issued)
    before = change.version

    with pytest.raises(TransitionNotAllowed, match="không đưa vào hay bỏ khỏi"):
        draft_of(issued, office, change)

    assert (stored(change).status, stored(change).version) == (status, before)
    assert not issued.procedure.versions.open().exists()


def test_only_an_open_version_of_the_same_procedure_takes_up(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued)

    with pytest.raises(TransitionNotAllowed, match="quy trình khác"):
        change.take_up(make_draft(office), by=office.secretary)
    with pytest.raises(TransitionNotAllowed, match="Chỉ bản đang soạn"):
        change.take_up(issued, by=office.secretary)

    assert stored(change).version is None


def test_request_refused_after_all_leaves_the_draft(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued)
    draft = draft_of(issued, office, change)

    stored(change).refuse(by=office.secretary, reason="TTHC sắp bãi bỏ")
    advance(draft, VersionStatus.ISSUED, office)

    assert (stored(change).status, stored(change).version) == ("refused", None)


def test_released_request_is_parked_and_not_answered(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued)
    draft = draft_of(issued, office, change)

    change.release(by=office.secretary, reason="")
    advance(draft, VersionStatus.ISSUED, office)

    assert (stored(change).status, stored(change).version) == ("accepted", None)


def test_taking_up_twice_writes_one_row(issued: ProcedureVersion, office: Office) -> None:
    change = accepted(office, issued)
    draft = draft_of(issued, office, change)
    rows = change.history.count()

    change.take_up(draft, by=office.secretary)

    assert change.history.count() == rows


# --- answered by hand ---


def test_secretary_says_which_issued_version_answers(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued)
    second = make_next_version(office, issued)

    change.mark_answered(second, by=office.secretary)

    assert (stored(change).status, stored(change).version) == ("answered", second)


def test_what_was_decided_before_the_request_does_not_answer_it(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued, requested_on=dt.date(2022, 3, 11))
    earlier = accepted(office, issued, requested_on=dt.date(2022, 3, 10))

    with pytest.raises(ValidationError, match="quyết định từ ngày 11/03/2022"):
        change.mark_answered(issued, by=office.secretary)
    earlier.mark_answered(issued, by=office.secretary)

    assert (stored(change).status, stored(earlier).status) == ("accepted", "answered")


def test_a_draft_or_another_procedure_answers_nothing(
    issued: ProcedureVersion, office: Office
) -> None:
    change = accepted(office, issued)
    draft = draft_of(issued, office)

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
    change = accepted(office, issued, by=office.clerk)
    accepted(office, issued, by=office.clerk)
    draft_of(issued, office, change)

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


def test_paper_versions_take_up_nothing(issued: ProcedureVersion, office: Office) -> None:
    change = accepted(office, issued)
    paper = actions.register_paper(
        issued.procedure,
        actions.PaperIssue(7, 0, "9/QĐ-PGDĐT", dt.date(2022, 1, 3), dt.date(2022, 1, 5)),
        by=office.secretary,
        content=issued.document,
    )

    with pytest.raises(TransitionNotAllowed, match="Chỉ bản đang soạn trên hệ thống"):
        change.take_up(paper, by=office.secretary)

    assert stored(change).version is None
