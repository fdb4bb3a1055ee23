"""Answers are added one after another; two at once both survive, and one of them stands."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from audits.actions.answering import AnswerGiven, Outcome, record_answer
from audits.models import Audit, AuditMember, ChecklistItem, ItemAnswer, worst
from audits.workflow import AuditStatus
from qms.foundation.dates import today
from qms.organisation.models import User
from qms.records.workflow import TransitionNotAllowed
from tests.audits.filling import Filled, answer, given, make_filled


@pytest.fixture
def filled(db: None) -> Filled:
    return make_filled()


def test_worst_of_several_results() -> None:
    assert worst([]) == ""
    assert worst(["", "not_applicable"]) == "not_applicable"
    assert worst(["conform", "observation", "not_applicable"]) == "observation"
    assert worst(["conform", "nonconform", "observation"]) == "nonconform"


def test_a_question_without_an_answer_is_neither_good_nor_bad(filled: Filled) -> None:
    assert list(filled.item().answers.standing()) == []


def test_an_answer_supersedes_the_one_its_author_saw(filled: Filled) -> None:
    first = answer(filled.item(), filled.lead, "conform").answer
    second = answer(filled.item(), filled.auditor, "observation", note="Thiếu  chữ ký").answer

    assert list(filled.item().answers.standing()) == [second]
    assert second.note == "Thiếu chữ ký"
    assert ItemAnswer.objects.get(pk=first.pk).superseded_at is not None


def test_an_answer_may_be_taken_back(filled: Filled) -> None:
    answer(filled.item(), filled.lead, "conform")
    taken_back = answer(filled.item(), filled.lead, "").answer

    assert list(filled.item().answers.standing()) == [taken_back]
    assert taken_back.result == ""


def test_sent_twice_an_answer_is_known(filled: Filled) -> None:
    sent = given("conform")

    outcomes = [record_answer(filled.item(), sent, by=filled.lead) for _ in range(2)]

    assert [outcome.state for outcome in outcomes] == ["stored", "known"]
    assert outcomes[0].answer == outcomes[1].answer
    assert ItemAnswer.objects.count() == 1


def test_what_another_sent_is_not_taken_for_ones_own(filled: Filled) -> None:
    sent = given("conform")
    record_answer(filled.item(), sent, by=filled.lead)

    with pytest.raises(ValidationError):
        record_answer(filled.item(), sent, by=filled.auditor)

    assert ItemAnswer.objects.count() == 1


def test_two_who_did_not_see_each_other_are_both_kept(filled: Filled) -> None:
    first = record_answer(filled.item(), given("conform"), by=filled.lead)
    second = record_answer(filled.item(), given("nonconform"), by=filled.auditor)

    assert second == Outcome("disputed", second.answer, first.answer)
    assert list(filled.item().answers.standing()) == [first.answer]
    assert list(filled.item().answers.disputed()) == [second.answer]


def test_two_who_say_the_same_need_not_be_asked(filled: Filled) -> None:
    first = record_answer(filled.item(), given("conform"), by=filled.lead)
    second = record_answer(filled.item(), given("conform"), by=filled.auditor)

    assert (second.state, second.standing) == ("stored", first.answer)
    assert ItemAnswer.objects.count() == 2
    assert not ItemAnswer.objects.disputed().exists()


def test_somebody_without_network_may_answer_twice(filled: Filled) -> None:
    early = timezone.now() - dt.timedelta(hours=2)
    sent = [
        given(result, answered_at=early + dt.timedelta(minutes=n))
        for n, result in enumerate(["conform", "observation", "nonconform"])
    ]

    outcomes = [record_answer(filled.item(), each, by=filled.lead) for each in sent]

    assert [outcome.state for outcome in outcomes] == ["stored"] * 3
    assert [a.result for a in filled.item().answers.standing()] == ["nonconform"]


def test_what_one_answered_earlier_does_not_undo_what_one_answered_later(filled: Filled) -> None:
    record_answer(filled.item(), given("nonconform"), by=filled.lead)
    late = given("conform", answered_at=timezone.now() - dt.timedelta(hours=1))

    outcome = record_answer(filled.item(), late, by=filled.lead)

    assert outcome.state == "disputed"
    assert [a.result for a in filled.item().answers.standing()] == ["nonconform"]


def test_settling_supersedes_both(filled: Filled) -> None:
    first = record_answer(filled.item(), given("conform"), by=filled.lead).answer
    second = record_answer(filled.item(), given("nonconform"), by=filled.auditor).answer

    settled = record_answer(
        filled.item(),
        given("nonconform", base=first.pk, settles=second.pk, note="Cả hai đã xem lại"),
        by=filled.lead,
    )

    assert settled.state == "stored"
    assert list(filled.item().answers.standing()) == [settled.answer]
    assert list(filled.item().answers.disputed()) == []
    assert ItemAnswer.objects.count() == 3


def test_settling_upon_an_answer_that_is_gone_is_asked_anew(filled: Filled) -> None:
    first = record_answer(filled.item(), given("conform"), by=filled.lead).answer
    second = record_answer(filled.item(), given("nonconform"), by=filled.auditor).answer
    answer(filled.item(), filled.lead, "observation")

    outcome = record_answer(
        filled.item(), given("nonconform", base=first.pk, settles=second.pk), by=filled.auditor
    )

    assert outcome.state == "disputed"
    assert [a.result for a in filled.item().answers.standing()] == ["observation"]


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"result": "perhaps"}, "result"),
        ({"seen_on": today() + dt.timedelta(days=1)}, "seen_on"),
        ({"note": "a" * 5001}, "note"),
        ({"base": 10**9}, "base"),
        ({"settles": 10**9}, "settles"),
        ({"dossier": 10**9}, "dossier"),
    ],
)
def test_what_cannot_be_an_answer_is_refused(
    filled: Filled, fields: dict[str, Any], at_fault: str
) -> None:
    sent = given(**fields)

    with pytest.raises(ValidationError) as refusal:
        record_answer(filled.item(), sent, by=filled.lead)

    assert list(refusal.value.message_dict) == [at_fault]
    assert not ItemAnswer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("status", [AuditStatus.PLANNED, AuditStatus.NOTIFIED])
def test_answers_begin_with_the_opening_meeting(status: AuditStatus) -> None:
    filled = make_filled(status=status)

    with pytest.raises(TransitionNotAllowed) as refusal:
        answer(filled.item(), filled.lead)

    assert refusal.value.messages == ["Họp khai mạc rồi mới ghi kết quả đánh giá."]
    assert not ItemAnswer.objects.exists()


def test_a_signed_report_takes_no_answer(filled: Filled) -> None:
    audit = Audit.objects.get(pk=filled.audit.pk)
    audit.report_signed_by, audit.report_signed_at = filled.lead, timezone.now()
    audit.report_signed_on = today()
    audit.record(by=filled.lead, reason="Ký")

    with pytest.raises(TransitionNotAllowed):
        answer(filled.item(), filled.auditor)

    assert not ItemAnswer.objects.exists()


@pytest.mark.parametrize("who", ["secretary", "leader", "staff", "admin"])
def test_who_does_not_audit_answers_nothing(filled: Filled, who: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        answer(filled.item(), getattr(filled.office, who))

    assert not ItemAnswer.objects.exists()


def test_an_observer_answers_nothing(filled: Filled) -> None:
    member = filled.audit.members.get(person=filled.auditor)
    member.role = AuditMember.Role.OBSERVER
    member.record(by=filled.lead, reason="Chỉ quan sát")

    with pytest.raises(TransitionNotAllowed):
        answer(filled.item(), filled.auditor)

    assert not ItemAnswer.objects.exists()


def test_a_question_that_was_removed_takes_no_answer(filled: Filled) -> None:
    item = filled.item()
    stored = ChecklistItem.objects.get(pk=item.pk)
    stored.removed_at = timezone.now()
    stored.record(by=filled.lead, reason="Bỏ")

    with pytest.raises(ValidationError):
        answer(item, filled.lead)

    assert not ItemAnswer.objects.exists()


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("is_same_request", [False, True])
def test_two_auditors_at_the_same_moment_are_both_kept(is_same_request: bool) -> None:  # noqa: FBT001
    filled = make_filled(clauses=0)
    client_id = uuid.uuid4()
    item = filled.item()
    if is_same_request:
        deeds = [(filled.lead, given("conform", client_id=client_id)) for _ in range(4)]
    else:
        deeds = [(filled.lead, given("conform")), (filled.auditor, given("nonconform"))]

    outcomes = _at_once(item, deeds)

    states = sorted(outcome.state for outcome in outcomes)
    if is_same_request:
        assert states == ["known", "known", "known", "stored"]
        assert ItemAnswer.objects.count() == 1
    else:
        assert states == ["disputed", "stored"]
        assert item.answers.standing().count() == item.answers.disputed().count() == 1


def _at_once(item: ChecklistItem, deeds: list[tuple[User, AnswerGiven]]) -> list[Outcome]:
    """Record all at the same moment, each over a connection of its own."""
    start = threading.Barrier(len(deeds))
    outcomes: list[Any] = [None] * len(deeds)

    def run(index: int, by: User, sent: AnswerGiven) -> None:
        start.wait()
        try:
            mine = ChecklistItem.objects.select_related("audit").get(pk=item.pk)
            outcomes[index] = record_answer(mine, sent, by=by)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(index, by, sent))
        for index, (by, sent) in enumerate(deeds)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
