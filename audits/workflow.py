"""States of programmes, audits and nonconformities, and the legal moves between them.

ISO 9001:2015 9.2 and 10.2 (DESIGN §2, audits).
"""

from django.db.models import TextChoices

from qms.records.workflow import Transitions


class ProgrammeStatus(TextChoices):
    DRAFT = "draft", "Dự thảo"
    SUBMITTED = "submitted", "Chờ phê duyệt"
    APPROVED = "approved", "Đã phê duyệt"
    CANCELLED = "cancelled", "Đã hủy"


class AuditStatus(TextChoices):
    PLANNED = "planned", "Đã lập chương trình"
    NOTIFIED = "notified", "Đã thông báo"
    UNDER_WAY = "under_way", "Đang đánh giá"
    REPORTED = "reported", "Đã báo cáo"
    CLOSED = "closed", "Đã kết thúc"
    CANCELLED = "cancelled", "Đã hủy"


class NonconformityStatus(TextChoices):
    OPEN = "open", "Mới ghi nhận"
    ANALYSED = "analysed", "Đã phân tích nguyên nhân"
    PLANNED = "planned", "Đã có biện pháp"
    IMPLEMENTED = "implemented", "Đã thực hiện"
    VERIFIED = "verified", "Đã kiểm tra xác nhận"
    CLOSED = "closed", "Đã đóng"
    REJECTED = "rejected", "Không phải KPH"


PROGRAMME_MOVES: Transitions = {
    ProgrammeStatus.DRAFT: [ProgrammeStatus.SUBMITTED, ProgrammeStatus.CANCELLED],
    ProgrammeStatus.SUBMITTED: [ProgrammeStatus.DRAFT, ProgrammeStatus.APPROVED],
    ProgrammeStatus.APPROVED: [],  # what changes later is a further revision
    ProgrammeStatus.CANCELLED: [],
}

AUDIT_MOVES: Transitions = {
    AuditStatus.PLANNED: [AuditStatus.NOTIFIED, AuditStatus.CANCELLED],
    AuditStatus.NOTIFIED: [AuditStatus.UNDER_WAY, AuditStatus.CANCELLED],
    AuditStatus.UNDER_WAY: [AuditStatus.REPORTED, AuditStatus.CANCELLED],
    AuditStatus.REPORTED: [AuditStatus.CLOSED],
    AuditStatus.CLOSED: [],
    AuditStatus.CANCELLED: [],
}

NONCONFORMITY_MOVES: Transitions = {
    NonconformityStatus.OPEN: [NonconformityStatus.ANALYSED, NonconformityStatus.REJECTED],
    NonconformityStatus.ANALYSED: [
        NonconformityStatus.PLANNED,
        NonconformityStatus.IMPLEMENTED,  # a minor one that needs no corrective action
        NonconformityStatus.REJECTED,
    ],
    NonconformityStatus.PLANNED: [NonconformityStatus.IMPLEMENTED],
    NonconformityStatus.IMPLEMENTED: [
        NonconformityStatus.VERIFIED,
        NonconformityStatus.ANALYSED,  # not effective: a new round, the old one is kept
    ],
    NonconformityStatus.VERIFIED: [NonconformityStatus.CLOSED],
    NonconformityStatus.CLOSED: [],
    NonconformityStatus.REJECTED: [],
}

OPEN_PROGRAMME = frozenset({ProgrammeStatus.DRAFT, ProgrammeStatus.SUBMITTED})
OPEN_AUDIT = frozenset({AuditStatus.PLANNED, AuditStatus.NOTIFIED, AuditStatus.UNDER_WAY})
REPORTED_AUDIT = frozenset({AuditStatus.REPORTED, AuditStatus.CLOSED})
SETTLED_NONCONFORMITY = frozenset({NonconformityStatus.CLOSED, NonconformityStatus.REJECTED})
