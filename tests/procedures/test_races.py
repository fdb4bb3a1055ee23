"""Several people at once, each with a connection of their own: one wins, the others are told."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from procedures import actions
from procedures.models import (
    Decision,
    InForcePeriod,
    Procedure,
    ProcedureVersion,
)
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import today
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.workflow import TransitionNotAllowed
from tests.factories import (
    BY_PASSWORD,
    Office,
    make_decision,
    make_draft,
    make_user,
    make_version,
)

CLIENTS = 8
pytestmark = pytest.mark.usefixtures("committed_db")


def _at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of `deeds` at the same moment; return what each returned or why it was refused."""
    start = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(index: int, deed: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[index] = deed()
        except ValidationError as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, deed)) for index, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def _refused(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, ValidationError)]


def test_one_of_many_leaders_approves_and_the_others_are_told() -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = make_decision(office, version)
    leaders = [
        make_user(Role.LEADER, unit=office.agency, position="Trưởng phòng") for _ in range(CLIENTS)
    ]
    seen = decision.sha256()

    def approve(leader: Any) -> Callable[[], None]:
        mine = Decision.objects.get(pk=decision.pk)
        return lambda: actions.approve_decision(mine, by=leader, seen=seen, signing=BY_PASSWORD)

    results = _at_once(*map(approve, leaders))

    refused = _refused(results)
    assert len(refused) == CLIENTS - 1
    assert {refusal.messages[0][:11] for refusal in refused} == {"Trong lúc đ"}
    assert Signature.objects.on(version).filter(act="approved").count() == 1
    assert Signature.objects.on(decision).count() == 1
    assert version.history.filter(status="approved").count() == 1
    assert Decision.objects.get().status == DecisionStatus.APPROVED


def test_a_decision_is_numbered_once() -> None:
    office = Office()
    version = make_version(VersionStatus.APPROVED, office)
    decision = version.decision_items.get().decision

    def number(index: int) -> Callable[[], None]:
        mine = Decision.objects.get(pk=decision.pk)
        numbering = actions.Numbering(f"{index}/QĐ-PGDĐT", today(), today())
        return lambda: actions.issue_decision(mine, numbering, by=office.clerk)

    results = _at_once(*map(number, range(1, CLIENTS + 1)))

    assert len(_refused(results)) == CLIENTS - 1
    assert InForcePeriod.objects.count() == 1
    stored = Decision.objects.get()
    assert stored.history.filter(status="issued").count() == 1
    assert results[int(stored.number.partition("/")[0]) - 1] is None


def test_nothing_unseen_is_signed_and_nothing_saved_is_lost() -> None:
    office = Office()
    for round_no in range(6):
        version = make_draft(office)
        seen = version.content_sha256
        other = version.document.revised(purpose=f"<p>Sửa lần {round_no}.</p>")
        writer, submitter = (ProcedureVersion.objects.get(pk=version.pk) for _ in range(2))

        def edit(writer: Any = writer, other: Any = other, seen: str = seen) -> None:
            writer.save_content(other, by=office.secretary, seen=seen, reason="Sửa")

        def submit(submitter: Any = submitter) -> None:
            submitter.submit(by=office.staff, answers={})

        edited, submitted = _at_once(edit, submit)

        stored = ProcedureVersion.objects.get(pk=version.pk)
        signed = set(Signature.objects.on(stored).values_list("sha256", flat=True))
        assert (edited is None) != (submitted is None)
        assert stored.content_sha256 == (writer.content_sha256 if edited is None else seen)
        assert signed == (set() if edited is None else {seen})


def test_two_editors_of_one_draft_do_not_overwrite_each_other() -> None:
    office = Office()
    version = make_draft(office)
    seen = version.content_sha256

    def save(index: int) -> Callable[[], None]:
        mine = ProcedureVersion.objects.get(pk=version.pk)
        document = mine.document.revised(title=f"Tên {index}")
        return lambda: mine.save_content(document, by=office.staff, seen=seen, reason="Sửa")

    results = _at_once(*map(save, range(CLIENTS)))

    assert len(_refused(results)) == CLIENTS - 1
    won = results.index(None)
    assert ProcedureVersion.objects.get(pk=version.pk).document.title == f"Tên {won}"
    assert version.history.count() == 2


def test_one_draft_is_started_of_a_procedure() -> None:
    office = Office()
    version = make_version(VersionStatus.ISSUED, office)

    def start() -> Callable[[], Any]:
        procedure = Procedure.objects.get(pk=version.procedure_id)
        return lambda: actions.start_version(
            procedure, by=office.secretary, content=version.document, change_type="revision"
        )

    results = _at_once(*(start() for _ in range(CLIENTS)))

    assert len(_refused(results)) == CLIENTS - 1
    assert version.procedure.versions.filter(status="draft").count() == 1


def test_review_and_return_at_once_leave_one_outcome() -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)
    one, two = (ProcedureVersion.objects.get(pk=version.pk) for _ in range(2))

    results = _at_once(
        lambda: one.review(by=office.reviewer, seen=version.content_sha256),
        lambda: two.send_back(by=office.leader, comment="Thiếu căn cứ"),
    )

    assert len([r for r in results if isinstance(r, TransitionNotAllowed)]) == 1
    stored = ProcedureVersion.objects.get(pk=version.pk)
    reviewed = Signature.objects.on(version).filter(act="reviewed").exists()
    assert (stored.status == VersionStatus.REVIEWED) == reviewed
