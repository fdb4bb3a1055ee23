"""The tables of legal moves, held whole against what the records let happen."""

import itertools
from typing import Any

import pytest

from procedures.models import Decision, ProcedureVersion
from procedures.workflow import (
    DECISION_MOVES,
    OPEN_DECISION,
    OPEN_VERSION,
    VERSION_MOVES,
    DecisionStatus,
    VersionStatus,
)
from qms.records.workflow import TransitionNotAllowed
from tests.factories import Office, make_decision, make_version, system

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("source", "target"),
    list(itertools.product(VersionStatus, repeat=2)),
)
def test_version_makes_only_the_listed_moves(source: VersionStatus, target: VersionStatus) -> None:
    office = Office()
    version = make_version(source, office)
    stamps = _stamps(version, target, office)
    before = version.history.count()

    if target in VERSION_MOVES[source]:
        version._move(target, by=office.leader, reason="Thử", **stamps)
        assert ProcedureVersion.objects.get(pk=version.pk).status == target
        return
    with pytest.raises(TransitionNotAllowed, match="không thể chuyển sang"):
        version._move(target, by=office.leader, reason="Thử", **stamps)
    assert ProcedureVersion.objects.get(pk=version.pk).status == source
    assert (version.status, version.history.count()) == (source, before)


def _stamps(version: ProcedureVersion, target: VersionStatus, office: Office) -> dict[str, Any]:
    is_numbered = target in (VersionStatus.APPROVED, VersionStatus.ISSUED)
    needs_number = is_numbered and version.issue_no is None
    return {"issue_no": 1, "revision_no": 0} if needs_number else {}


@pytest.mark.parametrize(("source", "target"), list(itertools.product(DecisionStatus, repeat=2)))
def test_decision_table_lists_only_what_the_design_names(
    source: DecisionStatus, target: DecisionStatus
) -> None:
    named = {
        ("composing", "submitted"),
        ("composing", "cancelled"),
        ("composing", "issued"),  # taken over from paper
        ("submitted", "composing"),
        ("submitted", "approved"),
        ("submitted", "cancelled"),
        ("approved", "issued"),
        ("approved", "cancelled"),
        ("issued", "withdrawn"),
    }

    assert (target in DECISION_MOVES[source]) == ((source, target) in named)


def test_open_states_are_those_that_lead_on() -> None:
    assert {status for status, moves in VERSION_MOVES.items() if moves} == OPEN_VERSION
    leads_on = {status for status, moves in DECISION_MOVES.items() if moves}
    assert leads_on - {DecisionStatus.ISSUED} == OPEN_DECISION


def test_a_move_from_a_page_that_is_out_of_date_says_what_happened_meanwhile() -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)
    stale = ProcedureVersion.objects.get(pk=version.pk)
    version.review(by=office.reviewer, seen=version.content_sha256)

    with pytest.raises(TransitionNotAllowed, match="Trong lúc đó trạng thái đã là “Chờ phê duyệt”"):
        stale.send_back(by=office.leader, comment="Thiếu căn cứ")

    assert ProcedureVersion.objects.get(pk=version.pk).status == VersionStatus.REVIEWED


@pytest.mark.parametrize("comment", ["", "   ", "\n"])
def test_returning_needs_a_comment(comment: str) -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)

    with pytest.raises(Exception, match="Hãy ghi lý do trả lại"):
        version.send_back(by=office.reviewer, comment=comment)

    assert ProcedureVersion.objects.get(pk=version.pk).status == VersionStatus.IN_REVIEW


def test_every_move_leaves_one_history_row_with_person_and_reason() -> None:
    version = make_version(VersionStatus.ISSUED)

    rows = version.history.order_by("history_id").values_list(
        "status", "history_change_reason", "history_user__full_name"
    )
    assert list(rows) == [
        ("draft", "Bắt đầu dự thảo", "Lê Văn Chuyên"),
        ("in_review", "Trình xem xét", "Lê Văn Chuyên"),
        ("reviewed", "Xem xét: phù hợp", "Phạm Thị Phó"),
        ("approved", "Phê duyệt", "Hoàng Văn Trưởng"),
        ("issued", "Vào số, ban hành", "Đỗ Thị Văn"),
    ]


def test_a_decision_cannot_be_numbered_before_it_is_approved() -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))

    with pytest.raises(TransitionNotAllowed):
        decision._move(DecisionStatus.ISSUED, by=system(), reason="Thử", number="1/QĐ")

    stored = Decision.objects.get(pk=decision.pk)
    assert (stored.status, stored.number) == (DecisionStatus.SUBMITTED, "")
