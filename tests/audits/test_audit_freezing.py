"""What the database refuses of audits by itself, on both databases."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audits.models import (
    Attendance,
    Audit,
    AuditPaper,
    ChecklistItem,
    DossierHandler,
    Evidence,
    Finding,
    ItemAnswer,
    Nonconformity,
    Result,
    SampledDossier,
    SiteConfirmation,
    Treatment,
)
from audits.workflow import AuditStatus
from procedures.workflow import VersionStatus
from qms.foundation import triggers
from qms.foundation.dates import today
from qms.records import files
from tests.audits.making import (
    advance_audit,
    approve,
    close_meeting,
    make_audit,
    sign_as_lead,
)
from tests.factories import Office, make_version, system

pytestmark = pytest.mark.django_db


def _put(record: Any) -> Any:
    record.record(by=system(), reason="Ghi")
    return record


def _filled(office: Office) -> Audit:
    """An audit under way with one of each of its parts."""
    version = make_version(
        VersionStatus.ISSUED, office, paper_on=dt.date(2022, 1, 3), effective_on=dt.date(2022, 1, 3)
    )
    audit = make_audit(office, version.procedure, unit=office.agency, status=AuditStatus.UNDER_WAY)
    item = _put(ChecklistItem(audit=audit, kind="own", question="Có làm đúng không?"))
    dossier = _put(
        SampledDossier(
            audit=audit,
            procedure=version.procedure,
            version=version,
            code="HS-01",
            received_on=dt.date(2022, 2, 1),
        )
    )
    _put(DossierHandler(dossier=dossier, name="Người giải quyết"))
    _fill_item(item, office)
    _fill_finding(audit, item, office)
    return audit


def _fill_item(item: ChecklistItem, office: Office) -> None:
    """An answer and its confirmation."""
    answer = ItemAnswer.objects.create(
        item=item,
        client_id=uuid.uuid4(),
        result=Result.NONCONFORM,
        seen_on=today(),
        answered_by=office.secretary,
        answered_at=timezone.now(),
    )
    stored = files.store(b"%PDF-1.4 anh", "anh.pdf", kind="pdf", by=system())
    SiteConfirmation.objects.create(
        item=item,
        client_id=uuid.uuid4(),
        name="Lê Văn Chuyên",
        picture=stored,
        original=stored,
        sha256="0" * 64,
        confirmed_on=today(),
        recorded_by=answer.answered_by,
    )


def _fill_finding(audit: Audit, item: ChecklistItem, office: Office) -> None:
    """A finding with its evidence."""
    stored = files.store(b"%PDF-1.4 anh", "anh.pdf", kind="pdf", by=system())
    finding = _put(
        Finding(
            audit=audit,
            seq=1,
            item=item,
            client_id=uuid.uuid4(),
            unit=office.agency,
            grade=Finding.Grade.MINOR,
            requirement="Bước 1",
            evidence_text="HS-01",
            gap="Thiếu phiếu",
            found_on=today(),
            found_by=office.secretary,
        )
    )
    _put(
        Evidence(
            finding=finding,
            client_id=uuid.uuid4(),
            evidence_on=today(),
            original=stored,
            shown=stored,
            added_by=office.secretary,
        )
    )


def _refused(statement: str, *values: Any) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except IntegrityError:
        return True
    return False


PARTS = {
    "audits_auditsubject": "clauses = '[\"7.5\"]'",
    "audits_auditmember": "reason = 'khác'",
    "audits_auditsession": "place = 'khác'",
    "audits_sessionauditor": "removed_at = '2022-01-01'",
    "audits_attendance": "name = 'khác'",
    "audits_checklistitem": "question = 'khác'",
    "audits_sampleddossier": "code = 'khác'",
    "audits_dossierhandler": "name = 'khác'",
    "audits_itemanswer": "superseded_at = '2022-01-01'",
    "audits_finding": "gap = 'khác'",
    "audits_evidence": "caption = 'khác'",
}


def test_a_migrated_database_has_every_trigger_of_audits() -> None:
    assert [name for name in triggers.missing() if name.startswith("audits_")] == []


def test_parts_change_until_the_report_is_signed_and_not_after() -> None:
    office = Office()
    audit = _filled(office)
    before = [table for table, change in PARTS.items() if not _refused(_update(table, change))]
    close_meeting(audit, office)

    sign_as_lead(audit)
    after = [table for table, change in PARTS.items() if not _refused(_update(table, change))]

    assert before == list(PARTS)
    assert after == []


def _update(table: str, change: str) -> str:
    return f"UPDATE {table} SET {change}"  # noqa: S608


def test_no_part_comes_or_goes_once_reported() -> None:
    office = Office()
    audit = _filled(office)
    advance_audit(audit, AuditStatus.REPORTED, office)

    deleted = [
        table
        for table in [*PARTS, "audits_siteconfirmation"]
        if not _refused(f"DELETE FROM {table}")  # noqa: S608
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        _put(ChecklistItem(audit=audit, kind="own", question="Thêm"))
    with pytest.raises(IntegrityError), transaction.atomic():
        _put(Attendance(session=audit.sessions.first(), name="Thêm"))

    assert deleted == []
    assert audit.items.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "conclusion = 'khác'",
        "starts_on = '2020-01-01'",
        "team_number = '1'",
        "reported_on = '2020-01-01'",
        "report_sha256 = 'x'",
        "status = 'under_way'",
        "status = 'cancelled'",
        "number = 'ĐGNB-X'",
        "is_illustrative = NOT is_illustrative",
    ],
)
def test_a_reported_audit_stays(change: str) -> None:
    make_audit(Office(), status=AuditStatus.REPORTED)

    assert _refused(_update("audits_audit", change))


@pytest.mark.parametrize("status", [AuditStatus.CLOSED, AuditStatus.CANCELLED])
def test_an_ended_audit_stays(status: AuditStatus) -> None:
    make_audit(Office(), status=status)

    assert _refused(_update("audits_audit", "cancel_reason = 'khác'"))
    assert _refused(_update("audits_auditsession", "place = 'khác'"))


def test_a_signed_report_may_be_opened_again_and_approved() -> None:
    office = Office()
    audit = _filled(office)
    close_meeting(audit, office)
    sign_as_lead(audit)

    assert _refused(_update("audits_audit", "conclusion = 'khác'"))
    signer = audit.report_signed_by
    assert signer is not None
    audit.withdraw_signature(by=signer)
    sign_as_lead(audit)
    approve(audit, office)

    assert audit.status == AuditStatus.REPORTED


@pytest.mark.parametrize(
    "change",
    ["result = 'conform'", "note = 'khác'", "seen_on = '2020-01-01'", "item_id = item_id + 1"],
)
def test_an_answer_is_added_and_never_changed(change: str) -> None:
    _filled(Office())

    assert _refused(_update("audits_itemanswer", change))


def test_an_answer_is_superseded_once() -> None:
    _filled(Office())

    assert not _refused(_update("audits_itemanswer", "superseded_at = '2022-01-01'"))
    assert _refused(_update("audits_itemanswer", "superseded_at = '2022-01-02'"))
    assert _refused(_update("audits_itemanswer", "superseded_at = NULL"))


def test_a_confirmation_is_never_changed() -> None:
    _filled(Office())

    assert _refused(_update("audits_siteconfirmation", "name = 'khác'"))


def test_a_kept_paper_is_never_changed() -> None:
    office = Office()
    audit = make_audit(office)
    stored = files.store(b"%PDF-1.4 bao cao", "bc.pdf", kind="pdf", by=system())
    AuditPaper.objects.create(
        audit=audit, kind="report", file=stored, sha256=stored.sha256, made_by=office.secretary
    )

    assert _refused(_update("audits_auditpaper", "kind = 'team'"))
    assert _refused("DELETE FROM audits_auditpaper")


def _raised(office: Office) -> Nonconformity:
    audit = _filled(office)
    advance_audit(audit, AuditStatus.REPORTED, office)
    return Nonconformity.objects.get(finding__audit=audit)


@pytest.mark.parametrize(
    "change",
    [
        "number = 'KPH-X'",
        "found_on = '2020-01-01'",
        "finding_id = NULL, source = 'complaint'",
        "requirement = 'khác'",
        "evidence_text = 'khác'",
        "gap = 'khác'",
    ],
)
def test_the_sheet_of_a_nonconformity_never_changes(change: str) -> None:
    _raised(Office())

    assert _refused(_update("audits_nonconformity", change))


def test_moves_are_added_and_never_changed() -> None:
    _raised(Office())

    assert _refused(_update("audits_nonconformitymove", "reason = 'khác'"))
    assert _refused("DELETE FROM audits_nonconformitymove")


def test_the_treatment_of_a_past_round_stays() -> None:
    sheet = _raised(Office())
    _put(Treatment(nonconformity=sheet, round=1, correction="Bổ sung phiếu"))
    change = _update("audits_treatment", "correction = 'khác'")

    assert not _refused(change)
    assert not _refused(_update("audits_nonconformity", "round = 2"))
    assert _refused(change)


def test_evidence_of_a_nonconformity_still_comes() -> None:
    sheet = _raised(Office())
    stored = files.store(b"%PDF-1.4 sau", "sau.pdf", kind="pdf", by=system())

    _put(
        Evidence(
            nonconformity=sheet,
            client_id=uuid.uuid4(),
            evidence_on=today(),
            original=stored,
            shown=stored,
            added_by=sheet.reported_by,
        )
    )

    assert sheet.evidence.count() == 1
