"""The report of an audit: signed by the lead, approved by the leader, then closed."""

import datetime as dt

from django.db import transaction

from audits.actions.keeping import keep_report
from audits.actions.meetings import ungraded
from audits.actions.raising import raise_all
from audits.actions.team import must_be_independent
from audits.models import Audit, AuditMember, ItemAnswer, Nonconformity
from audits.models.days import move_day
from audits.models.reports import report_sha256
from audits.workflow import AuditStatus
from procedures.models.capacities import AUDITING, in_capacity
from qms.foundation.dates import today
from qms.organisation.models import User, has_role
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.signatures import Signing, sign
from qms.records.workflow import SeenVersionChanged, TransitionNotAllowed


def unready(audit: Audit) -> list[str]:
    """Return what the lead has to see to before signing the report; empty when nothing."""
    wrong = []
    if audit.closing_held_on is None:
        wrong.append("Chưa họp kết thúc.")
    if missing := ungraded(audit):
        wrong.append(f"Chưa xếp mức nặng, nhẹ: {', '.join(f.label for f in missing)}.")
    disputed = ItemAnswer.objects.disputed().filter(item__audit=audit, item__removed_at=None)
    if count := disputed.count():
        wrong.append(f"Còn {count:02d} câu hai người cùng trả lời mà chưa chọn câu nào.")
    if not audit.conclusion:
        wrong.append("Chưa ghi kết luận.")
    return wrong


@transaction.atomic
def sign_report(
    audit: Audit,
    *,
    by: User,
    on: dt.date | None = None,
    seen: str,
    signing: Signing = Signing(),  # noqa: B008
) -> None:
    """Sign the report as the lead; from now on nothing of the audit changes.

    `seen` is `report_sha256` of what was read. Raises TransitionNotAllowed for somebody else,
    while something is wanting, and SeenVersionChanged when the report changed since.
    """
    stored = audit.must_be_open()
    if stored.status != AuditStatus.UNDER_WAY:
        raise TransitionNotAllowed("Chưa họp khai mạc nên chưa ký báo cáo được.")
    if not _is_lead(stored, by):
        raise TransitionNotAllowed("Chỉ trưởng đoàn ký báo cáo đánh giá.")
    if wrong := unready(stored):
        raise TransitionNotAllowed(wrong)
    must_be_independent(stored)
    sha256 = report_sha256(stored)
    if sha256 != seen:
        raise SeenVersionChanged("Báo cáo đã thay đổi sau khi bạn mở trang. Hãy đọc lại rồi ký.")
    day = move_day(on, after=stored.closing_held_on, what="ngày họp kết thúc")
    audit.mark_signed(by=by, on=day, sha256=sha256)
    sign(
        audit,
        Signature.Act.PREPARED,
        by=by,
        sha256=sha256,
        signing=on_day(signing, day),
        round_no=audit.report_round,
    )


@transaction.atomic
def approve_report(
    audit: Audit,
    *,
    by: User,
    on: dt.date | None = None,
    seen: str,
    signing: Signing = Signing(),  # noqa: B008
) -> list[Nonconformity]:
    """Approve the signed report, and raise a nonconformity for each finding that is one.

    All or none; after the commit the PDF is made and kept, and a failure there leaves the approval
    valid (`keep_report` may be run again). `seen` is the hash that the lead signed. Raises
    TransitionNotAllowed for somebody who is no leader or led the audit, SeenVersionChanged when
    the report is not what was signed.
    """
    stored = audit.locked()
    if not has_role(by, Role.LEADER, unit=stored.agency) or _is_lead(stored, by):
        raise TransitionNotAllowed("Lãnh đạo khác với trưởng đoàn phê duyệt báo cáo.")
    if stored.is_signed and report_sha256(stored) != stored.report_sha256:
        raise SeenVersionChanged("Báo cáo không còn như khi trưởng đoàn ký. Hãy trả lại để ký lại.")
    day = move_day(on, after=stored.report_signed_on, what="ngày trưởng đoàn ký")
    signing = on_day(signing, day)
    signing = in_capacity(signing, by=by, agency=stored.agency, matter=AUDITING)
    audit.mark_reported(by=by, on=day, seen=seen)
    sign(
        audit,
        Signature.Act.APPROVED,
        by=by,
        sha256=audit.report_sha256,
        signing=signing,
        round_no=audit.report_round,
    )
    transaction.on_commit(lambda: keep_report(audit, by), robust=True)
    return raise_all(audit, by=by, on=day)


@transaction.atomic
def return_report(audit: Audit, *, by: User, comment: str) -> None:
    """Return the signed report to the lead, as a leader; a new round of signatures begins."""
    if not has_role(by, Role.LEADER, unit=audit.agency):
        raise TransitionNotAllowed("Lãnh đạo trả lại báo cáo.")
    audit.return_report(by=by, comment=comment)


@transaction.atomic
def close_audit(
    audit: Audit,
    *,
    by: User,
    on: dt.date | None = None,
    signing: Signing = Signing(),  # noqa: B008
) -> None:
    """End a reported audit as its lead, whether or not its nonconformities are closed."""
    stored = audit.locked()
    if stored.report_signed_by_id != by.pk and not _is_lead(stored, by):
        raise TransitionNotAllowed("Trưởng đoàn kết thúc cuộc đánh giá.")
    day = audit.mark_closed(by=by, on=on)
    sign(
        audit,
        Signature.Act.CLOSED,
        by=by,
        sha256=audit.report_sha256,
        signing=on_day(signing, day),
        round_no=audit.report_round,
    )


def _is_lead(audit: Audit, person: User) -> bool:
    lead = audit.members.filter(removed_at=None, role=AuditMember.Role.LEAD, person=person)
    return lead.exists()


def on_day(signing: Signing, day: dt.date) -> Signing:
    """Return the signing as of a civil day; of a past day it is told of a paper."""
    if day == today() and not signing.is_paper:
        return signing
    return Signing(Signature.Method.PAPER, signing.capacity, on=day, mandate=signing.mandate)
