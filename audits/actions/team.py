"""The audit team: who joins, whose doubts are borne, who leaves."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audits.actions.outsiders import let_in, let_out
from audits.independence import (
    REFUSE,
    WARN,
    Doubt,
    conflicts,
    conflicts_of,
    standing_doubts,
)
from audits.models import Audit, AuditMember, SessionAuditor
from audits.permissions.audits import membership
from audits.workflow import AuditStatus
from procedures.models import Procedure
from procedures.models.capacities import AUDITING, in_capacity
from procedures.permissions import reader_agencies
from qms.foundation.text import clean_lines
from qms.organisation.models import User, has_role
from qms.organisation.roles import Role
from qms.records.models import Signature
from qms.records.signatures import Signing, sign
from qms.records.workflow import TransitionNotAllowed


@transaction.atomic
def add_member(
    audit: Audit,
    person: User,
    role: str,
    *,
    by: User,
    reason: str = "",
    from_on: dt.date | None = None,
    until_on: dt.date | None = None,
) -> AuditMember:
    """Take `person` into the team. A doubt that may be borne needs `reason`, countersigned later.

    Whoever has no role in the agency comes from outside and sees this audit and its procedures
    from `from_on` to `until_on`, both inclusive; None: the days of the audit. Raises
    ValidationError for a closed account, a second lead, and what independence refuses.
    """
    stored = audit.must_be_open()
    if not person.is_active:
        raise ValidationError({"person": "Tài khoản đã khóa thì không phân công."})
    _must_be_free(stored, person, role)
    if role != AuditMember.Role.OBSERVER:
        found = conflicts(stored, person)
        _refuse({person: found})
        if any(c.level == WARN for c in found) and not reason.strip():
            raise ValidationError(
                {"reason": ["Cần ghi lý do vẫn phân công:", *(c.text for c in found)]}
            )
    is_outside = not reader_agencies(person).filter(pk=stored.agency_id).exists()
    member = AuditMember(
        audit=stored, person=person, role=role, reason=clean_lines(reason), is_outside=is_outside
    )
    member.record(by=by, reason="Thêm vào đoàn đánh giá")
    if is_outside:
        let_in(member, by=by, from_on=from_on, until_on=until_on)
    return member


def _must_be_free(audit: Audit, person: User, role: str) -> None:
    standing = audit.members.filter(removed_at=None)
    if standing.filter(person=person).exists():
        raise ValidationError({"person": "Người này đã có trong đoàn."})
    if role == AuditMember.Role.LEAD and standing.filter(role=role).exists():
        raise ValidationError({"role": "Đoàn đã có trưởng đoàn."})


def _refuse(found: dict[User, list]) -> None:
    """Raise ValidationError that lists what is refused about each person."""
    refused = [
        f"{person} không được đánh giá: {conflict.text}"
        for person, doubts in found.items()
        for conflict in doubts
        if conflict.level == REFUSE
    ]
    if refused:
        raise ValidationError({"person": refused})


def must_stay_independent(audit: Audit, *, procedures: tuple[Procedure, ...] = ()) -> None:
    """Raise ValidationError when the scope, with `procedures` added, makes a member impossible."""
    people = [
        member.person
        for member in audit.members.filter(removed_at=None).select_related("person")
        if member.is_auditing
    ]
    found = conflicts_of(audit, people, procedures=procedures)
    refused = [
        f"{person} đang trong đoàn và không được đánh giá nội dung này: {conflict.text}"
        for person in people
        for conflict in found[person.pk]
        if conflict.level == REFUSE
    ]
    if refused:
        raise ValidationError(refused)


@transaction.atomic
def remove_member(member: AuditMember, *, by: User, reason: str = "") -> None:
    """Take a member out of the team, and out of the sessions that are still to come."""
    member.audit.must_be_open()
    stored = AuditMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if stored.removed_at is not None:
        raise TransitionNotAllowed("Người này đã ra khỏi đoàn.")
    why = clean_lines(reason) or "Đưa ra khỏi đoàn đánh giá"
    for link in SessionAuditor.objects.filter(member=stored, removed_at=None):
        link.removed_at = timezone.now()
        link.record(by=by, reason=why)
    stored.removed_at = timezone.now()
    stored.record(by=by, reason=why)
    member.removed_at = stored.removed_at
    if stored.is_outside:
        let_out(stored, by=by)


@transaction.atomic
def give_reason(member: AuditMember, reason: str, *, by: User) -> None:
    """Say why a member is taken in spite of a doubt; a countersignature of another text lapses."""
    member.audit.must_be_open()
    stored = AuditMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    text = clean_lines(reason)
    if not text:
        raise ValidationError({"reason": "Hãy ghi lý do vẫn phân công."})
    if text == stored.reason:
        return
    stored.reason = member.reason = text
    stored.conflicts = member.conflicts = []
    stored.countersigned_by = member.countersigned_by = None
    stored.countersigned_at = member.countersigned_at = None
    stored.record(by=by, reason="Ghi lý do phân công")


@transaction.atomic
def countersign(
    member: AuditMember,
    *,
    by: User,
    signing: Signing = Signing(),  # noqa: B008
    seen: list[str] | None = None,
) -> None:
    """Bear the doubts about a member, as a leader who is somebody else.

    `seen` are the sentences that were shown (None: those of now). Raises TransitionNotAllowed for
    somebody who may not, without a reason, for what is refused, and when other doubts came up.
    """
    audit = member.audit.must_be_open()
    stored = AuditMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if stored.person_id == by.pk or not has_role(by, Role.LEADER, unit=audit.agency):
        raise TransitionNotAllowed("Lãnh đạo khác với người được phân công ký xác nhận.")
    if stored.removed_at is not None or not stored.reason:
        raise TransitionNotAllowed("Chưa ghi lý do vẫn phân công nên chưa ký xác nhận được.")
    found = conflicts(audit, stored.person)
    _refuse({stored.person: found})
    texts = sorted(c.text for c in found)
    if not texts:
        raise TransitionNotAllowed("Không có điều gì về tính độc lập cần ký xác nhận.")
    if seen is not None and texts != sorted(seen):
        raise TransitionNotAllowed("Có điều mới về tính độc lập. Hãy đọc lại rồi ký xác nhận.")
    signing = in_capacity(signing, by=by, agency=audit.agency, matter=AUDITING)
    stored.conflicts = member.conflicts = texts
    stored.countersigned_by = member.countersigned_by = by
    stored.countersigned_at = member.countersigned_at = timezone.now()
    stored.record(by=by, reason="Ký xác nhận phân công")
    rounds = Signature.objects.on(stored).filter(act=Signature.Act.AGREED).count()
    sign(
        stored,
        Signature.Act.AGREED,
        by=by,
        sha256=stored.doubts_sha256(),
        signing=signing,
        round_no=rounds + 1,
    )


def must_be_independent(audit: Audit) -> None:
    """Raise TransitionNotAllowed while a doubt about somebody of the team is borne by nobody."""
    doubts = standing_doubts(audit)
    if doubts:
        raise TransitionNotAllowed([_sentence(doubt) for doubt in doubts])


def _sentence(doubt: Doubt) -> str:
    listed = " ".join(doubt.texts)
    if doubt.is_refused:
        return f"{doubt.member.person} không được đánh giá, hãy thay người khác: {listed}"
    return f"Phân công {doubt.member.person} chưa được lãnh đạo ký xác nhận: {listed}"


def must_be_answerable(audit: Audit, *, by: User) -> Audit:
    """Lock the audit and return it, when `by` may fill in its checklist now.

    Call it inside `transaction.atomic()`. Raises TransitionNotAllowed before the opening meeting,
    once the report is signed, for somebody who does not audit here, and while a doubt stands.
    """
    stored = audit.must_be_open()
    if stored.status != AuditStatus.UNDER_WAY:
        raise TransitionNotAllowed("Họp khai mạc rồi mới ghi kết quả đánh giá.")
    member = membership(by, stored)
    if member is None or not member.is_auditing:
        raise TransitionNotAllowed("Chỉ thành viên đoàn đánh giá được ghi kết quả.")
    must_be_independent(stored)
    return stored
