"""The main path by the verbs alone: drafted, reviewed, approved, numbered, in force, replaced."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from procedures import actions
from procedures.content import Content
from procedures.models import InForcePeriod, ProcedureVersion
from procedures.workflow import DecisionStatus, VersionStatus
from qms.foundation.dates import today
from qms.records.models import Signature
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed
from tests.factories import (
    BY_PASSWORD,
    Office,
    advance,
    issue,
    make_content,
    make_decision,
    make_draft,
    make_tthc,
    make_version,
)

pytestmark = pytest.mark.django_db


def test_version_is_in_force_after_numbering() -> None:
    version = make_version(VersionStatus.ISSUED)

    assert list(ProcedureVersion.objects.in_force(on=today())) == [version]
    assert (version.issue_no, version.revision_no) == (1, 0)
    acts = Signature.objects.on(version).values_list("act", "method", "person_name")
    assert list(acts) == [
        ("prepared", "click", "Lê Văn Chuyên"),
        ("reviewed", "click", "Phạm Thị Phó"),
        ("approved", "password", "Hoàng Văn Trưởng"),
    ]


def test_next_version_ends_the_one_in_force() -> None:
    office = Office()
    first = make_version(
        VersionStatus.ISSUED,
        office,
        paper_on=dt.date(2022, 3, 10),
        effective_on=dt.date(2022, 3, 15),
    )
    second = actions.start_version(
        first.procedure,
        by=office.staff,
        content=first.document.revised(change_summary="Bớt một bước"),
        change_type=ProcedureVersion.Change.REVISION,
        base=first,
    )
    advance(second, VersionStatus.ISSUED, office)

    periods = InForcePeriod.objects.order_by("valid_from")
    assert [(p.version, p.valid_from, p.valid_to) for p in periods] == [
        (first, dt.date(2022, 3, 15), today()),
        (second, today(), None),
    ]
    assert (second.issue_no, second.revision_no) == (1, 1)


@pytest.mark.parametrize("who", ["staff", "reviewer"])
def test_decision_is_refused_to_author_and_reviewer(who: str) -> None:
    office = Office()
    version = make_version(VersionStatus.REVIEWED, office)
    decision = make_decision(office, version)

    with pytest.raises(TransitionNotAllowed):
        actions.approve_decision(
            decision,
            by=getattr(office, who),
            seen=decision.sha256(),
            signing=BY_PASSWORD,
        )

    decision.refresh_from_db()
    version.refresh_from_db()
    assert (decision.status, version.status) == (DecisionStatus.SUBMITTED, VersionStatus.REVIEWED)
    assert not Signature.objects.filter(act="approved").exists()


def test_author_may_not_review() -> None:
    office = Office()
    version = make_version(VersionStatus.IN_REVIEW, office)

    with pytest.raises(TransitionNotAllowed, match="không được tự xem xét"):
        version.review(by=office.staff, seen=version.content_sha256)


def test_approval_by_password_is_not_dated_back() -> None:
    office = Office()
    decision = make_decision(office, make_version(VersionStatus.REVIEWED, office))
    version = decision.items.get().version
    assert version is not None
    actions.approve_decision(
        decision,
        by=office.leader,
        seen=decision.sha256(),
        signing=BY_PASSWORD,
    )

    with pytest.raises(ValidationError, match="không được trước ngày phê duyệt"):
        issue(decision, office, signed_on=today() - dt.timedelta(days=1))

    decision.refresh_from_db()
    assert decision.status == DecisionStatus.APPROVED


def test_second_save_of_the_same_draft_is_refused() -> None:
    office = Office()
    version = make_draft(office)
    seen = version.content_sha256
    mine = version.document.revised(title="Tên một")
    theirs = version.document.revised(title="Tên hai")
    version.save_content(mine, by=office.staff, seen=seen, reason="Sửa tên")

    with pytest.raises(SeenVersionChanged):
        version.save_content(theirs, by=office.secretary, seen=seen, reason="Sửa tên")

    version.refresh_from_db()
    assert version.document.title == "Tên một"


def test_same_content_writes_no_history() -> None:
    office = Office()
    version = make_draft(office)
    before = version.history.count()

    version.save_content(
        version.document, by=office.staff, seen=version.content_sha256, reason="Lưu"
    )

    assert version.history.count() == before


@pytest.mark.parametrize("status", [VersionStatus.APPROVED, VersionStatus.ISSUED])
def test_database_refuses_to_change_frozen_content(status: VersionStatus) -> None:
    version = make_version(status)
    other = Content(title="Khác").canonical()

    with pytest.raises(IntegrityError), transaction.atomic():
        ProcedureVersion.objects.filter(pk=version.pk).update(content=other)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM procedures_versiontthc WHERE version_id = %s", [version.pk])

    version.refresh_from_db()
    assert version.document.title != "Khác"
    assert version.tthc_links.count() == 1


def test_database_refuses_overlapping_periods() -> None:
    version = make_version(VersionStatus.ISSUED)
    period = version.periods.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        InForcePeriod(
            version=version,
            procedure=version.procedure,
            valid_from=period.valid_from + dt.timedelta(days=1),
            begun_by=period.begun_by,
        ).record(by=version.created_by, reason="Chồng lên")

    assert version.periods.count() == 1


def test_cancelled_approval_continues_as_a_new_draft() -> None:
    office = Office()
    version = make_version(VersionStatus.APPROVED, office)
    decision = version.decision_items.get().decision

    actions.cancel_decision(decision, by=office.leader, reason="Sai căn cứ")

    version.refresh_from_db()
    draft = version.procedure.versions.open().get()
    assert version.status == VersionStatus.DISCARDED
    assert (draft.status, draft.content_sha256) == (VersionStatus.DRAFT, version.content_sha256)


def test_paper_counts_only_when_accepted() -> None:
    office = Office()
    tthc = make_tthc(office.agency)
    draft = make_draft(office, tthc)
    draft.discard(by=office.secretary, reason="Đã có bản giấy")
    paper = actions.PaperIssue(
        issue_no=1,
        revision_no=0,
        decision_no="05/QĐ-PGDĐT",
        decided_on=dt.date(2020, 1, 6),
        effective_on=dt.date(2020, 1, 10),
        signers=(("approved", "Nguyễn Văn A", "Trưởng phòng"),),
    )
    version = actions.register_paper(
        draft.procedure, paper, by=office.secretary, content=make_content(tthc)
    )
    assert not ProcedureVersion.objects.in_force(on=dt.date(2021, 1, 1)).exists()

    actions.accept_paper(
        version, by=office.leader, seen=version.content_sha256, signing=BY_PASSWORD
    )

    assert list(ProcedureVersion.objects.in_force(on=dt.date(2021, 1, 1))) == [version]
    assert not ProcedureVersion.objects.in_force(on=dt.date(2020, 1, 9)).exists()
