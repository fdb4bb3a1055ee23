"""Plain functions that make nonconformities by the real verbs; keywords override."""

import datetime as dt
import itertools
import uuid
from typing import Any

from django.utils import timezone

from audits.actions.raising import NewNonconformity, report_nonconformity
from audits.actions.treating import (
    TreatmentGiven,
    add_action,
    agree_measures,
    analyse,
    complete_action,
    implement,
    propose_measures,
    save_treatment,
)
from audits.actions.verifying import check_effect, close, verify
from audits.models import Audit, CorrectiveAction, Finding, Nonconformity
from audits.recurrence import similar_to
from audits.workflow import AuditStatus, NonconformityStatus
from qms.foundation.dates import today
from tests.factories import BY_PASSWORD, Office, system

_numbers = itertools.count(1)
MINOR: dict[str, Any] = {"cause": "Chưa quen mẫu mới", "no_action_reason": "Chỉ xảy ra một lần"}
DEMANDING: dict[str, Any] = {
    "whys": ("Phiếu ghi thiếu giờ", "Không ai kiểm tra phiếu"),
    "root": 1,
    "category": "method",
    "has_similar": False,
}


def new_nonconformity(office: Office, **fields: Any) -> NewNonconformity:
    """What is told of a minor nonconformity found today."""
    values: dict[str, Any] = {
        "agency": office.agency,
        "source": Nonconformity.Source.SELF_CHECK,
        "unit": office.agency,
        "requirement": "Bước 2: ghi phiếu kiểm soát trong ngày",
        "evidence_text": "Hồ sơ H20-0512 không có phiếu kiểm soát",
        "gap": "Không ghi phiếu kiểm soát quá trình",
        "found_on": today(),
    } | fields
    return NewNonconformity(**values)


def make_nonconformity(office: Office, **fields: Any) -> Nonconformity:
    """A minor nonconformity that the secretary found today, in the agency as a unit."""
    by = fields.pop("by", office.secretary)
    return report_nonconformity(new_nonconformity(office, **fields), by=by)


def treatment_of(office: Office, nc: Nonconformity, **fields: Any) -> TreatmentGiven:
    """A treatment that is whole for what `nc` asks, corrected by the staff on the day found."""
    values: dict[str, Any] = {
        "correction": "Ghi bù phiếu kiểm soát",
        "corrected_by": office.staff,
        "corrected_on": nc.found_on,
    }
    asked = DEMANDING if nc.is_demanding else MINOR
    return TreatmentGiven(**(values | asked | fields))


def make_action(office: Office, nc: Nonconformity, **fields: Any) -> CorrectiveAction:
    """An action of the staff that is due with the whole."""
    values: dict[str, Any] = {
        "what": "Kiểm tra phiếu mỗi tuần",
        "person": office.staff,
        "due_on": nc.due_on,
        "by": office.staff,
    } | fields
    return add_action(nc, **values)


def advance_nonconformity(
    nc: Nonconformity, status: str, office: Office, *, on: dt.date | None = None
) -> Nonconformity:
    """Move it on to `status` by the real verbs, all on the day; a minor one without an action."""
    if status == NonconformityStatus.REJECTED:
        nc.reject(by=office.secretary, on=on, reason="Nhầm hồ sơ")
        return nc
    steps = [
        (NonconformityStatus.ANALYSED, _analyse),
        (NonconformityStatus.PLANNED, _plan),
        (NonconformityStatus.IMPLEMENTED, _implement),
        (NonconformityStatus.VERIFIED, _verify),
        (NonconformityStatus.CLOSED, _close),
    ]
    order = [NonconformityStatus.OPEN, *(target for target, _ in steps)]
    for target, step in steps[order.index(NonconformityStatus(nc.status)) :]:
        if order.index(target) > order.index(NonconformityStatus(status)):
            break
        if target == NonconformityStatus.PLANNED and status != target and not nc.is_demanding:
            continue  # straight from the cause to what was carried out
        step(nc, office, on)
    return nc


def _analyse(nc: Nonconformity, office: Office, on: dt.date | None) -> None:
    if nc.confirmed_at is None:
        nc.confirm(by=office.staff, on=on)
    save_treatment(nc, treatment_of(office, nc), by=office.staff)
    is_judged = nc.repeats_id is not None or nc.repeat_denied
    if nc.grade == Nonconformity.Grade.MAJOR and not is_judged and similar_to(nc).exists():
        nc.deny_repeat("Nguyên nhân khác", by=office.secretary)
    analyse(nc, by=office.reviewer, on=on)


def _plan(nc: Nonconformity, office: Office, on: dt.date | None) -> None:
    save_treatment(nc, treatment_of(office, nc), by=office.staff)
    if not nc.standing_actions().exists():
        make_action(office, nc)
    propose_measures(nc, by=office.reviewer, on=on)
    agree_measures(nc, by=office.secretary, on=on)


def _implement(nc: Nonconformity, office: Office, on: dt.date | None) -> None:
    for action in nc.standing_actions().filter(done_at=None):
        complete_action(action, by=office.staff, on=on, note="Sổ kiểm tra tuần")
    nc.refresh_from_db()
    implement(nc, by=office.reviewer, on=on)


def _verify(nc: Nonconformity, office: Office, on: dt.date | None) -> None:
    verify(nc, by=office.secretary, on=on, is_effective=True)


def _close(nc: Nonconformity, office: Office, on: dt.date | None) -> None:
    if nc.grade == Nonconformity.Grade.MAJOR:
        check_effect(nc, by=office.secretary, on=on, is_effective=True)
    if nc.external_state == Nonconformity.External.WAITING:
        nc.set_external(Nonconformity.External.REPORTED, by=office.secretary, on=on)
    close(nc, by=office.leader, on=on, signing=BY_PASSWORD)


def make_bare_audit(office: Office, **fields: Any) -> Audit:
    """An audit under way as a bare row, for what hangs on it but not on how it came there."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "agency": office.agency,
        "number": f"ĐG-{number}",
        "slug": f"dg-{number}",
        "title": "Đánh giá thử",
        "edition": "TCVN ISO 9001:2015",
        "starts_on": today(),
        "ends_on": today(),
        "planned_by": office.secretary,
        "status": AuditStatus.UNDER_WAY,
    } | fields
    audit = Audit(**values)
    audit.record(by=system(), reason="Lập cuộc đánh giá")
    return audit


def make_bare_finding(office: Office, audit: Audit, **fields: Any) -> Finding:
    """A finding of a minor nonconformity by the secretary, as a bare row."""
    values: dict[str, Any] = {
        "audit": audit,
        "seq": audit.findings.count() + 1,
        "client_id": uuid.uuid4(),
        "unit": office.agency,
        "grade": Finding.Grade.MINOR,
        "requirement": "Điều 7.5.3",
        "evidence_text": "Tủ hồ sơ không khóa",
        "gap": "Hồ sơ không được bảo vệ",
        "found_on": audit.starts_on,
        "found_by": office.secretary,
    } | fields
    finding = Finding(**values)
    finding.record(by=system(), reason="Ghi phát hiện")
    return finding


def report_bare_audit(audit: Audit, office: Office, *, on: dt.date | None = None) -> Audit:
    """Move it to reported, as the approval of its report does."""
    day = on or today()
    audit._move(
        AuditStatus.REPORTED,
        by=office.leader,
        reason="Phê duyệt báo cáo",
        report_signed_by=office.secretary,
        report_signed_at=timezone.now(),
        report_signed_on=day,
        approved_by=office.leader,
        approved_at=timezone.now(),
        reported_on=day,
    )
    return audit
